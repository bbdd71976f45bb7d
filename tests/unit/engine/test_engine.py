"""The engine: order of journal, commands and records; a clock that never goes back; a core that raises."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.adapters.journal import Journal
from router.adapters.journal_codec import Codec
from router.adapters.journal_replay import Makers, entries_after, recover
from router.adapters.outbox import START, Outbox
from router.callcontrol import CallControl
from router.core import commands, events, records
from router.core.ids import AgentId, ChannelId, PhoneName
from router.engine import BATCH_COUNT, FAULT_PAUSE_MS, Clock, Engine
from router.errors import RouterAway
from support.sites import NOON, small_site

KEY = b"k" * 32
SITES = {"v1": small_site()}
ARRIVED = events.CallArrived(channel=ChannelId("A1"), did="4001860", caller=events.Caller(number="+8613800138000"))


class Bench:
    """An engine with a hand-turned clock; ``sent`` keeps what left, with the journal's length at that moment."""

    def __init__(self, home: Path, core: Any = None) -> None:
        self.folder = home / "journal"
        self.now = NOON
        self.sent: list[tuple[commands.Command, int]] = []
        self.journal = Journal(self.folder, KEY, 0)
        self.outbox = Outbox(home / "outbox")
        self.core = core or CallControl(SITES, "v1")
        self.engine = Engine(
            self.core,
            journal=self.journal,
            outbox=self.outbox,
            execute=self._execute,
            clock=lambda: self.now,
        )

    def _execute(self, orders: Any) -> None:
        on_disk = sum(1 for _ in entries_after(self.folder, Codec(KEY), 0))
        self.sent.extend((order, on_disk) for order in orders)

    def entries(self) -> list[Any]:
        return list(entries_after(self.folder, Codec(KEY), 0))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_journal_has_the_event_before_a_command_leaves(bench: Bench) -> None:
    bench.engine.submit(ARRIVED)
    bench.engine.step()
    assert [type(order).__name__ for order, _ in bench.sent][:2] == ["SendRinging", "AnswerCall"]
    assert {on_disk for _, on_disk in bench.sent} == {1}
    assert bench.entries()[0].event == ARRIVED


def test_a_batch_is_one_write_and_keeps_its_order(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[int] = []
    append = bench.journal.append
    monkeypatch.setattr(bench.journal, "append", lambda lines: (writes.append(len(lines)), append(lines)))
    for number in range(3):
        bench.engine.submit(msgspec.structs.replace(ARRIVED, channel=ChannelId(f"A{number}")))
    bench.engine.step()
    assert writes == [3]
    assert [entry.event.channel for entry in bench.entries()] == ["A0", "A1", "A2"]


def test_a_large_backlog_is_taken_in_bites(bench: Bench) -> None:
    for _ in range(BATCH_COUNT + 1):
        bench.engine.submit(events.CallAnswered(channel=ChannelId("nobody")))
    bench.engine.step()
    assert bench.engine.load.waiting_count == 1
    assert bench.engine.load.handled_count == BATCH_COUNT


def test_timers_between_events_are_journalled_too(bench: Bench) -> None:
    bench.engine.submit(ARRIVED)
    bench.engine.step()
    [menu] = bench.core.open_playbacks()
    bench.engine.submit(events.PlaybackFinished(playback=menu))
    bench.engine.step()
    bench.engine.step()
    assert len(bench.entries()) == 2, "nothing due, nothing written"
    bench.now = bench.core.deadline() or 0
    bench.engine.step()
    assert [(entry.at_ms, entry.event) for entry in bench.entries()[2:]] == [(bench.now, None)]


async def test_ask_returns_what_its_event_led_to_and_nothing_else(bench: Bench) -> None:
    running = asyncio.create_task(bench.engine.run())
    bench.engine.submit(ARRIVED)
    asked = await bench.engine.ask(events.AgentSignInAsked(agent=AgentId("9"), phone=PhoneName("9")))
    assert [type(record) for record in asked] == [records.AskRefused]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(RouterAway):
        await bench.engine.ask(ARRIVED)


class Alarm:
    """A core that only wants to be called at its deadlines."""

    def __init__(self, deadlines: list[int]) -> None:
        self.deadlines = deadlines
        self.woken: list[int] = []
        self.done = asyncio.Event()

    def handle(self, event: events.Event, now: int) -> list[Any]:
        return []

    def expire(self, now: int) -> list[Any]:
        while self.deadlines and self.deadlines[0] <= now:
            self.woken.append(now - self.deadlines.pop(0))
        if not self.deadlines:
            self.done.set()
        return []

    def deadline(self) -> int | None:
        return self.deadlines[0] if self.deadlines else None


async def test_one_real_timer_wakes_the_core_at_its_deadlines(tmp_path: Path) -> None:
    clock = Clock()
    now = clock()
    alarm = Alarm([now - 5, now + 30, now + 31, now + 60])
    bench = Bench(tmp_path, alarm)
    bench.engine.clock = clock
    running = asyncio.create_task(bench.engine.run())
    async with asyncio.timeout(5):
        await alarm.done.wait()
    assert len(alarm.woken) == 4
    assert all(0 <= late < 1_000 for late in alarm.woken), "never early"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_what_is_queued_at_the_stop_is_still_handled(bench: Bench) -> None:
    bench.engine.submit(ARRIVED)
    bench.engine.stop()
    assert len(bench.entries()) == 1
    bench.engine.submit(ARRIVED)
    bench.engine.step()
    assert len(bench.entries()) == 1


class Broken(CallControl):
    """Raises at a key, after it has already noted something."""

    def handle(self, event: events.Event, now: int) -> list[Any]:
        out = super().handle(event, now)
        if isinstance(event, events.KeyPressed):
            raise ZeroDivisionError("a bug")
        return out


MAKERS = Makers(lambda config: Broken(SITES, "v1"), lambda state: Broken.restore(state, SITES), SITES.__getitem__)


def test_a_bug_of_the_core_costs_the_event_and_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(tmp_path, Broken(SITES, "v1"))
    bench.engine.submit(ARRIVED)
    bench.engine.submit(events.KeyPressed(channel=ChannelId("A1"), key="1"))
    bench.engine.submit(events.CallerHungUp(channel=ChannelId("A1")))
    bench.engine.step()
    assert bench.engine.load.fault_count == 1
    assert "KeyPressed" in caplog.text
    assert isinstance(bench.outbox.after(START, 99)[-1], records.CallEnded)
    assert [entry.error for entry in bench.entries()] == ["", "ZeroDivisionError('a bug')", ""]
    recovered = recover(bench.folder, KEY, MAKERS)
    assert recovered.strays == 0
    assert recovered.core.snapshot() == bench.engine.core.snapshot(), "a replay meets the same error at the same place"


def test_a_fault_no_longer_there_is_counted_at_replay(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Broken(SITES, "v1"))
    bench.engine.submit(ARRIVED)
    bench.engine.submit(events.KeyPressed(channel=ChannelId("A1"), key="1"))
    bench.engine.step()
    mended = Makers(lambda c: CallControl(SITES, "v1"), lambda s: CallControl.restore(s, SITES), SITES.__getitem__)
    assert recover(bench.folder, KEY, mended).strays == 1


def test_a_broken_timer_does_not_keep_the_router_busy(tmp_path: Path) -> None:
    class Stuck(CallControl):
        def expire(self, now: int) -> list[Any]:
            raise ZeroDivisionError

        def deadline(self) -> int:
            return NOON

    bench = Bench(tmp_path, Stuck(SITES, "v1"))
    for _ in range(5):
        bench.engine.step()
    assert bench.engine.load.fault_count == 1
    bench.now += FAULT_PAUSE_MS
    bench.engine.step()
    assert bench.engine.load.fault_count == 2


def test_an_event_that_cannot_be_written_never_reaches_the_core(bench: Bench) -> None:
    broken = events.Caller(number=None, name="\ud800")
    before = bench.engine.core.snapshot()
    bench.engine.submit(msgspec.structs.replace(ARRIVED, caller=broken))
    bench.engine.step()
    assert bench.engine.load.fault_count == 1
    assert bench.engine.core.snapshot() == before


def test_a_switch_that_raises_costs_no_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(orders: object) -> None:
        raise RuntimeError("not connected")

    monkeypatch.setattr(bench.engine, "_execute", refuse)
    bench.engine.submit(ARRIVED)
    bench.engine.step()
    assert bench.outbox.last.seq > 0


class Hands:
    """A wall clock and a steady one, set by hand, in seconds."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_000.0, 5.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def clock(self, not_before: int = 0) -> Clock:
        return Clock(not_before, lambda: self.wall, lambda: self.steady)


def test_the_clock_follows_the_wall() -> None:
    hands = Hands()
    clock = hands.clock()
    assert clock() == 1_000_000
    hands.pass_(2.5)
    assert clock() == 1_002_500


def test_a_wall_clock_set_back_neither_stops_nor_turns_time() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall -= 60
    assert clock() == 1_000_000
    hands.pass_(10)
    assert clock() == 1_009_000
    hands.pass_(1_000)
    assert clock() == int(hands.wall * 1000), "it has caught up"


def test_time_goes_on_behind_the_last_run() -> None:
    assert Hands().clock(not_before=1_500_000)() == 1_500_000
