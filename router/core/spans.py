"""Pure: counts spans by how long they were, cheaply enough for the busiest path: what a histogram is made of."""

from bisect import bisect_left
from collections.abc import Sequence


class Buckets:
    """How many spans were at most so long: ``counts[i]`` those up to ``bounds[i]`` and above the bound before it.

    The last count is of those above all bounds; ``total`` their sum.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, span: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, span)] += 1
        self.total += span

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)
