"""Pure: calls of our own accord: ring somebody, walk them through a flow, and tell whoever wanted it how it went."""

from router.control.call import Call, CallEvent, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.dialling import dial
from router.control.ending import Ending
from router.core import ids, records
from router.core.commands import HangUpReason
from router.core.events import Caller, LegEnd
from router.core.ids import CallId, ChannelId, Ms
from router.core.lines import Party
from router.core.records import Outcome
from router.core.turn import Turn


class Outbound:
    """Calls we make. The flow is kept in ``did`` until they answer."""

    def __init__(self, desk: Desk, ending: Ending) -> None:
        self._desk = desk
        self._ending = ending

    def ring(
        self,
        turn: Turn,
        party: Party,
        *,
        purpose: str,
        ref: str,
        flow: str,
        attempt: int,
        ring_ms: Ms,
        fields: dict[str, str],
    ) -> CallId:
        """Ring a party (who may be rung: ``dialling.may_dial``) for a task.

        Its flow begins when they answer, with ``fields`` as variables.
        """
        state = self._desk.state
        state.call_count += 1
        number = ids.call_id(self._desk.site.name, state.epoch, state.call_count)
        call = Call(
            id=number,
            channel=ChannelId(""),
            did=flow,
            caller=Caller(raw=self._desk.site.outside.show_number if self._desk.site.outside else ""),
            trunk="",
            diverted_from="",
            config=state.config,
            arrived_at=turn.now,
            stage=Stage.DIALLING,
            purpose=purpose,
            ref=ref,
            party=party,
            fields=fields,
        )
        state.calls[call.id] = call
        leg = dial(self._desk, turn, call, party, ring_ms, LegFor.OUTBOUND)
        call.channel, call.leg = leg.id, None
        self._desk.channels[call.channel] = call
        self._desk.note_call(
            turn, call, records.OutboundRang, purpose=purpose, ref=ref, party=party.number, attempt=attempt
        )
        return call.id

    def answered(self, turn: Turn, call: Call, leg: Leg) -> None:
        """They picked up: whoever is told of it lets their flow begin."""
        self._desk.timers.cancel(f"call:{call.id}", "party")
        leg.apply(LegEvent.BRIDGED)
        call.line_answered_at = turn.now
        call.apply(CallEvent.ANSWERED)

    def ended(self, turn: Turn, call: Call, why: LegEnd) -> None:
        """Their leg is gone."""
        call.caller_gone = True
        if call.stage is Stage.ENDED:
            self._ending.forget_if_closed(call)
        elif call.stage in (Stage.DIALLING, Stage.CALLING_BACK):
            result = why.value if why is not LegEnd.CANCELLED else LegEnd.UNREACHABLE.value
            self._ending.end(turn, call, Outcome.SELF_SERVED, "party", result)
        else:
            self._ending.caller_left(turn, call)

    def timer(self, turn: Turn, call: Call) -> None:
        """They did not answer in time."""
        leg = self._desk.state.legs[call.channel]
        result = "no_answer" if leg.stage is LegStage.RINGING else "unreachable"
        self._ending.end(turn, call, Outcome.SELF_SERVED, "router", result, reason=HangUpReason.NO_ANSWER)
