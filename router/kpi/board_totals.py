"""The board's totals of a span, for the audit: what the wallboard keeps as sums by its own code, the rest live."""

from collections.abc import Mapping, Sequence

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi.audit import BY_QUEUE, COUNTED, Totals, totals
from router.kpi.clockwork import Halves
from router.kpi.live import Live
from router.kpi.measures import MEASURES, Bounds
from router.kpi.tally import Tally, can_be_kept
from router.kpi.terms import WHOLE

EVER_MS: Ms = 2**60


class BoardTotals:
    """Takes records in as a board does, in pieces: its totals have to hold after each."""

    def __init__(
        self, clock: LocalClock, *, groups: Mapping[str, tuple[str, ...]] | None = None, key: bytes = b""
    ) -> None:
        self._halves = Halves(clock)
        self._live = Live(clock, groups=groups, key=key)
        self._of_centre = [name for name in COUNTED if can_be_kept(MEASURES[name])]
        self._of_queue = [name for name in BY_QUEUE if can_be_kept(MEASURES[name])]
        names = dict.fromkeys((*self._of_centre, *self._of_queue))
        self._tally = Tally(clock, names, recent_s=0, bounds=Bounds(), unions={}, keep_ms=EVER_MS)

    def take(self, records: Sequence[Record]) -> None:
        """Take a piece in, and count."""
        self._live.take(records)
        self._live.refresh()
        self._tally.take(records)
        self._tally.count(self._tally.at_ms)

    def of(self, span: tuple[Ms, Ms]) -> Totals:
        """Return the totals of a span. Sums are kept by half hours: of a span that cuts one all is counted live."""
        found = totals(self._live, span)
        if any(at_ms <= self._tally.at_ms and at_ms != self._halves.of(at_ms)[0] for at_ms in span):
            return found
        for part, halves in self._tally.count(self._tally.at_ms).halves.items():
            inside = [numbers for half_ms, numbers in halves.items() if span[0] <= half_ms < span[1]]
            sums = [sum(column) for column in zip(*inside, strict=True)]
            for name in (self._of_centre if part == WHOLE else self._of_queue) if sums else ():
                over, under = self._tally.divided(name, sums)
                if part != WHOLE:
                    found[f"{name} / queue {part}"] = over
                elif under is None:
                    found[name] = over
                else:
                    found[f"{name}: sum"], found[f"{name}: of"] = over, under
        return found
