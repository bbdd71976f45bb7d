"""Finds records of some types in the archive of records, without reading the others."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi import parquet
from router.kpi.clockwork import Halves
from router.kpi.records_read import record_of

_TRIES = 3


def records_of_types(
    folder: Path, clock: LocalClock, types: Sequence[str], span: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    """Yield records of a span (UTC ms), in order, as plain fields; those this version cannot read are left out.

    Raises HotlineError where the archive changes faster than it can be read.
    """
    halves = Halves(clock)
    first, last = (halves.of(at_ms)[2] for at_ms in span)
    for _ in range(_TRIES):
        files = [str(one.path) for one in parquet.listed(folder / "raw") if first <= one.day <= last]
        if not files:
            return
        with duckdb.connect(":memory:") as connection:
            try:
                rows = connection.execute(
                    "SELECT DISTINCT seq, json FROM read_parquet($files) WHERE list_contains($types, type)"
                    " AND at_ms >= $low AND at_ms < $high ORDER BY seq",
                    {"files": files, "types": list(types), "low": span[0], "high": span[1]},
                ).fetchall()
            except duckdb.IOException:  # the writer has put files together that we had listed
                continue
        for _, json in rows:
            if (record := record_of(json)) is not None:
                yield msgspec.to_builtins(record)
        return
    raise HotlineError(f"the archive {folder} changes faster than it can be read", "try again")
