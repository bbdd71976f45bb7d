"""Pure: the fold of promises: callbacks booked, messages to be answered, complaints with their deadlines.

They outlive their calls. Records are known here by name: those of a part of the router that is not there make no rows.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from router.core.ids import Ms
from router.kpi.clockwork import Halves
from router.kpi.tables import Fact, PromiseFact

CALLBACK, MESSAGE, COMPLAINT = "callback", "message", "complaint"
Open = dict[str, PromiseFact]
"""Promises not kept yet, by kind and reference."""


def fold(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    """Fold one record of any kind in; returns the promises it ends."""
    step = _STEPS.get(type(record).__name__)
    return [] if step is None else step(open_ones, halves, record)


def present(open_ones: Open, now: Ms) -> Iterator[Fact]:
    """Promises under way; one whose deadline has passed is not in time already."""
    for promise in open_ones.values():
        late = promise.due_ms is not None and now > promise.due_ms
        yield msgspec.structs.replace(promise, open=True, in_time=False if late else None)


def _make(open_ones: Open, halves: Halves, kind: str, ref: str, record: Any, due_ms: Ms) -> list[Fact]:
    if not ref:
        return []  # nothing that could be answered
    half_ms, off_ms, day = halves.of(record.at_ms)
    open_ones[f"{kind} {ref}"] = PromiseFact(
        at_ms=record.at_ms,
        half_ms=half_ms,
        off_ms=off_ms,
        day=day,
        kind=kind,
        ref=ref,
        queue=getattr(record, "queue", "") or getattr(record, "box", ""),
        call_class=getattr(record, "call_class", ""),
        call_type=getattr(record, "kind", ""),
        due_ms=due_ms or None,
    )
    return []


def _end(open_ones: Open, kind: str, ref: str, record: Any, result: str, in_time: bool | None) -> list[Fact]:
    promise = open_ones.pop(f"{kind} {ref}", None)
    if promise is None:
        return []
    promise.done_ms, promise.result = record.at_ms, result
    promise.in_time = in_time
    promise.tries = getattr(record, "tries", 0)
    promise.agent = getattr(record, "agent", "")
    return [promise]


def _callback_booked(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    return _make(open_ones, halves, CALLBACK, record.callback, record, record.expires_ms)


def _callback_ended(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    in_time = {"kept": True, "taken_up": True, "expired": False}.get(record.result)
    ended = _end(open_ones, CALLBACK, record.callback, record, record.result, in_time)
    for promise in ended:
        if isinstance(promise, PromiseFact) and record.result == "kept":
            promise.to_talk_ms = record.to_talk_ms
    return ended


def _message_left(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    return _make(open_ones, halves, MESSAGE, getattr(record, "message", ""), record, getattr(record, "at_due_ms", 0))


def _message_done(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    promise = open_ones.get(f"{MESSAGE} {record.message}")
    due = promise is not None and promise.due_ms is not None
    return _end(open_ones, MESSAGE, record.message, record, "done", record.in_time if due else None)


def _message_deleted(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    promise = open_ones.get(f"{MESSAGE} {record.message}")
    late = promise is not None and promise.due_ms is not None and record.at_ms > promise.due_ms
    return _end(open_ones, MESSAGE, record.message, record, "deleted", False if late else None)


def _complaint_opened(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    return _make(open_ones, halves, COMPLAINT, record.complaint, record, record.answer_due_ms)


def _complaint_moved(open_ones: Open, halves: Halves, record: Any) -> list[Fact]:
    return _end(open_ones, COMPLAINT, record.complaint, record, record.step, record.in_time)


_STEPS: dict[str, Callable[[Open, Halves, Any], list[Fact]]] = {
    "CallbackBooked": _callback_booked,
    "CallbackEnded": _callback_ended,
    "MessageLeft": _message_left,
    "MessageReceived": _message_left,
    "MessageDone": _message_done,
    "MessageDeleted": _message_deleted,
    "ComplaintOpened": _complaint_opened,
    "ComplaintMoved": _complaint_moved,
}
