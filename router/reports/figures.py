"""The tables of a report: its figures against target and past, each queue, agent..., and each stretch of time."""

from collections.abc import Mapping, Sequence

import msgspec

from router.kpi.evaluate import Cell, Line
from router.kpi.measures import MEASURES
from router.kpi.terms import CALL_TYPE, CLASS, CODE, GROUP, QUEUE
from router.reports.content import Entry, Heading, Table, text_entry
from router.reports.draft import Draft
from router.reports.period import Cut

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
OVER_TIME = (
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
SPLITS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    (QUEUE, _OF_CALLS, 6),
    (GROUP, _OF_AGENTS, 0),
    ("agent", _OF_AGENTS, 0),
    (CLASS, (*_OF_CALLS, "person_reached"), 0),
    (CALL_TYPE, (*_OF_CALLS, "handling"), 0),
    (CODE, ("coded", "first_call_resolution", "talk_time", "hold_time", "after_call_work", "handling"), 0),
)
"""By what the figures are split: its measures, and how many lines are printed."""


def figures_table(
    draft: Draft,
    name: str,
    names: Sequence[str],
    cells: Mapping[str, Cell],
    before: Mapping[str, Cell],
    printed: int | None,
) -> Table:
    """Return some measures of the period, each against what it is compared with and what is aimed at.

    ``printed`` as in :class:`~router.reports.content.Table`; what is not printed gets no footnotes.
    """
    say = draft.say
    rows = []
    for one in names:
        heading = draft.notes.heading(one) if printed != 0 else Heading(title=draft.notes.title(one), measure=one)
        entry, earlier = draft.notes.entry(one, cells[one]), draft.notes.entry(one, before[one])
        rows.append(
            (
                Entry(value=heading.title, text=heading.title, why=one),
                entry,
                msgspec.structs.replace(earlier, mark=""),
                draft.notes.aim(one),
            )
        )
    title = say("tables.all") if name == "all" else say(f"figures.{name}")
    headings = (
        Heading(title=say("measure")),
        Heading(title=say("value")),
        Heading(title=say(f"before.{draft.period.kind}")),
        Heading(title=say("target")),
    )
    return Table(name=name, title=title, headings=headings, rows=tuple(rows), printed=printed)


def by_part(draft: Draft, split: str, names: Sequence[str], printed: int) -> Table:
    """Return a line for each queue, agent... there is in the period, the busiest first."""
    say = draft.say
    draft.step(say(f"tables.{split}"))
    found = draft.counted.parts(names, split)
    if split in (CLASS, CALL_TYPE, QUEUE, CODE):
        found = [line for line in found if line.split[split]]
    found.sort(key=lambda line: (-(line.cells[names[0]].value or 0), line.split[split]))
    rows = tuple(
        (
            text_entry(line.split[split] or say("part.none")),
            *(draft.notes.entry(name, line.cells[name], line.split[split] if split == CLASS else "") for name in names),
        )
        for line in found
    )
    heads = [draft.notes.heading(name) if printed or name in draft.notes else draft.notes.plain(name) for name in names]
    return Table(
        name=split,
        title=say(f"tables.{split}"),
        headings=(Heading(title=say(f"part.{split}")), *heads),
        rows=rows,
        printed=printed,
        empty=say("nothing"),
    )


def over_time_table(draft: Draft, columns: Sequence[Cut], found: Mapping[int | str, Line]) -> Table:
    """Return a line for each column of the report; ``found`` are the measures by the columns' keys."""
    nothing = draft.counted.nothing(OVER_TIME)
    rows = []
    for cut in columns:
        line = found.get(cut.key)
        none = draft.counted.no_time(cut)
        cells = [
            draft.notes.dash(draft.say(none), MEASURES[name].unit)
            if none
            else draft.notes.entry(name, line.cells[name] if line is not None else nothing[name])
            for name in OVER_TIME
        ]
        rows.append((text_entry(draft.counted.when(cut)), *cells))
    return Table(
        name="time",
        title=draft.say("tables.time"),
        headings=(Heading(title=draft.say("period")), *(draft.notes.plain(name) for name in OVER_TIME)),
        rows=tuple(rows),
        printed=0,
    )
