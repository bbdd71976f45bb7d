"""Pure: the callbacks that are open, by queue, folded from the records."""

from router.core import records
from router.core.ids import Ms
from router.core.records import Record


class Callbacks:
    """Knows which callbacks are open, and which of them are due."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, Ms]] = {}

    def take(self, record: Record) -> None:
        """Fold a record in."""
        if isinstance(record, records.CallbackBooked):
            self._open[record.callback] = (record.queue, record.due_ms)
        elif isinstance(record, records.CallbackEnded):
            self._open.pop(record.callback, None)

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
