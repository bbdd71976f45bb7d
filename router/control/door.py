"""Pure: the beginning of a call's path: at the door, answered, and through the IVR's flow."""

from collections.abc import Iterator, Mapping

from router.control import waits
from router.control.announcing import Announcements
from router.control.asks import Asks
from router.control.call import Call, CallEvent, Stage
from router.control.desk import Desk
from router.control.duty import Duty
from router.control.ending import Ending
from router.control.messages import Messages
from router.control.queueing import Queueing
from router.control.tasks import ACCEPTED
from router.core import commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.ids import CallId, Ms, QueueName
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr import session as ivr
from router.ivr.effects import (
    AnyEffect,
    Ask,
    CancelTimer,
    DropMessage,
    End,
    Enqueue,
    KeepMessage,
    NoteScore,
    Play,
    PlayMusic,
    RecordTalk,
    SetTimer,
    Step,
    StopMusic,
    StopPlaying,
    Tag,
    Withdraw,
)
from router.ivr.orders import Reply

_ON_ANSWERED, _SURVEY = CallEvent.ANSWERED, Stage.SURVEY
"""Members by name: see :mod:`router.acd.agent`."""


class QueueBoard(Mapping[str, ivr.QueueView]):
    """The queues as flows see them, each counted only when a flow asks for it."""

    def __init__(self, desk: Desk, now: Ms) -> None:
        self._desk = desk
        self._now = now

    def __getitem__(self, name: str) -> ivr.QueueView:
        asked = [w.asked_at for w in self._desk.state.waiting.values() if w.queue == name and not w.patient]
        ready, signed_in = self._desk.agents.staff(QueueName(name))
        queue = self._desk.site.floor.queues.get(QueueName(name))
        return ivr.QueueView(
            waiting=len(asked),
            longest_wait_ms=self._now - min(asked, default=self._now),
            agents_ready=ready,
            agents_signed_in=signed_in,
            estimate_ms=waits.estimate_ms(self._desk, self._now, queue) if queue is not None else None,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._desk.site.floor.queues)

    def __len__(self) -> int:
        return len(self._desk.site.floor.queues)


class Door:
    """Callers who do not wait for a person (yet)."""

    def __init__(
        self,
        desk: Desk,
        queueing: Queueing,
        ending: Ending,
        asks: Asks,
        duty: Duty,
        announcements: Announcements,
    ) -> None:
        self._desk = desk
        self._asks = asks
        self._duty = duty
        self._queueing = queueing
        self._ending = ending
        self._announcements = announcements
        self._messages = Messages(desk)

    def arrived(self, turn: Turn, event: events.CallArrived) -> None:
        """A call is at the door: it hears ringing at once, and the line is answered as the site says."""
        if event.channel in self._desk.channels:
            self._desk.ignore(turn, event, event.channel, "this call is already here")
            return
        site = self._desk.site
        self._desk.state.call_count += 1
        call = Call(
            id=ids.call_id(site.name, self._desk.state.epoch, self._desk.state.call_count),
            channel=event.channel,
            did=event.did,
            caller=event.caller,
            trunk=event.trunk,
            diverted_from=event.diverted_from or "",
            config=self._desk.state.config,
            arrived_at=turn.now,
        )
        self._desk.state.calls[call.id] = call
        self._desk.channels[call.channel] = call
        turn.order(commands.SendRinging(call=call.id, channel=call.channel))
        if turn.wants(records.CallReceived):
            turn.note(
                records.CallReceived,
                call_id=call.id,
                did=call.did,
                caller=call.caller.number or call.caller.raw,
                withheld=call.caller.withheld,
                trunk=call.trunk,
                diverted_from=call.diverted_from,
            )
        if event.did not in site.dids:
            self._ending.end(turn, call, Outcome.TURNED_AWAY, "router", "unknown_number", reason=HangUpReason.REJECTED)
        elif site.answer_after_ms:
            self._desk.timers.set(f"call:{call.id}", "answer", turn.now + site.answer_after_ms)
        else:
            self.answer(turn, call)

    def answer(self, turn: Turn, call: Call) -> None:
        """Answer the line and begin the flow. Commands of one call keep their order, so nothing need be awaited."""
        site = self._desk.site_of(call)
        turn.order(commands.AnswerCall(call=call.id, channel=call.channel))
        call.apply(_ON_ANSWERED)
        self.begin(turn, call, site.dids[call.did].flow)

    def begin(self, turn: Turn, call: Call, flow: str, language: str = "") -> None:
        """Begin a flow with whoever is on the call's channel; without a language in the number's, else the site's."""
        site = self._desk.site_of(call)
        script, did = site.script, site.dids.get(call.did)
        language = language or (did.language if did is not None else "") or script.language
        call.session = ivr.Session(flow=flow, node="", language=language, variables=dict(call.fields))
        self._carry(turn, call, ivr.begin(script, call.session, self._view(turn, call)))

    def survey(self, turn: Turn, call: Call) -> None:
        """The agent has hung up, and the caller is asked how it was."""
        self.begin(turn, call, self._desk.queue_of(call).survey_flow, call.language)

    def answered(self, turn: Turn, event: events.CallAnswered) -> None:
        """Asterisk has answered the caller's leg."""
        call = self._desk.channels.get(event.channel)
        if call is None or call.line_answered_at or call.stage is Stage.ENDED:
            return  # a feature code's call, one answered again after a reconnect, or one gone meanwhile
        call.line_answered_at = turn.now
        line_ms = turn.now - call.arrived_at
        self._desk.note_call(
            turn, call, records.LineAnswered, line_ms=line_ms, line_rings=self._desk.rings(call, line_ms)
        )

    def _view(self, turn: Turn, call: Call) -> ivr.View:
        site = self._desk.site_of(call)
        return ivr.View(
            caller=call.caller.number or "",
            withheld=call.caller.withheld,
            did=call.did,
            diverted_from=call.diverted_from,
            clock=site.clock,
            now=turn.now,
            trunk=call.trunk,
            queues=QueueBoard(self._desk, turn.now),
            classes=self._desk.known_classes(call),
        )

    def _carry(self, turn: Turn, call: Call, effects: list[AnyEffect]) -> None:
        """Turn what the flow wants into commands."""
        reply: Reply | None = None
        refused: Reply | None = None
        for effect in effects:
            match effect:
                case Step():
                    if turn.wants(records.MenuStep):
                        self._note_step(turn, call, effect)
                case Enqueue() if call.stage is _SURVEY:
                    # hotline check reports such a flow; should one live all the same, nobody is asked for twice.
                    self._ending.end(turn, call, Outcome.ANSWERED, "router", "survey")
                case Enqueue():
                    call.show, call.data = effect.show, dict(effect.data)
                    refused = self._queueing.ask(turn, call, effect)
                case Play(media=media):
                    self._desk.play(turn, call, call.channel, media)
                case StopPlaying():
                    self._desk.stop_playback(turn, call)
                case SetTimer(name=name, after_ms=after_ms):
                    self._desk.timers.set(f"call:{call.id}", f"ivr:{name}", turn.now + after_ms)
                case CancelTimer(name=name):
                    self._desk.timers.cancel(f"call:{call.id}", f"ivr:{name}")
                case PlayMusic(music=music):
                    self._desk.start_music(turn, call, music)
                case StopMusic():
                    self._desk.stop_music(turn, call)
                case Ask(order=order):
                    reply = self._asks.ask(turn, call, order)
                case Withdraw():
                    self._asks.withdraw(turn, call)
                    reply = None
                case KeepMessage():
                    self._messages.keep(turn, call)
                case DropMessage():
                    self._messages.drop(turn, call)
                case NoteScore(question=question, score=score):
                    told = {"question": question, "score": score, "queue": call.queue, "agent": call.agent or ""}
                    self._desk.note_call(turn, call, records.ScoreGiven, **told)
                case RecordTalk(on=on, consent=consent):
                    call.record_talk, call.consent = on, consent
                case Tag(name=name):
                    call.tag = name
                case End(detail=detail) if detail == ACCEPTED and self._duty.accepted(turn, call):
                    pass
                case End(outcome=outcome, detail=detail):
                    self._ending.end(turn, call, Outcome(outcome), "router", detail)
        if reply is not None:
            self.replied(turn, call, reply)
        if refused is not None:
            self.left_queue(turn, call, refused)

    def _note_step(self, turn: Turn, call: Call, step: Step) -> None:
        self._desk.note_call(
            turn,
            call,
            records.MenuStep,
            flow=step.flow,
            node=step.node,
            node_type=step.node_type,
            result=step.result,
        )

    def left_queue(self, turn: Turn, call: Call, reply: Reply) -> None:
        """The queue did not take the caller, or not any longer: the flow goes on."""
        if call.session is not None:
            script = self._desk.site_of(call).script
            self._carry(turn, call, ivr.left_queue(script, call.session, self._view(turn, call), reply))

    def played(self, turn: Turn, event: events.PlaybackFinished) -> None:
        """What was played to a caller has been played, or could not be."""
        call = self._desk.state.calls.get(ids.call_of(event.playback))
        if call is None or call.playback != event.playback:
            return  # stopped by us, or its call is gone: the end of a playback always comes late then
        call.playback = None
        if call.stage in (Stage.WAITING, Stage.OFFERED):
            self._announcements.played(turn, call)
        elif call.session is not None:
            script = self._desk.site_of(call).script
            self._carry(turn, call, ivr.played(script, call.session, self._view(turn, call)))

    def reply_arrived(self, turn: Turn, event: events.ReplyArrived) -> None:
        """A lookup or a notice has been answered; one nobody asks for any more comes late and means nothing."""
        self.answer_to(turn, event.call, event.request, Reply(status=event.status, fields=event.fields))

    def answer_to(self, turn: Turn, call_id: CallId, request: str, reply: Reply) -> None:
        """Give the answer to a question of a call to its flow, if it still waits for it."""
        call = self._desk.state.calls.get(call_id)
        if call is not None and self._asks.settled(call, request):
            self.replied(turn, call, self._asks.judged(turn, call, reply))

    def recording_measured(self, event: events.RecordingFinished) -> None:
        """The length of a recording is known before anything follows from its end."""
        call = self._desk.state.calls.get(ids.call_of(event.recording))
        if call is not None:
            self._messages.recorded(call, event.recording, event.length_ms)

    def recording_finished(self, turn: Turn, event: events.RecordingFinished) -> None:
        """A recording of the caller is over and kept."""
        call = self._desk.state.calls.get(ids.call_of(event.recording))
        if call is None or call.message is None:
            self._messages.over(event.recording, event.length_ms)
        if call is not None and self._asks.settled(call, event.recording):
            self._messages.recorded(call, event.recording, event.length_ms)
            fields = {"recording": event.recording, "length_ms": str(event.length_ms)}
            self.replied(turn, call, Reply(status="failed" if event.failed else "ok", fields=fields))

    def replied(self, turn: Turn, call: Call, reply: Reply) -> None:
        """What the flow asked for outside has been answered."""
        if call.session is not None:
            script = self._desk.site_of(call).script
            self._carry(turn, call, ivr.replied(script, call.session, self._view(turn, call), reply))

    def key(self, turn: Turn, call: Call, key: str) -> None:
        """The caller pressed a key in the IVR."""
        if call.session is not None:
            script = self._desk.site_of(call).script
            self._carry(turn, call, ivr.key(script, call.session, self._view(turn, call), key))

    def timer(self, turn: Turn, call: Call, name: str) -> None:
        """A timer of the flow fired."""
        assert call.session is not None
        script = self._desk.site_of(call).script
        self._carry(turn, call, ivr.timer(script, call.session, self._view(turn, call), name))
