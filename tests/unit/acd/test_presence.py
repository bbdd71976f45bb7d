"""Who is free and why the others are not: counted as it changes, and always what a count by hand gives."""

from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_callcontrol_machine import Course

from router.acd.agent import AgentStatus, PhoneStatus
from router.acd.decision import ACROSS, passed_over
from router.acd.presence import Presence, availability
from router.core import events
from router.core.ids import AgentId, PhoneName
from router.core.records import AgentRang, AgentState, CallQueued
from support.history import History

GROUPS = ("inbound",)


def test_the_first_rule_that_applies_is_told() -> None:
    status = AgentStatus(number=AgentId("1"), state=AgentState.READY)
    phone = PhoneStatus(name=PhoneName("1"), reachable=True)
    assert availability(status, phone) == "free"
    assert availability(status, None) == "phone_unreachable"
    status.resting = True
    assert availability(status, phone) == "resting"
    phone.other_calls = 1
    assert availability(status, phone) == "phone_in_use"
    phone.reachable = False
    assert availability(status, phone) == "phone_unreachable"
    status.state, status.reason = AgentState.PAUSED, "meal"
    assert availability(status, phone) == "paused:meal"
    status.state = AgentState.WRAP_UP
    assert availability(status, phone) == "wrap_up"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 120))
def test_counts_are_those_of_a_count_by_hand(seed: int, steps: int) -> None:
    course = Course(seed)
    for _ in range(steps):
        course.outside.core.desk.agents.presence.counts(GROUPS)
        course.step()
        agents, state = course.outside.core.desk.agents, course.outside.core.desk.state.floor
        by_hand = Presence(
            course.outside.core.desk.matcher.floor,
            state.agents,
            lambda status, phones=state.phones: availability(status, phones.get(status.phone)),  # type: ignore[misc]
        )
        assert agents.presence.counts(GROUPS) == by_hand.counts(GROUPS)


def test_an_agent_of_several_groups_counts_in_the_first_asked_for() -> None:
    past = History()
    floor = past.core.desk.matcher.floor
    presence = Presence(floor, past.core.desk.state.floor.agents, lambda status: "free")
    assert presence.counts(("inbound", "vip")) == {"inbound": {"signed_out": 3}, "vip": {}}


def _queued(past: History) -> CallQueued:
    return [record for record in past.records if isinstance(record, CallQueued)][-1]


def _rang(past: History) -> AgentRang:
    return [record for record in past.records if isinstance(record, AgentRang)][-1]


def test_a_call_that_finds_nobody_says_why() -> None:
    past = History().sign_in("1001", "1002", "1003").ask("1001", pause="meal")
    past.feed(events.PhoneUseChanged(phone=PhoneName("1002"), channels=1))
    past.arrive("A").wait(1).arrive("B")
    assert _queued(past).passed_over == {"inbound": {"paused:meal": 1, "phone_in_use": 1, "reserved": 1}}


def test_the_agents_passed_over_and_the_one_rung_are_everybody_in_service() -> None:
    past = History(need=((("gas", 2),),)).sign_in("1001", "1002", "1003").arrive("A")
    assert _rang(past).passed_over == {ACROSS: {"skill": 2}}
    past = History().sign_in("1001", "1002", "1003").arrive("A")
    assert _rang(past).passed_over == {ACROSS: {"order": 2}}
    assert (_rang(past).won_by, _rang(past).runner_up, _rang(past).agent_came) == (past.now - 3_000, "1002", False)


def test_an_agent_kept_for_others_is_told_apart() -> None:
    past = History(reserve_count=1, reserve_for=("vip",)).sign_in("1001").arrive("A")
    assert _queued(past).queued
    assert _queued(past).passed_over == {"inbound": {"signed_out": 2}, ACROSS: {"reserve": 1}}


def test_asking_changes_nothing() -> None:
    past = History().sign_in("1001").ask("1001", pause="meal").arrive("A")
    waiting = next(iter(past.core.desk.state.waiting.values()))
    before = past.core.snapshot()
    passed_over(past.core.desk.matcher, past.core.desk.agents.presence, waiting, ringing=False)
    assert past.core.snapshot() == before
