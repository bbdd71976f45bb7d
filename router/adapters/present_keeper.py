"""Keeps the present in step with what Redis has got, and says what of it to write now: changes only, not too often.

It may be ahead of the stream (after a start with records still on disk, or where Redis lost its last second): then
nothing is written until the stream has caught up, so that the cursor in the hash never points behind the stream's end.
"""

import logging
from collections.abc import Sequence

from router.adapters.present_codec import all_fields, changed_fields
from router.adapters.stream_script import NOTHING, Change
from router.core.present import Present
from router.core.records import Record

log = logging.getLogger(__name__)

WRITE_EVERY_S = 0.2


class PresentKeeper:
    """Owns a present. ``now_s`` is any steady clock's."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self._whole = True
        self._dirty = True
        self._written_s = float("-inf")
        self._broken = False

    def take(self, records: Sequence[Record]) -> None:
        """Fold in what is being sent, but for what is in it already. A failure (a bug) costs the present only."""
        if self._broken:
            return
        try:
            for record in records:
                self.present.apply(record)
        except Exception:
            self._broken = True
            log.exception("the present cannot be folded on; the streams go on without it: please report this")
        self._dirty = True

    def forget(self) -> None:
        """Redis may have lost what was written: the next change is the whole present."""
        self._whole = self._dirty = True
        self._written_s = float("-inf")

    def due_in_s(self, seq: int, now_s: float) -> float | None:
        """When something is to be written, Redis having got record ``seq``; None: nothing is."""
        if self._broken or not self._dirty or self.present.cursor.seq > seq:
            return None
        return max(self._written_s + WRITE_EVERY_S - now_s, 0.0)

    def change(self, seq: int, now_s: float) -> Change:
        """Return what to write together with record ``seq``; nothing where it is too early. It counts as written."""
        if self.due_in_s(seq, now_s) != 0.0:
            return NOTHING
        changed = self.present.changed()
        whole, self._whole, self._dirty, self._written_s = self._whole, False, False, now_s
        if whole:
            return Change(True, all_fields(self.present), ())
        fields, gone = changed_fields(self.present, changed)
        return Change(False, fields, gone)
