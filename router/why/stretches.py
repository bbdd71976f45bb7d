"""Pure: what the stream alone still knows of an agent during a call's wait, once the journal no longer reaches back."""

from collections.abc import Sequence

from router.acd.agent import IN_CALL
from router.acd.spec import Agent, Queue, meets, need_text
from router.core import records
from router.core.ids import AgentId, CallId, Ms
from router.core.records import AgentState, Record
from router.why.pair import GOT, RANG, Finding
from router.why.watch import Stretch

_RUNG = frozenset({AgentState.RESERVED, AgentState.RINGING})


def from_stream(
    call: CallId, agent: AgentId, found: Sequence[Record], spec: Agent | None, queue: Queue | None
) -> tuple[list[Stretch], list[Stretch]]:
    """Return what spoke against an agent during the wait, and when somebody else was rung, as the records tell it.

    ``found`` begins early enough to hold a change of the agent's state before the call asked, where there is one;
    ``spec`` and ``queue`` are those of the call's version of the site, None where that is gone. What records do not
    tell (reservations, phones resting, the order among free agents) is left out.
    """
    lasting = _unfit(spec, queue) if spec is not None and queue is not None else ()
    stretches: list[Stretch] = []
    decisions: list[Stretch] = []
    asked = False
    presence: Finding | None = None

    def add(now: Ms) -> tuple[Finding, ...]:
        now_found = (*lasting, presence) if presence is not None else lasting
        if stretches:
            last = stretches.pop()
            stretches.append(Stretch(first=last.first, last=now, found=last.found))
            if last.found == now_found:
                return now_found
        stretches.append(Stretch(first=now, last=now, found=now_found))
        return now_found

    for record in found:
        if isinstance(record, records.AgentStateChanged) and record.agent == agent:
            presence = _presence(record, call)
        elif isinstance(record, records.CallQueued) and record.call_id == call:
            asked = True
        elif isinstance(record, records.CallConnected) and record.call_id == call:
            if asked and record.agent == agent:
                presence, lasting = Finding(code=GOT), ()
            add(record.at_ms)
            break
        elif isinstance(record, records.CallEnded | records.QueueLeft) and record.call_id == call:
            add(record.at_ms)
            break
        if asked:
            now_found = add(record.at_ms)
            if isinstance(record, records.AgentRang) and record.call_id == call and record.agent != agent:
                decisions.append(Stretch(first=record.at_ms, last=record.at_ms, found=now_found))
    return stretches, decisions


def _unfit(spec: Agent, queue: Queue) -> tuple[Finding, ...]:
    """Groups and skills as the queue asks for them at first; its steps may ask for less later."""
    found = []
    steps_groups = {group for step in queue.steps for group in step.groups}
    if not set(spec.groups) & (set(queue.groups) | steps_groups):
        blanks = {"have": ", ".join(spec.groups), "want": ", ".join(queue.groups)}
        found.append(Finding(code="group", blanks=blanks))
    if not any(meets(dict(spec.skills), need) for need in (queue.need, *(step.need for step in queue.steps))):
        have = " ".join(f"{skill}:{level}" for skill, level in spec.skills)
        found.append(Finding(code="skill", blanks={"need": need_text(queue.need), "have": have}))
    return tuple(found)


def _presence(record: records.AgentStateChanged, call: CallId) -> Finding | None:
    """What an agent's state says against them; None where they are ready."""
    if record.state is AgentState.READY:
        return None
    if record.call_id == call and record.state in IN_CALL:
        return Finding(code=RANG if record.state in _RUNG else GOT)
    blanks = {"other": record.call_id, "reason": record.reason, "state": record.state.value}
    return Finding(code=record.state.value, blanks={name: text for name, text in blanks.items() if text})
