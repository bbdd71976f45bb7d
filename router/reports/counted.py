"""What the archive counts for one report: its spans, its parts, and what it cannot know."""

from collections.abc import Mapping, Sequence

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.kpi.clockwork import Halves, local_of
from router.kpi.evaluate import By, Cell, Line
from router.kpi.history import History
from router.reports.period import Cut, Period, key_of
from router.reports.words import Say


class Counted:
    """Asks the archive, for some queues, agents or groups alone. ``known_ms``: until when all is known."""

    def __init__(
        self,
        history: History,
        clock: LocalClock,
        period: Period,
        only: Mapping[str, Sequence[str]],
        known_ms: Ms,
    ) -> None:
        self.history, self.only, self.known_ms = history, dict(only), known_ms
        self.halves = Halves(clock)
        self.oldest_ms = history.oldest_ms()
        self._clock = clock
        self._period = period

    def line(self, names: Sequence[str], span: tuple[Ms, Ms]) -> Line:
        """Return measures of a whole span."""
        return self.history.evaluate(names, span, only=self.only)[0]

    def lines(self, names: Sequence[str], span: tuple[Ms, Ms], by: By) -> dict[int | str, Line]:
        """Return measures of a span, by the keys of its columns."""
        return {key_of(line): line for line in self.history.evaluate(names, span, by=by, only=self.only)}

    def parts(self, names: Sequence[str], split: str) -> list[Line]:
        """Return measures of the period, for each queue, agent... there is."""
        return self.history.evaluate(names, self._period.span, split=(split,), only=self.only)

    def nothing(self, names: Sequence[str]) -> Mapping[str, Cell]:
        """Return measures of no time at all: each says why there is no number."""
        return self.line(names, (self._period.start_ms, self._period.start_ms)).cells

    def before(self, names: Sequence[str]) -> Mapping[str, Cell]:
        """Return the measures of what the period is compared with: none where the archive begins later than that."""
        if self.knows(self._period.before[0]):
            return self.line(names, self._period.before).cells
        english, chinese = (Say(language)("why.before_archive") for language in ("en", "zh"))
        return {name: Cell(None, why=english, why_chinese=chinese) for name in names}

    def knows(self, at_ms: Ms) -> bool:
        """Whether the archive reaches back to a day."""
        return self.halves.of(at_ms)[2] >= self.halves.of(self.oldest_ms)[2]

    def no_time(self, cut: Cut) -> str:
        """Why nothing can be known of a column, as a word of ``words.py``; "" where it can."""
        if cut.start_ms >= self.known_ms:
            return "why.not_yet"
        return "" if self.knows(cut.end_ms - 1) else "why.before_archive"

    def when(self, cut: Cut) -> str:
        """Return how a column's time is written in a table."""
        return self.text(cut.start_ms) if isinstance(cut.key, int) else cut.key

    def text(self, at_ms: Ms) -> str:
        """Return a moment on the site's clock."""
        return local_of(self._clock, at_ms).strftime("%Y-%m-%d %H:%M")
