"""``hotline surge``: what it says of the plans and what it asks of the router."""

import string

import pytest

from router.cli import run, surge
from router.cli.surge_words import WORDS
from router.core.events import SurgeAsked

STEP = {"least": 1, "most": None, "above_high": False, "agents": [], "called": [], "taken_at_ms": None}
PLAN = {
    "plan": "floor",
    "mode": "propose",
    "stage": "proposed",
    "waiting": 8,
    "low": 5,
    "high": 10,
    "seats": 7,
    "seats_max": 12,
    "due_in_ms": None,
    "due": None,
    "proposal": {"step": 2, "group": "outbound", "release": False},
    "steps": [
        {**STEP, "step": 1, "group": "experts", "taken_at_ms": 940_000, "agents": ["2001"], "called": ["2002"]},
        {**STEP, "step": 2, "group": "outbound", "least": 2, "most": 3},
    ],
    "leaving": ["3001"],
    "night": [],
    "spare": [],
}
SEEN = {"now_ms": 1_000_000, "surges": [PLAN]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the router was asked."""
    asks: list[object] = []
    monkeypatch.setattr(surge, "overview", lambda: SEEN)
    monkeypatch.setattr(surge, "put", lambda ask, done, as_json: asks.append(ask))
    return asks


def test_the_plan_is_shown(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["surge", "show", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ("floor: a step is proposed; 8 waiting (bounds 5 and 10), 7/12 seats, the supervisor confirms")
    assert lines[1] == "  proposed: step 2 (outbound); hotline surge confirm, or decline"
    assert lines[3].split() == ["1", "experts", "all", "1", "m", "00", "s", "2001", "2002"]
    assert lines[4].split() == ["2", "outbound", "2-3", "-"]
    assert lines[5] == "  going after their call: 3001"


def test_the_plan_is_shown_in_chinese_and_as_json(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["surge", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.startswith("floor：已建议增加一步；等候 8 人（界限 5 和 10），座席 7/12，由班长确认")
    assert run(["surge", "show", "--json"]) == 0
    assert '"proposal"' in capsys.readouterr().out


@pytest.mark.parametrize("stage", [key.removeprefix("stage.") for key in WORDS["en"] if key.startswith("stage.")])
@pytest.mark.parametrize("due", ["take", "propose", "release", "propose_release", "tell"])
def test_each_stage_and_what_is_due_has_words(
    stage: str, due: str, asked: list[object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {**PLAN, "stage": stage, "proposal": None, "due": due, "due_in_ms": 90_000, "seats_max": None}
    monkeypatch.setattr(surge, "overview", lambda: {"now_ms": 1_000_000, "surges": [row]})
    assert run(["surge", "show", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert WORDS["en"][f"stage.{stage}"] in out
    assert "1 m 30 s" in out


@pytest.mark.parametrize("ask", ["confirm", "decline", "release", "stop", "start"])
def test_a_supervisor_asks(ask: str, asked: list[object]) -> None:
    assert run(["surge", ask]) == 0
    assert run(["surge", ask, "floor"]) == 0
    assert asked == [SurgeAsked(plan="", ask=ask), SurgeAsked(plan="floor", ask=ask)]


def test_a_plan_that_is_none_is_a_usage_mistake(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["surge", "confirm", "flor"]) == 2
    assert "did you mean 'floor'" in capsys.readouterr().err
    assert asked == []


def test_with_several_plans_one_is_named(
    asked: list[object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surge, "overview", lambda: {"now_ms": 0, "surges": [PLAN, {**PLAN, "plan": "vip"}]})
    assert run(["surge", "stop"]) == 2
    assert "name one of: floor, vip" in capsys.readouterr().err


def test_a_site_without_a_plan_says_so(
    asked: list[object], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surge, "overview", lambda: {"now_ms": 0, "surges": []})
    assert run(["surge", "show", "--lang", "en"]) == 0
    assert "no surge plan" in capsys.readouterr().out


def test_both_languages_have_the_same_words_and_blanks() -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert WORDS["en"].keys() == WORDS["zh"].keys()
    assert not {key for key, text in WORDS["en"].items() if blanks(text) != blanks(WORDS["zh"][key])}


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"type": "SurgeProposed", "step": 1, "group": "experts", "release": False, "agents": ["2001"], "waiting": 7},
         "floor: proposed step 1, experts, 7 waiting: 2001"),
        ({"type": "SurgeDecided", "step": 1, "release": True, "answer": "lapsed", "by": "plan"},
         "floor: release of step 1 no longer needed (plan)"),
        ({"type": "SurgeStepTaken", "step": 1, "group": "experts", "agents": [], "waiting": 7, "seats": 3, "by": "li"},
         "floor: step 1 taken (li), experts, 7 waiting, 3 seats"),
        ({"type": "SurgeStepReleased", "step": 1, "group": "experts", "agents": ["2", "3"], "waiting": 0, "by": "plan"},
         "floor: step 1 released (plan), experts, 0 waiting: 2 3"),
        ({"type": "SurgeChanged", "change": "night", "agents": ["2"], "by": "plan"},
         "floor: the night begins (plan): 2"),
        ({"type": "SeatsMissing", "missing": None, "seats": 9, "waiting": 12},
         "floor: - seats missing, 9 there, 12 waiting"),
    ],
)  # fmt: skip
def test_history_tells_each_record(record: dict[str, object], told: str) -> None:
    assert surge._told(WORDS["en"], {"plan": "floor", **record}) == told
