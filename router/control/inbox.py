"""Pure: the messages callers have left, as work: claimed, done, late, too old; and recordings that are to be erased.

A message is here from the moment it is kept until it is deleted or too old. Its recording is erased after that, and the
order is given again at every start until the file is known to be gone.
"""

from typing import Any

from router.acd.overlays import laid_over
from router.control.call import Call, MessageDraft
from router.control.desk import Desk
from router.control.message import Message, MessageEvent, MessageStage
from router.core import commands, events, records
from router.core.boxes import Box
from router.core.ids import AgentId, CallId, Ms
from router.core.numbering import to_e164
from router.core.turn import Turn
from router.ivr.session import Session, shown

ERASE_AGAIN_MS: Ms = 3_600_000
"""When a recording that could not be erased is tried again."""
MAX_NOTE = 1_000


class Inbox:
    """The messages of all boxes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # --- new ones ---

    def left(self, turn: Turn, call: Call, draft: MessageDraft, length_ms: Ms) -> None:
        """A caller has left a message: it is work from now on."""
        message = Message(
            id=self._mint(),
            box=draft.box,
            recording=draft.recording,
            left_at=turn.now,
            length_ms=length_ms,
            call_id=call.id,
            did=call.did,
            caller=call.caller.number or call.caller.raw,
            caller_name=call.caller.name,
            call_class=call.call_class or next(iter(self._desk.known_classes(call)), ""),
            call_type=call.tag,
            language=call.session.language if call.session is not None else call.language,
            queue=call.queue,
            answers=_answers(call.session) if call.session is not None else {},
        )
        self._keep(turn, message)
        self._desk.note_call(
            turn,
            call,
            records.MessageLeft,
            box=draft.box,
            recording=draft.recording,
            length_ms=length_ms,
            did=message.did,
            caller=message.caller,
            message=message.id,
            queue=message.queue,
            agent=call.agent or "",
            call_class=message.call_class,
            language=message.language,
            answers=message.answers,
            at_due_ms=message.due_at,
        )

    def found(self, turn: Turn, event: events.MessageFound) -> None:
        """A recording that nobody knew of was found: Asterisk took it by itself, or the router died over it."""
        if event.recording in self._desk.state.erasing or any(
            message.recording == event.recording for message in self._desk.state.messages.values()
        ):
            self._desk.ignore(turn, event, event.recording, "this message is known")
            return
        message = Message(
            id=self._mint(),
            box=self._desk.site.messages.away,
            recording=event.recording,
            left_at=event.left_at,
            length_ms=event.length_ms,
            did=event.did,
            caller=event.caller.number or event.caller.raw,
            caller_name=event.caller.name,
        )
        self._keep(turn, message)
        turn.note(
            records.MessageReceived,
            recording=event.recording,
            did=event.did,
            caller=message.caller,
            left_at_ms=event.left_at,
            length_ms=event.length_ms,
            message=message.id,
            box=message.box,
            at_due_ms=message.due_at,
        )

    def measured(self, recording: str, length_ms: Ms) -> None:
        """The true length of a recording has come after its message was kept (the caller had hung up)."""
        for message in reversed(self._desk.state.messages.values()):
            if message.recording == recording:
                message.length_ms = length_ms or message.length_ms
                return

    def call_over(self, call: Call) -> None:
        """A call that left messages is over: the type its flow gave it in the end counts for how long they are kept."""
        for message in self._desk.state.messages.values():
            if message.call_id == call.id:
                message.call_type = call.tag

    # --- work ---

    def asked(self, turn: Turn, event: events.MessageAsked) -> None:
        """An agent or supervisor does something with a message."""
        message = self._desk.state.messages.get(event.message)
        if message is None:
            self._refuse(turn, event, f"there is no message {event.message!r}", "see: hotline messages list")
            return
        if not self._may(turn, event, message):
            return
        match event.ask:
            case "claim":
                self._claim(turn, event, message)
            case "release":
                self._open_again(turn, event, message, MessageEvent.RELEASED, "nobody has message {id}")
            case "reopen":
                self._open_again(turn, event, message, MessageEvent.REOPENED, "message {id} is not done")
            case "done":
                self._done(turn, event, message)
            case "delete":
                self._delete(turn, message, MessageEvent.DELETED, "asked", event.by)

    def delete_of_caller(self, turn: Turn, event: events.CallerMessagesAsked) -> None:
        """All messages of one caller are to go, with their recordings: the caller has asked for it."""
        wanted = self._number(event.caller)
        found = [m for m in self._desk.state.messages.values() if wanted and self._number(m.caller) == wanted]
        if not found:
            reason, cure = f"{event.caller!r} has left no message", "write the number as the list shows it"
            turn.note(records.AskRefused, agent=AgentId(""), ask="delete_messages", reason=reason, cure=cure)
        for message in found:
            self._delete(turn, message, MessageEvent.DELETED, "caller", event.by)

    def delete(self, turn: Turn, message: Message, by: str) -> None:
        """A message goes, with its recording, because its caller is to be forgotten."""
        self._delete(turn, message, MessageEvent.DELETED, "caller", by)

    def timer(self, turn: Turn, subject: str, name: str) -> None:
        """A deadline of a message: the alert before it, the deadline itself, or the end of a claim."""
        message = self._desk.state.messages[subject]
        match name:
            case "alert":
                left_s = (message.due_at - turn.now) // 1000
                self._alert(turn, "message_due", message, f"{message.id} is to be answered within {left_s} s")
            case "due":
                message.late = True
                self._alert(turn, "message_late", message, f"{message.id} should be answered by now")
            case "claim" if message.can(MessageEvent.RELEASED):
                self._reopen(turn, message, MessageEvent.RELEASED, "timeout", "")
            case _:
                pass

    def site_changed(self, turn: Turn) -> None:
        """A new version of the site may keep messages for longer, or not so long."""
        self._arm_sweep(turn)

    def sweep(self, turn: Turn) -> None:
        """Delete what has grown too old."""
        for message in list(self._desk.state.messages.values()):
            too_old_at = self._too_old_at(message)
            if too_old_at is not None and too_old_at <= turn.now:
                if message.stage is not MessageStage.DONE:
                    self._alert(turn, "message_expired", message, f"{message.id} was never answered")
                self._delete(turn, message, MessageEvent.EXPIRED, "age", "")
        self._arm_sweep(turn)

    def rows(self, now: Ms, wanted: str = "", *, done_too: bool = False) -> list[dict[str, object]]:
        """Return messages as plain data, the oldest first: the one ``wanted``, else all that are (not) done."""
        messages = self._desk.state.messages
        if wanted:
            return [self._row(messages[wanted], now)] if wanted in messages else []
        done = MessageStage.DONE
        return [self._row(message, now) for message in messages.values() if done_too or message.stage is not done]

    def open_rows(self) -> list[dict[str, object]]:
        """Return the messages nobody has answered yet, as the present has them."""
        return [
            {
                "message": message.id,
                "box": message.box,
                "queue": message.queue,
                "state": message.stage.value,
                "agent": message.agent,
                "left_at_ms": message.left_at,
                "due_ms": message.due_at,
            }
            for message in self._desk.state.messages.values()
            if message.stage is not MessageStage.DONE
        ]

    # --- recordings to be erased ---

    def erase(self, turn: Turn, recording: str, message: str = "") -> None:
        """Have a recording erased, and see to it until it is."""
        self._desk.state.erasing[recording] = message
        self._order_erasure(turn, recording)

    def erased(self, turn: Turn, event: events.RecordingErased) -> None:
        """A recording is gone, or could not be erased."""
        state = self._desk.state
        message = state.erasing.get(event.recording)
        if message is None:
            return
        self._desk.timers.cancel_all(f"erase:{event.recording}")
        if event.trouble:
            self._desk.timers.set(f"erase:{event.recording}", "again", turn.now + ERASE_AGAIN_MS)
            detail = f"{event.recording}: {event.trouble}"
            turn.note(records.Alert, kind="recording_not_erased", subject=message, call_id="", detail=detail)
            return
        del state.erasing[event.recording]
        turn.note(records.RecordingDeleted, recording=event.recording, message=message, found=event.found)

    def talk_expired(self, turn: Turn, event: events.TalkExpired) -> None:
        """The recording of a talk went by its age."""
        turn.note(records.RecordingDeleted, recording=event.recording, message="", found=True)

    def router_started(self, turn: Turn) -> None:
        """What was to be erased when the router stopped is ordered again."""
        for recording in self._desk.state.erasing:
            self._order_erasure(turn, recording)

    def erase_again(self, turn: Turn, recording: str) -> None:
        """It is time to try again."""
        if recording in self._desk.state.erasing:
            self._order_erasure(turn, recording)

    def recordings(self) -> frozenset[str]:
        """The recordings that belong to a message, are being made or are to be erased."""
        state = self._desk.state
        drafts = {call.message.recording for call in state.calls.values() if call.message is not None}
        return frozenset({*drafts, *state.erasing, *(message.recording for message in state.messages.values())})

    # --- inside ---

    def _keep(self, turn: Turn, message: Message) -> None:
        box, state = self._box(message), self._desk.state
        state.messages[message.id] = message
        if box.answer_within_ms:
            message.due_at = message.left_at + box.answer_within_ms
            self._arm_deadline(turn, message)
        too_old_at = self._too_old_at(message)
        if too_old_at is not None and (not state.messages_age_at or too_old_at < state.messages_age_at):
            self._sweep_at(turn, too_old_at)

    def _arm_deadline(self, turn: Turn, message: Message) -> None:
        owner, alert_ms = f"message:{message.id}", self._box(message).alert_before_ms
        if alert_ms:
            self._desk.timers.set(owner, "alert", max(message.due_at - alert_ms, turn.now))
        self._desk.timers.set(owner, "due", max(message.due_at, turn.now))

    def _too_old_at(self, message: Message) -> Ms | None:
        """Say when a message is too old to be kept; None for never: complaint calls keep their recordings."""
        keep_ms = self._box(message).keep_ms
        kept = not keep_ms or (message.call_type and message.call_type in self._desk.site.messages.keep_types)
        return None if kept else message.left_at + keep_ms

    def _arm_sweep(self, turn: Turn) -> None:
        """One timer for all ages: thousands of messages wait for theirs."""
        ages = (self._too_old_at(message) for message in self._desk.state.messages.values())
        self._sweep_at(turn, min((age for age in ages if age is not None), default=0))

    def _sweep_at(self, turn: Turn, at_ms: Ms) -> None:
        self._desk.state.messages_age_at = at_ms
        if at_ms:
            self._desk.timers.set("messages:", "age", max(at_ms, turn.now))
        else:
            self._desk.timers.cancel("messages:", "age")

    def _may(self, turn: Turn, event: events.MessageAsked, message: Message) -> bool:
        """Say whether whoever asks may; a supervisor (no agent named) always does."""
        if not event.agent:
            if event.ask == "claim":
                self._refuse(turn, event, "nobody is named who claims it", "name the agent: --agent 1001")
            return event.ask != "claim"
        agent = self._desk.site.floor.agents.get(event.agent)
        if agent is None:
            self._refuse(turn, event, f"there is no agent {event.agent!r}", "see: hotline agents list")
            return False
        groups = self._box(message).groups
        agent = laid_over(agent, self._desk.state.floor.overlays.get(event.agent))
        if groups and not set(groups) & set(agent.groups):
            reason = f"agent {event.agent} is in no group that answers box {message.box!r}"
            self._refuse(turn, event, reason, f"groups of this box: {', '.join(groups)}")
            return False
        if message.stage is MessageStage.CLAIMED and message.agent != event.agent:
            since_s = (turn.now - message.claimed_at) // 1000
            reason = f"agent {message.agent} has message {message.id}, since {since_s} s ago"
            self._refuse(turn, event, reason, "take another one, or let the supervisor release it")
            return False
        return True

    def _claim(self, turn: Turn, event: events.MessageAsked, message: Message) -> None:
        if message.stage is MessageStage.CLAIMED:
            return  # by this very agent: said twice is no harm
        if not message.can(MessageEvent.CLAIMED):
            self._refuse(turn, event, f"agent {message.agent} has done message {message.id}", "take another one")
            return
        message.apply(MessageEvent.CLAIMED)
        message.agent, message.claimed_at = event.agent, turn.now
        if claim_for_ms := self._box(message).claim_for_ms:
            self._desk.timers.set(f"message:{message.id}", "claim", turn.now + claim_for_ms)
        waited_ms = turn.now - message.left_at
        self._note(turn, records.MessageClaimed, message, agent=event.agent, waited_ms=waited_ms, by=event.by)

    def _done(self, turn: Turn, event: events.MessageAsked, message: Message) -> None:
        if not message.can(MessageEvent.DONE):
            self._refuse(turn, event, f"message {message.id} is done already", "reopen it if it is not")
            return
        message.apply(MessageEvent.DONE)
        message.agent, message.done_at = event.agent or message.agent, turn.now
        message.note = _plain(event.note)
        self._desk.timers.cancel_all(f"message:{message.id}")
        self._note(
            turn,
            records.MessageDone,
            message,
            agent=message.agent,
            answer_ms=turn.now - message.left_at,
            in_time=not message.due_at or turn.now <= message.due_at,
            note=message.note,
            by=event.by,
        )

    def _open_again(
        self, turn: Turn, event: events.MessageAsked, message: Message, what: MessageEvent, refusal: str
    ) -> None:
        if message.can(what):
            self._reopen(turn, message, what, "asked", event.by)
        else:
            self._refuse(turn, event, refusal.format(id=message.id), "see: hotline messages list")

    def _reopen(self, turn: Turn, message: Message, what: MessageEvent, why: str, by: str) -> None:
        message.apply(what)
        agent, message.agent, message.claimed_at, message.done_at = message.agent, "", 0, 0
        self._desk.timers.cancel(f"message:{message.id}", "claim")
        if what is MessageEvent.REOPENED and turn.now < message.due_at:
            self._arm_deadline(turn, message)
        message.late = message.late or 0 < message.due_at <= turn.now
        kind = "released" if what is MessageEvent.RELEASED else "reopened"
        self._note(
            turn,
            records.MessageReopened,
            message,
            agent=agent,
            change=kind,
            why=why,
            by=by,
            left_at_ms=message.left_at,
            at_due_ms=message.due_at,
        )

    def _delete(self, turn: Turn, message: Message, what: MessageEvent, why: str, by: str) -> None:
        was = message.stage
        message.apply(what)
        self._desk.timers.cancel_all(f"message:{message.id}")
        del self._desk.state.messages[message.id]
        self._note(
            turn,
            records.MessageDeleted,
            message,
            recording=message.recording,
            was=was.value,
            why=why,
            by=by,
        )
        self.erase(turn, message.recording, message.id)

    def _order_erasure(self, turn: Turn, recording: str) -> None:
        turn.order(commands.EraseRecording(call=CallId(f"{self._desk.site.name}.erase"), recording=recording))

    def _number(self, written: str) -> str:
        """Return a caller's number in the one form in which it can be compared, however it is written."""
        return to_e164(written, self._desk.site.country) or written.strip()

    def _box(self, message: Message) -> Box:
        return self._desk.site.messages.box(message.box)

    def _note(self, turn: Turn, record: type[records.Record], message: Message, **fields: Any) -> None:
        turn.note(record, message=message.id, box=message.box, call_id=message.call_id, queue=message.queue, **fields)

    def _alert(self, turn: Turn, kind: str, message: Message, detail: str) -> None:
        turn.note(records.Alert, kind=kind, subject=message.box, call_id=message.call_id, detail=detail)

    @staticmethod
    def _refuse(turn: Turn, event: events.MessageAsked, reason: str, cure: str) -> None:
        ask = f"message_{event.ask}"
        turn.note(records.AskRefused, agent=AgentId(event.agent), ask=ask, reason=reason, cure=cure)

    def _row(self, message: Message, now: Ms) -> dict[str, object]:
        box = self._box(message)
        return {
            "message": message.id,
            "box": message.box,
            "title": box.title,
            "groups": list(box.groups),
            "stage": message.stage.value,
            "agent": message.agent,
            "caller": message.caller,
            "caller_name": message.caller_name,
            "did": message.did,
            "queue": message.queue,
            "call_class": message.call_class,
            "call_type": message.call_type,
            "language": message.language,
            "answers": dict(message.answers),
            "call_id": message.call_id,
            "recording": message.recording,
            "left_at_ms": message.left_at,
            "length_ms": message.length_ms,
            "due_at_ms": message.due_at,
            "late": message.late or bool(message.due_at and not message.done_at and now > message.due_at),
            "claimed_at_ms": message.claimed_at,
            "done_at_ms": message.done_at,
            "note": message.note,
        }

    def _mint(self) -> str:
        """Mint a message's id; the count is never set back, so it needs no epoch."""
        self._desk.state.message_count += 1
        return f"m{self._desk.state.message_count}"


def _answers(session: Session) -> dict[str, str]:
    """Return what the caller has answered in all flows they are in, the inner ones first asked last."""
    answers: dict[str, str] = {}
    for frame in session.stack:
        hidden = frame.secrets
        answers.update({name: "***" if name in hidden else str(value) for name, value in frame.variables.items()})
    answers.update(shown(session))
    return dict(sorted(answers.items()))


def _plain(note: str) -> str:
    """Return a note without what could do harm where it is shown."""
    return "".join(letter if letter.isprintable() else " " for letter in note)[:MAX_NOTE].strip()
