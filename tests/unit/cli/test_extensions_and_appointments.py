"""``hotline extensions`` and ``hotline appointments``: what they ask of the router, and what they say."""

from zoneinfo import ZoneInfo

import pytest

from router.cli import appointments, extensions, moments, run
from router.core.events import AppointmentAsked, ExtensionAsked
from router.core.lines import Party

NOON_MS = 1_790_000_000_000
"""2026-09-21 22:13:20 in Shanghai."""
SEEN = {
    "now_ms": NOON_MS,
    "time_zone": "Asia/Shanghai",
    "extensions": [
        {"extension": "301", "phone": "1003", "reachable": True, "open": True, "do_not_disturb": True},
        {"extension": "302", "phone": "1004", "reachable": False, "open": False, "do_not_disturb": False},
    ],
    "appointments": [
        {"kind": "wake_up", "party": "1003", "flow": "morning", "at_ms": NOON_MS, "tries": 0, "by": "t.1.c1"},
    ],
    "phones": [{"phone": "1003"}],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the router was asked."""
    asks: list[object] = []
    for module in (extensions, appointments):
        monkeypatch.setattr(module, "overview", lambda: SEEN)
        monkeypatch.setattr(module, "put", lambda ask, done, as_json: asks.append(ask))
    return asks


def test_extensions_are_listed(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["extensions", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["301", "1003", "open", "do", "not", "disturb"]
    assert lines[2].split() == ["302", "1004", "closed", "phone", "not", "registered"]


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["open", "302"], ExtensionAsked(extension="302", open=True)),
        (["close", "301"], ExtensionAsked(extension="301", open=False, do_not_disturb=False)),
        (["dnd", "301"], ExtensionAsked(extension="301", do_not_disturb=True)),
        (["dnd", "301", "off"], ExtensionAsked(extension="301", do_not_disturb=False)),
    ],
)
def test_an_extension_is_changed(asked: list[object], words: list[str], ask: ExtensionAsked) -> None:
    assert run(["extensions", *words]) == 0
    assert asked == [ask]


def test_an_extension_that_is_none_is_a_usage_mistake(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["extensions", "open", "310"]) == 2
    assert "did you mean '30" in capsys.readouterr().err
    assert run(["extensions", "dnd", "301", "maybe"]) == 2
    assert asked == []


def test_appointments_are_listed_on_the_sites_clock(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["appointments", "list"]) == 0
    assert "2026-09-21 22:13  wake_up" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("at", "shown"),
    [("07:30", "2026-09-22 07:30"), ("23:00", "2026-09-21 23:00"), ("2026-10-01T06:00", "2026-10-01 06:00")],
)
def test_a_call_is_booked_at_the_next_such_time(asked: list[object], at: str, shown: str) -> None:
    assert run(["appointments", "book", "1003", at, "--flow", "morning"]) == 0
    (ask,) = asked
    assert isinstance(ask, AppointmentAsked)
    assert (ask.kind, ask.party, ask.flow) == ("wake_up", Party(kind="phone", number="1003"), "morning")
    assert moments.on_clock(ask.at_ms, ZoneInfo("Asia/Shanghai")) == shown


def test_what_is_booked_is_cancelled(asked: list[object]) -> None:
    assert run(["appointments", "cancel", "+8675511", "--kind", "reminder"]) == 0
    party = Party(kind="outside", number="+8675511")
    assert asked == [AppointmentAsked(kind="reminder", party=party, flow="", at_ms=0, cancel=True)]


@pytest.mark.parametrize("words", [["book", "1003", "25:00", "--flow", "f"], ["cancel", "1003", "--kind", "nap"]])
def test_nonsense_is_a_usage_mistake(asked: list[object], words: list[str]) -> None:
    assert run(["appointments", *words]) == 2
    assert asked == []
