"""Pure: dialling somebody who is no agent: a phone of ours or a number outside, and how long it may ring."""

from router.acd.agent import AgentStatus
from router.control.call import Call, Leg, LegFor
from router.control.desk import Desk
from router.core import commands, ids
from router.core.ids import Ms, PhoneName
from router.core.lines import Party
from router.core.turn import Turn
from router.site import Site

GIVE_UP_MARGIN_MS: Ms = 5_000
"""Asterisk's own time-out for a ring is this much later than ours."""


def dial_agent(
    desk: Desk, turn: Turn, call: Call, status: AgentStatus, purpose: LegFor, ring_ms: Ms, *, number: str
) -> Leg:
    """Dial an agent's phone for a call, which shows ``number``; Asterisk gives up a little after ``ring_ms``."""
    phone = desk.site.phones.get(status.phone)
    call.leg_count += 1
    leg = Leg(id=ids.leg_id(call.id, call.leg_count), call=call.id, purpose=purpose, agent=status.number)
    desk.state.legs[leg.id] = leg
    turn.order(
        commands.RingAgent(
            call=call.id,
            leg=leg.id,
            phone=status.phone,
            give_up_ms=ring_ms + GIVE_UP_MARGIN_MS,
            show_number=number,
            show_name=call.show or call.queue,
            auto_answer=phone is not None and phone.auto_answer,
        )
    )
    return leg


def may_dial(site: Site, party: Party) -> bool:
    """Say whether the site lets us ring a party: a phone it has, or a number allowed outside that is not our own."""
    if party.kind == "phone":
        return party.number in site.phones
    outside = site.outside
    return outside is not None and party.number not in site.dids and outside.may_ring(party.number)


def dial(desk: Desk, turn: Turn, call: Call, party: Party, ring_ms: Ms, purpose: LegFor) -> Leg:
    """Dial a party for a call; the caller has asked :func:`may_dial` before. A timer ``party`` ends the ring."""
    site = desk.site_of(call)
    call.leg_count += 1
    leg = Leg(id=ids.leg_id(call.id, call.leg_count), call=call.id, purpose=purpose)
    desk.state.legs[leg.id] = leg
    call.leg = leg.id
    give_up_ms = ring_ms + GIVE_UP_MARGIN_MS
    shown = call.caller.number or call.caller.raw
    if party.kind == "phone":
        leg.phone = party.number
        desk.agents.phone_engaged(turn, PhoneName(party.number), 1)
        turn.order(
            commands.RingAgent(
                call=call.id, leg=leg.id, phone=PhoneName(party.number), give_up_ms=give_up_ms, show_number=shown
            )
        )
    else:
        assert site.outside is not None
        turn.order(
            commands.RingOutside(
                call=call.id,
                leg=leg.id,
                trunk=site.outside.trunk,
                number=party.number,
                give_up_ms=give_up_ms,
                show_number=site.outside.show_number,
            )
        )
    desk.timers.set(f"call:{call.id}", "party", turn.now + ring_ms)
    return leg
