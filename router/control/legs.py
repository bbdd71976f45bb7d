"""Pure: reports about legs that we dialled, and to whom they belong: an agent, a transfer, a call of our own."""

from router.control.call import Call, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.callbacks import is_callback
from router.control.calling_back import CallingBack
from router.control.consulting import Consulting
from router.control.desk import Desk
from router.control.door import Door
from router.control.duty import Duty
from router.control.ending import Ending
from router.control.open_lines import OpenLines
from router.control.outbound import Outbound
from router.control.ringing import Ringing
from router.control.transfer import Transfers
from router.core import commands, events, ids
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.ids import ChannelId
from router.core.turn import Turn
from router.ivr.orders import Reply

_CONNECTING = Stage.CONNECTING
"""A member by name: see :mod:`router.acd.agent`."""


class Legs:
    """Takes each report about a leg to the machine that dialled it."""

    def __init__(
        self,
        desk: Desk,
        ringing: Ringing,
        transfers: Transfers,
        outbound: Outbound,
        duty: Duty,
        open_lines: OpenLines,
        door: Door,
        ending: Ending,
        calling_back: CallingBack,
        consulting: Consulting,
    ) -> None:
        self._calling_back = calling_back
        self._consulting = consulting
        self._desk = desk
        self._duty = duty
        self._open_lines = open_lines
        self._ringing = ringing
        self._transfers = transfers
        self._outbound = outbound
        self._door = door
        self._ending = ending

    def ringing(self, turn: Turn, event: events.AgentLegRinging) -> None:
        """A phone we dialled says that it rings."""
        leg = self._desk.state.legs.get(event.leg)
        if leg is None or leg.stage is not LegStage.DIALLING:
            self._desk.ignore(turn, event, event.leg, "this leg is not being dialled")
            return
        leg.apply(LegEvent.RANG)
        leg.rang_at = turn.now
        if leg.purpose is LegFor.CONSULT:
            self._consulting.rang(turn, leg)
        elif leg.purpose is LegFor.AGENT:
            self._ringing.rang(turn, self._desk.state.calls[leg.call], leg)

    def answered(self, turn: Turn, event: events.AgentLegAnswered) -> None:
        """Somebody we dialled picked up."""
        leg = self._desk.state.legs.get(event.leg)
        if leg is None or leg.stage in (LegStage.ANSWERED, LegStage.BRIDGED):
            self._desk.ignore(turn, event, event.leg, "this leg is not being rung")
            return
        if leg.stage is LegStage.CLOSING:
            # Picked up in the moment we took the ring back: the phone must not sit in a dead call.
            turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id, reason=HangUpReason.ELSEWHERE))
            return
        leg.apply(LegEvent.ANSWERED)
        leg.answered_at = turn.now
        if leg.purpose is LegFor.OPEN:
            self._open_lines.answered(turn, leg)
            return
        call = self._desk.state.calls[leg.call]
        match leg.purpose:
            case LegFor.AGENT:
                self._ringing.taken(turn, call, leg)
            case LegFor.TRANSFER:
                self._transfers.answered(turn, call, leg)
            case LegFor.CONSULT:
                self._consulting.answered(turn, call, leg)
            case LegFor.OUTBOUND if is_callback(call):
                self._calling_back.answered(turn, call, leg)
            case LegFor.OUTBOUND:
                self._outbound.answered(turn, call, leg)
                self._door.begin(turn, call, call.did)

    def ended(self, turn: Turn, event: events.AgentLegEnded) -> None:
        """A leg we dialled is gone, for whatever reason."""
        leg = self._desk.state.legs.get(event.leg)
        if leg is None:
            self._desk.ignore(turn, event, event.leg, "no such leg")
            return
        self._desk.forget_leg(turn, leg)
        if (leg.agent and ids.call_of(leg.id) != leg.call) or leg.purpose is LegFor.OPEN:
            self._connected_phone_left(turn, leg, event.why)
            return
        call = self._desk.state.calls[leg.call]
        match leg.purpose:
            case LegFor.AGENT if call.stage is Stage.CONSULTING and call.leg == leg.id:
                self._consulting.agent_left(turn, call)
            case LegFor.AGENT:
                self._ringing.ended(turn, call, leg, event.why)
                self._begin_survey(turn, call)
            case LegFor.CONSULT:
                self._consulting.ended(turn, call, leg, event.why)
            case LegFor.TRANSFER:
                self._reply(turn, call, self._transfers.ended(turn, call, leg, event.why))
            case LegFor.OUTBOUND:
                self._outbound.ended(turn, call, event.why)
        self._ending.forget_if_closed(call)

    def _connected_phone_left(self, turn: Turn, leg: Leg, why: LegEnd) -> None:
        """The leg of a phone that stays connected is gone, in a call or between two."""
        call = self._desk.state.calls.get(leg.call)
        if call is not None and call.stage is Stage.CONSULTING and call.leg == leg.id:
            self._consulting.agent_left(turn, call)
        elif call is not None:
            self._ringing.ended(turn, call, leg, why)
            self._begin_survey(turn, call)
            self._ending.forget_if_closed(call)
        self._open_lines.ended(turn, leg)

    def _begin_survey(self, turn: Turn, call: Call) -> None:
        if call.stage is Stage.SURVEY and call.session is None:
            self._door.survey(turn, call)

    def connected(self, turn: Turn, event: events.LegsConnected) -> None:
        """Both legs of a call are in their bridge."""
        call = self._desk.state.calls.get(ids.call_of(event.bridge))
        if call is None or call.bridge != event.bridge or call.leg is None:
            self._desk.ignore(turn, event, event.bridge, "this bridge is not wanted any more")
        elif call.stage is _CONNECTING:
            self._ringing.connected(turn, call, self._desk.state.legs[call.leg])
        elif call.stage is Stage.TRANSFERRING:
            self._transfers.connected(turn, call, self._desk.state.legs[call.leg])
        elif call.stage is Stage.CONSULTING:
            self._consulting.connected(turn, call)
        # Else it was bridged anew after a reconnect, in the middle of a talk.

    def command_failed(self, turn: Turn, event: events.CommandFailed) -> None:
        """The switch refused an order. While it is away nothing is concluded: ``SwitchSeen`` settles it."""
        state = self._desk.state
        call, leg = state.calls.get(event.call), state.legs.get(ChannelId(event.target))
        if leg is not None and leg.purpose is LegFor.OPEN and state.switch_up:
            self.ended(turn, events.AgentLegEnded(leg=leg.id, why=LegEnd.UNREACHABLE, cause=0))
            return
        if call is None or not state.switch_up:
            self._desk.ignore(turn, event, event.target, f"{event.command} failed: {event.status} {event.reason}")
            return
        match event.command:
            case "RingAgent" | "RingOutside" if leg is not None:
                turn.order(commands.HangUpLeg(call=call.id, channel=leg.id))
                self.ended(turn, events.AgentLegEnded(leg=leg.id, why=LegEnd.UNREACHABLE, cause=0))
            case "ConnectLegs" if call.bridge == event.target and call.leg is not None:
                self._not_connected(turn, call)
            case "AnswerCall" if call.stage is not Stage.ENDED:
                self._ending.lose(turn, call, "answer_failed")
            case _:
                self._desk.ignore(turn, event, event.target, f"{event.command} failed: {event.status} {event.reason}")

    def timer(self, turn: Turn, call: Call) -> None:
        """Somebody who is no agent did not pick up in time."""
        if call.purpose:
            self._outbound.timer(turn, call)
        elif call.stage is Stage.CONSULTING:
            self._consulting.timer(turn, call)
        else:
            self._reply(turn, call, self._transfers.timer(turn, call))

    def _not_connected(self, turn: Turn, call: Call) -> None:
        assert call.leg is not None
        leg = self._desk.state.legs[call.leg]
        if call.stage is Stage.CONNECTING:
            self._ringing.connect_failed(turn, call, leg)
        elif call.stage is Stage.TRANSFERRING:
            self._reply(turn, call, self._transfers.not_connected(turn, call, leg))
        elif call.stage is Stage.CONSULTING:
            self._consulting.not_connected(turn, call)

    def _reply(self, turn: Turn, call: Call, reply: Reply | None) -> None:
        if reply is not None and call.place is not None:
            self._duty.rejoin(turn, call)
        elif reply is not None and call.sent_by:
            self._consulting.transfer_failed(turn, call)
        elif reply is not None:
            self._door.replied(turn, call, reply)
