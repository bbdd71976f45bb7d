"""What the stream no longer has of the day comes from the archive, if it joins the stream without a hole."""

import asyncio
from pathlib import Path

from router.board.earlier import Earlier, Part
from router.core.records import Record
from router.kpi import parquet
from router.kpi.archive import Archive
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR_MS = 3_600_000


def tape() -> Tape:
    """A call at 01:00, 02:00, ... 09:00."""
    tape = Tape()
    for hour in range(1, 10):
        tape.gave_up(f"c{hour}", hour * 3_600.0, 5)
    return tape


def kept(folder: Path, entries: list[tuple[str, dict[str, str]]], each: int = 4) -> None:
    with Archive(folder, SHANGHAI) as archive:
        for start in range(0, len(entries), each):
            archive.take(entries[start : start + each])
            archive.flush()


def found(folder: Path, from_ms: int, before_seq: int) -> tuple[Part | None, list[Record]]:
    async def look() -> tuple[Part | None, list[Record]]:
        part = await Earlier(folder, SHANGHAI).find(from_ms, before_seq)
        return part, [record async for batch in part.batches() for record in batch] if part is not None else []

    return asyncio.run(look())


def test_it_goes_from_the_moment_to_right_before_the_stream(tmp_path: Path) -> None:
    entries = list(tape().entries())
    kept(tmp_path, entries)
    last = len(entries)
    part, records = found(tmp_path, 0, last - 3)
    assert part is not None and part.since_ms == 0
    assert [record.seq for record in records] == list(range(1, last - 3))
    assert part.cursor == entries[last - 5][0]
    part, records = found(tmp_path, MIDNIGHT + 5 * HOUR_MS, last + 1)
    assert part is not None and part.since_ms == 0, "there are earlier ones: the moment's own are all there"
    assert records[0].at_ms == MIDNIGHT + 5 * HOUR_MS and records[-1].seq == last


def test_an_archive_that_begins_later_says_since_when(tmp_path: Path) -> None:
    entries = list(tape().entries())
    kept(tmp_path, entries[10:])
    part, records = found(tmp_path, MIDNIGHT, len(entries) + 1)
    assert part is not None and part.since_ms == records[0].at_ms
    assert records[0].seq == 11


def test_a_quiet_night_is_no_missing_one(tmp_path: Path) -> None:
    entries = list(tape().entries())
    kept(tmp_path, entries)
    part, records = found(tmp_path, MIDNIGHT + 11 * HOUR_MS, len(entries) + 1)
    assert part is not None and (part.since_ms, records) == (0, [])
    assert part.cursor == entries[-1][0]


def test_a_hole_between_archive_and_stream_is_never_bridged(tmp_path: Path) -> None:
    entries = list(tape().entries())
    kept(tmp_path, entries[:-4])
    assert found(tmp_path, 0, len(entries)) == (None, [])
    assert found(tmp_path / "none", 0, 5) == (None, [])


def test_a_hole_within_the_archive_ends_it(tmp_path: Path) -> None:
    entries = list(tape().entries())
    kept(tmp_path, entries)
    files = parquet.listed(tmp_path / "raw")
    files[2].path.unlink()
    part, records = found(tmp_path, 0, len(entries) + 1)
    assert part is not None and records[0].seq == files[3].first and part.since_ms == records[0].at_ms
    files[4].path.write_bytes(b"PAR1 and no more")
    assert found(tmp_path, 0, len(entries) + 1) == (None, [])
