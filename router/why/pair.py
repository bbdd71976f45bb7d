"""Pure: why one agent does not get one waiting call, as the core stands at a moment."""

import msgspec

from router.acd.presence import FREE, availability
from router.acd.selection import STRATEGIES
from router.acd.spec import meets, need_text
from router.acd.waiting import Waiting
from router.control.call import TALKS, Leg, LegFor, LegStage
from router.control.desk import Desk
from router.core.ids import AgentId, CallId
from router.core.records import AgentState

GOT = "got_at"
RANG = "rang_now"
ORDER = "order"
"""The agent might have been rung, but another one came first."""

_OPEN = (LegStage.DIALLING, LegStage.RINGING, LegStage.ANSWERED)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps an agent from a call. ``code`` names the rule, ``blanks`` fill its sentence.

    ``key`` is the agent's by the queue's strategy, lower first, where only the order speaks against them.
    """

    code: str
    blanks: dict[str, str] = {}
    key: float | None = None


def findings(desk: Desk, call_id: CallId, agent: AgentId) -> tuple[Finding, ...] | None:
    """Return everything that keeps an agent from a call now, the most lasting first; None where it does not wait."""
    call, waiting = desk.state.calls.get(call_id), desk.state.waiting.get(call_id)
    if call is not None and call.stage in TALKS and call.agent == agent:
        return (Finding(code=GOT),)
    if call is None or waiting is None:
        return None
    rung = [leg for leg in desk.legs_of(call) if leg.purpose is LegFor.AGENT and leg.stage in _OPEN]
    if any(leg.agent == agent for leg in rung):
        return (Finding(code=RANG),)
    if agent not in desk.matcher.floor.agents:
        return (Finding(code="removed"),)
    found = [*_fitness(desk, waiting, agent), *_presence(desk, waiting, agent)]
    return tuple(found) if found else (_order(desk, waiting, agent, rung),)


def _fitness(desk: Desk, waiting: Waiting, agent: AgentId) -> list[Finding]:
    """Groups and skills: what does not change while the call waits, except by its steps."""
    spec = desk.matcher.floor.agents[agent]
    groups, need = desk.matcher.needed(waiting)
    found = []
    if not set(spec.groups) & set(groups):
        wide = set(desk.matcher.prospects(waiting).groups)
        if waiting.senior_groups and set(spec.groups) & wide:
            found.append(Finding(code="seniors", blanks={"want": ", ".join(groups)}))
        else:
            found.append(Finding(code="group", blanks={"have": ", ".join(spec.groups), "want": ", ".join(groups)}))
    if not meets(dict(spec.skills), need):
        have = " ".join(f"{skill}:{level}" for skill, level in spec.skills)
        found.append(Finding(code="skill", blanks={"need": need_text(need), "have": have}))
    if waiting.sticky and waiting.sticky != agent:
        found.append(Finding(code="sticky", blanks={"want": waiting.sticky}))
    return found


def _presence(desk: Desk, waiting: Waiting, agent: AgentId) -> list[Finding]:
    """State and phone: what the agent is doing."""
    status = desk.state.floor.agents.get(agent)
    if status is None:
        return [Finding(code="signed_out")]
    rule = availability(status, desk.state.floor.phones.get(status.phone))
    if rule == FREE:
        return []
    word, _, reason = rule.partition(":")
    other = desk.state.waiting.get(status.call) if status.call else None
    ahead = other is not None and other.key < waiting.key and not _fitness(desk, waiting, agent)
    if status.state in (AgentState.RESERVED, AgentState.RINGING) and other is not None and ahead:
        if other.tier < waiting.tier:
            return [Finding(code="better.emergency", blanks={"other": other.call})]
        return [Finding(code="better", blanks={"other": other.call, "span": str(waiting.key_ms - other.key_ms)})]
    blanks = {"phone": status.phone, "other": status.call or "", "reason": reason or status.reason, "state": word}
    return [Finding(code=word, blanks={name: text for name, text in blanks.items() if text})]


def _order(desk: Desk, waiting: Waiting, agent: AgentId, rung: list[Leg]) -> Finding:
    """Nothing but the order speaks against an agent who is free and fit."""
    queue = desk.matcher.floor.queues[waiting.queue]
    picked = next((leg.agent for leg in rung if leg.stage is LegStage.ANSWERED), None)
    if picked is not None:
        return Finding(code="connecting", blanks={"winner": picked})
    if agent in waiting.tried:
        return Finding(code="tried")
    if not desk.matcher.prospects(waiting).entitled:
        return Finding(
            code="reserve", blanks={"count": str(queue.reserve_count), "classes": ", ".join(queue.reserve_for)}
        )
    if not rung:
        return Finding(code="matched")
    key = STRATEGIES[queue.strategy](
        desk.state.floor.agents[agent], desk.matcher.floor.agents[agent], desk.matcher.needed(waiting)[1]
    )
    return Finding(code=ORDER, blanks={"winner": rung[-1].agent, "strategy": queue.strategy}, key=key)
