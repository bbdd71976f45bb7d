"""Parquet files of one table, by day: written whole or not at all, named by the records they hold.

A file is called ``2026-11-21_<first seq>_<last seq>.parquet``. One that lies within another of its folder is what that
one was made from, and goes; one that cannot be read is put aside.
"""

import logging
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from router.core.calendar import day_number, day_text

log = logging.getLogger(__name__)

MERGE_AT_COUNT = 48
"""How many files of one day there may be before they are made one."""
LARGE_BYTES = 64 * 1024 * 1024
"""A file of this size is not written again while its day goes on."""
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)_(\d+)_(\d+)\.parquet")


class DayFile(msgspec.Struct, frozen=True, order=True):
    """One file: its day (days since 1970-01-01), the first and last ``seq`` of what it was made from."""

    day: int
    first: int
    last: int
    path: Path


def listed(folder: Path) -> list[DayFile]:
    """Return the files of a folder, in order of day and seq; those within another one left out."""
    found = []
    for path in folder.glob("*.parquet"):
        if match := _NAME.fullmatch(path.name):
            found.append(DayFile(day_number(match[1]), int(match[2]), int(match[3]), path))
    found.sort(key=lambda one: (one.day, one.first, -one.last))
    kept: list[DayFile] = []
    for one in found:
        if not (kept and kept[-1].day == one.day and one.last <= kept[-1].last):
            kept.append(one)
    return kept


def tidy(folder: Path, broken: Path) -> list[Path]:
    """Clear what a break left behind: half-written and superseded files; returns those put aside as unreadable."""
    if not folder.is_dir():
        return []
    for path in folder.glob("*.tmp"):
        path.unlink()
    aside: list[Path] = []
    for path in sorted(folder.glob("*.parquet")):
        try:
            pq.read_metadata(path)
        except (pa.ArrowException, OSError) as error:
            broken.mkdir(parents=True, exist_ok=True)
            log.warning("%s cannot be read (%s): put aside into %s", path, " ".join(str(error).split()), broken)
            path.replace(broken / f"{folder.name}_{path.name}")
            aside.append(path)
    sweep(folder)
    return aside


def sweep(folder: Path) -> None:
    """Remove the files that another one holds whole."""
    keep = {one.path for one in listed(folder)}
    for path in folder.glob("*.parquet"):
        if path not in keep and _NAME.fullmatch(path.name):
            path.unlink()


def write(folder: Path, day: int, first: int, last: int, table: pa.Table) -> Path:
    """Write a table to a file of its own, so that nobody ever sees half of it."""
    return _whole(folder / f"{day_text(day)}_{first}_{last}.parquet", [table], table.schema)


def rewrite(path: Path, table: pa.Table) -> None:
    """Replace the contents of a file."""
    _whole(path, [table], table.schema)


def merge(files: Sequence[DayFile]) -> Path:
    """Make one file of several of one day, in their order.

    They stay until :func:`sweep`: somebody may just be reading them.
    """
    readers = [pq.ParquetFile(one.path) for one in files]
    schema = readers[0].schema_arrow
    batches = (pa.Table.from_batches([batch]) for reader in readers for batch in reader.iter_batches())
    first, last = min(one.first for one in files), max(one.last for one in files)
    path = files[0].path.parent / f"{day_text(files[0].day)}_{first}_{last}.parquet"
    _whole(path, (batch.cast(schema) for batch in batches), schema)
    return path


def merge_days(folder: Path, today: int) -> None:
    """Make one file of each day that is over, and fewer of today's where they have become many."""
    sweep(folder)
    by_day: dict[int, list[DayFile]] = {}
    for one in listed(folder):
        by_day.setdefault(one.day, []).append(one)
    for day, files in by_day.items():
        if day >= today:
            files = [one for one in files if one.path.stat().st_size < LARGE_BYTES]
        if len(files) > (1 if day < today else MERGE_AT_COUNT):
            merge(files)


def read(path: Path, columns: Sequence[str]) -> pa.Table:
    """Read some columns of a file."""
    return pq.read_table(path, columns=list(columns))


def change(path: Path, changed: Callable[[pa.Table], pa.Table | None]) -> bool:
    """Rewrite a file where ``changed`` returns another table for it; says whether it did."""
    table = changed(pq.read_table(path))
    if table is None:
        return False
    rewrite(path, table)
    return True


def _whole(path: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".tmp")
    with half.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for table in tables:
                writer.write_table(table)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    return path
