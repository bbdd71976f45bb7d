"""Pure: wrap-up codes, what an agent says of a call: what it was about, and whether no further call is needed."""

from router.acd.agent import AgentStatus
from router.control.desk import Desk
from router.core import records
from router.core.ids import AgentId, CallId, QueueName
from router.core.records import AgentState
from router.core.turn import Turn

ASK = "code_call"
"""What a refusal calls it."""


def code_call(desk: Desk, turn: Turn, agent: AgentId, code: str, solved: bool, by: str) -> bool:
    """Code the call that an agent is in or writes up. Returns whether it was possible; if not, why is noted."""
    known = desk.site.floor.wrap_up_codes
    status = desk.agents.in_service(turn, agent, ASK)
    if status is None:
        return False
    if code and code not in known:
        cure = f"use one of: {', '.join(known)}" if known else "list them under wrap_up_codes in site.yaml"
        return desk.agents.refuse(turn, agent, ASK, f"no wrap-up code {code!r}", cure)
    found = _call_of(desk, status)
    if found is None:
        cure = "code a call while you talk or before your wrap-up is over"
        return desk.agents.refuse(turn, agent, ASK, "neither in a call nor in wrap-up", cure)
    call, queue = found
    turn.note(records.CallCoded, call_id=call, queue=queue, agent=agent, code=code, solved=solved, by=by)
    return True


def code_by_phone(desk: Desk, turn: Turn, agent: AgentId, digits: str, solved: bool) -> bool:
    """Code an agent's call by the place of a code in the site's list (from 1), as it is dialled; "" gives none."""
    known = desk.site.floor.wrap_up_codes
    place = int(digits) if digits.isdecimal() else 0
    if digits and not 0 < place <= len(known):
        reason = f"there is no wrap-up code number {digits}"
        return desk.agents.refuse(turn, agent, ASK, reason, "see wrap_up_codes in site.yaml")
    code = known[place - 1] if digits else ""
    return code_call(desk, turn, agent, code, solved, "phone")


def _call_of(desk: Desk, status: AgentStatus) -> tuple[CallId, QueueName] | None:
    """The call an agent writes up, or has the caller of, and its queue."""
    if status.state is AgentState.WRAP_UP and status.wrapped is not None:
        return status.wrapped, status.served
    call = None if status.call is None else desk.state.calls.get(status.call)
    if call is None or call.agent != status.number or not call.connected_at:
        return None
    return call.id, call.queue
