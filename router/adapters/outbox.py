"""The outbox: records wait here, on disk, until Redis has them. Calls only ever append to it.

One line of JSON per record, in segments named by the number of their first record; sent segments are removed. The
newest records are kept in memory too, so that sending reads no file while Redis keeps up.
"""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from router.adapters.journal_segments import SegmentWriter, sealed, segments, unsealed
from router.adapters.record_codec import from_json, to_json
from router.core.ids import Ms
from router.core.records import Record
from router.errors import JournalError

log = logging.getLogger(__name__)

SUFFIX = "outbox"
FORMAT = 1
SEGMENT_BYTES = 4 * 1024 * 1024
MEMORY_COUNT = 20_000


class Position(NamedTuple):
    """A record's place: its time, then its number. Also its id in the stream, ``<at_ms>-<seq>``."""

    at_ms: Ms
    seq: int

    def __str__(self) -> str:
        return f"{self.at_ms}-{self.seq}"


START = Position(0, 0)


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    format: int


class Outbox:
    """Records on their way out. Opening reads the last record's place from the disk."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES, memory_count: int = MEMORY_COUNT) -> None:
        self._folder = folder
        found = segments(folder, SUFFIX)
        self.last = _last_position(found)
        """Place of the newest record."""
        self.sent = _place_before(found, self.last)
        """Place of the newest record Redis is known to have."""
        self._memory: deque[Record] = deque()
        self._memory_after = self.last  # memory holds every record behind this place
        self._memory_count = memory_count
        self._reader: Iterator[Record] | None = None
        self._reader_at = START
        self._arrived = asyncio.Event()
        self._removable = len(found) > 1
        self._writer = SegmentWriter(
            folder, SUFFIX, self.last.seq + 1, _header, segment_bytes=segment_bytes, closed=self._segment_closed
        )

    @property
    def trouble(self) -> str:
        """What the disk says while it takes nothing, or ""."""
        return self._writer.trouble

    @property
    def unsent_count(self) -> int:
        """How many records Redis has not got yet, by their numbers."""
        return self.last.seq - self.sent.seq if self.sent < self.last else 0

    @property
    def waiting_since_ms(self) -> Ms | None:
        """Time of the oldest record Redis has not got yet, or None."""
        if self.sent >= self.last:
            return None
        if self.sent >= self._memory_after and self._memory:
            return self._memory[0].at_ms
        return self.sent.at_ms

    def append(self, records: Sequence[Record]) -> None:
        """Take records, in order. Never raises for the disk's sake and never waits."""
        if not records:
            return
        # A gap in the numbers (a bug of ours) must not make the segment's name lie about what is in it.
        if not self._writer.trouble:
            self._writer.next_entry = max(self._writer.next_entry, records[0].seq)
        self._writer.write([sealed(to_json(record)) for record in records])
        self._memory.extend(records)
        self.last = Position(records[-1].at_ms, records[-1].seq)
        # What the disk has not taken is nowhere else, so memory is cut only while the disk takes writes.
        while len(self._memory) > self._memory_count and not self._writer.trouble:
            dropped = self._memory.popleft()
            self._memory_after = Position(dropped.at_ms, dropped.seq)
        self._arrived.set()

    def acknowledge(self, position: Position) -> None:
        """Redis has everything up to ``position``: forget it. A lower place than before means Redis lost some."""
        self.sent = position
        while self._memory and (self._memory[0].at_ms, self._memory[0].seq) <= position:
            gone = self._memory.popleft()
            self._memory_after = Position(gone.at_ms, gone.seq)
        if not self._removable:
            return
        found = [path for _, path in segments(self._folder, SUFFIX)]
        while len(found) > 1:
            following = _first_position(found[1])
            if following is None or following > position:
                break
            found.pop(0).unlink(missing_ok=True)
        self._removable = len(found) > 1

    def after(self, position: Position, count: int) -> list[Record]:
        """Return up to ``count`` records behind ``position``, oldest first."""
        if position >= self._memory_after:
            self._reader = None
            batch: list[Record] = []
            for record in self._memory:
                if (record.at_ms, record.seq) > position:
                    batch.append(record)
                    if len(batch) == count:
                        break
            return batch
        if self._reader is None or self._reader_at != position:
            self._reader = self._read(position)
        batch = list(itertools.islice(self._reader, count))
        if len(batch) < count:
            self._reader = None
        if batch:
            self._reader_at = Position(batch[-1].at_ms, batch[-1].seq)
            return batch
        # Nothing more on disk although memory begins later: those lines were damaged.
        return self.after(self._memory_after, count)

    def cut(self) -> int:
        """Close the segment in use, which goes as soon as Redis has what comes next; returns that record's number."""
        self._writer.cut()
        return self.last.seq + 1

    async def wait(self) -> None:
        """Return once a record arrived since the last call."""
        await self._arrived.wait()
        self._arrived.clear()

    async def run(self) -> None:
        """Bring what was appended to the disk itself once a second, until cancelled."""
        await self._writer.run()

    def close(self) -> None:
        """Bring everything to the disk. Call it after :meth:`run` has ended."""
        self._writer.close()

    def _segment_closed(self, path: Path) -> None:
        self._removable = True

    def _read(self, position: Position) -> Iterator[Record]:
        found = [path for _, path in segments(self._folder, SUFFIX)]
        for index, path in enumerate(found):
            following = _first_position(found[index + 1]) if index + 1 < len(found) else None
            if following is not None and following <= position:
                continue
            for record in _records(path):
                if (record.at_ms, record.seq) > position:
                    yield record


def _header() -> bytes:
    return msgspec.json.encode(_Header(format=FORMAT))


def _last_position(found: list[tuple[int, Path]]) -> Position:
    for _, path in reversed(found):
        places = [Position(record.at_ms, record.seq) for record in _records(path)]
        if places:
            return max(places)
    return START


def _place_before(found: list[tuple[int, Path]], last: Position) -> Position:
    """The place just before the oldest record there is, which everything removed must have been at or before."""
    for _, path in found:
        first = _first_position(path)
        if first is not None:
            return Position(first.at_ms, first.seq - 1)
    return last


def _first_position(path: Path) -> Position | None:
    for record in _records(path):
        return Position(record.at_ms, record.seq)
    return None


def _records(path: Path) -> Iterator[Record]:
    """Yield the records of a segment; a damaged line costs that record only, and is said."""
    with path.open("rb") as file:
        damaged = 0
        for number, line in enumerate(file, start=1):
            if damaged:  # and not the last line, which a killed router may have left torn
                log.error("%s:%d: a damaged line; its record is not sent", path, damaged)
                damaged = 0
            payload = unsealed(line)
            if payload is None:
                damaged = number
            elif number == 1:
                _check_header(payload, path)
            else:
                try:
                    yield from_json(payload)
                except msgspec.MsgspecError as error:
                    log.error("%s:%d: a record that cannot be sent: %s", path, number, error)


def _check_header(payload: bytes, path: Path) -> None:
    try:
        found = msgspec.json.decode(payload, type=_Header).format
    except msgspec.MsgspecError:
        found = 0
    if found != FORMAT:
        raise JournalError(
            f"{path}:1: outbox format {found or 'unknown'}, this router reads {FORMAT}",
            "start the version of the router that wrote it, or move the file away (its unsent records are lost)",
        )
