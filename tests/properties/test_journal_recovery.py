"""Whatever happens and wherever the router dies: what comes back from snapshot and journal is what was there."""

import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.adapters.journal import Journal
from router.adapters.journal_replay import SUFFIX, Makers, recover
from router.adapters.journal_segments import segments
from router.adapters.outbox import Outbox
from router.callcontrol import CallControl
from router.core import commands, events
from router.core.events import Event, LegEnd
from router.core.ids import AgentId, BridgeId, CallId, ChannelId, PhoneName, PlaybackId
from router.engine import Engine
from router.replica import make_snapshot
from support.sites import NOON, small_site

KEY = bytes(range(32))
SITES = {version: small_site(version) for version in ("v1", "v2")}
MAKERS = Makers(
    lambda config: CallControl(SITES, config or "v1"),
    lambda snapshot: CallControl.restore(snapshot, SITES),
    SITES.__getitem__,
)

channels = st.sampled_from([ChannelId("A1"), ChannelId("A2"), ChannelId("A3")])
calls = st.integers(1, 3).map(lambda number: f"t.1.c{number}")
legs = st.builds(lambda call, number: ChannelId(f"{call}.l{number}"), calls, st.integers(1, 2))
agents = st.sampled_from([AgentId("1001"), AgentId("1002")])

facts: st.SearchStrategy[Event] = st.one_of(
    st.builds(events.CallAnswered, channel=channels),
    st.builds(events.CallerHungUp, channel=channels),
    st.builds(events.KeyPressed, channel=channels, key=st.sampled_from("1290*#")),
    st.builds(lambda call, n: events.PlaybackFinished(playback=PlaybackId(f"{call}.pb{n}")), calls, st.integers(1, 2)),
    st.builds(events.AgentLegRinging, leg=legs),
    st.builds(events.AgentLegAnswered, leg=legs),
    st.builds(events.AgentLegEnded, leg=legs, why=st.sampled_from(LegEnd)),
    st.builds(lambda call: events.LegsConnected(bridge=BridgeId(f"{call}.b1")), calls),
    st.builds(events.AgentSignInAsked, agent=agents, phone=agents.map(PhoneName)),
    st.builds(events.AgentReadyAsked, agent=agents),
    st.builds(events.AgentPauseAsked, agent=agents, reason=st.just("break")),
    st.builds(events.PhoneReachabilityChanged, phone=agents.map(PhoneName), reachable=st.booleans()),
    st.just(events.SwitchLost()),
    st.just(events.SwitchSeen(channels=(events.SeenChannel(channel=ChannelId("A1"), up=True),))),
    st.sampled_from([events.SiteLoaded(config="v1"), events.SiteLoaded(config="v2")]),
    st.builds(lambda call, agent: events.PinChecked(call=CallId(call), agent=agent, correct=True), calls, agents),
)
OBEY = "obey"
"""A step: what the orders not answered yet lead to in the ordinary course."""

Course = list[tuple[int, Event | str]]
arrivals = st.builds(
    events.CallArrived,
    channel=channels,
    did=st.sampled_from(["4001860", "4001861", "4001862", "unknown"]),
    caller=st.just(events.Caller(number="+8613800138000")),
)
steps = st.one_of(st.just(OBEY), st.just(OBEY), facts, arrivals)
courses = st.lists(st.tuples(st.sampled_from([0, 1, 40, 700, 2_500, 16_000]), steps), min_size=20, max_size=60)


def answers_to(command: commands.Command) -> list[Event]:
    """What an order leads to when all goes well."""
    match command:
        case commands.AnswerCall(channel=channel):
            return [events.CallAnswered(channel=channel)]
        case commands.PlayPrompts(playback=playback):
            return [events.PlaybackFinished(playback=playback)]
        case commands.RingAgent(leg=leg):
            return [events.AgentLegRinging(leg=leg), events.AgentLegAnswered(leg=leg)]
        case commands.ConnectLegs(bridge=bridge):
            return [events.LegsConnected(bridge=bridge)]
    return []


class Line:
    """A core behind an engine with a journal, driven by hand."""

    def __init__(self, home: Path, segment_bytes: int) -> None:
        self.folder = home / "journal"
        self.now = NOON
        self.due: deque[Event] = deque()
        self.journal = Journal(self.folder, KEY, 0, segment_bytes=segment_bytes)
        self.outbox = Outbox(home / "outbox", segment_bytes=segment_bytes)
        self.core = MAKERS.fresh("v1")
        self.engine = Engine(
            self.core,
            journal=self.journal,
            outbox=self.outbox,
            execute=self._execute,
            clock=lambda: self.now,
        )
        self.states: list[bytes] = [state_of(self.core)]
        self.feed(events.RouterStarted(epoch=1, config="v1"))
        self.feed(
            events.PhonesSeen(
                phones=tuple(events.PhoneSeen(phone=n, reachable=True) for n in map(PhoneName, ("1001", "1002")))
            )
        )

        for agent in ("1001", "1002"):
            self.feed(events.AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(agent)))
        self.feed(events.SwitchSeen(channels=()))

    def _execute(self, orders: Sequence[commands.Command]) -> None:
        for order in orders:
            self.due.extend(answers_to(order))

    def feed(self, fact: Event | None) -> None:
        before = self.journal.entries
        if fact is not None:
            self.engine.submit(fact)
        self.engine.step()
        assert self.engine.load.fault_count == 0, "no course of events makes the core raise"
        if self.journal.entries > before:
            self.last_entry_at = self.now
        self.states.extend([state_of(self.core)] * (self.journal.entries - before))

    def course(self, course: Course) -> None:
        for wait_ms, fact in course:
            end = self.now + wait_ms
            while (deadline := self.core.deadline()) is not None and deadline <= end:
                self.now = max(self.now, deadline)
                self.feed(None)
            self.now = end
            if isinstance(fact, Event):
                self.feed(fact)
            else:
                for _ in range(len(self.due)):
                    self.feed(self.due.popleft())


def state_of(core: CallControl) -> bytes:
    return msgspec.json.encode(core.snapshot())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=courses, after=courses, segment_bytes=st.sampled_from([300, 2_000, 1_000_000]), snapshot=st.booleans())
def test_a_restart_anywhere_changes_nothing(before: Course, after: Course, segment_bytes: int, snapshot: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        line = Line(Path(home), segment_bytes)
        line.course(before)
        if snapshot:
            make_snapshot(line.folder, KEY, MAKERS)
        recovered = recover(line.folder, KEY, MAKERS, recorded_seq=line.outbox.last.seq)
        assert state_of(recovered.core) == state_of(line.core)
        assert (recovered.entries, recovered.epoch, recovered.last_ms) == (line.journal.entries, 1, line.last_entry_at)
        assert recovered.missing == ()
        assert recovered.strays == 0
        # and both go on alike, output for output
        for wait_ms, fact in after:
            if not isinstance(fact, Event):
                continue
            line.now += wait_ms
            outputs = [core.expire(line.now) + core.handle(fact, line.now) for core in (recovered.core, line.core)]
            assert outputs[0] == outputs[1]
        assert state_of(recovered.core) == state_of(line.core)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(course=courses, cut=st.integers(0, 400), records_kept=st.integers(0, 40))
def test_killed_while_writing_loses_only_the_torn_line(course: Course, cut: int, records_kept: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        line = Line(Path(home), 1_000_000)
        line.course(course)
        [(_, path)] = segments(line.folder, SUFFIX)
        whole = path.read_bytes()
        path.write_bytes(whole[: max(len(whole) - cut, 0)])
        recovered = recover(line.folder, KEY, MAKERS, recorded_seq=records_kept)
        assert state_of(recovered.core) == line.states[recovered.entries]
        assert whole[: len(whole) - cut].count(b"\n") == recovered.entries + 1 or recovered.entries == 0
        assert [record.seq for record in recovered.missing] == list(
            range(records_kept + 1, recovered.core.overview(line.now)["seq"] + 1)
        )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(course=courses)
def test_the_same_course_gives_the_same_bytes(course: Course) -> None:
    """Keys apart, which are encrypted with a nonce of their own each time."""
    written = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as home:
            line = Line(Path(home), 1_000_000)
            line.course([step for step in course if not isinstance(step[1], events.KeyPressed)])
            written.append(
                [path.read_bytes() for kind in ("journal", "outbox") for _, path in segments(Path(home) / kind, kind)]
            )
    assert written[0] == written[1]
