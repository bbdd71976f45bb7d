"""Makes a report from the archive: every number by :func:`~router.kpi.evaluate.evaluate`, with its definition."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi.evaluate import Cell, Line
from router.kpi.history import History
from router.kpi.measures import MEASURES
from router.reports.content import Report, Table
from router.reports.counted import Counted
from router.reports.draft import Draft
from router.reports.figures import FIGURES, OVER_TIME, SPLITS, by_part, figures_table, over_time_table
from router.reports.footnotes import Footnotes
from router.reports.period import Period, cuts
from router.reports.pictures import pictures
from router.reports.roster import begins_ms, roster_of
from router.reports.words import Say

__all__ = ["FIGURES", "STEPS", "Collector", "NoData", "begins_ms"]

STEPS = 14
"""How many steps making a report takes, for a progress bar."""
_HANDED_OVER = 10
"""So many figures of each table stand in a hand-over."""


class NoData(HotlineError):
    """The archive and the roster know nothing of the span."""


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
        counted = Counted(history, clock, period, only, max(known_ms or 0, history.at_ms))
        self._draft = Draft(period, clock, counted, Footnotes(say), say, step)

    def report(self, site: str) -> Report:
        """Make it. Raises NoData where nothing at all is known of the span."""
        draft = self._draft
        draft.step(draft.say("tables.all"))
        whole = draft.counted.line(list(MEASURES), draft.period.span)
        self._require(whole)
        before = self._before(list(MEASURES))
        figures = self._figures(whole.cells, before)
        columns = cuts(draft.period, draft.clock)
        draft.step(draft.say("tables.time"))
        found = draft.counted.lines(OVER_TIME, draft.period.span, draft.period.by)
        # what stands first on the page is made first: footnotes are numbered as they come
        curves, speed = pictures(draft, columns, found)
        parts = [by_part(draft, *split) for split in SPLITS]
        blocks, notes, sheet = roster_of(draft, columns)
        times = over_time_table(draft, columns, found)
        everything = figures_table(draft, "all", tuple(MEASURES), whole.cells, before, printed=0)
        return Report(
            **self._heads(site),
            figures=figures,
            pictures=curves,
            tables=(*parts, times, everything, speed),
            roster=sheet,
            roster_blocks=blocks,
            roster_notes=notes,
            **self._foots(),
        )

    def handover(self, site: str, tables: Sequence[Table]) -> Report:
        """Make a hand-over: some figures of the shift, and what the next lead must know."""
        draft = self._draft
        names = tuple(name for names in FIGURES.values() for name in names)
        draft.step(draft.say("tables.all"))
        cells = draft.counted.line(names, draft.period.span).cells
        figures = self._figures(cells, self._before(names), _HANDED_OVER)
        return Report(**self._heads(site), figures=figures, tables=tuple(tables), **self._foots())

    def _figures(
        self, cells: Mapping[str, Cell], before: Mapping[str, Cell], most: int | None = None
    ) -> tuple[Table, ...]:
        return tuple(
            figures_table(self._draft, name, names[:most], cells, before, printed=None)
            for name, names in FIGURES.items()
        )

    def _before(self, names: Sequence[str]) -> Mapping[str, Cell]:
        self._draft.step(self._draft.say(f"before.{self._draft.period.kind}"))
        return self._draft.counted.before(names)

    def _foots(self) -> dict[str, Any]:
        return {"definitions": self._draft.notes.definitions(), "reasons": self._draft.notes.reasons()}

    def _heads(self, site: str) -> dict[str, Any]:
        period, say, counted = self._draft.period, self._draft.say, self._draft.counted
        state = say("state", counted.history.seq, counted.text(counted.history.at_ms))
        if period.end_ms > counted.known_ms:
            state += say("goes_on")
        chosen = [say(f"only.{part}", name) for part, names in counted.only.items() for name in names]
        return {
            "kind": period.kind,
            "name": period.name,
            "language": say.language,
            "site": site,
            "title": f"{say(f'report.{period.kind}')} {period.name}",
            "span_text": say(
                "span", counted.text(period.start_ms), counted.text(period.end_ms), self._draft.clock.zone
            ),
            "filter_text": say("comma").join(chosen),
            "state_text": state,
            "before_text": say(f"before.{period.kind}"),
        }

    def _require(self, whole: Line) -> None:
        period, counted = self._draft.period, self._draft.counted
        if not any(whole.cells[name].value for name in ("calls", "signed_in_hours", "rostered_hours")):
            start, end = counted.text(period.start_ms), counted.text(period.end_ms)
            chosen = " ".join(name for names in counted.only.values() for name in names)
            raise NoData(
                f"the archive has nothing from {start} to {end}, nor has the roster"
                + (f", for {chosen}" if chosen else ""),
                f"it goes up to {counted.text(counted.history.at_ms)}; `hotline archive status` shows what it holds"
                if counted.history.seq
                else "bring the records into it: hotline archive --once",
            )
