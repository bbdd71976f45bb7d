"""Pure: the five roster tables: seats, forecast and bearable load, last month's, actual against forecast, per agent.

The forecast is the mean of the same weekday's half hours in the weeks before the period, as far as those are known
whole; its spread is their standard deviation. Agents needed come from Erlang A (:mod:`router.acd.erlang`).
"""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from router.acd.erlang import agents_for
from router.core.calendar import date_of
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.kpi.clockwork import DAY_MS, HALF_HOUR_MS, Halves, utc_of
from router.reports.period import Cut, Period, cuts_of

WEEKS = 6
"""How many weeks before the period a forecast is made from, at most."""


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one half hour of the site's clock."""

    offered: float = 0
    answered: float = 0
    signed_in_h: float = 0
    rostered_h: float = 0


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """Half hours by their start (UTC ms), and the span of whole days that is known: what is not in it is not nought."""

    halves: Mapping[Ms, Half]
    known_from: Ms
    known_to: Ms

    def half(self, at_ms: Ms) -> Half:
        """Return a half hour; one in which nothing happened is empty."""
        return self.halves.get(at_ms, _EMPTY)

    def knows(self, start_ms: Ms, end_ms: Ms) -> bool:
        """Whether a whole stretch is known."""
        return self.known_from <= start_ms and end_ms <= self.known_to


_EMPTY = Half()


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What staffing is worked out with, all from the weeks before.

    ``handling_s`` None: no call was handled. ``patience_s`` None: nobody lost patience. ``per_seat_hour`` is the most
    calls an agent answered in an hour, in the busiest hour of a day (None: no such hour is known).
    """

    handling_s: float | None
    patience_s: float | None
    per_seat_hour: float | None
    target_share: float
    within_s: float


class Cells(msgspec.Struct, kw_only=True):
    """The numbers of one column. None: there is none (the page says why)."""

    seats: float | None = None
    needed: float | None = None
    short: float | None = None
    forecast: float | None = None
    spread: float | None = None
    weeks: int = 0
    bearable: float | None = None
    use: float | None = None
    last: float | None = None
    last_person: float | None = None
    actual: float | None = None
    off: float | None = None
    actual_person: float | None = None
    forecast_person: float | None = None


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """All five tables: a column for each cut, and one for the whole period.

    ``error`` is how far off the forecast was per half hour, as a share of the actual load.
    """

    columns: tuple[Cells, ...]
    whole: Cells
    weeks: int
    error: float | None

    @property
    def empty(self) -> bool:
        """Whether there is neither a roster nor a forecast."""
        return all(one.seats is None and one.forecast is None for one in self.columns)


class _Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One half hour of the period (those at its ends count whole): what came, and what came in each week before.

    None in ``weeks``: not known whole.
    """

    start_ms: Ms
    weeks: tuple[float | None, ...]
    half: Half
    over: bool


class Planner:
    """Works the tables out for one period."""

    def __init__(self, past: Past, model: Model, period: Period, clock: LocalClock) -> None:
        self._past, self._model, self._period, self._clock = past, model, period, clock
        self._places = Halves(clock)
        self._agents: dict[int, int] = {}

    def tables(self, columns: Sequence[Cut], months: Sequence[Sequence[tuple[Ms, Ms]]]) -> Roster:
        """Return the tables. ``months`` gives, for each column, the spans of the month before to hold it against."""
        pieces = {piece.start_ms: piece for piece in self._pieces()}
        by_cut = [self._within(pieces, cut) for cut in columns]
        cells = [self._cells(mine, spans) for mine, spans in zip(by_cut, months, strict=True)]
        whole = self._cells(list(pieces.values()), [])
        for name in ("last", "last_person", "forecast", "spread", "bearable", "actual"):
            # the last column is the mean of the others
            known = [value for one in cells if (value := getattr(one, name)) is not None]
            setattr(whole, name, statistics.fmean(known) if known else None)
        return Roster(
            columns=tuple(cells),
            whole=whole,
            weeks=max((one.weeks for one in cells), default=0),
            error=_error(pieces.values()),
        )

    def _within(self, pieces: Mapping[Ms, _Piece], cut: Cut) -> list[_Piece]:
        return [pieces[start] for start, _, _ in self._places.pieces(cut.start_ms, cut.end_ms)]

    def _pieces(self) -> Iterator[_Piece]:
        first_day = self._places.of(self._period.start_ms)[2]
        for start_ms, end_ms, (half_ms, off_ms, day) in self._places.pieces(*self._period.span):
            minute = (half_ms + off_ms) % DAY_MS // 60_000
            back = -(-(day - first_day + 1) // 7)
            weeks = []
            for week in range(back, back + WEEKS):
                at_ms = utc_of(self._clock, day - 7 * week, minute)
                known = self._past.knows(at_ms, at_ms + HALF_HOUR_MS)
                weeks.append(self._past.half(at_ms).offered if known else None)
            yield _Piece(
                start_ms=start_ms,
                weeks=tuple(weeks),
                half=self._past.half(half_ms),
                over=end_ms <= self._past.known_to,
            )

    def _cells(self, pieces: Sequence[_Piece], month: Sequence[tuple[Ms, Ms]]) -> Cells:
        found = Cells()
        staffed = [piece for piece in pieces if piece.half.rostered_h > 0]
        rostered_h = sum(piece.half.rostered_h for piece in staffed)
        if staffed:
            found.seats = rostered_h / (len(staffed) / 2)
        self._foretell(found, pieces)
        if rostered_h and self._model.per_seat_hour is not None:
            found.bearable = rostered_h * self._model.per_seat_hour
            if found.forecast is not None and found.bearable:
                found.use = found.forecast / found.bearable
        if rostered_h and found.forecast is not None:
            found.forecast_person = found.forecast / rostered_h
        self._look_back(found, month)
        over = [piece for piece in pieces if piece.over and piece.start_ms >= self._past.known_from]
        if over and len(over) == len(pieces):
            found.actual = sum(piece.half.offered for piece in over)
            signed_in_h = sum(piece.half.signed_in_h for piece in over)
            found.actual_person = found.actual / signed_in_h if signed_in_h else None
            if found.forecast:
                found.off = found.actual / found.forecast - 1
        return found

    def _foretell(self, found: Cells, pieces: Sequence[_Piece]) -> None:
        weeks = [
            sum(value for value in of_week if value is not None)
            for of_week in zip(*(piece.weeks for piece in pieces), strict=True)
            if all(value is not None for value in of_week)
        ]
        found.weeks = len(weeks)
        if not weeks:
            return
        found.forecast = statistics.fmean(weeks)
        if len(weeks) > 1:
            found.spread = statistics.stdev(weeks)
        if self._model.handling_s is None:
            return
        needs = [(piece, self._needed(piece)) for piece in pieces]
        open_ones = [(piece, need) for piece, need in needs if need]
        found.needed = statistics.fmean(need for _, need in open_ones) if open_ones else 0.0
        if any(piece.half.rostered_h for piece in pieces):
            found.short = float(sum(piece.half.rostered_h < need / 2 - 1e-9 for piece, need in needs))

    def _needed(self, piece: _Piece) -> int:
        """Agents needed in a half hour, for its forecast load in tenths of a call."""
        known = [value for value in piece.weeks if value is not None]
        tenths = round(10 * statistics.fmean(known)) if known else 0
        if not tenths or self._model.handling_s is None:
            return 0
        if tenths not in self._agents:
            self._agents[tenths] = agents_for(
                tenths / 10 / 1_800,
                self._model.handling_s,
                self._model.patience_s,
                self._model.target_share,
                self._model.within_s,
            )
        return self._agents[tenths]

    def _look_back(self, found: Cells, month: Sequence[tuple[Ms, Ms]]) -> None:
        known = [span for span in month if self._past.knows(*span)]
        if not known:
            return
        halves = [self._past.half(place[0]) for span in known for _, _, place in self._places.pieces(*span)]
        calls = sum(half.offered for half in halves)
        signed_in_h = sum(half.signed_in_h for half in halves)
        found.last = calls / len(known)
        found.last_person = calls / signed_in_h if signed_in_h else None


def month_before(period: Period, columns: Sequence[Cut], clock: LocalClock) -> list[list[tuple[Ms, Ms]]]:
    """Return, for each column, the spans of the month before at the same place.

    Half hours and hours: every day of the calendar month before. Days of a week: the same weekdays of it. Days of a
    month: the same day of it. Weeks and months: the same place of the period before.
    """
    halves = Halves(clock)
    first = halves.of(period.start_ms)[2]
    found: list[list[tuple[Ms, Ms]]] = []
    after = clock.at(period.start_ms)
    month_first, month_after = _month_before(after.day)
    for number, cut in enumerate(columns):
        day, length_ms = halves.of(cut.start_ms)[2], cut.end_ms - cut.start_ms
        if period.by in ("half_hour", "hour"):
            minute = clock.at(cut.start_ms).minute
            starts = [utc_of(clock, one, minute) for one in range(month_first, month_after)]
            found.append([(start, start + length_ms) for start in starts])
        elif period.kind == "week":
            days = [one for one in range(month_first, month_after) if (one - day) % 7 == 0]
            found.append([_day(clock, one) for one in days])
        elif period.by == "day":
            one = month_first + day - first
            found.append([_day(clock, one)] if one < month_after else [])
        else:
            found.append(_same_place(period, number, clock))
    return found


def _same_place(period: Period, number: int, clock: LocalClock) -> list[tuple[Ms, Ms]]:
    earlier = cuts_of(period.before, period.by, clock)
    return [(earlier[number].start_ms, earlier[number].end_ms)] if number < len(earlier) else []


def _month_before(day: int) -> tuple[int, int]:
    """The calendar month before the one a day is in: its first day, and the first day after it."""
    after = day - date_of(day).day + 1
    return after - date_of(after - 1).day, after


def _day(clock: LocalClock, day: int) -> tuple[Ms, Ms]:
    return utc_of(clock, day, 0), utc_of(clock, day + 1, 0)


def _error(pieces: Iterable[_Piece]) -> float | None:
    """How far off the forecast was per half hour, as a share of what came."""
    missed = came = 0.0
    for piece in pieces:
        known = [value for value in piece.weeks if value is not None]
        if piece.over and known:
            missed += abs(piece.half.offered - statistics.fmean(known))
            came += piece.half.offered
    return missed / came if came else None


def busiest_per_agent(hours: Sequence[tuple[int, float, float | None]]) -> float | None:
    """Return the highest calls per agent and hour among the busiest hours of the days.

    ``hours`` are (day, calls offered, calls an agent answered an hour). None where no hour had both.
    """
    busiest: dict[int, tuple[float, float]] = {}
    for day, offered, per_agent in hours:
        if per_agent is not None and offered > busiest.get(day, (0.0, 0.0))[0]:
            busiest[day] = (offered, per_agent)
    return max((per_agent for _, per_agent in busiest.values()), default=None)
