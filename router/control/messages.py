"""Pure: messages callers leave: recorded, kept or dropped, and word of them sent on.

A caller who hangs up while speaking, or before they said what to do with it, has left a message too.
"""

from router.control.call import Call, MessageDraft
from router.control.desk import Desk
from router.control.inbox import Inbox
from router.control.notices import Notices
from router.core import commands
from router.core.ids import Ms
from router.core.turn import Turn
from router.ivr.orders import TakeMessage


class Messages:
    """The messages being taken now, one a call at most."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._notices = Notices(desk)
        self._inbox = Inbox(desk)

    def begin(self, turn: Turn, call: Call, order: TakeMessage) -> None:
        """Record a message; the request is the recording's name."""
        call.message = MessageDraft(
            box=order.box,
            recording=call.request,
            min_ms=order.min_ms,
            service=order.service,
            fields=order.fields,
            since=turn.now,
        )
        turn.order(
            commands.RecordCaller(
                call=call.id,
                channel=call.channel,
                recording=call.request,
                max_ms=order.max_ms,
                silence_ms=order.silence_ms,
                end_key=order.end_key,
                beep=order.beep,
            )
        )

    def recorded(self, call: Call, recording: str, length_ms: Ms) -> None:
        """A recording is over."""
        if call.message is not None and call.message.recording == recording:
            call.message.length_ms = length_ms

    def over(self, recording: str, length_ms: Ms) -> None:
        """A recording is over of which the message was kept before: its caller had hung up."""
        self._inbox.measured(recording, length_ms)

    def cut(self, turn: Turn, call: Call) -> None:
        """The recording is ended by the flow, before its end was heard of."""
        if call.message is not None and call.message.length_ms is None:
            call.message.length_ms = turn.now - call.message.since

    def keep(self, turn: Turn, call: Call) -> None:
        """Keep what was recorded last, and send word of it."""
        draft, call.message = call.message, None
        if draft is None:
            return
        call.message_left = True
        length_ms = turn.now - draft.since if draft.length_ms is None else draft.length_ms
        caller = call.caller.number or call.caller.raw
        self._inbox.left(turn, call, draft, length_ms)
        if draft.service:
            fields = {
                **draft.fields,
                "box": draft.box,
                "recording": draft.recording,
                "length_s": str(round(length_ms / 1000)),
                "caller": caller,
                "did": call.did,
                "call": call.id,
            }
            self._notices.send(turn, call, f"{draft.recording}.n", draft.service, fields)

    def drop(self, turn: Turn, call: Call) -> None:
        """What was recorded last is not wanted: nobody shall hear it."""
        if call.message is not None:
            self._inbox.erase(turn, call.message.recording)
        call.message = None

    def call_over(self, call: Call) -> None:
        """A call is over."""
        if call.message_left:
            self._inbox.call_over(call)

    def caller_left(self, turn: Turn, call: Call) -> None:
        """The caller has gone without saying what to do with it: keep it, if they said anything."""
        draft = call.message
        if draft is not None:
            spoken_ms = turn.now - draft.since if draft.length_ms is None else draft.length_ms
            if spoken_ms >= draft.min_ms:
                self.keep(turn, call)
            else:
                self.drop(turn, call)
