"""Append-only files of text lines, cut into segments: what the journal and the outbox are written with.

A segment is named by the number of its first entry and begins with a header line; every line carries a checksum.
A process that is killed leaves at most a torn last line. A full or broken disk never raises to the caller: lines wait
in memory and are written when the disk takes them again.
"""

import asyncio
import contextlib
import logging
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from router.errors import JournalError

log = logging.getLogger(__name__)

SYNC_EVERY_S = 1.0
BACKLOG_BYTES = 64 * 1024 * 1024
"""How much may wait in memory while the disk takes nothing."""

_CHECKSUM_CHARS = 9  # eight hex digits and a space


def sealed(payload: bytes) -> bytes:
    """Return the line of a payload: its checksum, the payload, a newline. A payload holds no newline."""
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def unsealed(line: bytes) -> bytes | None:
    """Return the payload of a line (with its newline), or None where it is torn or damaged."""
    if len(line) <= _CHECKSUM_CHARS or not line.endswith(b"\n"):
        return None
    payload = line[_CHECKSUM_CHARS:-1]
    return payload if line[:_CHECKSUM_CHARS] == b"%08x " % zlib.crc32(payload) else None


def segments(folder: Path, suffix: str) -> list[tuple[int, Path]]:
    """Return the segments in a folder as (number of the first entry, path), oldest first."""
    if not folder.is_dir():
        return []
    found = [(int(path.stem), path) for path in folder.glob(f"*.{suffix}") if path.stem.isdigit()]
    return sorted(found)


def segment_path(folder: Path, first: int, suffix: str) -> Path:
    """Return the path of the segment that begins with entry ``first``."""
    return folder / f"{first:012d}.{suffix}"


def lines_of(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Yield (line number from 1, offset, payload) of each line, the header first; a torn end is left out.

    Raises JournalError naming file and line where a damaged line is followed by a sound one.
    """
    torn: int | None = None
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            payload = unsealed(line)
            if payload is None:
                torn = torn or number
            elif torn is not None:
                raise JournalError(
                    f"{path}:{torn}: damaged line with sound ones behind it",
                    f"restore {path.parent} from a backup, or move it away to start with no memory of calls",
                )
            else:
                yield number, offset, payload
            offset += len(line)


class SegmentWriter:
    """Appends lines to the newest segment and begins another when it is large enough.

    ``next_entry`` is the number the next line will have; ``header`` makes a segment's header from that number.
    ``closed`` is called with the path of each segment that will not change any more.
    """

    def __init__(
        self,
        folder: Path,
        suffix: str,
        next_entry: int,
        header: Callable[[], bytes],
        *,
        segment_bytes: int,
        backlog_bytes: int = BACKLOG_BYTES,
        closed: Callable[[Path], None] = lambda path: None,
    ) -> None:
        self.next_entry = next_entry
        self.trouble = ""
        """What the disk said, while it takes nothing; "" when all is well."""
        self.dropped_count = 0
        """Lines lost because the disk took nothing for so long that memory ran out too."""
        self.path: Path | None = None
        self._folder = folder
        self._suffix = suffix
        self._header = header
        self._segment_bytes = segment_bytes
        self._backlog_limit = backlog_bytes
        self._closed = closed
        self._fd = -1
        self._size = 0
        self._dirty = False
        self._retired: list[int] = []
        self._backlog: list[bytes] = []
        self._backlog_size = 0

    def write(self, lines: Sequence[bytes]) -> None:
        """Append lines (made by :func:`sealed`) in one write. Never raises for the disk's sake."""
        if not lines:
            return
        if self.trouble:
            self._keep(lines)
            return
        try:
            self._append(lines)
        except OSError as error:
            self._in_trouble(error)
            self._keep(lines)

    def restart(self, next_entry: int) -> None:
        """Forget what is kept in memory and begin a new segment at ``next_entry``. Raises OSError."""
        self._backlog.clear()
        self._backlog_size = 0
        self.dropped_count = 0
        self._retire()
        self.next_entry = next_entry
        self._open()
        self.trouble = ""

    def cut(self) -> None:
        """Close the segment in use: what comes next begins another. A disk in trouble is left as it is."""
        if not self.trouble:
            self._retire()

    async def run(self) -> None:
        """Bring what was written to the disk itself once a second, and try a disk in trouble again."""
        while True:
            await asyncio.sleep(SYNC_EVERY_S)
            if self.trouble:
                self.retry()
            retired, self._retired = self._retired, []
            dirty, self._dirty = self._dirty, False
            open_ = [self._fd] if dirty and self._fd >= 0 else []
            # A descriptor is only ever closed here (or after this task ended), so none is closed under fsync.
            try:
                await asyncio.to_thread(_sync, [*retired, *open_])
            except OSError as error:
                log.error("the disk does not keep what is written: %s", error, extra={"folder": str(self._folder)})
            for descriptor in retired:
                os.close(descriptor)

    def retry(self) -> None:
        """Try to write what is kept in memory; stays in trouble where that fails or lines were dropped."""
        if self.dropped_count:
            return
        try:
            self._append(self._backlog)
        except OSError as error:
            self.trouble = str(error)
            return
        log.info("the disk takes writes again", extra={"folder": str(self._folder), "kept": len(self._backlog)})
        self._backlog.clear()
        self._backlog_size = 0
        self.trouble = ""

    def close(self) -> None:
        """Bring everything to the disk and close. Call it after :meth:`run` has ended."""
        if self.trouble:
            self.retry()
        self._retire()
        retired, self._retired = self._retired, []
        for descriptor in retired:
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
            os.close(descriptor)

    def _append(self, lines: Sequence[bytes]) -> None:
        if self._fd < 0 or self._size >= self._segment_bytes:
            self._retire()
            self._open()
        _write_all(self._fd, b"".join(lines), self._size)
        self._size += sum(map(len, lines))
        self.next_entry += len(lines)
        self._dirty = True

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = segment_path(self._folder, self.next_entry, self._suffix)
        # A file of this name can only hold a header: no entry of this number was ever written.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        header = sealed(self._header())
        try:
            _write_all(descriptor, header, 0)
        except OSError:
            os.close(descriptor)
            raise
        self.path = path
        self._fd = descriptor
        self._size = len(header)
        self._dirty = True

    def _retire(self) -> None:
        if self._fd >= 0:
            self._retired.append(self._fd)
            self._fd = -1
            if self.path is not None:
                self._closed(self.path)
                self.path = None

    def _keep(self, lines: Sequence[bytes]) -> None:
        size = sum(map(len, lines))
        if self.dropped_count or self._backlog_size + size > self._backlog_limit:
            if not self.dropped_count:
                log.critical(
                    "memory for unwritten lines is full: what happens from now on is not kept; free disk space",
                    extra={"folder": str(self._folder)},
                )
            self.dropped_count += len(lines)
            return
        self._backlog.extend(lines)
        self._backlog_size += size

    def _in_trouble(self, error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        log.critical(
            "cannot write to %s: %s; calls go on, what happens is kept in memory; free disk space or repair the disk",
            self._folder,
            self.trouble,
        )


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    """Write everything at ``offset``, or raise OSError with the file as long as before."""
    view = memoryview(data)
    done = 0
    try:
        while done < len(view):
            done += os.pwrite(descriptor, view[done:], offset + done)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, offset)
        raise


def _sync(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.fsync(descriptor)
