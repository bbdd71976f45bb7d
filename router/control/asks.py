"""Pure: what flows ask for outside: the order becomes a command, and the answer finds its way back to the flow."""

from router.control.call import Call, Stage
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.control.locks import Locks
from router.control.messages import Messages
from router.control.notices import Notices
from router.control.tasks import Tasks
from router.control.transfer import Transfers
from router.core import commands, ids
from router.core.services import TableSource
from router.core.turn import Turn
from router.ivr.orders import (
    AnyOrder,
    Authenticate,
    Book,
    CallBack,
    Cancel,
    LookUp,
    Notify,
    Page,
    Record,
    Reply,
    SetExtension,
    TakeMessage,
    Transfer,
)


class Asks:
    """The open questions of calls, at most one each."""

    def __init__(self, desk: Desk, transfers: Transfers, tasks: Tasks, callbacks: Callbacks) -> None:
        self._desk = desk
        self._callbacks = callbacks
        self._transfers = transfers
        self._tasks = tasks
        self._locks = Locks(desk)
        self._notices = Notices(desk)
        self._messages = Messages(desk)

    def ask(self, turn: Turn, call: Call, order: AnyOrder) -> Reply | None:
        """Put a question; its id is unique over all time, so that no answer finds the wrong one.

        Returns the reply where it is known at once.
        """
        call.request_count += 1
        call.request = ids.request_id(call.id, call.request_count)
        call.recording = isinstance(order, Record | TakeMessage)
        match order:
            case LookUp():
                return self._look_up(turn, call, order)
            case Authenticate():
                return self._locks.ask(turn, call, order)
            case TakeMessage():
                self._messages.begin(turn, call, order)
            case Notify(service=service, fields=fields, timeout_ms=timeout_ms):
                self._notices.send(turn, call, call.request, service, fields, timeout_ms)
            case Record(max_ms=max_ms, silence_ms=silence_ms, end_key=end_key, beep=beep):
                turn.order(
                    commands.RecordCaller(
                        call=call.id,
                        channel=call.channel,
                        recording=call.request,
                        max_ms=max_ms,
                        silence_ms=silence_ms,
                        end_key=end_key,
                        beep=beep,
                    )
                )
            case Transfer():
                return self._transfers.begin(turn, call, order)
            case Book():
                return self._tasks.book(turn, order, call.id)
            case Cancel(kind=kind, party=party):
                return self._tasks.cancel(turn, kind, party, call.id)
            case SetExtension(extension=extension, open=is_open, do_not_disturb=quiet):
                known = self._desk.set_extension(turn, extension, is_open, quiet, call.id)
                return Reply(status="ok" if known else "missing")
            case CallBack():
                return self._call_back(turn, call, order)
            case Page():
                return self._tasks.page(turn, order, call.request)
        return None

    def _look_up(self, turn: Turn, call: Call, order: LookUp) -> Reply | None:
        """Ask a source. A table is in the call's version of the site: it is answered at once."""
        source = self._desk.site_of(call).sources.get(order.source)
        if isinstance(source, TableSource):
            row = source.row(order.fields)
            return Reply(status="missing") if row is None else Reply(status="ok", fields=row)
        turn.order(
            commands.LookUp(
                call=call.id,
                request=call.request,
                source=order.source,
                fields=order.fields,
                timeout_ms=order.timeout_ms,
                secret=order.secret,
                config=call.config,
            )
        )
        return None

    def _call_back(self, turn: Turn, call: Call, order: CallBack) -> Reply:
        """Book a callback for a caller, or cancel the one that is promised to this number."""
        if not order.cancel:
            reply = self._callbacks.book(turn, order.queue, order.number, call=call)
            call.callback_asked = call.callback_asked or reply.status in ("ok", "open")
            return reply
        found = self._callbacks.open_for(self._callbacks.checks.number_of(order.number), order.queue)
        if found is None:
            return Reply(status="missing")
        self._callbacks.cancel(turn, found, "caller", call.id)
        call.callback_asked = False
        return Reply(status="ok")

    def withdraw(self, turn: Turn, call: Call) -> None:
        """The flow does not want the answer any more; a recording ends and is kept, a ring is taken back.

        A notice is sent and people on call are rung all the same.
        """
        if call.stage is Stage.TRANSFERRING:
            self._transfers.withdraw(turn, call)
        if call.recording:
            turn.order(commands.StopRecording(call=call.id, recording=call.request))
            self._messages.cut(turn, call)
        call.request, call.recording, call.lock = "", False, ""

    def judged(self, turn: Turn, call: Call, reply: Reply) -> Reply:
        """Return what the flow hears of an answer: a wrong password may have locked the account."""
        return self._locks.judged(turn, call, reply) if call.lock else reply

    def settled(self, call: Call, request: str) -> bool:
        """Take an answer in; returns whether it is the one the call waits for."""
        expected = bool(request) and call.request == request
        if expected:
            call.request, call.recording = "", False
        return expected
