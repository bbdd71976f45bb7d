"""The command line against a router's control socket: words for people, JSON for scripts, exit codes."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from router.adapters.control import AnyAsk, Publish
from router.adapters.control_server import ControlServer, Services
from router.adapters.journal import Journal
from router.adapters.outbox import Outbox
from router.adapters.pins import Pins
from router.callcontrol import CallControl
from router.cli import run
from router.cli.queues import told
from router.core import events
from router.core.ids import AgentId, ChannelId, PhoneName
from router.core.records import Record
from router.engine import Engine
from router.errors import SiteError
from router.flowfile import load_site
from router.line.secrets import Secrets

DEMO = Path(__file__).parents[3] / "ivr_flows" / "demo"
NOON = 1_790_000_000_000


class Said(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Hotline = Callable[..., Said]


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Hotline:
    """Run ``hotline`` with words, in a home of its own."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_SITE", str(DEMO))
    monkeypatch.setenv("HOTLINE_REDIS_PORT", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> Said:
        capfd.readouterr()
        code = run(list(words))
        said = capfd.readouterr()
        assert "Traceback" not in said.err + said.out
        return Said(code, said.out, said.err)

    return call


class Desk:
    """A router without Asterisk behind a real control socket: the real core of the demo site, in a thread."""

    def __init__(self, home: Path) -> None:
        site = load_site(DEMO)
        self.health: dict[str, Any] = {
            "ari": {"connected": True, "version": "22.10.1"},
            "ami": {"connected": True},
            "trunks": {"city": "Registered"},
            "redis": {"connected": True, "trouble": "", "unsent_count": 0},
            "disk": {"trouble": ""},
            "engine": {"handled_count": 3, "lag_ms": 0.1, "lag_max_ms": 2.0},
        }
        self.mistakes = ""
        self.changed = True
        self._engine = Engine(
            CallControl({site.version: site}, site.version),
            journal=Journal(home / "journal", b"k" * 32, 0),
            outbox=Outbox(home / "outbox"),
            execute=lambda commands: None,
            clock=lambda: NOON,
        )
        self.feed(events.RouterStarted(epoch=1, config=site.version))
        phones = tuple(events.PhoneSeen(phone=PhoneName(name), reachable=True) for name in ("1001", "1002"))
        self.feed(events.PhonesSeen(phones=phones))
        self.loop = asyncio.new_event_loop()
        self.server = ControlServer(
            home,
            Services(self._ask, self._engine.overview, lambda: self.health, lambda: (), self._publish),
        )
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self.loop).result(10)

    def feed(self, event: events.Event) -> None:
        self._engine.submit(event)
        self._engine.step()

    async def _ask(self, ask: AnyAsk) -> list[Record]:
        asked = asyncio.ensure_future(self._engine.ask(ask))
        await asyncio.sleep(0)
        self._engine.step()
        return await asked

    async def _publish(self, wanted: Publish) -> dict[str, Any]:
        if self.mistakes:
            raise SiteError(self.mistakes)
        return {
            "config": "new",
            "previous": "old",
            "changed": self.changed,
            "restart_for": ["trunks"],
            "tests": 3,
            "planned": None,
        }

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home")
    yield desk
    desk.close()


@pytest.mark.parametrize(
    "words", [("agents",), ("agents", "ready", "1001"), ("calls",), ("queues",), ("phones",), ("status", "--json")]
)
def test_a_router_that_is_away_is_a_sentence_and_a_cure(hotline: Hotline, words: tuple[str, ...]) -> None:
    said = hotline(*words)
    assert said.code == 1
    assert "no router answers at" in said.err
    assert "hotline up" in said.err


def test_a_redis_that_is_away_is_a_sentence_and_a_cure(hotline: Hotline) -> None:
    said = hotline("events")
    assert said.code == 1
    assert "hotline:demo:events" in said.err
    assert "is Redis running" in said.err


@pytest.mark.parametrize("words", [("agnts",), ("agents", "sign-inn", "1001"), ("calls", "--jsn")])
def test_a_mistyped_word_is_usage_with_the_nearest_one(hotline: Hotline, words: tuple[str, ...]) -> None:
    said = hotline(*words)
    assert said.code == 2
    assert any(nearest in said.err for nearest in ("'agents'", "'sign-in'", "--json"))


def test_a_wrong_setting_names_itself(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SIP_PORT", "70000")
    said = hotline("agents")
    assert said.code == 2
    assert "HOTLINE_SIP_PORT" in said.err
    assert "70000" in said.err


@pytest.mark.parametrize("place", [0, 1])
def test_home_may_stand_anywhere(hotline: Hotline, tmp_path: Path, place: int) -> None:
    words = ["calls"]
    words[place:place] = ["--home", str(tmp_path / "other")]
    assert str(tmp_path / "other" / "run" / "control.sock") in hotline(*words).err


def test_an_agent_s_day(hotline: Hotline, desk: Desk) -> None:
    assert hotline("agents", "sign-in", "1001").out == "1001 is signed in at 1001\n"
    assert hotline("agents", "pause", "1001", "--reason", "meal").out == "1001 pauses: meal\n"
    [row] = [row for row in hotline("agents", "list", "--json").json if row["agent"] == "1001"]
    assert (row["state"], row["reason"]) == ("paused", "meal")
    assert hotline("agents", "ready", "1001", "--json").json["ok"]
    assert "ready" in hotline("agents").out
    assert hotline("agents", "sign-out", "1001").code == 0


def test_a_refusal_says_why_and_what_instead(hotline: Hotline, desk: Desk) -> None:
    hotline("agents", "sign-in", "1001")
    said = hotline("agents", "pause", "1001", "--reason", "nap")
    assert said.code == 1
    assert said.err.startswith("refused: ")
    assert "try: use one of" in said.err
    assert hotline("agents", "pause", "1001", "--reason", "nap", "--json").json["ok"] is False


@pytest.mark.parametrize("words", [("sign-in", "10011"), ("ready", "10011"), ("pin", "10011"), ("phone", "10011")])
def test_a_mistyped_work_number_gets_a_suggestion(hotline: Hotline, desk: Desk, words: tuple[str, ...]) -> None:
    said = hotline("agents", *words)
    assert said.code == 2
    assert "there is no agent '10011'" in said.err
    assert "did you mean '1001'?" in said.err


def test_a_mistyped_phone_gets_a_suggestion(hotline: Hotline, desk: Desk) -> None:
    said = hotline("agents", "sign-in", "1001", "--phone", "10022")
    assert said.code == 2
    assert "there is no phone '10022'" in said.err


def test_calls_and_queues_show_who_waits(hotline: Hotline, desk: Desk) -> None:
    assert hotline("calls").out == "no calls\n"
    desk.feed(
        events.CallArrived(
            channel=ChannelId("A1"), did="4001861", caller=events.Caller(number="+8613800138000", name="\x1b[31mred")
        )
    )
    [call] = hotline("calls", "--json").json
    assert call["did"] == "4001861"
    shown = hotline("calls").out
    assert "+8613800138000" in shown
    assert "\x1b[31m" not in shown
    assert {row["queue"] for row in hotline("queues", "--json").json} >= {"enquiry", "emergency"}
    assert "emergency" in hotline("queues").out


def test_queues_accuracy_says_how_good_forecasts_are(hotline: Hotline, desk: Desk) -> None:
    rows = hotline("queues", "accuracy", "--json").json
    assert {row["queue"] for row in rows} >= {"enquiry", "emergency"}
    enquiry = next(row for row in rows if row["queue"] == "enquiry")
    assert (enquiry["judged"], enquiry["within"], enquiry["announced"]) == (0, None, False)
    assert enquiry["handling_ms"] > 0 and enquiry["handling_seen"] == 0
    shown = hotline("queues", "accuracy").out
    assert "enquiry" in shown and "callers" in shown


@pytest.mark.parametrize(
    ("estimates", "said"),
    [
        ({"made": False}, "none are made"),
        ({"announce": False}, "not told: announce: no"),
        ({"judged": 3}, "not told: 3 of 30 judged"),
        ({"announced": False}, "not told: fewer than 60% within"),
        ({}, "told"),
    ],
)
def test_why_a_queues_callers_hear_no_forecast(estimates: dict[str, Any], said: str) -> None:
    fine = {"made": True, "announce": True, "judged": 40, "min_sample": 30, "announced": True, "least_within": 0.6}
    assert told(fine | estimates) == said


def test_phones_lists_the_registered_ones_with_their_agents(hotline: Hotline, desk: Desk) -> None:
    hotline("agents", "sign-in", "1002")
    rows = hotline("phones", "--json").json
    assert [(row["phone"], row["agent"]) for row in rows] == [("1001", ""), ("1002", "1002")]
    assert "not registered" in hotline("phones", "--all").out


def test_status_is_well_or_says_what_is_not(hotline: Hotline, desk: Desk) -> None:
    said = hotline("status")
    assert said.code == 0
    assert "2 of 40 registered" in said.out
    desk.health["redis"] = {"connected": False, "trouble": "Redis does not answer", "unsent_count": 12}
    desk.health["trunks"] = {"city": "Rejected"}
    said = hotline("status", "--json")
    assert said.code == 1
    assert said.json["findings"] == [
        "Redis is away, 12 records wait on disk: Redis does not answer",
        "trunk city: Rejected",
    ]


def test_pins(hotline: Hotline, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = hotline("agents", "pin", "1001", "--json").json
    pins = Pins(home, Secrets.load_or_create(home).site_key)
    assert first == {"agent": "1001", "own": False, "pin": pins.initial_pin(AgentId("1001"))}
    pins.set_pin(AgentId("1001"), "8642")
    said = hotline("agents", "pin", "1001")
    assert "8642" not in said.out
    assert "kept as a hash" in said.out
    assert hotline("agents", "pin", "1001", "--reset", "--json").json == first


def test_how_to_register_a_phone(hotline: Hotline) -> None:
    before = hotline("agents", "phone", "1001", "--json").json
    assert before["username"] == "1001"
    assert before["server"] == "127.0.0.1:5060"
    assert before["password"] in hotline("agents", "phone", "1001").out
    assert hotline("agents", "phone", "1001", "--new", "--json").json["password"] != before["password"]


def test_publish_refuses_mistakes_before_it_asks_the_router(hotline: Hotline, tmp_path: Path) -> None:
    said = hotline("publish", str(tmp_path))
    assert said.code == 1
    assert "site.yaml" in said.err


def test_schema_is_the_golden_file(hotline: Hotline) -> None:
    golden = DEMO.parents[1] / "docs" / "events.schema.json"
    assert hotline("schema", "records").out == golden.read_text()
    assert "### CallEnded" in hotline("schema", "records", "--markdown").out


def test_every_command_has_help(hotline: Hotline) -> None:
    for words in ([], ["agents"], ["calls"], ["queues"], ["phones"], ["status"], ["events"], ["publish"], ["schema"]):
        said = hotline(*words, "--help")
        assert said.code == 0
        assert "Usage: hotline" in said.out
