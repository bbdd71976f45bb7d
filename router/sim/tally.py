"""Pure: what is counted in each batch of a run, and the measures made of the counts."""

from collections.abc import Callable, Sequence

import msgspec

from router.core.ids import Ms
from router.sim.estimate import Estimate, ratio


class Batch:
    """The sums of one batch. Calls count where they arrived, caller-time and agent-time where it passed."""

    __slots__ = (
        "abandoned",
        "answered",
        "answered_wait_ms",
        "arrivals_of",
        "asked",
        "blocked",
        "busy_ms",
        "calls",
        "calls_of",
        "gaps_ms",
        "handling_ms",
        "in_target",
        "lost",
        "queued",
        "span_ms",
        "staffed_ms",
        "wait_ms",
        "wait_ms_of",
        "waiting_ms",
    )

    def __init__(self, entries: int) -> None:
        self.calls = 0
        self.asked = 0
        """Calls that asked for a person and were not turned away."""
        self.blocked = 0
        self.queued = 0
        self.answered = 0
        self.in_target = 0
        self.abandoned = 0
        self.lost = 0
        self.answered_wait_ms = 0
        self.wait_ms = 0
        self.gaps_ms: Ms = 0
        """The time between arrivals, summed over the batch's calls."""
        self.handling_ms: Ms = 0
        """The handling times drawn for its answered calls."""
        self.arrivals_of = [0] * entries
        self.calls_of = [0] * entries
        self.wait_ms_of = [0] * entries
        self.span_ms = 0
        self.waiting_ms = 0
        """Callers waiting, integrated over the batch's time."""
        self.busy_ms = 0
        self.staffed_ms = 0


Sum = Callable[[Batch], float]

MEASURES: dict[str, tuple[Sum, Sum, float]] = {
    "p_wait": (lambda b: b.queued, lambda b: b.calls, 1),
    "asa_s": (lambda b: b.answered_wait_ms, lambda b: b.answered, 1_000),
    "service_level": (lambda b: b.in_target, lambda b: b.calls, 1),
    "p_abandon": (lambda b: b.abandoned, lambda b: b.calls, 1),
    "p_block": (lambda b: b.blocked, lambda b: b.calls, 1),
    "mean_wait_s": (lambda b: b.wait_ms, lambda b: b.asked, 1_000),
    "queue_len": (lambda b: b.waiting_ms, lambda b: b.span_ms, 1),
    "occupancy": (lambda b: b.busy_ms, lambda b: b.staffed_ms, 1),
}
"""Measure -> (numerator, denominator, unit): the ratio of both sums over all batches, divided by the unit."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beforehand of a steady run: the true means that luck is measured against."""

    gap_ms: float
    handling_ms: float
    shares: tuple[float, ...]


def controls(batches: Sequence[Batch], known: Known | None) -> list[list[float]]:
    """Return how each batch's luck differs from what is known: arrivals, talks, and the mix of two kinds of callers."""
    if known is None:
        return []
    found = [
        [batch.gaps_ms - known.gap_ms * batch.calls for batch in batches],
        [batch.handling_ms - known.handling_ms * batch.answered for batch in batches],
    ]
    if len(known.shares) == 2:
        found.append([batch.arrivals_of[0] - known.shares[0] * batch.calls for batch in batches])
    return found


def measures(batches: Sequence[Batch], entries: Sequence[str], known: Known | None = None) -> dict[str, Estimate]:
    """Return every measure of a run; the mean wait of each kind of caller is ``<entry>_wait_s``."""
    luck = controls(batches, known)
    result = {name: _measure(batches, *parts, luck) for name, parts in MEASURES.items()}
    for index, entry in enumerate(entries):
        waits = [batch.wait_ms_of[index] / 1_000 for batch in batches]
        calls = [batch.calls_of[index] for batch in batches]
        result[f"{entry}_wait_s"] = ratio(waits, calls, luck)
    return result


def _measure(batches: Sequence[Batch], over: Sum, under: Sum, unit: float, luck: list[list[float]]) -> Estimate:
    return ratio([over(batch) / unit for batch in batches], [float(under(batch)) for batch in batches], luck)


class Clockwork:
    """Keeps the integrals over time: how many wait, how many agents work, how many are there."""

    __slots__ = ("_batch", "_since", "busy", "staffed", "waiting")

    def __init__(self, batch: Batch, now: Ms) -> None:
        self._batch = batch
        self._since = now
        self.waiting = 0
        self.busy = 0
        self.staffed = 0

    def pass_until(self, now: Ms) -> None:
        """Account for the time since the last change. Call before every change of a count."""
        span = now - self._since
        if span:
            batch = self._batch
            batch.span_ms += span
            batch.waiting_ms += span * self.waiting
            batch.busy_ms += span * self.busy
            batch.staffed_ms += span * self.staffed
            self._since = now

    def turn_to(self, batch: Batch, now: Ms) -> None:
        """Time from ``now`` on belongs to another batch."""
        self.pass_until(now)
        self._batch = batch
