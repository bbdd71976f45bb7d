"""The measures the board shows, counted from the records by the definitions in :mod:`router.kpi`; one thread's."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.core.wall import Room
from router.kpi.clockwork import DAY_MS, HALF_HOUR_MS, Halves
from router.kpi.evaluate import Cell, Line
from router.kpi.live import KEEP_MS, Live
from router.kpi.measures import MEASURES, Bounds

NOW_MS: Ms = 15 * 60_000
"""What "now" means."""
SPREAD = ("abandoned_0_5", "abandoned_5_20", "abandoned_20_60", "abandoned_60_180", "abandoned_over_180")
OF_DAY = (
    "answered",
    "offered",
    "abandoned",
    "service_level",
    "abandonment",
    "asa",
    "late_answers",
    "within_three_rings",
    *SPREAD,
)
OF_NOW = ("service_level", "answered")
CENTRE = ""
"""The name of the whole centre among queues."""

Cells = Mapping[str, Cell]


def room_scope(room: str) -> str:
    """Return the name under which a room's queues are counted together; no queue has such a name."""
    return f"room:{room}"


class HalfHour(NamedTuple):
    """One half hour of the trend. ``level`` is the service level (0-1), None where nobody asked."""

    start_ms: Ms
    answered: int
    abandoned: int
    level: float | None


class Measured(NamedTuple):
    """Measures by queue (:data:`CENTRE`, :func:`room_scope`), as of a record and a moment."""

    seq: int
    at_ms: Ms
    now: dict[str, Cells]
    half: dict[str, Cells]
    day: dict[str, Cells]
    trend: dict[str, tuple[HalfHour, ...]]


NOTHING = Measured(0, 0, {}, {}, {}, {})


def nothing(name: str) -> Cell:
    """Return the cell of a measure of which nothing was seen: a count is 0, anything else has no value."""
    measure = MEASURES[name]
    if measure.under is None and measure.over is not None:
        return Cell(0.0, 0.0)
    return Cell(None, why=measure.nothing.english, why_chinese=measure.nothing.chinese)


class Counting:
    """Folds records and counts. All of one object is used by one thread."""

    def __init__(
        self,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]],
        within_ms: Ms,
        rooms: Sequence[Room] = (),
    ) -> None:
        self._live = Live(clock, groups=groups)
        self._halves = Halves(clock)
        self._clock = clock
        self._bounds = Bounds(within_ms=within_ms)
        self._rooms = [room for room in rooms if room.queues]
        self._swept_ms = 0

    def day_start(self, now_ms: Ms) -> Ms:
        """Return when the site's day began."""
        _, off_ms, day = self._halves.of(now_ms)
        # the offset of midnight itself, which differs from now's on two days of the year
        guess = day * DAY_MS - off_ms
        return day * DAY_MS - self._halves.of(guess)[1]

    def take(self, batch: Sequence[Record]) -> None:
        """Fold records in, in order."""
        self._live.take(batch)

    def count(self, now_ms: Ms) -> Measured:
        """Return all measures as of a moment."""
        live = self._live
        # a router whose clock is ahead of ours: what it wrote has happened all the same
        now_ms = max(now_ms, live.facts.state.at_ms)
        if now_ms - self._swept_ms > HALF_HOUR_MS:
            live.forget_before(now_ms - KEEP_MS)
            self._swept_ms = now_ms
        live.refresh(now_ms)
        begins, ends = self.day_start(now_ms), now_ms + 1
        half_ms = self._halves.of(now_ms)[0]
        day: dict[str, Cells] = {}
        half: dict[str, Cells] = {}
        now: dict[str, Cells] = {}
        trend: dict[str, tuple[HalfHour, ...]] = {}
        scopes: list[tuple[str, dict[str, tuple[str, ...]] | None]] = [(CENTRE, None)]
        scopes += [(room_scope(room.name), {"queue": room.queues}) for room in self._rooms]
        for scope, only in scopes:
            lines = live.evaluate(OF_DAY, (begins, ends), by="half_hour", only=only, bounds=self._bounds, now_ms=now_ms)
            day[scope], trend[scope] = _summed(lines, OF_DAY), tuple(map(_half_hour, lines))
            half[scope] = _summed([line for line in lines if line.start_ms == half_ms], OF_DAY)
            recent = live.evaluate(OF_NOW, (now_ms - NOW_MS, ends), only=only, bounds=self._bounds, now_ms=now_ms)
            now[scope] = recent[0].cells
        by_queue: dict[str, list[Line]] = {}
        for line in live.evaluate(
            OF_DAY, (begins, ends), by="half_hour", split=("queue",), bounds=self._bounds, now_ms=now_ms
        ):
            by_queue.setdefault(line.split["queue"], []).append(line)
        for queue, lines in by_queue.items():
            day[queue] = _summed(lines, OF_DAY)
            half[queue] = _summed([line for line in lines if line.start_ms == half_ms], OF_DAY)
        for line in live.evaluate(
            OF_NOW, (now_ms - NOW_MS, ends), split=("queue",), bounds=self._bounds, now_ms=now_ms
        ):
            now[line.split["queue"]] = line.cells
        return Measured(live.seq, now_ms, now, half, day, trend)


def _summed(lines: Sequence[Line], names: Sequence[str]) -> Cells:
    """Return the cells of several half hours together: their numerators and denominators are plain sums."""
    cells = {}
    for name in names:
        measure = MEASURES[name]
        some = [line.cells[name] for line in lines if line.cells[name].over is not None]
        over = sum(cell.over or 0.0 for cell in some)
        under = sum(cell.under or 0.0 for cell in some)
        if measure.under is None:
            cells[name] = Cell(measure.scale * over, over)
        elif under:
            cells[name] = Cell(measure.scale * over / under, over, under)
        else:
            cells[name] = nothing(name)
    return cells


def _half_hour(line: Line) -> HalfHour:
    cells = line.cells
    return HalfHour(
        line.start_ms or 0,
        round(cells["answered"].value or 0),
        round(cells["abandoned"].value or 0),
        cells["service_level"].value,
    )


assert all(MEASURES[name].adds for name in OF_DAY)
