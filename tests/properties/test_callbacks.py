"""Any course of events with callbacks: never two dials to one number, one open per number and queue, no place lost."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from router.acd.callback import CallbackState
from router.acd.callback_rules import CallbackRules, OfferRules
from router.control.call import WAITS
from router.core import events, records
from router.core.events import LegEnd
from router.core.ids import AgentId, ChannelId
from support.ringback import Floor, callback_site

AGENTS = ("1001", "1002", "1003")
NUMBERS = tuple(f"+861380013800{last}" for last in range(4))
ENDS = [LegEnd.BUSY, LegEnd.NO_ANSWER, LegEnd.REJECTED, LegEnd.UNREACHABLE]


class Course:
    """Callers, agents, customers, people at the command line, restarts: each does what it likes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        rules = CallbackRules(
            agent_first=self.random.random() < 0.5,
            tries=self.random.choice([1, 3]),
            spacing_ms=self.random.choice([10_000, 600_000]),
            expire_ms=self.random.choice([60_000, 86_400_000]),
            per_number=0,
            slot_count=self.random.choice([0, 2]),
        )
        offer = OfferRules(when_busy=True, every_ms=10_000)
        self.floor = Floor(callback_site(rules, offer, AGENTS, ring_count=1))
        self.floor.prompts_last = self.random.random() < 0.7
        self.floor.agents = {agent: self.random.choice(["rings", "answers", "busy"]) for agent in AGENTS}
        self.keys: dict[str, tuple[int, int, int]] = {}

    def choose(self, things):  # type: ignore[no-untyped-def]
        return self.random.choice(list(things))

    def step(self) -> None:
        floor = self.floor
        legs = list(floor.legs)
        callbacks = list(floor.core.desk.state.callbacks)
        actions = [
            lambda: floor.add(self.choose(NUMBERS), at_ms=self.choose([0, 0, floor.now + 50_000])),
            lambda: floor.feed(events.CallbackAddAsked(queue="alarm", number=self.choose(NUMBERS))),
            lambda: floor.sign_in(self.choose(AGENTS)),
            lambda: floor.sign_out(self.choose(AGENTS)),
            lambda: floor.advance(self.choose([100, 1_000, 5_000, 30_000, 600_000])),
            lambda: floor.advance(self.choose([100, 1_000, 5_000])),
            floor.played,
            floor.reload,
        ]
        if len(floor.callers) < 5:
            actions.append(
                lambda: floor.arrive(self.choose([*NUMBERS, "+8613800138999"]), self.choose(["4001862", "4001861"]))
            )
        if floor.callers:
            actions += [lambda: floor.leave(self.choose(floor.callers))]
            actions += [
                lambda: floor.press(self.choose(floor.callers), self.choose(["1", "2", "21", "3", "22138#"]))
            ] * 3
        if legs:
            leg = ChannelId(self.choose(legs))
            actions += [lambda: floor.answer(leg)] * 3
            actions += [lambda: floor.hang_up(leg, self.choose(ENDS))]
            actions += [lambda: floor.press(leg, self.choose("12*"))] * 2
        if callbacks:
            actions += [
                lambda: floor.feed(events.CallbackCancelAsked(callback=self.choose(callbacks))),
                lambda: floor.feed(events.CallbackRetryAsked(callback=self.choose(callbacks))),
            ]
        actions += [floor.restart, floor.asterisk_restarts] if self.random.random() < 0.1 else []
        self.choose(actions)()

    def check(self) -> None:
        core = self.floor.core
        state = core.desk.state
        seen: set[tuple[str, str]] = set()
        held: list[str] = []
        for cb in state.callbacks.values():
            assert (cb.number, cb.queue) not in seen, "two open callbacks of one number in one queue"
            seen.add((cb.number, cb.queue))
            assert self.keys.setdefault(cb.id, cb.place.key) == cb.place.key, "its place has changed"
            assert core.desk.matcher.knows(cb.place) == (cb.state is CallbackState.WAITING)
            assert (cb.call is not None) == (cb.state not in (CallbackState.PARKED, CallbackState.WAITING))
            assert cb.call is None or cb.call in state.calls
            assert cb.live is None or (cb.state is CallbackState.PARKED and cb.live in state.calls)
            held += [cb.held] if cb.held else []
            if cb.held:
                assert state.floor.agents[AgentId(cb.held)].held_for == cb.id
        assert len(held) == len(set(held))
        assert sum(bool(status.held_for) for status in state.floor.agents.values()) == len(held)
        for call in state.calls.values():
            assert (call.stage in WAITS) == (call.id in state.waiting)
        dialled = [
            call.party.number for call in state.calls.values() if call.party is not None and call.purpose == "callback"
        ]
        assert len(dialled) == len(set(dialled)), "two tries for one number at once"
        faults = core.handle(events.HealthChecked(), self.floor.now)
        assert not [one for one in faults if isinstance(one, records.Alert)], faults

    def drain(self) -> None:
        floor = self.floor
        for agent in AGENTS:
            floor.sign_out(agent)
        for _ in range(60):
            floor.played()
            for channel in list(floor.callers):
                floor.leave(channel)
            for leg in list(floor.legs):
                floor.hang_up(leg, LegEnd.NO_ANSWER)
            floor.advance(3_600_000)
        state = floor.core.desk.state
        assert not state.calls and not state.legs and not state.waiting
        assert not state.callbacks, "every callback comes to an end"
        booked = [one.callback for one in floor.noted("CallbackBooked")]  # type: ignore[attr-defined]
        ended = [one.callback for one in floor.noted("CallbackEnded")]  # type: ignore[attr-defined]
        assert sorted(booked) == sorted(ended), "one terminal record each"
        assert not [status for status in state.floor.agents.values() if status.held_for]


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 120))
def test_whatever_happens(seed: int, steps: int) -> None:
    course = Course(seed)
    for _ in range(steps):
        course.step()
        course.check()
    course.drain()


def test_courses_meet_everything() -> None:
    """The courses above are worth something only if callbacks really come to all their ends in them."""
    results: set[str] = set()
    ends: set[str] = set()
    for seed in range(60):
        course = Course(seed)
        for _ in range(120):
            course.step()
        results |= {one.result for one in course.floor.noted("CallbackTryEnded")}  # type: ignore[attr-defined]
        ends |= {one.result for one in course.floor.noted("CallbackEnded")}  # type: ignore[attr-defined]
    assert ends == {"kept", "taken_up", "expired", "cancelled"}
    assert {
        "kept",
        "busy",
        "no_answer",
        "voicemail",
        "no_agent",
        "agent_left",
        "caller_rang",
        "not_confirmed",
    } <= results


def run_day(agent_first: bool, seed: int) -> Floor:
    """50 callbacks and 5 agents, customers of all kinds and live callers between them, until all are over."""
    chance = random.Random(seed)
    numbers = [f"+86138001390{last:02}" for last in range(50)]
    kinds = ["answers", "answers", "answers", "rings", "busy", "rejected"]
    customers = {number.lstrip("+"): chance.choice(kinds) for number in numbers}
    agents = tuple(f"10{last:02}" for last in range(1, 6))
    rules = CallbackRules(agent_first=agent_first, tries=3, spacing_ms=120_000, ring_ms=20_000, per_number=0)
    floor = Floor(callback_site(rules, None, agents), **customers)
    floor.sign_in(*agents)
    for number in numbers:
        floor.add(number)
    for _ in range(2_000):
        if not floor.core.desk.state.callbacks:
            break
        if chance.random() < 0.05:
            floor.arrive(f"+86138001380{chance.randrange(10, 99)}")
        for bridge, (customer, agent) in list(floor.bridged.items()):
            if chance.random() < 0.2 and bridge in floor.bridged:
                floor.hang_up(chance.choice([leg for leg in (customer, agent) if leg in floor.legs]))
        for leg, whom in list(floor.legs.items()):
            if whom in numbers and chance.random() < 0.8:
                floor.press(leg, "1")
        dialled = [whom for whom in floor.legs.values() if whom in numbers]
        assert len(dialled) == len(set(dialled))
        unbridged = [
            leg
            for leg, whom in floor.legs.items()
            if whom in numbers and not any(leg in pair for pair in floor.bridged.values())
        ]
        assert len(unbridged) <= len(agents)
        floor.advance(3_000)
    return floor


def test_fifty_callbacks_and_five_agents_without_a_double_dial() -> None:
    """The floor refuses a second dial to a number that still rings; here all 50 come to an end, both ways."""
    for agent_first in (True, False):
        floor = run_day(agent_first, 7)
        ended = floor.noted("CallbackEnded")
        assert len(ended) == 50
        by = {result: sum(one.result == result for one in ended) for result in ("kept", "expired")}  # type: ignore[attr-defined]
        answering = sum(kind == "answers" for kind in floor.customers.values())
        assert by["kept"] >= answering * 0.9 and by["kept"] + by["expired"] == 50
