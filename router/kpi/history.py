"""Measures over the archive: opened read-only, while another process may be writing it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi import parquet
from router.kpi.archive import newest_state
from router.kpi.clockwork import DAY_MS
from router.kpi.evaluate import By, Line, evaluate
from router.kpi.facts import Facts
from router.kpi.figures import Figures, put_figures, put_shift_times
from router.kpi.measures import Bounds
from router.kpi.store import connect, set_open
from router.kpi.tables import TABLES

_TRIES = 3


class History:
    """An archive as it stood when this was made. ``at_ms`` is its last record's time, ``seq`` its number (0: empty).

    Args:
        folder: the archive.
        clock: the site's clock.
        groups: the agents' groups as the YAML has them, for calls under way and the roster.
        figures: the roster and what else people keep in files.
        from_day: leave out the days before, which then need not be opened.
    """

    def __init__(
        self,
        folder: Path,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        figures: Figures | None = None,
        from_day: int = 0,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._groups = dict(groups or {})
        self._figures = figures or Figures()
        self._from_day = from_day
        self._open()

    def _open(self) -> None:
        for _ in range(_TRIES):  # files and state of one moment, though somebody may be writing
            kept = newest_state(self._folder)
            self.at_ms, self.seq = (kept.fold.at_ms, kept.fold.seq) if kept is not None else (0, 0)
            files = {
                name: [
                    str(one.path)
                    for one in parquet.listed(self._folder / "facts" / name)
                    if one.last <= self.seq and one.day >= self._from_day
                ]
                for name in TABLES
            }
            again = newest_state(self._folder)
            if (again.fold.seq if again is not None else 0) == self.seq:
                break
        self.connection: duckdb.DuckDBPyConnection = connect(files, kept.facts_from_day if kept is not None else 0)
        if kept is not None:
            fold = Facts(self._clock, groups=self._groups, state=kept.fold)
            set_open(self.connection, fold.present(), self.at_ms)
        put_figures(self.connection, self._figures, self._clock, self._groups)

    def evaluate(
        self,
        names: Iterable[str],
        span: tuple[int, int],
        *,
        by: By | None = None,
        split: Sequence[str] = (),
        only: Mapping[str, Sequence[str]] | None = None,
        bounds: Bounds | None = None,
    ) -> list[Line]:
        """Count measures as :func:`router.kpi.evaluate.evaluate` does, shifts included."""
        names = list(names)
        for _ in range(_TRIES):
            if by == "shift":
                until = min(span[1], self.at_ms + DAY_MS)
                put_shift_times(
                    self.connection, self._figures.shifts, self._clock, (max(span[0], self.oldest_ms()), until)
                )
            try:
                return evaluate(self.connection, names, span, by=by, split=split, only=only, bounds=bounds)
            except duckdb.IOException:  # the writer has put files together that we had listed
                self._open()
        raise HotlineError(f"the archive {self._folder} changes faster than it can be read", "try again")

    def oldest_ms(self) -> int:
        """Return when the first call or agent's stretch in it began (its last record's time where there is none)."""
        row = self.connection.execute(
            "SELECT least((SELECT min(arrived_ms) FROM calls), (SELECT min(start_ms) FROM agent_spans))"
        ).fetchone()
        return int(row[0]) if row and row[0] is not None else self.at_ms
