"""Pure: which queues a record concerns, told from the record alone, so that a stream can be divided again at any time.

A record concerns the queue it names (``queue``), or all those it names (``queues``, ``queues_left``: an agent's state
concerns every queue they may serve, a new version of the site all its queues). What names none is in the total stream
only.
"""

from router.core.records import Record


def queues_of(record: Record) -> tuple[str, ...]:
    """Return the queues whose streams a record stands in, in its own order and each once."""
    several: tuple[str, ...] = getattr(record, "queues", ())
    left: tuple[str, ...] = getattr(record, "queues_left", ())
    one: str = getattr(record, "queue", "")
    if left:
        several += left
    if not one:
        return several
    return (one, *(queue for queue in several if queue != one))
