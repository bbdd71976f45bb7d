"""All measures of now: records in, measures out, over tables in memory. The wallboard has :mod:`router.kpi.tally`."""

from collections.abc import Iterable, Mapping, Sequence

from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi.evaluate import By, Line, evaluate
from router.kpi.facts import Facts
from router.kpi.measures import Bounds
from router.kpi.store import add, connect, set_open
from router.kpi.tables import Fact


class Live:
    """Facts and tables that are fed record by record. One thread's: DuckDB connections are not shared."""

    def __init__(
        self,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        key: bytes = b"",
    ) -> None:
        self.facts = Facts(clock, groups=groups, key=key)
        self.connection = connect()
        self._pending: list[Fact] = []
        self._set_at: tuple[int, int] = (-1, -1)

    @property
    def seq(self) -> int:
        """The last record taken in."""
        return self.facts.state.seq

    def take(self, records: Iterable[Record]) -> None:
        """Fold records in, in order; those taken before are passed over."""
        for record in records:
            self._pending += self.facts.apply(record)

    def refresh(self, now_ms: int | None = None) -> None:
        """Bring the tables up to date, with what is under way as of ``now_ms`` (default: the last record's time)."""
        if self._pending:
            add(self.connection, self._pending)
            self._pending = []
        now = max(now_ms or 0, self.facts.state.at_ms)
        if self._set_at != (self.seq, now):
            set_open(self.connection, self.facts.present(now), now)
            self._set_at = (self.seq, now)

    def evaluate(
        self,
        names: Iterable[str],
        span: tuple[int, int],
        *,
        by: By | None = None,
        split: Sequence[str] = (),
        only: Mapping[str, Sequence[str]] | None = None,
        bounds: Bounds | None = None,
        now_ms: int | None = None,
    ) -> list[Line]:
        """Count measures as :func:`router.kpi.evaluate.evaluate` does, over what is known at ``now_ms``."""
        self.refresh(now_ms)
        return evaluate(self.connection, names, span, by=by, split=split, only=only, bounds=bounds)
