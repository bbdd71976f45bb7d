"""Makes a report from the archive: every number by :func:`~router.kpi.evaluate.evaluate`, with its definition."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi.charts import Chart, Curve, draw, trend
from router.kpi.clockwork import DAY_MS, Halves, utc_of
from router.kpi.evaluate import By, Cell, Line
from router.kpi.history import History
from router.kpi.measures import MEASURES, Bounds
from router.kpi.shown import shown
from router.kpi.terms import CALL_TYPE, CLASS, GROUP, QUEUE, Unit
from router.kpi.words_zh import formula, target
from router.reports.content import (
    Block,
    Definition,
    Entry,
    Heading,
    Picture,
    Report,
    Table,
    no_entry,
    number_entry,
    text_entry,
)
from router.reports.period import Cut, Period, cuts, cuts_of, key_of
from router.reports.staffing import (
    WEEKS,
    Cells,
    Half,
    Model,
    Past,
    Planner,
    Roster,
    busiest_per_agent,
    month_before,
)
from router.reports.words import Say

FIGURES: dict[str, tuple[str, ...]] = {
    "calls": (
        "calls",
        "received",
        "self_served",
        "offered",
        "answered",
        "abandoned",
        "abandoned_short",
        "callback_booked",
        "message_left",
        "turned_away",
        "sent_out",
        "lost",
        "blocked",
        "distinct_callers",
        "redials",
    ),
    "speed": (
        "service_level",
        "asa",
        "longest_wait",
        "queue_time",
        "queued_share",
        "late_answers",
        "person_reached",
        "answered_share",
        "abandonment",
        "abandonment_handbook",
        "time_to_abandon",
        "misdialled",
        "blocked_share",
        "blocked_carrier",
        "line_reached",
    ),
    "people": (
        "agent_rings",
        "within_three_rings",
        "talk_time",
        "hold_time",
        "after_call_work",
        "handling",
        "calls_per_hour",
        "occupancy",
        "adherence",
        "attendance",
        "transfers",
        "first_call_resolution",
        "satisfaction",
        "repeat_complaints",
        "replies_in_time",
    ),
}
"""What stands on the page, in three tables."""
_OVER_TIME = (
    "calls",
    "received",
    "offered",
    "answered",
    "abandoned",
    "blocked",
    "service_level",
    "asa",
    "abandonment",
    "after_call_work",
)
_OF_CALLS = ("offered", "answered", "abandoned", "abandonment", "service_level", "asa", "longest_wait", "late_answers")
_OF_AGENTS = (
    "answered",
    "calls_per_hour",
    "talk_time",
    "after_call_work",
    "handling",
    "occupancy",
    "adherence",
    "within_three_rings",
    "not_answered",
    "signed_in_hours",
)
_SPLITS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    (QUEUE, _OF_CALLS, 6),
    (GROUP, _OF_AGENTS, 0),
    ("agent", _OF_AGENTS, 0),
    (CLASS, (*_OF_CALLS, "person_reached"), 0),
    (CALL_TYPE, (*_OF_CALLS, "handling"), 0),
)
STEPS = 14
"""How many steps making a report takes, for a progress bar."""
_TREND: dict[By, int] = {"half_hour": 5, "day": 7}
_DAY_HALVES = 48
_AIM_BYTES = 22
"""A target longer than this does not fit beside its number."""


class NoData(HotlineError):
    """The archive and the roster know nothing of the span."""


def begins_ms(period: Period) -> Ms:
    """Return from when on the archive is needed: the weeks a forecast is made from, and what is compared with."""
    return min(period.before[0], period.start_ms - (WEEKS * 7 + 32) * DAY_MS)


class Collector:
    """Makes one report.

    Args:
        history: the archive, opened from :func:`begins_ms` on.
        clock: the site's clock.
        period: what it is about.
        only: some queues, agents or groups alone: ``{"queue": ("gas",)}``.
        say: the words of its language.
        step: told before each step what is done now (see :data:`STEPS`).
        known_ms: until when all is known (default: the archive's last record).
    """

    def __init__(
        self,
        history: History,
        clock: LocalClock,
        period: Period,
        only: Mapping[str, Sequence[str]],
        say: Say,
        step: Callable[[str], None] = lambda _: None,
        known_ms: Ms | None = None,
    ) -> None:
        self._history, self._clock, self._period, self._only = history, clock, period, dict(only)
        self._say, self._step = say, step
        self._known_ms = max(known_ms or 0, history.at_ms)
        self._footnotes: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._halves = Halves(clock)
        self._oldest_ms = history.oldest_ms()

    def report(self, site: str) -> Report:
        """Make it. Raises NoData where nothing at all is known of the span."""
        period, say = self._period, self._say
        self._step(say("tables.all"))
        whole = self._line(list(MEASURES), period.span)
        self._require(whole)
        before = self._before(list(MEASURES))
        figures = tuple(
            self._figures(name, names, whole.cells, before, printed=None) for name, names in FIGURES.items()
        )
        columns = cuts(period, self._clock)
        self._step(say("tables.time"))
        over_time = self._lines(_OVER_TIME, period.span, period.by)
        pictures = self._pictures(columns, over_time)
        parts = [self._part(*split) for split in _SPLITS]
        roster, blocks, notes, sheet = self._roster(columns)
        times = self._times(columns, over_time)
        everything = self._figures("all", tuple(MEASURES), whole.cells, before, printed=0)
        return Report(
            **self._heads(site),
            figures=figures,
            pictures=pictures,
            tables=(*parts, times, everything, self._fine_table),
            roster=sheet if roster is not None else None,
            roster_blocks=blocks,
            roster_notes=notes,
            definitions=self._definitions(),
            reasons={letter: reason for reason, letter in self._reasons.items()},
        )

    def handover(self, site: str, tables: Sequence[Table]) -> Report:
        """Make a hand-over: some figures of the shift, and what the next lead must know."""
        say = self._say
        names = tuple(name for names in FIGURES.values() for name in names)
        self._step(say("tables.all"))
        whole, before = self._line(names, self._period.span), self._before(names)
        figures = tuple(
            self._figures(name, names[:10], whole.cells, before, printed=None) for name, names in FIGURES.items()
        )
        return Report(
            **self._heads(site),
            figures=figures,
            tables=tuple(tables),
            definitions=self._definitions(),
            reasons={letter: reason for reason, letter in self._reasons.items()},
        )

    # --- heads and foots ---

    def _heads(self, site: str) -> dict[str, Any]:
        period, say = self._period, self._say
        state = say("state", self._history.seq, self._text(self._history.at_ms))
        if period.end_ms > self._known_ms:
            state += say("goes_on")
        chosen = [say(f"only.{part}", name) for part, names in self._only.items() for name in names]
        return {
            "kind": period.kind,
            "name": period.name,
            "language": say.language,
            "site": site,
            "title": f"{say(f'report.{period.kind}')} {period.name}",
            "span_text": say("span", self._text(period.start_ms), self._text(period.end_ms), self._clock.zone),
            "filter_text": say("comma").join(chosen),
            "state_text": state,
            "before_text": say(f"before.{period.kind}"),
        }

    def _text(self, at_ms: Ms) -> str:
        local = datetime.datetime.fromtimestamp((at_ms + self._halves.of(at_ms)[1]) / 1000, datetime.UTC)
        return local.strftime("%Y-%m-%d %H:%M")

    def _require(self, whole: Line) -> None:
        counted = ("calls", "signed_in_hours", "rostered_hours")
        if not any(whole.cells[name].value for name in counted):
            start, end = self._text(self._period.start_ms), self._text(self._period.end_ms)
            raise NoData(
                f"the archive has nothing from {start} to {end}, nor has the roster"
                + (f", for {' '.join(name for names in self._only.values() for name in names)}" if self._only else ""),
                f"it goes up to {self._text(self._history.at_ms)}; `hotline archive status` shows what it holds"
                if self._history.seq
                else "bring the records into it: hotline archive --once",
            )

    def _definitions(self) -> tuple[Definition, ...]:
        language = self._say.language
        return tuple(
            Definition(
                name=name,
                number=number,
                title=self._title(name),
                words=formula(MEASURES[name], language),
                target=target(MEASURES[name], language),
                trade=MEASURES[name].number,
            )
            for name, number in self._footnotes.items()
        )

    def _title(self, name: str) -> str:
        return self._say.pick(MEASURES[name].english, MEASURES[name].chinese)

    def _heading(self, name: str) -> Heading:
        self._footnotes.setdefault(name, len(self._footnotes) + 1)
        return Heading(title=self._title(name), unit=MEASURES[name].unit, measure=name)

    # --- cells ---

    def _entry(self, name: str, cell: Cell, call_class: str = "") -> Entry:
        measure = MEASURES[name]
        if cell.value is None:
            return self._dash(self._say.pick(cell.why, cell.why_chinese), measure.unit)
        mark = ""
        if measure.target is not None and (measure.target.low is not None or measure.target.high is not None):
            mark = "good" if measure.target.met(cell.value, call_class) else "bad"
        return Entry(value=round(cell.value, 6), text=shown(measure, cell), unit=measure.unit, mark=mark)

    def _dash(self, why: str, unit: Unit | None = None) -> Entry:
        self._reasons.setdefault(why, _letter(len(self._reasons)))
        return no_entry(why, unit)

    def _figures(
        self,
        name: str,
        names: Sequence[str],
        cells: Mapping[str, Cell],
        before: Mapping[str, Cell],
        printed: int | None,
    ) -> Table:
        say = self._say
        rows = []
        for one in names:
            heading = self._heading(one) if printed != 0 else Heading(title=self._title(one), measure=one)
            entry, earlier = self._entry(one, cells[one]), self._entry(one, before[one])
            rows.append(
                (
                    Entry(value=heading.title, text=heading.title, why=one),
                    entry,
                    msgspec.structs.replace(earlier, mark=""),
                    self._aim(one),
                )
            )
        title = say("tables.all") if name == "all" else say(f"figures.{name}")
        headings = (
            Heading(title=say("measure")),
            Heading(title=say("value")),
            Heading(title=say(f"before.{self._period.kind}")),
            Heading(title=say("target")),
        )
        return Table(name=name, title=title, headings=headings, rows=tuple(rows), printed=printed)

    def _aim(self, name: str) -> Entry:
        """What is aimed at; a long one stands in the footnote."""
        words = target(MEASURES[name], self._say.language)
        return Entry(value=words, text=words if len(words.encode()) <= _AIM_BYTES else "…")

    # --- counting ---

    def _before(self, names: Sequence[str]) -> dict[str, Cell]:
        """The figures of what the period is compared with: none where the archive begins later than that."""
        self._step(self._say(f"before.{self._period.kind}"))
        if self._knows(self._period.before[0]):
            return self._line(names, self._period.before).cells
        english, chinese = (Say(language)("why.before_archive") for language in ("en", "zh"))
        return {name: Cell(None, why=english, why_chinese=chinese) for name in names}

    def _knows(self, at_ms: Ms) -> bool:
        """Whether the archive reaches back to a day."""
        return self._halves.of(at_ms)[2] >= self._halves.of(self._oldest_ms)[2]

    def _line(self, names: Sequence[str], span: tuple[Ms, Ms]) -> Line:
        return self._history.evaluate(names, span, only=self._only)[0]

    def _lines(self, names: Sequence[str], span: tuple[Ms, Ms], by: By) -> dict[int | str, Line]:
        return {key_of(line): line for line in self._history.evaluate(names, span, by=by, only=self._only)}

    def _part(self, split: str, names: Sequence[str], printed: int) -> Table:
        say = self._say
        self._step(say(f"tables.{split}"))
        found = self._history.evaluate(names, self._period.span, split=(split,), only=self._only)
        if split in (CLASS, CALL_TYPE) or split == QUEUE:
            found = [line for line in found if line.split[split]]
        found.sort(key=lambda line: (-(line.cells[names[0]].value or 0), line.split[split]))
        rows = tuple(
            (
                text_entry(line.split[split] or say("part.none")),
                *(self._entry(name, line.cells[name], line.split[split] if split == CLASS else "") for name in names),
            )
            for line in found
        )
        heads = [self._heading(name) if printed or name in self._footnotes else self._plain(name) for name in names]
        return Table(
            name=split,
            title=say(f"tables.{split}"),
            headings=(Heading(title=say(f"part.{split}")), *heads),
            rows=rows,
            printed=printed,
            empty=say("nothing"),
        )

    def _plain(self, name: str) -> Heading:
        return Heading(title=self._title(name), unit=MEASURES[name].unit, measure=name)

    def _times(self, columns: Sequence[Cut], found: Mapping[int | str, Line]) -> Table:
        nothing = self._line(_OVER_TIME, (self._period.start_ms, self._period.start_ms)).cells
        rows = []
        for cut in columns:
            line = found.get(cut.key)
            none = self._no_time(cut)
            cells = [
                self._dash(self._say(none), MEASURES[name].unit)
                if none
                else self._entry(name, line.cells[name] if line is not None else nothing[name])
                for name in _OVER_TIME
            ]
            rows.append((text_entry(self._when(cut)), *cells))
        return Table(
            name="time",
            title=self._say("tables.time"),
            headings=(Heading(title=self._say("period")), *(self._plain(name) for name in _OVER_TIME)),
            rows=tuple(rows),
            printed=0,
        )

    def _no_time(self, cut: Cut) -> str:
        """Why nothing can be known of a column; "" where it can."""
        if cut.start_ms >= self._known_ms:
            return "why.not_yet"
        return "" if self._knows(cut.end_ms - 1) else "why.before_archive"

    def _when(self, cut: Cut) -> str:
        return self._text(cut.start_ms) if isinstance(cut.key, int) else cut.key

    # --- curves ---

    def _pictures(self, columns: Sequence[Cut], found: Mapping[int | str, Line]) -> tuple[Picture, ...]:
        say = self._say
        self._step(say("chart.asa"))
        pictures = [self._speed()]
        self._step(say("chart.calls"))
        known = [found.get(cut.key) for cut in columns]
        nought = [None if self._no_time(cut) else 0.0 for cut in columns]
        curves = tuple(
            Curve(
                label=say(f"curve.{name}"),
                values=tuple(
                    none if line is None else line.cells[name].value for line, none in zip(known, nought, strict=True)
                ),
                bars=name == "calls",
            )
            for name in ("calls", "answered", "abandoned", "blocked")
        )
        for name in ("calls", "answered", "abandoned", "blocked"):
            self._heading(name)
        pictures.append(
            Picture(
                name="calls",
                title=say("chart.calls"),
                alt=say("chart.calls.alt"),
                svg=draw(Chart(curves=curves, ticks=_ticks(columns))),
            )
        )
        self._step(say("chart.wrap"))
        pictures.append(self._wrap_up(columns, known))
        return tuple(pictures)

    def _speed(self) -> Picture:
        """Speed of answer at the finest grain, with its trend."""
        say, period = self._say, self._period
        found = self._lines(("asa",), period.span, period.fine)
        fine = cuts_of(period.span, period.fine, self._clock)
        over, under, values = [], [], []
        for cut in fine:
            line = found.get(cut.key)
            cell = line.cells["asa"] if line is not None else Cell(None)
            values.append(cell.value)
            over.append((cell.over or 0.0) * MEASURES["asa"].scale if cell.value is not None else 0.0)
            under.append((cell.under or 0.0) if cell.value is not None else 0.0)
        window = _TREND[period.fine]
        if period.fine == "half_hour" and len(fine) > 2 * _DAY_HALVES:
            window = _DAY_HALVES + 1
        smooth = trend(over, under, window)
        self._fine_table = self._fine(fine, found, smooth)
        bound = MEASURES["asa"].target
        level = bound.high if bound is not None else None
        chart = Chart(
            curves=(
                Curve(label=say(f"curve.{period.fine}"), values=tuple(values), faint=True),
                Curve(label=say("trend"), values=smooth),
            ),
            ticks=_ticks(fine) if len(fine) <= 2 * _DAY_HALVES and period.fine != "day" else self._day_ticks(fine),
            target=level,
            target_label=say("curve.target"),
            unit=say.unit("s"),
        )
        self._heading("asa")
        return Picture(name="asa", title=say("chart.asa"), alt=say("chart.asa.alt", f"{level:g}"), svg=draw(chart))

    def _fine(self, fine: Sequence[Cut], found: Mapping[int | str, Line], smooth: Sequence[float | None]) -> Table:
        say = self._say
        nothing = self._line(("asa",), (self._period.start_ms, self._period.start_ms)).cells["asa"]
        rows = []
        for cut, value in zip(fine, smooth, strict=True):
            line = found.get(cut.key)
            cell = line.cells["asa"] if line is not None else nothing
            rows.append(
                (
                    text_entry(self._when(cut)),
                    self._entry("asa", cell),
                    number_entry(value, self._say.pick(nothing.why, nothing.why_chinese), 1, Unit.SECONDS),
                )
            )
        return Table(
            name="asa",
            title=say("tables.fine"),
            headings=(
                Heading(title=say("period")),
                self._plain("asa"),
                Heading(title=say("trend"), unit=Unit.SECONDS),
            ),
            rows=tuple(rows),
            printed=0,
        )

    def _day_ticks(self, fine: Sequence[Cut]) -> tuple[tuple[int, str], ...]:
        """The beginnings of days among half hours, of months among days."""
        epoch = datetime.date(1970, 1, 1)
        days = [(place, self._clock.at(cut.start_ms).day) for place, cut in enumerate(fine)]
        if self._period.fine == "day":
            dates = [(place, epoch + datetime.timedelta(days=day)) for place, day in days]
            return tuple((place, f"{date.month}-1") for place, date in dates if date.day == 1)
        starts = [days[0], *(after for before, after in pairwise(days) if before[1] != after[1])]
        every = max(1, -(-len(starts) // 8))
        return tuple((place, f"{(epoch + datetime.timedelta(days=day)).day:02}") for place, day in starts[::every])

    def _wrap_up(self, columns: Sequence[Cut], known: Sequence[Line | None]) -> Picture:
        say, period = self._say, self._period
        earlier = self._lines(("after_call_work",), period.before, period.by)
        past = cuts_of(period.before, period.by, self._clock)
        then = [earlier.get(cut.key) for cut in past][: len(columns)]
        then += [None] * (len(columns) - len(then))
        bound = MEASURES["after_call_work"].target
        level = bound.high if bound is not None else None

        def values(lines: Sequence[Line | None]) -> tuple[float | None, ...]:
            return tuple(None if line is None else line.cells["after_call_work"].value for line in lines)

        chart = Chart(
            curves=(
                Curve(label=say("this"), values=values(known)),
                Curve(label=say(f"before.{period.kind}"), values=values(then)),
            ),
            ticks=_ticks(columns),
            target=level,
            target_label=say("curve.target"),
            unit=say.unit("s"),
        )
        self._heading("after_call_work")
        return Picture(
            name="wrap",
            title=say("chart.wrap"),
            alt=say("chart.wrap.alt", say(f"before.{period.kind}"), f"{level:g}"),
            svg=draw(chart),
        )

    # --- roster ---

    def _roster(self, columns: Sequence[Cut]) -> tuple[Roster | None, tuple[Block, ...], tuple[str, ...], Table | None]:
        say, period = self._say, self._period
        self._step(say("roster"))
        if self._only and QUEUE not in self._only:
            return None, (), (), None
        past = self._past()
        model = self._model(past)
        planner = Planner(past, model, period, self._clock)
        self._step(say("roster.needed"))
        roster = planner.tables(columns, month_before(period, columns, self._clock))
        if roster.empty:
            return None, (), (say("roster.none"),), None
        return roster, self._blocks(roster), self._notes(roster, model), self._roster_sheet(columns, roster)

    def _past(self) -> Past:
        """Half hours of the period and all that it is held against."""
        span = begins_ms(self._period), self._period.end_ms
        named = ("offered", "answered", "signed_in_hours", "rostered_hours")
        found = self._lines(named, span, "half_hour")
        halves = {}
        for key, line in found.items():
            values = [line.cells[name].value or 0.0 for name in named]
            halves[int(key)] = Half(offered=values[0], answered=values[1], signed_in_h=values[2], rostered_h=values[3])
        oldest = self._halves.of(self._oldest_ms)[2]
        first = max(self._halves.of(span[0])[2], oldest)
        # the day an archive begins in is not known whole
        known_from = utc_of(self._clock, first + 1, 0)
        return Past(halves=halves, known_from=known_from, known_to=self._halves.of(self._known_ms)[0])

    def _model(self, past: Past) -> Model:
        """What staffing is worked out with, from the weeks before the period."""
        first = self._halves.of(self._period.start_ms)[2]
        span = (utc_of(self._clock, first - 7 * WEEKS, 0), self._period.start_ms)
        names = ("aht", "asa_total", "time_to_abandon")
        cells = self._line(names, span).cells
        hung_up, waits_ms = cells["time_to_abandon"].under, cells["asa_total"].over
        hours = self._history.evaluate(("offered", "calls_per_hour"), span, by="hour", only=self._only)
        bounds = Bounds()
        level = MEASURES["service_level"].target
        return Model(
            handling_s=cells["aht"].value or None,
            patience_s=waits_ms / 1000 / hung_up if hung_up and waits_ms else None,
            per_seat_hour=busiest_per_agent(
                [
                    (
                        self._halves.of(line.start_ms)[2],
                        line.cells["offered"].value or 0.0,
                        line.cells["calls_per_hour"].value,
                    )
                    for line in hours
                    if line.start_ms is not None
                ]
            ),
            target_share=level.low if level is not None and level.low is not None else 0.8,
            within_s=bounds.within_ms / 1000,
        )

    def _blocks(self, roster: Roster) -> tuple[Block, ...]:
        say = self._say
        columns = [*roster.columns, roster.whole]
        reasons = self._roster_reasons(roster)
        seconds = [("seats", 1), ("needed", 1), ("short", 0)]
        wanted: list[tuple[str, list[tuple[str, int]]]] = [
            ("roster.1", seconds),
            ("roster.2", [("forecast", 0), ("spread", 0), ("bearable", 0), ("use", 2)]),
            ("roster.3", [("last", 0), ("last_person", 1)]),
            ("roster.4", [("actual", 0), ("off", 2)]),
            ("roster.5", [("actual_person", 1), ("forecast_person", 1)]),
        ]
        blocks = []
        for title, names in wanted:
            lines = [
                (
                    say(f"roster.{name}"),
                    tuple(self._number(getattr(column, name), name, digits, reasons) for column in columns),
                )
                for number, (name, digits) in enumerate(names)
                if not number or any(getattr(column, name) is not None for column in columns)
            ]
            blocks.append(Block(title=say(title), lines=tuple(lines)))
        return tuple(blocks)

    def _number(self, value: float | None, name: str, digits: int, reasons: Mapping[str, str]) -> Entry:
        if value is None:
            return self._dash(reasons[name])
        if name in ("use", "off"):
            text = f"{value * 100:+.0f}" if name == "off" else f"{value * 100:.0f}"
            mark = "bad" if name == "use" and value > 1 else ""
            return Entry(value=round(value, 6), text=text + "%", unit=Unit.SHARE, mark=mark)
        mark = "bad" if name == "short" and value else ""
        return Entry(value=round(value, 6), text=_short(value, digits), unit=Unit.COUNT, mark=mark)

    def _roster_reasons(self, roster: Roster) -> dict[str, str]:
        say = self._say
        no_seats = say("why.by_part") if self._only else say("why.no_roster")
        no_past = say("why.no_past")
        rostered = any(one.seats is not None for one in roster.columns)
        return {
            "seats": no_seats,
            "needed": no_past if not roster.weeks else say("why.no_needed"),
            "short": no_seats,
            "forecast": no_past,
            "spread": no_past if not roster.weeks else say("why.one_week"),
            "bearable": say("why.no_capacity") if rostered else no_seats,
            "use": say("why.no_capacity") if rostered else no_seats,
            "last": say("why.no_last"),
            "last_person": say("why.by_part") if self._only else say("why.no_last"),
            "actual": say("why.not_whole"),
            "off": say("why.no_forecast"),
            "actual_person": say("why.by_part") if self._only else say("why.no_agents"),
            "forecast_person": no_seats,
        }

    def _notes(self, roster: Roster, model: Model) -> tuple[str, ...]:
        say = self._say
        notes = [say("note.load"), say("note.forecast", WEEKS, roster.weeks)]
        if model.handling_s is None:
            notes.append(say("note.no_needed", WEEKS))
        else:
            patience = say("note.patient") if model.patience_s is None else say("note.patience", model.patience_s)
            share = model.target_share * 100
            notes.append(say("note.needed", share, model.within_s, model.handling_s, patience, WEEKS))
        if model.per_seat_hour is None:
            notes.append(say("note.no_bearable", WEEKS))
        else:
            notes.append(say("note.bearable", model.per_seat_hour, WEEKS))
        notes.append(say("note.last"))
        if roster.error is not None:
            notes.append(say("note.error", roster.error * 100))
        return tuple(notes)

    def _roster_sheet(self, columns: Sequence[Cut], roster: Roster) -> Table:
        say = self._say
        names = [name for name in msgspec.structs.fields(Cells) if name.name != "weeks"]
        reasons = self._roster_reasons(roster)
        titles = {"last": "roster.3", "actual": "roster.4", "actual_person": "roster.5"}
        heads = []
        for field in names:
            title = say(f"roster.{field.name}")
            lead = next((say(titles[key]) for key in titles if field.name.startswith(key)), "")
            heads.append(
                Heading(
                    title=f"{lead[2:]}: {title}" if lead and field.name != "actual" else title,
                    unit=Unit.SHARE if field.name in ("use", "off") else Unit.COUNT,
                )
            )
        rows = [
            (
                text_entry(self._when(cut)),
                *(self._number(getattr(cells, one.name), one.name, 2, reasons) for one in names),
            )
            for cut, cells in zip(columns, roster.columns, strict=True)
        ]
        rows.append(
            (
                text_entry(say("roster.mean")),
                *(self._number(getattr(roster.whole, one.name), one.name, 2, reasons) for one in names),
            )
        )
        return Table(
            name="roster",
            title=say("roster"),
            headings=(Heading(title=say("period")), *heads),
            rows=tuple(rows),
            printed=0,
        )


def _ticks(columns: Sequence[Cut]) -> tuple[tuple[int, str], ...]:
    """Labels of some columns, not so many that they touch."""
    every = max(1, -(-len(columns) // 9))
    return tuple((place, cut.label) for place, cut in enumerate(columns) if place % every == 0)


def _short(value: float, digits: int) -> str:
    """A number in few characters, for narrow columns."""
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.{0 if value >= 100 else digits}f}"


def _letter(number: int) -> str:
    """a, b, ... z, aa, ab..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
