"""Pure: how a call ends: one terminal record, every leg and bridge closed, then forgotten."""

from router.control import consulted, waits
from router.control.call import TALKS, WAITS, Call, CallEvent, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.messages import Messages
from router.core import commands, records
from router.core.commands import HangUpReason
from router.core.ids import Ms
from router.core.records import SCHEMA_VERSION, Outcome
from router.core.turn import Turn

LINGER_MS: Ms = 5_000
"""How long an ended call waits for its legs to be reported gone before it asks again and forgets them."""

_ENDED, _SURVEY = Stage.ENDED, Stage.SURVEY
_ANSWERED = Outcome.ANSWERED
_TO_AGENT, _OPEN = LegFor.AGENT, LegFor.OPEN
_BRIDGED, _CLOSING = LegStage.BRIDGED, LegStage.CLOSING
_ON_ENDED = CallEvent.ENDED
"""Members by name: see :mod:`router.acd.agent`."""
_BY_THE_FLOW = frozenset({Outcome.SELF_SERVED, Outcome.TURNED_AWAY})
_WITH_SOMEBODY = TALKS | {Stage.AWAY}


class Ending:
    """The last part of every call's path."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._messages = Messages(desk)

    def caller_left(self, turn: Turn, call: Call) -> None:
        """The caller is gone: end everything that was for them."""
        call.caller_gone = True
        if call.stage is _ENDED:
            self.forget_if_closed(call)
            return
        if call.stage in TALKS:
            outcome, detail = _ANSWERED, ""
        elif call.stage is _SURVEY:
            outcome, detail = _ANSWERED, _SURVEY.value
        elif call.connected_at:
            outcome, detail = _ANSWERED, "sent_on"
        elif call.stage is Stage.AWAY:
            outcome, detail = Outcome.SENT_OUT, call.transfer_kind
        elif call.stage in WAITS or call.place is not None:
            short = turn.now - call.asked_at <= self._desk.queue_of(call).short_abandon_ms
            outcome, detail = Outcome.ABANDONED_SHORT if short else Outcome.ABANDONED, call.stage.value
        elif call.purpose and call.session is not None and (result := call.session.variables.get("result")):
            outcome, detail = Outcome.SELF_SERVED, str(result)
        else:
            outcome = Outcome.SELF_SERVED
            detail = {Stage.RINGING: "at_the_door", Stage.TRANSFERRING: "in_transfer"}.get(call.stage, "in_ivr")
        if call.stage not in _WITH_SOMEBODY:
            self._messages.caller_left(turn, call)
        self.end(turn, call, outcome, "caller", detail)

    def end(
        self,
        turn: Turn,
        call: Call,
        outcome: Outcome,
        ended_by: str,
        detail: str,
        reason: HangUpReason = HangUpReason.NORMAL,
    ) -> None:
        """End a call from any stage: one terminal record, every leg and bridge of it closed."""
        desk, was = self._desk, call.stage
        if was is _SURVEY:
            outcome, detail = _ANSWERED, detail or was.value  # whatever the survey comes to, they had their talk
        elif outcome in _BY_THE_FLOW:
            if call.callback_asked:
                outcome = Outcome.CALLBACK_BOOKED
            elif call.message_left:
                outcome = Outcome.MESSAGE_LEFT
            elif call.asked_at:
                outcome = Outcome.TURNED_AWAY  # a queue did not take them, or gave them back, and the flow ended
        desk.timers.cancel_all(f"call:{call.id}")
        call.session = call.offer = None
        if call.own_callback:
            desk.rejoined.append((call, outcome))
        if was in WAITS:
            wait_ms = turn.now - call.waits_since
            if call.connected_at:
                desk.note_call(turn, call, records.QueueLeft, queue=call.queue, why="hung_up", wait_ms=wait_ms)
            else:
                call.wait_ms = wait_ms
            waits.broken_off(desk, turn, call, lost_patience=ended_by == "caller")
            desk.leave_queue(call)
        if was in TALKS:
            if call.consult is not None:
                consulted.let_go(desk, turn, call, "hung_up")
            self.end_talk(turn, call, ended_by)
        for leg in desk.legs_of(call):
            if leg.stage is not _CLOSING and leg.id != call.channel:
                leg.releases = leg.purpose is _TO_AGENT and leg.stage is not _BRIDGED
                desk.close_leg(turn, leg)
                if leg.releases and leg.purpose is _OPEN:
                    leg.releases = False
                    desk.agents.passed(turn, leg.agent)
        if call.whispers:  # as few calls have any: saves 0.3 % of a simulated call
            self._stop_whispers(turn, call)
        desk.drop_bridge(turn, call)
        call.playback, call.request = None, ""
        if not call.caller_gone:
            turn.order(commands.HangUpLeg(call=call.id, channel=call.channel, reason=reason))
            if (own := desk.state.legs.get(call.channel)) is not None:
                own.apply(LegEvent.CLOSED)
        call.apply(_ON_ENDED)
        self._messages.call_over(call)
        if call.record_talk and call.connected_at and call.tag in desk.site_of(call).messages.talk_keep_types:
            turn.order(commands.KeepTalks(call=call.id))
        if call.purpose:
            self._note_outbound(turn, call, detail)
        else:
            self._note_ended(turn, call, outcome, ended_by, detail)
            if outcome is _ANSWERED and call.tag:
                desk.answered.append(call)
        self.forget_if_closed(call)
        if call.id in desk.state.calls:
            desk.timers.set(f"call:{call.id}", "linger", turn.now + LINGER_MS)

    def agent_left(self, turn: Turn, call: Call) -> None:
        """The agent hung up and the caller stays for the survey: the talk is over, the agent's wrap-up begins."""
        self._desk.timers.cancel_all(f"call:{call.id}")
        self.end_talk(turn, call, "agent")
        self._stop_whispers(turn, call)
        self._desk.drop_bridge(turn, call)
        call.apply(CallEvent.AGENT_LEFT)

    def _stop_whispers(self, turn: Turn, call: Call) -> None:
        for snoop in call.whispers.values():
            turn.order(commands.HangUpLeg(call=call.id, channel=snoop))
        call.whispers = {}

    def _note_outbound(self, turn: Turn, call: Call, result: str) -> None:
        self._desk.note_call(
            turn,
            call,
            records.OutboundEnded,
            purpose=call.purpose,
            ref=call.ref,
            party=call.party.number if call.party else "",
            result=result or ("talked" if call.connected_at else ""),
            answered=bool(call.line_answered_at),
            total_ms=turn.now - call.arrived_at,
        )
        self._desk.outbound_ended.append((call, result))

    def _note_ended(self, turn: Turn, call: Call, outcome: Outcome, ended_by: str, detail: str) -> None:
        if not turn.wants(records.CallEnded):
            return
        turn.put(
            records.CallEnded(
                seq=turn.next_seq(),
                at_ms=turn.now,
                v=SCHEMA_VERSION,
                config=call.config,
                call_id=call.id,
                outcome=outcome,
                queue=call.queue,
                agent=call.agent or "",
                asked=bool(call.asked_at),
                queued=call.queued,
                total_ms=turn.now - call.arrived_at,
                wait_ms=call.wait_ms,
                wait_rings=self._desk.rings(call, call.wait_ms),
                talk_ms=call.talk_ms,
                ended_by=ended_by,
                detail=detail,
                call_type=call.tag,
            )
        )

    def end_talk(self, turn: Turn, call: Call, ended_by: str) -> None:
        """An agent's part in a call is over; the call itself may go on elsewhere."""
        assert call.agent is not None
        if call.held_at:
            call.hold_ms += turn.now - call.held_at
            call.held_at = 0
        if call.talk_recording:
            turn.order(commands.StopRecordTalk(call=call.id, recording=call.talk_recording))
            call.talk_recording = ""
        talk_ms = turn.now - call.connected_at - call.hold_ms
        if not call.purpose and turn.wants(records.TalkEnded):  # a call of ours has records of its own
            self._desk.note_leg(turn, call, records.TalkEnded, talk_ms=talk_ms, hold_ms=call.hold_ms, ended_by=ended_by)
        call.talk_ms += talk_ms
        call.hold_ms = 0
        self._desk.agents.talk_ended(turn, call.agent, self._desk.queue_of(call))

    def lose(self, turn: Turn, call: Call, detail: str) -> None:
        """Give a call up because of a fault of ours or of the switch."""
        self.end(turn, call, Outcome.LOST, "router", detail)

    def forget_if_closed(self, call: Call) -> None:
        """Forget an ended call once neither the caller's leg nor an agent's is left of it."""
        known = call.id in self._desk.state.calls
        if known and call.stage is _ENDED and call.caller_gone and not self._desk.legs_of(call):
            self._forget(call)

    def forget_handed_over(self, turn: Turn, call: Call, result: str) -> None:
        """End a call of ours whose leg now belongs to another call: its record, and nothing is hung up."""
        self._desk.timers.cancel_all(f"call:{call.id}")
        call.session = None
        call.apply(CallEvent.ENDED)
        call.caller_gone = True
        self._note_outbound(turn, call, result)
        self._forget(call)

    def _forget(self, call: Call) -> None:
        self._desk.timers.cancel_all(f"call:{call.id}")
        del self._desk.channels[call.channel]
        del self._desk.state.calls[call.id]

    def linger(self, turn: Turn, call: Call) -> None:
        """Asterisk did not say in time that an ended call's legs are gone: order it once more and go on."""
        if not call.caller_gone:
            turn.order(commands.HangUpLeg(call=call.id, channel=call.channel))
        for leg in self._desk.legs_of(call):
            turn.order(commands.HangUpLeg(call=call.id, channel=leg.id))
            self._desk.forget_leg(turn, leg)
            if leg.releases:
                self._desk.agents.passed(turn, leg.agent)
        self._forget(call)
