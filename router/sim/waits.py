"""Pure: how well waits can be foretold on a simulated line: the router's own forecasts beside those of the textbook.

Every caller who finds nobody free is foretold by the length of the line (``QL``), by length and patience (``QLm``), by
how long the first in line has waited (``head_of_line``), by the mean of all waits (``constant_mean``) and by the router
itself, which has to learn handling and patience first (``router``). What they are held against is the wait a patient
caller would have had: who gave up would have been served when the next caller behind them was.
"""

from collections import deque
from statistics import fmean

import msgspec

from router.acd.forecast import by_length_ms, mean_ms
from router.acd.spec import EstimatePlan
from router.core import records
from router.core.ids import CallId, Ms
from router.core.records import Outcome
from router.errors import SimulationError
from router.sim.estimate import Estimate, ratio
from router.sim.run import Listeners, simulate
from router.sim.scenario import Scenario
from router.sim.spans import mean_ms as mean_of

BATCHES = 40
WAYS = ("QL", "QLm", "head_of_line", "constant_mean", "router")


class Foretold(msgspec.Struct, kw_only=True):
    """One caller who found nobody free; spans in ms, ``wait_ms`` None until it is known."""

    call: CallId
    asked_at: Ms
    means_ms: dict[str, float]
    low_ms: Ms
    high_ms: Ms
    wait_ms: Ms | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Mean squared errors by way of foretelling, in squares of the mean handling time; the range's coverage."""

    squared: dict[str, Estimate]
    within: Estimate
    count: int


class _Watcher:
    """Sees the line as callers do: who stands in it since when, and who is served."""

    def __init__(self, serving_per_ms: float, leaving_per_ms: float) -> None:
        self._serving, self._leaving = serving_per_ms, leaving_per_ms
        self._line: deque[tuple[Ms, CallId]] = deque()
        self._gone: set[CallId] = set()
        self.callers: list[Foretold] = []
        self._unknown: deque[Foretold] = deque()
        """Callers whose patient wait is not known yet, in the order they came."""

    def queued(self, record: records.CallQueued) -> None:
        if record.queued:
            self._line.append((record.at_ms, record.call_id))

    def estimated(self, record: records.WaitEstimated) -> None:
        ahead = round(record.ahead)
        line = self._line
        while line[0][1] in self._gone:
            self._gone.discard(line.popleft()[1])
        first_at = line[0][0]  # their own, where nobody stands before them
        seen = Foretold(
            call=record.call_id,
            asked_at=record.at_ms,
            means_ms={
                "QL": by_length_ms(ahead, self._serving),
                "QLm": mean_ms(ahead, self._serving, self._leaving),
                "head_of_line": record.at_ms - first_at,
                "router": record.mean_ms,
            },
            low_ms=record.low_ms,
            high_ms=record.high_ms,
        )
        self.callers.append(seen)
        self._unknown.append(seen)

    def connected(self, record: records.CallConnected) -> None:
        """First come, first served: all who came before and are not served yet would have been by now."""
        asked_at = record.at_ms - record.wait_ms
        self._leave(record.call_id, record.queued)
        unknown = self._unknown
        while unknown and unknown[0].asked_at <= asked_at:
            seen = unknown.popleft()
            seen.wait_ms = record.at_ms - seen.asked_at
            if seen.call == record.call_id:
                break

    def ended(self, record: records.CallEnded) -> None:
        if record.outcome in (Outcome.ABANDONED, Outcome.ABANDONED_SHORT):
            self._leave(record.call_id, record.queued)

    def _leave(self, call: CallId, queued: bool) -> None:
        if queued:
            self._gone.add(call)


def compare(scenario: Scenario, patience_ms: float | None, *, skip: int = 0) -> Comparison:
    """Run a scenario of one queue in which all agents may take all calls, and compare the ways of foretelling.

    ``patience_ms`` is the true mean patience (None: without end); the first ``skip`` callers who waited do not count.
    Raises :class:`SimulationError` where hardly anybody waited.
    """
    (queue,) = scenario.site.floor.queues.values()
    foretelling = msgspec.structs.replace(queue, estimate=EstimatePlan(announce=False))
    floor = msgspec.structs.replace(scenario.site.floor, queues={queue.name: foretelling})
    site = msgspec.structs.replace(scenario.site, floor=floor)
    handling_ms = mean_of(scenario.handling)
    watcher = _Watcher(len(scenario.shifts) / handling_ms, 1 / patience_ms if patience_ms else 0.0)
    listeners: Listeners = {
        records.CallQueued: watcher.queued,
        records.WaitEstimated: watcher.estimated,
        records.CallConnected: watcher.connected,
        records.CallEnded: watcher.ended,
    }
    simulate(msgspec.structs.replace(scenario, site=site), listeners=listeners)
    callers = [seen for seen in watcher.callers[skip:] if seen.wait_ms is not None]
    if len(callers) < BATCHES:
        raise SimulationError("hardly anybody waited", "give more calls, or fewer agents")
    mean_wait_ms = fmean(seen.wait_ms or 0 for seen in callers)
    size = len(callers) // BATCHES
    batches = [callers[number * size : (number + 1) * size] for number in range(BATCHES)]
    counts = [float(size)] * BATCHES

    def squared(way: str) -> Estimate:
        def off(seen: Foretold) -> float:
            foretold_ms = mean_wait_ms if way == "constant_mean" else seen.means_ms[way]
            return ((seen.wait_ms or 0) - foretold_ms) / handling_ms

        return ratio([sum(off(seen) ** 2 for seen in batch) for batch in batches], counts)

    within = [sum(seen.low_ms <= (seen.wait_ms or 0) <= seen.high_ms for seen in batch) for batch in batches]
    return Comparison(
        squared={way: squared(way) for way in WAYS},
        within=ratio([float(count) for count in within], counts),
        count=size * BATCHES,
    )
