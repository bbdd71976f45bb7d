"""The first part of the day from the archive, for a stream that no longer reaches back so far.

Only what joins the stream without a hole is taken: the records right before its oldest, back to the day's beginning or
to where the archive begins.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi import parquet
from router.kpi.clockwork import Halves
from router.kpi.parquet import DayFile
from router.kpi.records_read import record_of

log = logging.getLogger(__name__)

BATCH_COUNT = 2_000


class Part(NamedTuple):
    """Some records of the archive, in order and without a hole, up to the one right before the stream's oldest.

    ``since_ms`` is the first one's time, 0 where none of the moment asked for is missing before it. ``cursor`` is the
    id the last one had in the stream: read on behind it.
    """

    files: tuple[Path, ...]
    first_seq: int
    last_seq: int
    since_ms: Ms
    cursor: str

    async def batches(self) -> AsyncIterator[list[Record]]:
        """Yield the records; those this version cannot read are left out. Raises OSError."""
        rows = _rows(self)
        while batch := await asyncio.to_thread(next, rows, None):
            if batch.records:
                yield batch.records


class Earlier:
    """Looks into an archive that another process writes."""

    def __init__(self, folder: Path, clock: LocalClock) -> None:
        self.folder = folder
        self._halves = Halves(clock)

    async def find(self, from_ms: Ms, before_seq: int) -> Part | None:
        """Return the records from a moment on that come right before record ``before_seq``; None where there are none.

        An archive that cannot be read is one that is not there.
        """
        try:
            return await asyncio.to_thread(self._find, from_ms, before_seq)
        except (OSError, pa.ArrowException) as error:
            log.warning("the archive %s cannot be read: %s", self.folder, error)
            return None

    def _find(self, from_ms: Ms, before_seq: int) -> Part | None:
        day = self._halves.of(from_ms)[2]
        files = [one for one in self._files() if one.day >= day and one.first < before_seq]
        chain: list[DayFile] = []
        wanted = before_seq - 1
        for one in sorted(files, key=lambda one: one.first, reverse=True):
            if one.last < wanted or not _whole(one):
                break
            chain.append(one)
            wanted = one.first - 1
        if not chain:
            return None
        chain.reverse()
        last = _edge([chain[-1]], lambda at_ms, seq: seq == before_seq - 1)
        first = _edge(chain, lambda at_ms, seq: at_ms >= from_ms and seq < before_seq) or (from_ms, before_seq)
        if last is None:
            return None
        begins = chain[0].first
        known = first[1] > begins or begins == 1 or any(one.last == begins - 1 for one in self._files())
        paths = tuple(one.path for one in chain)
        return Part(paths, first[1], before_seq - 1, 0 if known else first[0], f"{last[0]}-{last[1]}")

    def _files(self) -> list[DayFile]:
        return parquet.listed(self.folder / "raw")


class _Batch(NamedTuple):
    records: list[Record]


def _rows(part: Part) -> Iterator[_Batch]:
    seq = part.first_seq - 1
    for path in part.files:
        for batch in pq.ParquetFile(path).iter_batches(BATCH_COUNT, columns=["seq", "json"]):
            found: list[Record] = []
            for number, json in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                if seq < number <= part.last_seq:
                    seq = number
                    if (record := record_of(json)) is not None:
                        found.append(record)
            yield _Batch(found)


def _whole(one: DayFile) -> bool:
    """Say whether a file has every record from its first to its last."""
    count: int = pq.ParquetFile(one.path).metadata.num_rows
    return count == one.last - one.first + 1


def _edge(files: list[DayFile], fits: Any) -> tuple[Ms, int] | None:
    """Return time and number of the first record that fits, in the first file that has one."""
    for one in files:
        table = pq.read_table(one.path, columns=["at_ms", "seq"])
        for at_ms, seq in zip(table.column("at_ms").to_pylist(), table.column("seq").to_pylist(), strict=True):
            if fits(at_ms, seq):
                return at_ms, seq
    return None
