"""Counts the measures the board shows, from the records, by the definitions in :mod:`router.kpi`."""

from collections.abc import Iterable, Mapping, Sequence

from router.board.measured import NOW_MS, OF_DAY, OF_NOW, HalfHour, Measured, room_scope
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.core.wall import Room
from router.kpi.clockwork import Halves
from router.kpi.measures import Bounds
from router.kpi.tally import Numbers, Tally
from router.kpi.terms import WHOLE

_OF_HALF = ("answered", "abandoned", "service_level")
TREND_MS: Ms = 15_000
"""The day by half hours is made anew so often: it is drawn no more often, and with many rooms it is most of a count."""


class Counting:
    """Folds records and counts, for the centre, ``rooms`` and queues, by the promise ``within_ms``. One thread's."""

    def __init__(self, clock: LocalClock, *, within_ms: Ms, rooms: Iterable[Room] = ()) -> None:
        unions = {room_scope(room.name): room.queues for room in rooms if room.queues}
        self._with_trend = (WHOLE, *unions)
        self._tally = Tally(clock, OF_DAY, recent_s=NOW_MS // 1_000, bounds=Bounds(within_ms=within_ms), unions=unions)
        self._halves = Halves(clock)
        self._trends: dict[str, tuple[HalfHour, ...]] = {}
        self._trends_ms: Ms = 0

    def take(self, batch: Sequence[Record]) -> None:
        """Fold records in, in order."""
        self._tally.take(batch)

    def count(self, now_ms: Ms) -> Measured:
        """Return all measures as of a moment."""
        # a router whose clock is ahead of ours: what it wrote has happened all the same
        now_ms = max(now_ms, self._tally.at_ms)
        half_ms = self._halves.of(now_ms)[0]
        sums, values = self._tally.count(now_ms), self._tally.values
        if not self._trends or abs(now_ms - self._trends_ms) >= TREND_MS:
            halves_of = {part: sums.halves.get(part, {}) for part in self._with_trend}
            self._trends = {part: self._trend(halves, sums.day_ms) for part, halves in halves_of.items()}
            self._trends_ms = now_ms
        return Measured(
            self._tally.seq,
            now_ms,
            {part: values(OF_NOW, numbers) for part, numbers in sums.recent.items()},
            {part: values(OF_DAY, halves[half_ms]) for part, halves in sums.halves.items() if half_ms in halves},
            {part: values(OF_DAY, numbers) for part, numbers in sums.day.items()},
            self._trends,
        )

    def _trend(self, halves: Mapping[Ms, Numbers], day_ms: Ms) -> tuple[HalfHour, ...]:
        found = []
        for half_ms in sorted(half_ms for half_ms in halves if half_ms >= day_ms):
            values = self._tally.values(_OF_HALF, halves[half_ms])
            answered, abandoned = round(values["answered"] or 0), round(values["abandoned"] or 0)
            found.append(HalfHour(half_ms, answered, abandoned, values["service_level"]))
        return tuple(found)
