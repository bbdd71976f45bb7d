"""Pure: phones that stay connected: rung once when their agent signs in, then only bridged, without a ring."""

from router.control.call import Call, Leg, LegEvent, LegFor
from router.control.desk import Desk
from router.core import commands, ids
from router.core.commands import HangUpReason
from router.core.ids import AgentId, Ms
from router.core.turn import Turn

OPEN_WITHIN_MS: Ms = 30_000
_OPEN, _TO_AGENT = LegFor.OPEN, LegFor.AGENT
"""Members by name: see :mod:`router.acd.agent`."""


class OpenLines:
    """The legs of connected phones, between calls."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def opens(self, turn: Turn, agent: AgentId) -> None:
        """An agent has signed in: connect their phone, if it is one that stays connected."""
        desk = self._desk
        status = desk.state.floor.agents[agent]
        phone = desk.site.phones.get(status.phone)
        if phone is None or not phone.stays_connected:
            return
        desk.state.call_count += 1
        home = ids.call_id(desk.site.name, desk.state.epoch, desk.state.call_count)
        leg = Leg(id=ids.leg_id(home, 1), call=home, purpose=LegFor.OPEN, agent=agent)
        desk.state.legs[leg.id] = leg
        turn.order(
            commands.RingAgent(
                call=home,
                leg=leg.id,
                phone=status.phone,
                give_up_ms=OPEN_WITHIN_MS,
                show_name=desk.site.name,
                auto_answer=phone.auto_answer,
            )
        )

    def closes(self, turn: Turn, agent: AgentId) -> None:
        """An agent has signed out: their phone is disconnected."""
        self._desk.agents.line_opened(agent, None)
        for leg in self._desk.state.legs.values():
            if leg.agent == agent and leg.purpose is LegFor.OPEN:
                turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id, reason=HangUpReason.NORMAL))
                leg.apply(LegEvent.CLOSED)

    def answered(self, turn: Turn, leg: Leg) -> None:
        """The phone is connected."""
        self._desk.agents.line_opened(leg.agent, leg.id)
        turn.order(commands.HoldSilence(call=leg.call, channel=leg.id))

    def ended(self, turn: Turn, leg: Leg) -> None:
        """The phone has been hung up, or was never reached."""
        status = self._desk.state.floor.agents[leg.agent]
        if status.open_leg in (None, leg.id):
            self._desk.agents.line_closed(turn, leg.agent)

    def take(self, turn: Turn, call: Call, leg: Leg) -> None:
        """A call goes to a connected phone: no ring, it is only to be bridged."""
        leg.call, leg.purpose = call.id, _TO_AGENT
        leg.answered_at = turn.now
        leg.rang_at = 0  # it rang when the agent signed in, not for this call
        call.handed_over.append(leg.id)
        turn.order(commands.EndSilence(call=call.id, channel=leg.id))

    def settle(self, turn: Turn) -> None:
        """Legs that have left a call wait for the next one in silence."""
        for leg in self._desk.gone_home.values():
            if leg.purpose is _OPEN and leg.id in self._desk.state.legs:
                turn.order(commands.HoldSilence(call=leg.call, channel=leg.id))
        self._desk.gone_home.clear()
