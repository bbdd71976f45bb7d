"""Pure: the callbacks that are open, by queue, folded from the records."""

from typing import Any

from router.core import records
from router.core.ids import Ms
from router.core.records import Record

BOOKED: type[Record] | None = getattr(records, "CallbackBooked", None)
ENDED: type[Record] | None = getattr(records, "CallbackEnded", None)
"""Records of callbacks that keep their place in the line; None in a version that only notes who asked for one."""


class Callbacks:
    """Knows which callbacks are open, and which of them are due."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, Ms]] = {}

    def take(self, record: Record) -> None:
        """Fold a record in."""
        told: Any = record
        if isinstance(record, records.CallbackAsked):
            if BOOKED is None:
                self._open[record.call_id] = (record.queue, 0)
        elif BOOKED is not None and isinstance(record, BOOKED):
            self._open[told.callback] = (str(told.queue), told.due_ms)
        elif ENDED is not None and isinstance(record, ENDED):
            self._open.pop(told.callback, None)

    def open_by_queue(self) -> dict[str, int]:
        """Return how many are open in each queue."""
        counts: dict[str, int] = {}
        for queue, _ in self._open.values():
            counts[queue] = counts.get(queue, 0) + 1
        return counts

    def due(self, now: Ms) -> dict[str, int]:
        """Return how many are due in each queue; those that come as soon as it is their turn are not among them."""
        counts: dict[str, int] = {}
        for queue, at_ms in self._open.values():
            if at_ms and at_ms <= now:
                counts[queue] = counts.get(queue, 0) + 1
        return counts
