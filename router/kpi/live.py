"""The measures of now: records in, measures out, over tables in memory. What the wallboard stands on."""

from collections.abc import Iterable, Mapping, Sequence

from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi.evaluate import By, Line, evaluate, needed
from router.kpi.facts import Facts, FactsState
from router.kpi.measures import Bounds
from router.kpi.store import add, connect, set_open
from router.kpi.tables import TABLES, Fact

KEEP_MS = 2 * 86_400_000
"""How much of the past is kept in memory."""


class Live:
    """Facts and tables that are fed record by record. One thread's: DuckDB connections are not shared.

    ``facts`` may go on from a kept state (:class:`FactsState`), with the day's rows given to :meth:`load`. ``only``
    some measures (names), of the centre or by queue: nothing else is kept.
    """

    def __init__(
        self,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        key: bytes = b"",
        state: FactsState | None = None,
        only: Iterable[str] | None = None,
    ) -> None:
        self.facts = Facts(clock, groups=groups, key=key, state=state)
        self._only = None if only is None else needed(only)
        self.connection = connect(only=self._only)
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

    def load(self, rows: Iterable[Fact]) -> None:
        """Take finished rows over from elsewhere, such as the archive's of today."""
        self._pending += rows

    def refresh(self, now_ms: int | None = None) -> None:
        """Bring the tables up to date, with what is under way as of ``now_ms`` (default: the last record's time)."""
        if self._pending:
            add(self.connection, self._pending, self._only)
            self._pending = []
        now = max(now_ms or 0, self.facts.state.at_ms)
        if self._set_at != (self.seq, now):
            set_open(self.connection, self.facts.present(now), now, self._only)
            self._set_at = (self.seq, now)

    def forget_before(self, at_ms: int) -> None:
        """Drop finished rows older than a moment."""
        for name in TABLES if self._only is None else self._only:
            self.connection.execute(f"DELETE FROM {name}_new WHERE at_ms < ?", [at_ms])

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
