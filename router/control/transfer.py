"""Pure: connecting a caller to somebody who is no agent: an extension, a phone, a number outside."""

from router.control.call import Call, CallEvent, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.dialling import dial, may_dial
from router.control.ending import Ending
from router.core import records
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.lines import Party
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr.orders import Reply, Transfer


class Transfers:
    """Callers on their way to somebody, or with them. The flow waits, and goes on where it comes to nothing."""

    def __init__(self, desk: Desk, ending: Ending) -> None:
        self._desk = desk
        self._ending = ending

    def begin(self, turn: Turn, call: Call, order: Transfer) -> Reply | None:
        """Ring the target. Returns the reply where that cannot be done at all."""
        party, refusal = self._party(call, order)
        if party is None:
            return Reply(status=refusal)
        self._desk.stop_playback(turn, call)
        call.apply(CallEvent.TRANSFER)
        call.transfer_kind, call.transfer_target = order.kind, order.target
        dial(self._desk, turn, call, party, order.ring_ms, LegFor.TRANSFER)
        self._desk.start_music(turn, call, order.music)
        return None

    def answered(self, turn: Turn, call: Call, leg: Leg) -> None:
        """They picked up: bring both together."""
        self._desk.timers.cancel(f"call:{call.id}", "party")
        self._desk.connect(turn, call)

    def connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """They hear each other: the flow is over."""
        leg.apply(LegEvent.BRIDGED)
        call.apply(CallEvent.TRANSFERRED)
        call.session, call.request, call.place = None, "", None
        if call.asked_at and not call.connected_at:
            call.wait_ms = turn.now - call.asked_at
        self._desk.note_call(
            turn,
            call,
            records.CallTransferred,
            kind=call.transfer_kind,
            target=call.transfer_target,
            rang_ms=leg.rang_ms(turn.now),
            by=call.sent_by,
            announced=call.announced,
            reason=call.sent_because,
            queue=call.queue,
        )

    def ended(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> Reply | None:
        """Their leg is gone. Returns the reply where the flow goes on."""
        if call.stage is Stage.AWAY:
            call.leg = None
            outcome = Outcome.ANSWERED if call.connected_at else Outcome.SENT_OUT
            self._ending.end(turn, call, outcome, "party", call.transfer_kind)
            return None
        if call.stage is not Stage.TRANSFERRING or leg.stage is LegStage.CLOSING:
            return None
        return self._back(turn, call, why.value if why is not LegEnd.CANCELLED else LegEnd.UNREACHABLE.value)

    def withdraw(self, turn: Turn, call: Call) -> None:
        """The caller chose something else while it rang."""
        assert call.leg is not None
        self._desk.close_leg(turn, self._desk.state.legs[call.leg])
        self._back(turn, call, "withdrawn")

    def not_connected(self, turn: Turn, call: Call, leg: Leg) -> Reply | None:
        """The bridge did not come about."""
        self._desk.close_leg(turn, leg)
        return self._back(turn, call, "unreachable")

    def timer(self, turn: Turn, call: Call) -> Reply | None:
        """They did not answer in time."""
        assert call.leg is not None
        leg = self._desk.state.legs[call.leg]
        rang = leg.stage is LegStage.RINGING
        self._desk.close_leg(turn, leg, HangUpReason.NO_ANSWER)
        return self._back(turn, call, "no_answer" if rang else "unreachable")

    def _back(self, turn: Turn, call: Call, status: str) -> Reply:
        self._desk.timers.cancel(f"call:{call.id}", "party")
        self._desk.drop_bridge(turn, call)
        self._desk.stop_music(turn, call)
        call.leg = None
        if not call.sent_by:
            call.apply(CallEvent.NOT_TRANSFERRED)
        call.request = ""
        return Reply(status=status)

    def _party(self, call: Call, order: Transfer) -> tuple[Party | None, str]:
        """Whom to ring for a transfer, or why nobody."""
        site = self._desk.site_of(call)
        if order.kind != "extension":
            party = Party(kind=order.kind, number=order.target)
            return (party, "") if may_dial(site, party) else (None, "refused")
        extension = site.extensions.get(order.target)
        if extension is None:
            return None, "missing"
        status = self._desk.extension(order.target)
        if not status.open:
            return None, "closed"
        if status.do_not_disturb:
            return None, "do_not_disturb"
        return Party(kind="phone", number=extension.phone), ""
