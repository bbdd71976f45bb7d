"""Pure: what the core remembers of one caller, and forgetting it: what is over goes, what is still open is named first.

What is open is a promise to somebody (a call under way, a callback, an appointment, a complaint, a notice on its way):
it is not dropped by the way, whoever asks says first what becomes of it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from router.control.desk import Desk
from router.control.inbox import Inbox
from router.control.message import Message
from router.core import events, records
from router.core.erasure import Traces, forms_of
from router.core.ids import AgentId
from router.core.numbering import to_e164
from router.core.turn import Turn

OPEN_KINDS = ("call", "callback", "complaint", "appointment", "page", "notice")
"""What may be open."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a caller. ``open`` is what keeps them from being forgotten: what, its id, and the cure.

    ``refs`` are the ids of what is theirs, ``erasing`` the recordings of theirs that are to be erased and still there,
    the rest counts of what will be forgotten.
    """

    open: tuple[tuple[str, str, str], ...] = ()
    refs: tuple[str, ...] = ()
    messages: int = 0
    mentions: int = 0
    listed: int = 0
    booked: int = 0
    erasing: int = 0


class Erasure:
    """Looks for one caller in everything the core remembers."""

    def __init__(self, desk: Desk, inbox: Inbox) -> None:
        self._desk = desk
        self._inbox = inbox

    def held(self, caller: str) -> Held:
        """Say what is remembered of a caller, however the number is written; nothing is changed."""
        number = to_e164(caller, self._desk.site.country)
        if number is None:
            return Held()
        traces, state = self._traces(number), self._desk.state
        theirs, others = self._messages(traces, number)
        return Held(
            open=tuple(self._open(traces)),
            refs=tuple(ref for one in theirs for ref in (one.id, one.call_id) if ref),
            messages=len(theirs),
            mentions=len(others),
            listed=sum(traces.mentioned(one.number) for kept in state.rounds.values() for one in kept.listed),
            booked=sum(traces.mentioned(number) for number, _, _ in state.callback_times),
            erasing=sum(
                self._is_in(traces, name) or message in {m.id for m in theirs}
                for name, message in state.erasing.items()
            ),
        )

    def asked(self, turn: Turn, event: events.CallerErasureAsked) -> None:
        """Forget a caller; refused while something of theirs is open."""
        number = to_e164(event.caller, self._desk.site.country)
        if number is None:
            self._refuse(turn, "that is no telephone number", "write it as +8613800138000")
            return
        traces, state = self._traces(number), self._desk.state
        for what, name, cure in self._open(traces):
            self._refuse(turn, f"{what} {name} is still open", cure)
            return
        theirs, others = self._messages(traces, number)
        for message in theirs:
            self._inbox.delete(turn, message, event.by)
        for message in others:
            message.answers = {name: _told(traces, text) for name, text in message.answers.items()}
            message.note = _told(traces, message.note)
        for kept in state.rounds.values():
            kept.listed = [one for one in kept.listed if not traces.mentioned(one.number)]
        # The hour's limit still counts them, no longer whose they were.
        state.callback_times = [
            ("" if traces.mentioned(booked) else booked, queue, at) for booked, queue, at in state.callback_times
        ]

    def done(self, turn: Turn, event: events.CallerErasureDone) -> None:
        """It is told that somebody was erased, never who."""
        turn.note(records.CallerErased, counts=event.counts, left=event.left, by=event.by)

    def _open(self, traces: Traces) -> Iterable[tuple[str, str, str]]:
        state = self._desk.state
        for call in state.calls.values():
            if self._is_in(traces, call):
                yield "call", call.id, "wait until it has ended (hotline calls)"
        for callback in state.callbacks.values():
            if self._is_in(traces, callback):
                yield "callback", callback.id, f"hotline callbacks cancel {callback.id}"
        for complaint in state.complaints.values():
            if self._is_in(traces, complaint):
                yield "complaint", complaint.id, f"hotline complaints resolved {complaint.id}"
        for appointment in state.appointments.values():
            if self._is_in(traces, appointment):
                cure = f"hotline appointments cancel NUMBER --kind {appointment.kind}"
                yield "appointment", appointment.id, cure
        for page in state.pages.values():
            if self._is_in(traces, page):
                yield "page", page.id, "wait until somebody on duty has taken it"
        for notice in state.notices.values():
            if self._is_in(traces, notice):
                yield (
                    "notice",
                    notice.request,
                    f"wait until {notice.service} has taken it, or it is given up (one hour)",
                )

    def _messages(self, traces: Traces, number: str) -> tuple[list[Message], list[Message]]:
        """Their messages, and others' in which the number stands."""
        country, theirs, others = self._desk.site.country, [], []
        for message in self._desk.state.messages.values():
            written = message.caller
            if written in traces.forms or (written[:1] != "+" and to_e164(written, country) == number):
                theirs.append(message)
            elif self._is_in(traces, message):
                others.append(message)
        return theirs, others

    def _traces(self, number: str) -> Traces:
        return Traces(forms_of(number, self._desk.site.country))

    @staticmethod
    def _is_in(traces: Traces, what: Any) -> bool:
        """Say whether the number stands anywhere in what is remembered; there may be thousands of messages."""
        text = what if isinstance(what, str) else msgspec.json.encode(what).decode()
        return any(root in text for root in traces.roots) and _mentions(traces, msgspec.to_builtins(what))

    @staticmethod
    def _refuse(turn: Turn, reason: str, cure: str) -> None:
        turn.note(records.AskRefused, agent=AgentId(""), ask="erase_caller", reason=reason, cure=cure)


def _mentions(traces: Traces, plain: Any) -> bool:
    match plain:
        case str():
            return traces.mentioned(plain)
        case dict():
            return any(_mentions(traces, inner) for inner in plain.values())
        case list() | tuple():
            return any(_mentions(traces, inner) for inner in plain)
        case _:
            return False


def _told(traces: Traces, text: str) -> str:
    """A text without the number."""
    return str(traces.without({"text": text})["text"])
