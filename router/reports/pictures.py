"""The curves of a report: speed of answer with its trend, calls, wrap-up against the past."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from router.core.calendar import date_of
from router.kpi.charts import Chart, Curve, draw, trend
from router.kpi.evaluate import By, Cell, Line
from router.kpi.measures import MEASURES
from router.kpi.terms import Unit
from router.reports.content import Heading, Picture, Table, number_entry, text_entry
from router.reports.draft import Draft
from router.reports.period import Cut, cuts_of

_TREND: dict[By, int] = {"half_hour": 5, "day": 7}
_DAY_HALVES = 48
_CALLS = ("calls", "answered", "abandoned", "blocked")


def pictures(
    draft: Draft, columns: Sequence[Cut], found: Mapping[int | str, Line]
) -> tuple[tuple[Picture, ...], Table]:
    """Return the curves, and the finest of them as a table; ``found`` are the measures by the columns' keys."""
    say = draft.say
    draft.step(say("chart.asa"))
    first, fine = _speed(draft)
    drawn = [first]
    draft.step(say("chart.calls"))
    known = [found.get(cut.key) for cut in columns]
    nought = [None if draft.counted.no_time(cut) else 0.0 for cut in columns]
    curves = tuple(
        Curve(
            label=say(f"curve.{name}"),
            values=tuple(
                none if line is None else line.cells[name].value for line, none in zip(known, nought, strict=True)
            ),
            bars=name == "calls",
        )
        for name in _CALLS
    )
    for name in _CALLS:
        draft.notes.heading(name)
    drawn.append(
        Picture(
            name="calls",
            title=say("chart.calls"),
            alt=say("chart.calls.alt"),
            svg=draw(Chart(curves=curves, ticks=_ticks(columns), counts=True)),
        )
    )
    draft.step(say("chart.wrap"))
    drawn.append(_wrap_up(draft, columns, known))
    return tuple(drawn), fine


def _speed(draft: Draft) -> tuple[Picture, Table]:
    """Speed of answer at the finest grain, with its trend, and the same as a table."""
    say, period = draft.say, draft.period
    found = draft.counted.lines(("asa",), period.span, period.fine)
    fine = cuts_of(period.span, period.fine, draft.clock)
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
    table = _fine(draft, fine, found, smooth)
    level = _most("asa")
    chart = Chart(
        curves=(
            Curve(label=say(f"curve.{period.fine}"), values=tuple(values), faint=True),
            Curve(label=say("trend"), values=smooth),
        ),
        ticks=_ticks(fine) if len(fine) <= 2 * _DAY_HALVES and period.fine != "day" else _day_ticks(draft, fine),
        target=level,
        target_label=say("curve.target"),
        unit=say.unit("s"),
    )
    draft.notes.heading("asa")
    picture = Picture(name="asa", title=say("chart.asa"), alt=say("chart.asa.alt", f"{level:g}"), svg=draw(chart))
    return picture, table


def _fine(draft: Draft, fine: Sequence[Cut], found: Mapping[int | str, Line], smooth: Sequence[float | None]) -> Table:
    say = draft.say
    nothing = draft.counted.nothing(("asa",))["asa"]
    rows = []
    for cut, value in zip(fine, smooth, strict=True):
        line = found.get(cut.key)
        cell = line.cells["asa"] if line is not None else nothing
        rows.append(
            (
                text_entry(draft.counted.when(cut)),
                draft.notes.entry("asa", cell),
                number_entry(value, say.pick(nothing.why, nothing.why_chinese), 1, Unit.SECONDS),
            )
        )
    return Table(
        name="asa",
        title=say("tables.fine"),
        headings=(
            Heading(title=say("period")),
            draft.notes.plain("asa"),
            Heading(title=say("trend"), unit=Unit.SECONDS),
        ),
        rows=tuple(rows),
        printed=0,
    )


def _day_ticks(draft: Draft, fine: Sequence[Cut]) -> tuple[tuple[int, str], ...]:
    """The beginnings of days among half hours, of months among days."""
    days = [(place, draft.clock.at(cut.start_ms).day) for place, cut in enumerate(fine)]
    if draft.period.fine == "day":
        dates = [(place, date_of(day)) for place, day in days]
        return tuple((place, f"{date.month}-1") for place, date in dates if date.day == 1)
    starts = [days[0], *(after for before, after in pairwise(days) if before[1] != after[1])]
    every = max(1, -(-len(starts) // 8))
    return tuple((place, f"{date_of(day).day:02}") for place, day in starts[::every])


def _wrap_up(draft: Draft, columns: Sequence[Cut], known: Sequence[Line | None]) -> Picture:
    say, period = draft.say, draft.period
    earlier = draft.counted.lines(("after_call_work",), period.before, period.by)
    past = cuts_of(period.before, period.by, draft.clock)
    then = [earlier.get(cut.key) for cut in past][: len(columns)]
    then += [None] * (len(columns) - len(then))
    level = _most("after_call_work")

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
    draft.notes.heading("after_call_work")
    return Picture(
        name="wrap",
        title=say("chart.wrap"),
        alt=say("chart.wrap.alt", say(f"before.{period.kind}"), f"{level:g}"),
        svg=draw(chart),
    )


def _most(name: str) -> float | None:
    """The highest value that still meets a measure's target."""
    bound = MEASURES[name].target
    return bound.high if bound is not None else None


def _ticks(columns: Sequence[Cut]) -> tuple[tuple[int, str], ...]:
    """Labels of some columns, not so many that they touch."""
    every = max(1, -(-len(columns) // 9))
    return tuple((place, cut.label) for place, cut in enumerate(columns) if place % every == 0)
