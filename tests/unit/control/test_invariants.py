"""The state broken by hand, one fault at a time: it is alerted once, healed, and no call is lost for it."""

from collections.abc import Callable

import pytest

from router.acd.agent import AgentStatus, PhoneStatus
from router.acd.waiting import Waiting
from router.control import invariants
from router.control.call import Call, Leg, LegStage, Stage
from router.core import commands, events, records
from router.core.ids import AgentId, CallId, ChannelId, PhoneName
from router.core.records import AgentState
from support.outside import Outside


class Broken(Outside):
    """A line to break: 1001 rings or talks, further callers wait."""

    def sign_in(self, agent: str) -> None:
        self.feed(events.PhoneReachabilityChanged(phone=PhoneName(agent), reachable=True))
        self.feed(events.AgentSignInAsked(agent=AgentId(agent), phone=PhoneName(agent)))

    def waits(self) -> Call:
        """A caller who waits."""
        channel = self.arrive("4001862")
        self.feed(events.CallAnswered(channel=channel))
        return self.core.desk.channels[channel]

    def talks(self) -> Call:
        """A caller who talks with the next agent."""
        call = self.waits()
        leg = self.core.desk.legs_of(call)[0].id
        self.feed(events.AgentLegRinging(leg=leg))
        self.feed(events.AgentLegAnswered(leg=leg))
        assert call.bridge is not None
        self.feed(events.LegsConnected(bridge=call.bridge))
        self.bridges[call.bridge] = True
        assert call.stage is Stage.TALKING
        return call

    def check(self) -> list[records.Alert]:
        """Let the core look; returns its alerts."""
        outputs = self.core.handle(events.HealthChecked(), self.now)
        self._take(outputs)
        return [output for output in outputs if isinstance(output, records.Alert)]


@pytest.fixture
def line() -> Broken:
    return Broken()


def healed(line: Broken, kind: str) -> records.Alert:
    """The fault is told, and after that everything is as it must be."""
    found = {alert.kind: alert for alert in line.check()}
    assert f"invariant_{kind}" in found, sorted(found)
    assert line.check() == []
    return found[f"invariant_{kind}"]


def test_a_sound_line_has_no_faults(line: Broken) -> None:
    line.sign_in("1001")
    line.talks()
    line.waits()
    assert line.check() == []


def test_a_place_without_its_call_is_removed(line: Broken) -> None:
    ghost = Waiting(call=CallId("t.1.c77"), queue=line.waits().queue, tier=1, key_ms=0, seq=99, asked_at=0)
    line.core.desk.state.waiting[ghost.call] = ghost
    line.core.desk.matcher.add(ghost)
    alert = healed(line, "place_without_call")
    assert (alert.call_id, alert.subject) == ("t.1.c77", "desk")
    assert "t.1.c77" not in line.core.desk.state.waiting
    line.sign_in("1001")
    assert len(line.legs) == 1, "the agent is rung for the call that is there"


def test_a_call_that_lost_its_place_is_put_in_line_by_when_it_asked(line: Broken) -> None:
    first = line.waits()
    line.advance(5_000)
    second = line.waits()
    line.core.desk.leave_queue(first)
    healed(line, "call_without_place")
    positions = [line.core.desk.matcher.position(line.core.desk.state.waiting[c.id]) for c in (first, second)]
    assert positions == [1, 2]
    line.sign_in("1001")
    assert first.stage is Stage.OFFERED


def test_offers_miscounted_do_not_hold_a_call_for_ever(line: Broken) -> None:
    call = line.waits()
    line.core.desk.state.waiting[call.id].offered = 1
    line.core.desk.take_site()
    line.sign_in("1001")
    assert call.stage is Stage.WAITING, "broken: somebody is free and the call is not matched"
    healed(line, "offers_miscounted")
    assert call.stage is Stage.OFFERED


def test_a_call_said_to_be_offered_while_nothing_rings_is_offered_again(line: Broken) -> None:
    line.sign_in("1001")
    call = line.waits()
    leg = line.core.desk.legs_of(call)[0]
    del line.core.desk.state.legs[leg.id]
    line.legs.pop(leg.id)
    healed(line, "offer_not_in_stage")
    line.advance(1_000)
    assert line.check() == []


def test_a_ring_without_an_end_gets_one(line: Broken) -> None:
    line.sign_in("1001")
    call = line.waits()
    leg = line.core.desk.legs_of(call)[0]
    line.core.desk.timers.cancel(f"call:{call.id}", f"reach:{leg.id}")
    assert healed(line, "ring_without_end").subject == "1001"
    line.advance(15_000)
    assert leg.stage is LegStage.CLOSING


def test_a_leg_of_no_call_is_hung_up(line: Broken) -> None:
    stray = Leg(id=ChannelId("t.1.c9.l1"), call=CallId("t.1.c9"))
    line.core.desk.state.legs[stray.id] = stray
    outputs = line.core.handle(events.HealthChecked(), line.now)
    assert commands.HangUpLeg(call=stray.call, channel=stray.id) in outputs
    assert stray.id not in line.core.desk.state.legs


@pytest.mark.parametrize("state", [AgentState.RESERVED, AgentState.RINGING])
def test_an_agent_who_rings_for_nothing_is_ready_again(line: Broken, state: AgentState) -> None:
    line.sign_in("1001")
    status = line.core.desk.state.floor.agents[AgentId("1001")]
    status.state, status.call = state, CallId("t.1.c9")
    line.core.desk.take_site()
    call = line.waits()
    assert call.stage is Stage.WAITING, "broken: nobody takes the call"
    assert healed(line, "ringing_for_nothing").subject == "1001"
    assert call.stage is Stage.OFFERED


@pytest.mark.parametrize("state", [AgentState.TALKING, AgentState.HOLDING])
def test_an_agent_who_talks_to_nobody_goes_into_wrap_up(line: Broken, state: AgentState) -> None:
    line.sign_in("1001")
    status = line.core.desk.state.floor.agents[AgentId("1001")]
    status.state, status.call = state, CallId("t.1.c9")
    line.core.desk.take_site()
    healed(line, "talking_to_nobody")
    assert status.state is AgentState.WRAP_UP
    line.advance(60_000)
    assert status.state is AgentState.READY


def test_a_free_agent_is_in_no_call(line: Broken) -> None:
    line.sign_in("1001")
    status = line.core.desk.state.floor.agents[AgentId("1001")]
    status.call = CallId("t.1.c9")
    healed(line, "free_with_a_call")
    assert status.call is None


def test_nobody_rests_for_good(line: Broken) -> None:
    line.sign_in("1001")
    line.core.desk.state.floor.agents[AgentId("1001")].resting = True
    line.core.desk.take_site()
    call = line.waits()
    assert call.stage is Stage.WAITING
    healed(line, "resting_for_good")
    assert call.stage is Stage.OFFERED


def test_an_agent_the_index_forgot_is_found_again(line: Broken) -> None:
    line.sign_in("1001")
    line.core.desk.matcher.busy(AgentId("1001"))
    call = line.waits()
    assert call.stage is Stage.WAITING
    healed(line, "agent_not_indexed")
    assert call.stage is Stage.OFFERED


def test_a_call_overlooked_is_matched(line: Broken) -> None:
    call = line.waits()
    line.core.desk.state.floor.agents[AgentId("1001")] = AgentStatus(
        number=AgentId("1001"), phone=PhoneName("1001"), state=AgentState.READY, since=line.now, idle_since=line.now
    )
    line.core.desk.state.floor.phones[PhoneName("1001")] = PhoneStatus(name=PhoneName("1001"), reachable=True)
    line.core.desk.take_site()
    line.core.desk.matcher._new_agents.clear()
    line.core.desk.matcher._new_calls.clear()
    healed(line, "call_overlooked")
    assert call.stage is Stage.OFFERED


def test_reservations_are_counted_anew() -> None:
    line = Broken(reserve_count=1, reserve_for=("vip",))
    line.sign_in("1001")
    line.sign_in("1002")
    line.core.desk.matcher._idle_count.clear()
    healed(line, "reserve_miscounted")
    assert line.waits().stage is Stage.OFFERED


def test_two_calls_of_one_agent_are_told_once_and_neither_is_cut(line: Broken) -> None:
    line.sign_in("1001")
    line.sign_in("1002")
    first, second = line.talks(), line.talks()
    second.agent = first.agent
    assert [alert.kind for alert in line.check()] == ["invariant_two_calls_of_agent"]
    assert line.check() == [], "told once"
    assert first.stage is second.stage is Stage.TALKING
    second.agent = AgentId("1002")
    assert line.check() == []
    second.agent = first.agent
    assert len(line.check()) == 1, "told again when it comes back"


def test_an_ended_call_is_forgotten_even_without_its_timer(line: Broken) -> None:
    line.sign_in("1001")
    call = line.talks()
    line.caller_leaves(call.channel)
    assert call.stage is Stage.ENDED
    line.core.desk.timers.cancel_all(f"call:{call.id}")
    healed(line, "ended_for_good")
    line.advance(10_000)
    assert call.id not in line.core.desk.state.calls


def test_a_timer_of_nobody_never_fires(line: Broken) -> None:
    line.core.desk.timers.set("call:t.1.c9", "answer", line.now + 1_000)
    healed(line, "timer_of_nobody")
    line.advance(2_000)


def _lose_channel(line: Broken, call: Call) -> None:
    del line.core.desk.channels[call.channel]


def _swap_place(line: Broken, call: Call) -> None:
    place = line.core.desk.state.waiting[call.id]
    line.core.desk.state.waiting[call.id] = Waiting(
        call=place.call, queue=place.queue, tier=place.tier, key_ms=place.key_ms, seq=place.seq, asked_at=place.asked_at
    )


@pytest.mark.parametrize(
    ("kind", "break_it"), [("channel_not_indexed", _lose_channel), ("place_not_indexed", _swap_place)]
)
def test_indexes_are_put_right(line: Broken, kind: str, break_it: Callable[[Broken, Call], None]) -> None:
    call = line.waits()
    break_it(line, call)
    healed(line, kind)
    line.caller_leaves(call.channel)
    assert call.stage is Stage.ENDED


def test_a_replay_heals_at_the_same_place(line: Broken) -> None:
    """The check is an event, so what it does is what a snapshot and replay do."""
    line.sign_in("1001")
    line.core.desk.state.floor.agents[AgentId("1001")].call = CallId("t.1.c9")
    line._reload()
    twin = Broken()
    twin.core = type(line.core).restore(line.core.snapshot(), line.sites)
    assert line.core.handle(events.HealthChecked(), line.now) == twin.core.handle(events.HealthChecked(), line.now)
    assert line.core.snapshot() == twin.core.snapshot()


def test_a_large_floor_is_looked_at_in_parts(line: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "AGENTS_AT_ONCE", 1)
    for agent in ("1001", "1002"):
        line.sign_in(agent)
        line.core.desk.state.floor.agents[AgentId(agent)].call = CallId("t.1.c9")
    assert [alert.subject for alert in (*line.check(), *line.check())] == ["1001", "1002"]
    assert line.check() == []
