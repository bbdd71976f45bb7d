"""Counts the measures the board shows, from the records, by the definitions in :mod:`router.kpi`."""

from collections.abc import Iterable, Sequence

from router.board.measured import CENTRE, NOW_MS, OF_DAY, OF_NOW, HalfHour, Measured, Values, nothing, room_scope
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.core.wall import Room
from router.kpi.clockwork import HALF_HOUR_MS, Halves, day_start
from router.kpi.evaluate import Cell, Line
from router.kpi.live import KEEP_MS, Live
from router.kpi.measures import MEASURES, Bounds


class Counting:
    """Folds records and counts. One thread's."""

    def __init__(self, clock: LocalClock, *, within_ms: Ms, rooms: Iterable[Room] = ()) -> None:
        self._live = Live(clock, only=(*OF_DAY, *OF_NOW))
        # the processors are for those who wait for the present; these tables are small
        self._live.connection.execute("SET threads = 1")
        self._clock, self._halves = clock, Halves(clock)
        self._swept_ms = 0
        self.set_rooms(rooms, within_ms)

    def set_rooms(self, rooms: Iterable[Room], within_ms: Ms) -> None:
        """Count for these rooms, and by this promise, from now on."""
        self._rooms = [room for room in rooms if room.queues]
        self._bounds = Bounds(within_ms=within_ms)

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
        begins, ends = day_start(self._clock, now_ms), now_ms + 1
        half_ms = self._halves.of(now_ms)[0]
        day: dict[str, Values] = {}
        half: dict[str, Values] = {}
        now: dict[str, Values] = {}
        trend: dict[str, tuple[HalfHour, ...]] = {}
        scopes: list[tuple[str, dict[str, tuple[str, ...]] | None]] = [(CENTRE, None)]
        scopes += [(room_scope(room.name), {"queue": room.queues}) for room in self._rooms]
        for scope, only in scopes:
            lines = live.evaluate(OF_DAY, (begins, ends), by="half_hour", only=only, bounds=self._bounds, now_ms=now_ms)
            day[scope], trend[scope] = _summed(lines), tuple(map(_half_hour, lines))
            half[scope] = _summed([line for line in lines if line.start_ms == half_ms])
            recent = live.evaluate(OF_NOW, (now_ms - NOW_MS, ends), only=only, bounds=self._bounds, now_ms=now_ms)
            now[scope] = _recent(recent[0])
        by_queue: dict[str, list[Line]] = {}
        for line in live.evaluate(
            OF_DAY, (begins, ends), by="half_hour", split=("queue",), bounds=self._bounds, now_ms=now_ms
        ):
            by_queue.setdefault(line.split["queue"], []).append(line)
        for queue, lines in by_queue.items():
            day[queue] = _summed(lines)
            half[queue] = _summed([line for line in lines if line.start_ms == half_ms])
        for line in live.evaluate(
            OF_NOW, (now_ms - NOW_MS, ends), split=("queue",), bounds=self._bounds, now_ms=now_ms
        ):
            now[line.split["queue"]] = _recent(line)
        return Measured(live.seq, now_ms, now, half, day, trend)


def _recent(line: Line) -> Values:
    return {name: line.cells[name].value for name in OF_NOW}


def _summed(lines: Sequence[Line]) -> Values:
    """Return the measures of several half hours together: their numerators and denominators are plain sums."""
    if len(lines) == 1:
        return {name: _line_value(name, lines[0].cells[name]) for name in OF_DAY}
    values = {}
    for name in OF_DAY:
        some = [line.cells[name] for line in lines if line.cells[name].over is not None]
        over = sum(cell.over or 0.0 for cell in some)
        under = sum(cell.under or 0.0 for cell in some)
        values[name] = _value(name, over, under)
    return values


def _line_value(name: str, cell: Cell) -> float | None:
    """Return the value of a measure of one half hour, as the sum of that one."""
    return _value(name, cell.over or 0.0, cell.under or 0.0)


def _value(name: str, over: float, under: float) -> float | None:
    measure = MEASURES[name]
    if measure.under is None:
        return measure.scale * over
    return measure.scale * over / under if under else nothing(name)


def _half_hour(line: Line) -> HalfHour:
    cells = line.cells
    return HalfHour(
        line.start_ms or 0,
        round(cells["answered"].value or 0),
        round(cells["abandoned"].value or 0),
        cells["service_level"].value,
    )


assert all(MEASURES[name].adds for name in OF_DAY)
