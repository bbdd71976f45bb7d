"""Pure: what must always be true, checked while the line runs. What is found broken is recorded and healed.

None of this can happen as long as the machines are right. Should one be wrong all the same, the line goes on: a fact
that contradicts the others is put right, indexes are built anew, and no call is ever ended for it.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from router.acd.spec import Queue
from router.acd.standing import class_of
from router.acd.waiting import Waiting
from router.control.call import TALKS, WAITS, Call, CallEvent, Leg, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.ending import LINGER_MS
from router.core import commands
from router.core.ids import AgentId, CallId, QueueName
from router.core.records import AgentState, Alert
from router.core.turn import Turn

AGENTS_AT_ONCE = 1_000
"""So many agents are looked at in one check, so that calls do not feel it; the next check goes on behind them."""

_BEING_RUNG = frozenset({LegStage.DIALLING, LegStage.RINGING})
_RUNG = frozenset({AgentState.RESERVED, AgentState.RINGING})
_TALKS = frozenset({AgentState.TALKING, AgentState.HOLDING, AgentState.CONSULTING})
_WITHOUT_CALL = frozenset({AgentState.SIGNED_OUT, AgentState.READY, AgentState.PAUSED, AgentState.NOT_ANSWERING})


class Fault(NamedTuple):
    """Something that was not as it must be: ``kind`` of the alert, whom it is about, and what was done.

    ``reindex`` says that the matcher's index has to be built anew from the facts.
    """

    kind: str
    subject: str
    call: str
    done: str
    reindex: bool = False


def heal(desk: Desk, turn: Turn) -> None:
    """Check everything, put right what is wrong, and alert the supervisor of it; about 1 µs per agent looked at."""
    faults = [fault for check in _CHECKS for fault in check(desk, turn)]
    if any(fault.reindex for fault in faults):
        left = desk.agents.left
        desk.take_site()
        desk.agents.left = left
    lasting = []
    for fault in faults:
        known = f"{fault.kind} {fault.subject} {fault.call}"
        lasting.append(known)
        if known not in desk.state.faults:
            turn.note(
                Alert, kind=f"invariant_{fault.kind}", subject=fault.subject, call_id=fault.call, detail=fault.done
            )
    desk.state.faults = lasting


def _one_place_per_call(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """A call waits exactly where its stage says that it waits."""
    calls, places = desk.state.calls, desk.state.waiting
    for name, waiting in list(places.items()):
        call = calls.get(name)
        if call is None or call.stage not in WAITS:
            del places[name]
            yield Fault("place_without_call", waiting.queue, name, "place removed", True)
        elif waiting.queue != call.queue or not desk.matcher.knows(waiting):
            call.queue = waiting.queue
            yield Fault("place_not_indexed", waiting.queue, name, "index rebuilt", True)
    for call in list(calls.values()):
        if call.stage in WAITS and call.id not in places:
            places[call.id] = _place(desk, call, turn)
            yield Fault("call_without_place", call.queue, call.id, "put in line by when they asked", True)
        if desk.channels.get(call.channel) is not call:
            desk.channels[call.channel] = call
            yield Fault("channel_not_indexed", call.channel, call.id, "index corrected")


def _place(desk: Desk, call: Call, turn: Turn) -> Waiting:
    """The place a call has by when it asked and its class."""
    queue = desk.queue_of(call)
    call_class = class_of(call.call_class, desk.site_of(call).floor.classes)
    call.asked_at = call.asked_at or turn.now
    desk.state.wait_seq += 1
    return Waiting(
        call=call.id,
        queue=queue.name,
        tier=call_class.tier,
        key_ms=call.asked_at - call_class.head_start_ms - queue.weight_ms,
        seq=desk.state.wait_seq,
        asked_at=call.asked_at,
        privileged=not queue.reserve_count or call_class.tier == 0 or call_class.name in queue.reserve_for,
        offered=1 if call.stage in (Stage.CALLING_BACK, Stage.CONNECTING) else 0,
    )


def _offers_are_counted(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """As many phones ring for a waiting call as are counted, and each of them stops by itself some time."""
    for waiting in desk.state.waiting.values():
        call = desk.state.calls[waiting.call]
        if call.stage not in (Stage.WAITING, Stage.OFFERED) or not (waiting.offered or call.leg_count):
            continue
        rung = [leg for leg in desk.legs_of(call) if leg.purpose is LegFor.AGENT and leg.stage in _BEING_RUNG]
        if len(rung) != waiting.offered:
            told = f"{waiting.offered} phones counted, {len(rung)} ring"
            waiting.offered = len(rung)
            yield Fault("offers_miscounted", call.queue, call.id, told, True)
        if (call.stage is Stage.OFFERED) != bool(rung):
            call.apply(CallEvent.OFFERED if rung else CallEvent.NOT_TAKEN)
            yield Fault("offer_not_in_stage", call.queue, call.id, f"now {call.stage.value}", True)
        for leg in rung:
            yield from _rings_for_ever(desk, turn, call, leg)


def _rings_for_ever(desk: Desk, turn: Turn, call: Call, leg: Leg) -> Iterator[Fault]:
    owner = f"call:{call.id}"
    if not any(desk.timers.armed(owner, f"{name}:{leg.id}") for name in ("reach", "ring")):
        desk.timers.set(owner, f"ring:{leg.id}", turn.now + desk.queue_of(call).answer_within_ms)
        yield Fault("ring_without_end", leg.agent, call.id, "its time to answer begins anew")


def _legs_have_calls(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """A leg we dialled is for a call that there is."""
    for leg in list(desk.state.legs.values()):
        if leg.call not in desk.state.calls and leg.purpose is not LegFor.OPEN:
            turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id))
            desk.forget_leg(turn, leg)
            yield Fault("leg_without_call", leg.agent or leg.id, leg.call, "hung up")


def _agents_are_where_they_say(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """An agent who rings or talks does so for a call that there is; who is free is known to be; none rests for good."""
    rung = {leg.agent for leg in desk.state.legs.values() if leg.purpose in (LegFor.AGENT, LegFor.CONSULT)}
    agents = _next_agents(desk)
    for number in agents:
        status = desk.state.floor.agents[number]
        call = desk.state.calls.get(status.call) if status.call is not None else None
        named = status.call or ""
        if status.state in _RUNG:
            if number not in rung and (call is None or call.stage not in WAITS):
                desk.agents.passed(turn, number)
                yield Fault("ringing_for_nothing", number, named, "ready again")
        elif status.state in _TALKS:
            if call is None or call.stage is Stage.ENDED:
                desk.agents.talk_ended(turn, number, _queue_of(desk, call))
                yield Fault("talking_to_nobody", number, named, "in wrap-up")
        elif status.state in _WITHOUT_CALL and status.call is not None:
            status.call = None
            yield Fault("free_with_a_call", number, named, "call taken off")
        if status.resting and not desk.timers.armed(f"agent:{number}", "rest"):
            status.resting = False
            yield Fault("resting_for_good", number, "", "can be rung again", True)
    for number in desk.agents.misfiled(agents):
        yield Fault("agent_not_indexed", number, "", "index rebuilt", True)


def _next_agents(desk: Desk) -> list[AgentId]:
    """The agents whose turn it is: all of them, or on a large floor some more each time."""
    state = desk.state
    count = len(state.floor.agents)
    if count <= AGENTS_AT_ONCE:
        return list(state.floor.agents)
    first = state.checked_count % count
    state.checked_count = first + AGENTS_AT_ONCE
    return list(itertools.islice(state.floor.agents, first, first + AGENTS_AT_ONCE))


def _queue_of(desk: Desk, call: Call | None) -> Queue:
    """The queue of a call that may be gone: its wrap-up counts."""
    return Queue(name=QueueName(""), groups=()) if call is None or not call.queue else desk.queue_of(call)


def _one_call_per_agent(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """No agent is in two talks. Neither is ended for it; it stays an alert until one is over."""
    with_agent: dict[AgentId, CallId] = {}
    for call in desk.state.calls.values():
        if call.stage in TALKS and call.agent is not None:
            first = with_agent.setdefault(call.agent, call.id)
            if first != call.id:
                yield Fault("two_calls_of_agent", call.agent, call.id, f"also in {first}; left until one ends")


def _ended_is_forgotten(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """A call whose terminal record is out goes, at the latest when its time to linger is over."""
    for call in desk.state.calls.values():
        if call.stage is Stage.ENDED and not desk.timers.armed(f"call:{call.id}", "linger"):
            desk.timers.set(f"call:{call.id}", "linger", turn.now + LINGER_MS)
            yield Fault("ended_for_good", call.queue, call.id, "forgotten soon")


def _timers_have_owners(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """No timer fires for a call or an agent that there is not."""
    known: dict[str, Callable[[str], bool]] = {
        "call": lambda name: name in desk.state.calls,
        "code": lambda name: name in desk.state.codes,
        "agent": lambda name: name in desk.state.floor.agents,
        "message": lambda name: name in desk.state.messages,
        "callback": lambda name: name in desk.state.callbacks,
        "complaint": lambda name: name in desk.state.complaints,
    }
    for owner in desk.timers.owners():
        kind, _, name = owner.partition(":")
        if kind in known and not known[kind](name):
            desk.timers.cancel_all(owner)
            yield Fault("timer_of_nobody", owner, name if kind == "call" else "", "disarmed")


def _nobody_is_overlooked(desk: Desk, turn: Turn) -> Iterator[Fault]:
    """No call waits while an agent who may take it is idle, and reservations count who is."""
    for call in desk.matcher.overlooked():
        place = desk.state.waiting.get(call)
        yield Fault("call_overlooked", place.queue if place else "", call, "matched anew", True)
    for queue in desk.matcher.miscounted_reserves():
        yield Fault("reserve_miscounted", queue, "", "counted anew", True)


_CHECKS: tuple[Callable[[Desk, Turn], Iterator[Fault]], ...] = (
    _timers_have_owners,
    _legs_have_calls,
    _one_place_per_call,
    _offers_are_counted,
    _agents_are_where_they_say,
    _one_call_per_agent,
    _ended_is_forgotten,
    _nobody_is_overlooked,
)
"""In this order: what a later one looks up, an earlier one has made sure of."""
