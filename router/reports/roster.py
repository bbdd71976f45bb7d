"""The five roster tables of a report, as blocks on a page and as one sheet; worked out in ``staffing.py``."""

from collections.abc import Mapping, Sequence

import msgspec

from router.core.ids import Ms
from router.kpi.clockwork import DAY_MS, utc_of
from router.kpi.measures import MEASURES, Bounds
from router.kpi.terms import QUEUE, Unit
from router.reports.content import Block, Entry, Heading, Table, text_entry
from router.reports.draft import Draft
from router.reports.period import Cut, Period
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


def begins_ms(period: Period) -> Ms:
    """Return from when on the archive is needed: the weeks a forecast is made from, and what is compared with."""
    return min(period.before[0], period.start_ms - (WEEKS * 7 + 32) * DAY_MS)


def roster_of(draft: Draft, columns: Sequence[Cut]) -> tuple[tuple[Block, ...], tuple[str, ...], Table | None]:
    """Return the five tables as blocks over the columns, the notes below them, and all of it as one sheet.

    Empty, with no sheet, where there is no roster or the report is not about what a roster is for.
    """
    say, period = draft.say, draft.period
    draft.step(say("roster"))
    if draft.counted.only and QUEUE not in draft.counted.only:
        return (), (), None
    past = _past(draft)
    model = _model(draft)
    planner = Planner(past, model, period, draft.clock)
    draft.step(say("roster.needed"))
    roster = planner.tables(columns, month_before(period, columns, draft.clock))
    if roster.empty:
        return (), (say("roster.none"),), None
    return _blocks(draft, roster), _notes(draft, roster, model), _sheet(draft, columns, roster)


def _past(draft: Draft) -> Past:
    """Half hours of the period and all that it is held against."""
    span = begins_ms(draft.period), draft.period.end_ms
    named = ("offered", "answered", "signed_in_hours", "rostered_hours")
    found = draft.counted.lines(named, span, "half_hour")
    halves = {}
    for key, line in found.items():
        values = [line.cells[name].value or 0.0 for name in named]
        halves[int(key)] = Half(offered=values[0], answered=values[1], signed_in_h=values[2], rostered_h=values[3])
    oldest = draft.counted.halves.of(draft.counted.oldest_ms)[2]
    first = max(draft.counted.halves.of(span[0])[2], oldest)
    # the day an archive begins in is not known whole
    known_from = utc_of(draft.clock, first + 1, 0)
    return Past(halves=halves, known_from=known_from, known_to=draft.counted.halves.of(draft.counted.known_ms)[0])


def _model(draft: Draft) -> Model:
    """What staffing is worked out with, from the weeks before the period."""
    first = draft.counted.halves.of(draft.period.start_ms)[2]
    span = (utc_of(draft.clock, first - 7 * WEEKS, 0), draft.period.start_ms)
    names = ("aht", "asa_total", "time_to_abandon")
    cells = draft.counted.line(names, span).cells
    hung_up, waits_ms = cells["time_to_abandon"].under, cells["asa_total"].over
    hours = draft.counted.history.evaluate(("offered", "calls_per_hour"), span, by="hour", only=draft.counted.only)
    bounds = Bounds()
    level = MEASURES["service_level"].target
    return Model(
        handling_s=cells["aht"].value or None,
        patience_s=waits_ms / 1000 / hung_up if hung_up and waits_ms else None,
        per_seat_hour=busiest_per_agent(
            [
                (
                    draft.counted.halves.of(line.start_ms)[2],
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


def _blocks(draft: Draft, roster: Roster) -> tuple[Block, ...]:
    say = draft.say
    columns = [*roster.columns, roster.whole]
    reasons = _reasons(draft, roster)
    wanted: list[tuple[str, list[tuple[str, int]]]] = [
        ("roster.1", [("seats", 1), ("needed", 1), ("short", 0)]),
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
                tuple(_number(draft, getattr(column, name), name, digits, reasons) for column in columns),
            )
            for number, (name, digits) in enumerate(names)
            if not number or any(getattr(column, name) is not None for column in columns)
        ]
        blocks.append(Block(title=say(title), lines=tuple(lines)))
    return tuple(blocks)


def _number(draft: Draft, value: float | None, name: str, digits: int, reasons: Mapping[str, str]) -> Entry:
    if value is None:
        return draft.notes.dash(reasons[name])
    if name in ("use", "off"):
        text = f"{value * 100:+.0f}" if name == "off" else f"{value * 100:.0f}"
        mark = "bad" if name == "use" and value > 1 else ""
        return Entry(value=round(value, 6), text=text + "%", unit=Unit.SHARE, mark=mark)
    mark = "bad" if name == "short" and value else ""
    return Entry(value=round(value, 6), text=_short(value, digits), unit=Unit.COUNT, mark=mark)


def _reasons(draft: Draft, roster: Roster) -> dict[str, str]:
    say = draft.say

    def unless_parted(why: str) -> str:
        return say("why.by_part" if draft.counted.only else why)

    no_seats = unless_parted("why.no_roster")
    no_past = say("why.no_past")
    rostered = any(one.seats is not None for one in roster.columns)
    no_capacity = say("why.no_capacity") if rostered else no_seats
    return {
        "seats": no_seats,
        "needed": no_past if not roster.weeks else say("why.no_needed"),
        "short": no_seats,
        "forecast": no_past,
        "spread": no_past if not roster.weeks else say("why.one_week"),
        "bearable": no_capacity,
        "use": no_capacity,
        "last": say("why.no_last"),
        "last_person": unless_parted("why.no_last"),
        "actual": say("why.not_whole"),
        "off": say("why.no_forecast"),
        "actual_person": unless_parted("why.no_agents"),
        "forecast_person": no_seats,
    }


def _notes(draft: Draft, roster: Roster, model: Model) -> tuple[str, ...]:
    say = draft.say
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


def _sheet(draft: Draft, columns: Sequence[Cut], roster: Roster) -> Table:
    say = draft.say
    names = [name for name in msgspec.structs.fields(Cells) if name.name != "weeks"]
    reasons = _reasons(draft, roster)
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
    titled = [*(draft.counted.when(cut) for cut in columns), say("roster.mean")]
    rows = [
        (text_entry(title), *(_number(draft, getattr(cells, one.name), one.name, 2, reasons) for one in names))
        for title, cells in zip(titled, (*roster.columns, roster.whole), strict=True)
    ]
    return Table(
        name="roster",
        title=say("roster"),
        headings=(Heading(title=say("period")), *heads),
        rows=tuple(rows),
        printed=0,
    )


def _short(value: float, digits: int) -> str:
    """A number in few characters, for narrow columns."""
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.{0 if value >= 100 else digits}f}"
