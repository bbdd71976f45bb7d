"""Keeps measures that are plain sums up to date, record by record: what was counted is never counted again.

Rows that are finished are added for good. What a call under way makes is added too, and taken away again when a record
speaks of the call, or while it waits: somebody who waits becomes a miss without a record.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi.clockwork import DAY_MS, day_start
from router.kpi.facts import Facts
from router.kpi.measures import MEASURES, Bounds
from router.kpi.summing import Sum, Summing, is_sum_over_calls
from router.kpi.tables import WAITING, Fact, VisitFact
from router.kpi.terms import WHOLE, Measure, Term

MANY = 10_000
"""So many finished rows are added at once, asked or not: a long day is read before anybody asks."""

Numbers = Sequence[int]
_Key = TypeVar("_Key", bound=Hashable)


class Tallied(NamedTuple):
    """Sums by part of the line (:data:`WHOLE`, queues, unions of queues), to be read with :meth:`Tally.values`.

    ``halves`` are by the half hour's start (UTC ms). Parts and half hours in which nothing happened are not there. They
    are the tally's own and change with the next count. ``day_ms`` is when the day began.
    """

    day_ms: Ms
    day: Mapping[str, Numbers]
    halves: Mapping[str, Mapping[Ms, Numbers]]
    recent: Mapping[str, Numbers]


def can_be_kept(measure: Measure) -> bool:
    """Say whether a measure is a plain sum over calls, for the centre and by queue."""
    terms = [term for term in (measure.over, measure.under) if term is not None]
    return bool(terms) and all(is_sum_over_calls(term) for term in terms)


class Tally:
    """Counts the measures ``names``: of the day, of its half hours, and of the last ``recent_s`` whole seconds.

    ``unions`` are queues that are counted together too, by a name that no queue has. ``keep_ms`` is how long before the
    day half hours are kept: a clock may be set back over midnight. One thread's.

    Raises:
        KeyError: no measure has such a name.
        ValueError: a measure is no plain sum over calls.
    """

    def __init__(
        self,
        clock: LocalClock,
        names: Iterable[str],
        *,
        recent_s: int,
        bounds: Bounds,
        unions: Mapping[str, Iterable[str]],
        keep_ms: Ms = 2 * DAY_MS,
    ) -> None:
        self._clock, self._recent_s, self._keep_ms = clock, recent_s, keep_ms
        self._touched: set[str] = set()
        """Calls whose rows under way are to be made anew at the next count."""
        self._facts = Facts(clock, touched=self._touched.add)
        measures = [MEASURES[name] for name in names]
        terms = list(dict.fromkeys(term for one in measures for term in (one.over, one.under) if term is not None))
        self._places = {one.name: _places(one, terms) for one in measures}
        self._nothing = [0] * (len(terms) + 1)
        """Sums of no rows; the last place counts the rows."""
        self._summing = Summing(terms, bounds)
        self._parts: dict[str, list[str]] = {}
        for name, queues in unions.items():
            for queue in queues:
                self._parts.setdefault(queue, [queue]).append(name)
        self._finished: list[Fact] = []
        self._under_way: dict[str, list[Sum]] = {}
        self._day_ms = self._oldest_ms = 0
        self._recent_from = 0
        self._day: dict[str, list[int]] = {}
        self._halves: dict[str, dict[Ms, list[int]]] = {}
        self._recent: dict[str, list[int]] = {}
        self._seconds: dict[int, dict[str, list[int]]] = {}

    @property
    def seq(self) -> int:
        """The last record taken in."""
        return self._facts.state.seq

    @property
    def at_ms(self) -> Ms:
        """The newest moment a record is of."""
        return self._facts.state.at_ms

    def take(self, records: Iterable[Record]) -> None:
        """Fold records in, in order; those taken before are passed over."""
        for record in records:
            self._finished += self._facts.apply(record)
        if len(self._finished) > MANY:
            self._count_finished(self.at_ms)

    def count(self, now_ms: Ms) -> Tallied:
        """Return the sums as of a moment."""
        self._count_finished(now_ms)
        self._count_under_way(now_ms)
        return Tallied(self._day_ms, self._day, self._halves, self._recent)

    def values(self, names: Iterable[str], numbers: Numbers) -> dict[str, float | None]:
        """Return measures by some sums; None where there is nothing to divide by."""
        values: dict[str, float | None] = {}
        for name in names:
            over, under = self.divided(name, numbers)
            over *= MEASURES[name].scale
            values[name] = over if under is None else over / under if under else None
        return values

    def divided(self, name: str, numbers: Numbers) -> tuple[float, int | None]:
        """Return what a measure divides, by some sums: numerator and denominator (None: it has none)."""
        over, under = self._places[name]
        return numbers[over], None if under is None else numbers[under]

    def _count_finished(self, now_ms: Ms) -> None:
        self._begin_day(day_start(self._clock, now_ms))
        self._begin_second(now_ms // 1_000 - self._recent_s)
        for one in self._summing.sums(self._finished):
            self._add(one)
        self._finished = []

    def _count_under_way(self, now_ms: Ms) -> None:
        touched = self._touched.copy()
        self._touched.clear()
        rows = list(self._facts.calls_under_way(touched, now_ms))
        # who waits is counted anew every time
        self._touched.update(row.call_id for row in rows if isinstance(row, VisitFact) and row.outcome == WAITING)
        sums: dict[str, list[Sum]] = {call_id: [] for call_id in touched}
        for one in self._summing.sums(rows):
            sums[one.call_id].append(one)
        for call_id, new in sums.items():
            old = self._under_way.pop(call_id, [])
            if new:
                self._under_way[call_id] = new
            if new != old:
                for one in old:
                    self._add(one, -1)
                for one in new:
                    self._add(one)

    def _add(self, one: Sum, sign: int = 1) -> None:
        """Add what a row makes, or take it away again, wherever it counts."""
        if one.half_ms < self._oldest_ms:
            return
        parts = [WHOLE] if one.of_centre else []
        if one.of_queue and one.queue:
            parts += self._parts.get(one.queue, (one.queue,))
        second = one.at_ms // 1_000
        of_day, is_recent = one.half_ms >= self._day_ms, second >= self._recent_from
        for part in parts:
            self._put(self._halves.setdefault(part, {}), one.half_ms, one, sign)
            if of_day:
                self._put(self._day, part, one, sign)
            if is_recent:
                self._put(self._recent, part, one, sign)
                self._put(self._seconds.setdefault(second, {}), part, one, sign)

    def _put(self, kept: dict[_Key, list[int]], key: _Key, one: Sum, sign: int) -> None:
        numbers = kept.get(key)
        if numbers is None:
            numbers = kept[key] = self._nothing.copy()
        for place, number in one.numbers:
            numbers[place] += sign * number
        numbers[-1] += sign
        if not numbers[-1]:
            del kept[key]

    def _begin_day(self, day_ms: Ms) -> None:
        """Where another day begins, its sums are those of its half hours."""
        if day_ms == self._day_ms:
            return
        self._day_ms, self._day = day_ms, {}
        self._oldest_ms = max(self._oldest_ms, day_ms - self._keep_ms)
        for part, halves in self._halves.items():
            for half_ms in [half_ms for half_ms in halves if half_ms < self._oldest_ms]:
                del halves[half_ms]
            of_day = [numbers for half_ms, numbers in halves.items() if half_ms >= day_ms]
            if of_day:
                self._day[part] = [sum(column) for column in zip(*of_day, strict=True)]

    def _begin_second(self, recent_from: int) -> None:
        """Seconds that are no longer recent go."""
        if recent_from <= self._recent_from:
            return
        self._recent_from = recent_from
        for second in [second for second in self._seconds if second < recent_from]:
            for part, gone in self._seconds.pop(second).items():
                left = [have - less for have, less in zip(self._recent[part], gone, strict=True)]
                if left[-1]:
                    self._recent[part] = left
                else:
                    del self._recent[part]


def _places(measure: Measure, terms: Sequence[Term]) -> tuple[int, int | None]:
    """Where a measure's numerator and denominator stand among the terms."""
    if measure.over is None:
        raise ValueError(f"'{measure.name}' is counted from nothing yet")
    return terms.index(measure.over), None if measure.under is None else terms.index(measure.under)
