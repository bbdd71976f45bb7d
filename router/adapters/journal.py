"""The journal: every event with its time, on disk before anything is done about it.

One write per batch; fsync by timer, so a killed router loses nothing and a power cut at most the last second. One
router per journal: a lock says so. Reading it back is in :mod:`router.adapters.journal_replay`.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from router.adapters.journal_codec import Codec
from router.adapters.journal_replay import SUFFIX
from router.adapters.journal_segments import SYNC_EVERY_S, SegmentWriter
from router.adapters.journal_snapshots import Snapshot, write_snapshot
from router.errors import JournalError

log = logging.getLogger(__name__)

SEGMENT_BYTES = 4 * 1024 * 1024
"""About 30,000 entries: what a restart replays at most besides the segment in use."""


class JournalBusy(JournalError):
    """Another process holds the lock."""


class Journal:
    """Appends entries behind the first ``entries`` ones. Make it after recovery, under :func:`journal_lock`."""

    def __init__(
        self,
        folder: Path,
        key: bytes,
        entries: int,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        closed: Callable[[Path], None] = lambda path: None,
    ) -> None:
        self._folder = folder
        self._key = key
        self.codec = Codec(key)
        """Makes the lines to append."""
        self._writer = SegmentWriter(
            folder, SUFFIX, entries + 1, self._header, segment_bytes=segment_bytes, closed=closed
        )
        self._appended = entries
        self.rescue: Callable[[int], Snapshot] | None = None
        """Makes a snapshot of the live core after so many entries; wanted only once entries had to be dropped."""

    @property
    def trouble(self) -> str:
        """What the disk says while it takes nothing, or ""."""
        return self._writer.trouble

    @property
    def entries(self) -> int:
        """How many entries there have been, over the life of the site."""
        return self._appended

    def append(self, lines: Sequence[bytes]) -> None:
        """Append lines made by :attr:`codec`, in one write. A disk in trouble is said once; they wait in memory."""
        self._writer.write(lines)
        self._appended += len(lines)

    def cut(self) -> int:
        """Close the segment in use; returns the entry the next one begins with."""
        self._writer.cut()
        return self._appended + 1

    async def run(self) -> None:
        """Keep the disk up to date until cancelled; heal the journal where entries had to be dropped."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._writer.run(), name="journal sync")
            tasks.create_task(self._heal(), name="journal heal")

    def close(self) -> None:
        """Bring everything to the disk. Call it after :meth:`run` has ended."""
        self._writer.close()

    def heal(self) -> bool:
        """Where entries were dropped, begin anew behind a snapshot of the live core; say whether all is well.

        The only snapshot a live router makes: without it the hole would end every later recovery.
        """
        if not self._writer.dropped_count:
            return True
        if self.rescue is None:
            return False
        try:
            write_snapshot(self._folder, self._key, self.rescue(self._appended))
            self._writer.restart(self._appended + 1)
        except OSError as error:
            log.error("the disk still takes nothing: %s", error)
            return False
        log.warning("journal begun anew behind a snapshot, after entries were dropped")
        return True

    async def _heal(self) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY_S * 5)
            self.heal()

    def _header(self) -> bytes:
        return self.codec.header(self._writer.next_entry)


@contextlib.contextmanager
def journal_lock(folder: Path, name: str = "router") -> Iterator[None]:
    """Hold the lock ``name`` of a journal folder. Raises JournalBusy where another process holds it.

    ``router`` is the one live router; ``replica`` is held while snapshots are made or a core is recovered.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "?"
            raise JournalBusy(
                f"{path}: process {holder} already works on this journal",
                "stop that one first, or give this one a --home of its own",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
