"""Pure: somebody an agent consults: dialling them, and letting them go."""

from router.control.call import Call, Consult, Leg, LegEvent, LegFor, LegStage
from router.control.desk import Desk
from router.control.dialling import dial, dial_agent, may_dial
from router.core import commands, ids, records
from router.core.commands import HangUpReason
from router.core.ids import AgentId, Ms
from router.core.lines import Party
from router.core.records import AgentState
from router.core.turn import Turn

RING_MS: Ms = 30_000
"""How long a party that is no agent may ring."""
RINGING_TONE = "tone:ring"


def refusal(desk: Desk, call: Call, kind: str, target: str) -> tuple[str, str]:
    """Say why somebody cannot be rung for an agent, and what to do instead; ("", "") where they can."""
    if kind == "agent":
        return _agent_refusal(desk, call, AgentId(target))
    party = _party(desk, kind, target)
    if party is None:
        return f"no open extension {target!r}", "see extensions.yaml and `hotline extensions`"
    if not may_dial(desk.site_of(call), party):
        return (
            f"{target} may not be rung",
            "name a phone of agents.yaml, or a number that 'outside' of site.yaml allows",
        )
    return "", ""


def _agent_refusal(desk: Desk, call: Call, agent: AgentId) -> tuple[str, str]:
    status = desk.state.floor.agents.get(agent)
    if status is None or agent not in desk.site.floor.agents:
        return f"no agent {agent!r} is signed in", "see `hotline agents`"
    if agent == call.agent:
        return "that is the agent who asks", "name a colleague"
    if status.state is not AgentState.READY or not desk.matcher.is_idle(agent):
        return f"{agent} is {status.state.value} or their phone is not free", "ask a colleague who is ready"
    if status.open_leg is not None:
        return f"{agent}'s phone stays connected", "ask a colleague whose phone rings, or hand over to their queue"
    return "", ""


def _party(desk: Desk, kind: str, target: str) -> Party | None:
    if kind != "extension":
        return Party(kind=kind, number=target)
    extension = desk.site.extensions.get(target)
    if extension is None:
        return None
    status = desk.extension(target)
    return Party(kind="phone", number=extension.phone) if status.open and not status.do_not_disturb else None


def ring(desk: Desk, turn: Turn, call: Call, kind: str, target: str) -> Leg:
    """Ring whom an agent wants to speak with; :func:`refusal` has nothing against it."""
    if kind == "agent":
        return _ring_agent(desk, turn, call, AgentId(target))
    party = _party(desk, kind, target)
    assert party is not None
    agents_leg = call.leg
    leg = dial(desk, turn, call, party, RING_MS, LegFor.CONSULT)
    call.leg = agents_leg
    return leg


def _ring_agent(desk: Desk, turn: Turn, call: Call, agent: AgentId) -> Leg:
    status = desk.agents.reserve(turn, agent, call.id)
    within_ms = desk.queue_of(call).answer_within_ms
    leg = dial_agent(desk, turn, call, status, LegFor.CONSULT, within_ms, number=call.agent or "")
    desk.timers.set(f"call:{call.id}", "party", turn.now + within_ms)
    return leg


def let_go(desk: Desk, turn: Turn, call: Call, result: str) -> None:
    """The consultation is over, and whoever was asked is not needed any more."""
    consult = call.consult
    assert consult is not None
    stop_tone(turn, call, consult)
    desk.timers.cancel(f"call:{call.id}", "party")
    leg = desk.state.legs.get(consult.leg)
    if leg is not None and leg.purpose is LegFor.CONSULT and leg.stage is not LegStage.CLOSING:
        rung = leg.stage in (LegStage.DIALLING, LegStage.RINGING)
        leg.releases = bool(leg.agent) and not consult.talking_since
        desk.close_leg(turn, leg, HangUpReason.NO_ANSWER if rung else HangUpReason.NORMAL)
    if leg is not None and leg.agent and consult.talking_since:
        desk.agents.consult_over(turn, leg.agent)
    ended(desk, turn, call, result)


def ended(desk: Desk, turn: Turn, call: Call, result: str) -> None:
    """Note that a consultation is over."""
    consult, call.consult = call.consult, None
    assert consult is not None
    desk.note_leg(
        turn,
        call,
        records.ConsultEnded,
        kind=consult.kind,
        target=consult.target,
        result=result,
        talk_ms=turn.now - consult.talking_since if consult.talking_since else 0,
    )


def stop_tone(turn: Turn, call: Call, consult: Consult) -> None:
    """The agent need not hear any longer that it rings."""
    if consult.playback is not None:
        turn.order(commands.StopPlayback(call=call.id, playback=consult.playback))
        consult.playback = None


def play_tone(turn: Turn, call: Call, consult: Consult) -> None:
    """Let the agent hear that it rings."""
    assert call.leg is not None
    call.playback_count += 1
    consult.playback = ids.playback_id(call.id, call.playback_count)
    turn.order(commands.PlayPrompts(call=call.id, channel=call.leg, playback=consult.playback, media=(RINGING_TONE,)))


def picked_up(leg: Leg) -> bool:
    """Say whether whoever is asked has picked up."""
    return leg.stage in (LegStage.ANSWERED, LegStage.BRIDGED)


def hand_over(leg: Leg, purpose: LegFor) -> None:
    """The leg of whoever was asked belongs to the caller's talk from now on."""
    leg.purpose = purpose
    if leg.stage is LegStage.BRIDGED:
        leg.apply(LegEvent.HANDED_OVER)
