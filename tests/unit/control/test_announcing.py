"""What waiting callers hear and when: places, forecasts, comfort; promises that do not grow; music that returns."""

from typing import Any

import msgspec
import pytest

from router.acd.learnt import Learnt
from router.acd.spec import AnnouncementPlan, EstimatePlan
from router.callcontrol import CallControl
from router.control import waits
from router.control.announcing import Hearing, Said
from router.control.call import Call
from router.control.door import QueueBoard
from router.core import commands, events, records
from router.core.events import Caller
from router.core.ids import AgentId, ChannelId, PhoneName, QueueName
from router.core.turn import Output, Turn
from router.site import Site
from support.sites import NOON, small_site

DESK = QueueName("desk")
ROUTER_WORDS = (
    "queue_position", "wait_between", "wait_up_to", "wait_under_minute", "wait_over_hour",
    "wait_passed", "wait_fewer", "wait_longer",
)  # fmt: skip
_WORDS = ("number", "between", "and", "minutes", "minute", *(str(digit) for digit in range(20)))
PLAN = AnnouncementPlan(first_after_ms=20_000, every_ms=60_000, gap_ms=10_000, comfort=("stay", "online"))


def site(**queue: Any) -> Site:
    plan = {"announcements": PLAN, "wrap_up_ms": 0} | queue
    made = small_site(**plan)
    names = ["stay", "online", *(f"router/{name}" for name in ROUTER_WORDS), *(f"words/{word}" for word in _WORDS)]
    prompts = {**made.script.prompts["en"], **{name: (f"sound:{name}",) for name in names}}
    return msgspec.structs.replace(made, script=msgspec.structs.replace(made.script, prompts={"en": prompts}))


class Line:
    """A core with callers who wait; ``played`` is what was played to each, ``music`` who hears music."""

    def __init__(self, **queue: Any) -> None:
        self.sites = {"v1": site(**queue)}
        self.core = CallControl(self.sites, "v1")
        self.now = NOON
        self.out: list[Output] = []
        self.feed(events.RouterStarted(epoch=1, config="v1"), events.SwitchSeen(channels=()))

    def feed(self, *facts: events.Event) -> list[Output]:
        self.out = self.core.expire(self.now)
        for fact in facts:
            self.out += self.core.handle(fact, self.now)
        return self.out

    def after(self, seconds: float) -> list[Output]:
        """Let time go by, timers firing when they are due."""
        until, out = self.now + round(seconds * 1_000), []
        while (due := self.core.deadline()) is not None and due <= until:
            self.now = max(due, self.now)
            out += self.core.expire(self.now)
        self.now = until
        return out

    def call(self, name: str, did: str = "4001862") -> Call:
        self.feed(events.CallArrived(channel=ChannelId(name), did=did, caller=Caller(number="+8610")))
        return self.core.desk.channels[ChannelId(name)]

    def sign_in(self, *agents: str) -> None:
        for agent in agents:
            phone = PhoneName(agent)
            self.feed(
                events.PhoneReachabilityChanged(phone=phone, reachable=True),
                events.AgentSignInAsked(agent=AgentId(agent), phone=phone),
            )

    def talk(self, name: str) -> Call:
        """A caller who gets the next agent."""
        call = self.call(name)
        leg = self.core.desk.legs_of(call)[0].id
        self.feed(events.AgentLegRinging(leg=leg), events.AgentLegAnswered(leg=leg))
        assert call.bridge is not None
        self.feed(events.LegsConnected(bridge=call.bridge))
        return call

    def finish(self, call: Call) -> list[Output]:
        """What plays to a caller is over."""
        assert call.playback is not None
        return self.feed(events.PlaybackFinished(playback=call.playback))

    def trust(self, within: float = 0.8, count: int = 100) -> None:
        """The queue's forecasts have been good so far."""
        learnt = self.core.desk.state.floor.learnt_of(DESK)
        learnt.accuracy.count, learnt.accuracy.within.value, learnt.accuracy.within.weight = count, within, 100


def heard(out: list[Output], call: Call) -> list[str]:
    """What was ordered to be played to a caller, by the prompts' names."""
    plays = [order for order in out if isinstance(order, commands.PlayPrompts) and order.call == call.id]
    return [uri.removeprefix("sound:").removeprefix("router/").removeprefix("words/") for o in plays for uri in o.media]


def orders(out: list[Output], call: Call) -> list[str]:
    return [type(order).__name__ for order in out if isinstance(order, commands.Command) and order.call == call.id]


def noted(out: list[Output], kind: type[records.Record]) -> list[Any]:
    return [record for record in out if isinstance(record, kind)]


def test_place_and_comfort_after_a_while_and_music_returns() -> None:
    line = Line()
    line.call("A")
    call = line.call("B")
    assert heard(line.after(19), call) == []
    out = line.after(2)
    assert heard(out, call) == ["queue_position", "number", "2", "stay"]
    assert orders(out, call) == ["StopMusic", "PlayPrompts"]
    line.after(8)
    assert orders(line.finish(call), call) == ["StartMusic"]


def test_not_more_often_than_set_and_comfort_in_turn() -> None:
    line = Line(announcements=msgspec.structs.replace(PLAN, say=("comfort",)))
    call = line.call("A")
    begun: list[float] = []
    for _ in range(30):
        out = line.after(10)
        for record in noted(out, records.Announced):
            begun.append((record.at_ms - NOON) / 1_000)
        if call.playback is not None:
            line.finish(call)
    assert begun == [20, 80, 140, 200, 260]
    assert call.wait_told is not None and call.wait_told.comfort_next == 5


def test_a_long_announcement_is_followed_by_music_before_the_next() -> None:
    line = Line(announcements=msgspec.structs.replace(PLAN, every_ms=15_000, gap_ms=10_000))
    call = line.call("A")
    line.after(20)
    line.after(30)
    line.finish(call)
    assert heard(line.after(9), call) == []
    assert heard(line.after(2), call)


def test_nothing_begins_while_a_phone_rings_and_an_answer_ends_it_at_once() -> None:
    line = Line(answer_within_ms=60_000)
    call = line.call("A")
    line.after(21)
    assert call.playback is not None
    line.sign_in("1001")
    leg = line.core.desk.legs_of(call)[0].id
    out = line.feed(events.AgentLegRinging(leg=leg), events.AgentLegAnswered(leg=leg))
    assert orders(out, call)[:2] == ["StopPlayback", "ConnectLegs"]
    other = line.call("B")
    line.sign_in("1002")
    line.feed(events.AgentLegRinging(leg=line.core.desk.legs_of(other)[0].id))
    assert heard(line.after(50), other) == []
    assert heard(line.after(15), other), "nobody picked up, and nothing is said any more"


def test_the_end_of_a_stopped_announcement_comes_late_and_means_nothing() -> None:
    line = Line()
    call = line.call("A")
    line.after(21)
    playback = call.playback
    assert playback is not None
    line.sign_in("1001")
    leg = line.core.desk.legs_of(call)[0].id
    line.feed(events.AgentLegRinging(leg=leg), events.AgentLegAnswered(leg=leg))
    assert orders(line.feed(events.PlaybackFinished(playback=playback)), call) == []
    assert call.bridge is not None
    line.feed(events.LegsConnected(bridge=call.bridge))
    assert line.after(300) == [] or not heard(line.after(0), call)


def test_no_music_over_an_announcement_when_a_connection_fails_or_the_switch_returns() -> None:
    line = Line()
    call = line.call("A")
    line.after(21)
    seen = events.SeenChannel(channel=call.channel, up=True)
    assert call.playback is not None
    out = line.feed(events.SwitchSeen(channels=(seen,), playbacks=(call.playback,)))
    assert "StartMusic" not in orders(out, call)
    out = line.feed(events.SwitchSeen(channels=(seen,)))
    assert orders(out, call).count("StartMusic") == 1 and call.playback is None


def test_a_restart_in_the_middle_changes_nothing() -> None:
    line = Line()
    call = line.call("A")
    line.after(21)
    twin = CallControl.restore(line.core.snapshot(), line.sites)
    assert call.playback is not None
    fact = events.PlaybackFinished(playback=call.playback)
    assert twin.handle(fact, line.now) == line.core.handle(fact, line.now)
    for seconds in (30, 61, 90):
        assert twin.expire(line.now + seconds * 1_000) == line.core.expire(line.now + seconds * 1_000)


def test_a_place_that_grew_is_told_with_its_reason() -> None:
    line = Line(announcements=msgspec.structs.replace(PLAN, say=("position",)))
    call = line.call("A")
    line.after(21)
    line.finish(call)
    vip = line.call("V", "4001860")
    line.feed(events.KeyPressed(channel=vip.channel, key="2"))
    assert vip.queue == DESK, "the VIP has not asked for a person"
    out = line.after(60)
    assert heard(out, call) == ["wait_passed", "queue_position", "number", "2"]
    assert [record.reason for record in noted(out, records.Announced) if record.call_id == call.id] == ["passed"]


def test_no_place_and_no_forecast_in_an_emergency() -> None:
    line = Line()
    queue = line.sites["v1"].floor.queues[QueueName("alarm")]
    line.sites["v1"].floor.queues[QueueName("alarm")] = msgspec.structs.replace(queue, announcements=PLAN)
    call = line.call("A", "4001861")
    assert heard(line.after(21), call) == ["stay"]


# --- forecasts ---


def waits_behind(line: Line) -> Call:
    """One agent talks, one caller waits before ours."""
    line.sign_in("1001")
    line.talk("T")
    line.call("A")
    return line.call("B")


def test_a_forecast_is_told_as_a_range_once_they_are_good_enough() -> None:
    line = Line(expected_handling_ms=120_000, estimate=EstimatePlan())
    call = waits_behind(line)
    out = line.after(21)
    assert heard(out, call) == ["queue_position", "number", "2", "stay"], "told although none has been judged"
    line.finish(call)
    line.trust()
    out = line.after(60)
    told = [record for record in noted(out, records.WaitEstimated) if record.call_id == call.id]
    assert [record.told for record in told] == [True]
    assert heard(out, call)[:4] == ["queue_position", "number", "2", "wait_up_to"]
    assert told[0].said_low_min * 60_000 <= told[0].low_ms and told[0].high_ms <= told[0].said_high_min * 60_000


@pytest.mark.parametrize(("within", "count"), [(0.5, 100), (0.9, 29)])
def test_silent_where_they_are_bad_or_few(within: float, count: int) -> None:
    line = Line(estimate=EstimatePlan(), announcements=msgspec.structs.replace(PLAN, say=("estimate",)))
    call = waits_behind(line)
    line.trust(within, count)
    assert heard(line.after(200), call) == []


def test_silent_where_nobody_serves() -> None:
    line = Line(estimate=EstimatePlan(), announcements=msgspec.structs.replace(PLAN, say=("estimate",)))
    line.trust()
    call = line.call("A")
    assert heard(line.after(200), call) == []


def only_estimates(**estimate: Any) -> tuple[Line, Call]:
    line = Line(
        expected_handling_ms=120_000,
        estimate=EstimatePlan(**estimate),
        announcements=msgspec.structs.replace(PLAN, say=("estimate",)),
    )
    line.sign_in("1001", "1002")
    line.talk("T1")
    line.talk("T2")
    line.call("A")
    call = line.call("B")
    line.trust()
    assert heard(line.after(21), call)[0] == "wait_up_to"
    line.finish(call)
    return line, call


def test_a_figure_that_grows_is_told_with_its_reason() -> None:
    line, call = only_estimates()
    assert call.wait_told is not None
    promised = call.wait_told.promised_at
    line.feed(events.AgentSignOutAsked(agent=AgentId("1002")))
    line.after(200)  # nothing has moved and the moment promised comes nearer
    out: list[Output] = []
    while not heard(out, call):
        out = line.after(10)
        if call.playback is not None:
            line.finish(call)
    said = heard(out, call)
    assert said[0] in ("wait_longer", "wait_fewer"), said
    assert call.wait_told.promised_at > promised


def test_a_figure_that_grows_is_not_told_where_the_queue_keeps_silent() -> None:
    line, call = only_estimates(explain=False)
    assert call.wait_told is not None
    promised = call.wait_told.promised_at
    for _ in range(60):
        line.after(10)
        if call.playback is not None:
            line.finish(call)
    assert call.wait_told.promised_at <= promised


def test_fewer_agents_is_said_to_be_the_reason() -> None:
    line, call = only_estimates()
    talking = next(c for c in line.core.desk.state.calls.values() if c.agent == "1002")
    line.feed(events.AgentSignOutAsked(agent=AgentId("1002")), events.CallerHungUp(channel=talking.channel))
    assert line.core.desk.state.waiting[call.id], "our caller has been given the agent"
    later: list[str] = []
    for _ in range(20):
        later += heard(line.after(10), call)
        if call.playback is not None:
            line.finish(call)
    assert "wait_fewer" in later and "wait_passed" not in later, later


def test_every_promise_told_later_than_the_one_before_has_a_reason() -> None:
    """Whatever happens in an hour of waiting: what grows is explained, and what does not, is not."""
    line, call = only_estimates()
    assert call.wait_told is not None
    promised, told = call.wait_told.promised_at, 0
    for step in range(360):
        out = line.after(10)
        if step % 40 == 20:
            vip = line.call(f"V{step}", "4001860")
            out += line.feed(events.KeyPressed(channel=vip.channel, key="2"))
        for record in noted(out, records.WaitEstimated):
            if record.call_id == call.id and record.told:
                told += 1
                assert bool(record.reason) == (call.wait_told.promised_at > promised), record
                promised = call.wait_told.promised_at
        if call.playback is not None:
            line.finish(call)
    assert told > 5


# --- judged ---


def test_a_forecast_is_judged_when_the_caller_is_connected() -> None:
    line = Line(expected_handling_ms=60_000, estimate=EstimatePlan(), announcements=None)
    line.sign_in("1001")
    talking = line.talk("T")
    call = line.call("A")
    made = noted(line.out, records.WaitEstimated)[0]
    assert (made.position, made.ahead, made.agents, made.told) == (1, 0, 1, False)
    line.after(50)
    line.feed(events.CallerHungUp(channel=talking.channel))
    line.feed(events.AgentLegEnded(leg=talking.leg or ChannelId(""), why=events.LegEnd.HUNG_UP))
    leg = line.core.desk.legs_of(call)[0].id
    line.feed(events.AgentLegRinging(leg=leg), events.AgentLegAnswered(leg=leg))
    assert call.bridge is not None
    out = line.feed(events.LegsConnected(bridge=call.bridge))
    (judged,) = noted(out, records.EstimateJudged)
    assert (judged.wait_ms, judged.answered, judged.within) == (50_000, True, True)
    accuracy = line.core.desk.state.floor.learnt_of(DESK).accuracy
    assert (accuracy.count, accuracy.within.value) == (1, 1)


def test_who_gives_up_early_judges_nothing_and_who_gives_up_late_a_miss() -> None:
    line = Line(expected_handling_ms=60_000, estimate=EstimatePlan(), announcements=None)
    line.sign_in("1001")
    line.talk("T")
    early, late = line.call("A"), line.call("B")
    line.after(10)
    assert noted(line.feed(events.CallerHungUp(channel=early.channel)), records.EstimateJudged) == []
    line.after(2_000)
    (judged,) = noted(line.feed(events.CallerHungUp(channel=late.channel)), records.EstimateJudged)
    assert (judged.answered, judged.within) == (False, False)


def test_nothing_is_foretold_where_the_queue_does_not_ask_for_it() -> None:
    line = Line(announcements=None)
    call = waits_behind(line)
    assert call.wait_told is None and noted(line.out, records.WaitEstimated) == []


def test_handling_is_learnt_with_wrap_up_and_hold() -> None:
    line = Line(wrap_up_ms=3_000)
    line.sign_in("1001")
    call = line.talk("T")
    line.after(20)
    line.feed(events.CallerHungUp(channel=call.channel))
    line.after(5)
    learnt: Learnt = line.core.desk.state.floor.learnt_of(DESK)
    assert (learnt.handling.weight, learnt.handling.value) == (1, 23_000)


def test_what_flows_see_of_a_queues_wait() -> None:
    line = Line(expected_handling_ms=120_000, wrap_up_ms=0)
    queue = line.sites["v1"].floor.queues[DESK]

    def seen() -> int | None:
        board = QueueBoard(line.core.desk, line.now)
        assert board["desk"].estimate_ms == waits.estimate_ms(line.core.desk, line.now, queue)
        return board["desk"].estimate_ms

    assert seen() is None, "nobody is there"
    line.sign_in("1001", "1002")
    assert seen() == 0
    line.talk("T1")
    line.talk("T2")
    assert seen() == pytest.approx(60_000, rel=0.01)
    line.call("A")
    assert seen() == pytest.approx(120_000, rel=0.1)
    line.feed(events.AgentPauseAsked(agent=AgentId("1001"), reason="break"))
    line.trust(within=0.3)
    assert seen() is None, "its forecasts are bad"


def test_agents_who_pause_or_cannot_be_reached_do_not_count() -> None:
    line = Line(expected_handling_ms=120_000)
    queue = line.sites["v1"].floor.queues[DESK]
    line.sign_in("1001", "1002", "1003")
    line.talk("T")
    line.feed(events.AgentPauseAsked(agent=AgentId("1002"), reason="break"))
    line.feed(events.PhoneReachabilityChanged(phone=PhoneName("1003"), reachable=False))
    line.call("A")
    made = waits.forecast_for_next(line.core.desk, line.now, queue)
    assert made is not None and (made.agents, made.ahead) == (1, 1)


# --- the slot that others fill ---


def test_an_offer_comes_last_and_keeps_announcements_away_while_it_is_considered() -> None:
    line = Line()
    call = line.call("A")

    def offer(turn: Turn, hearing: Hearing) -> Said:
        return Said(("sound:offer",))

    announcements = line.core.announcements
    announcements.slots["offer"] = offer
    assert heard(line.after(21), call)[-1] == "offer"
    announcements.hold(call)
    line.finish(call)
    assert heard(line.after(300), call) == []
    turn = Turn(line.now, line.core.desk.state.ledger, "v1")
    announcements.go_on(turn, call)
    assert heard(line.after(9), call) == []
    assert heard(line.after(2), call)[-1] == "offer"
