"""A fake clock: what will happen outside, in order of time. Nobody waits for real."""

import heapq
from collections.abc import Callable

import msgspec

from router.core.ids import Ms


class Coming(msgspec.Struct, order=True):
    """Something that will happen at ``at``; of two at the same time the one planned first."""

    at: Ms
    seq: int


class Agenda:
    """What has been planned and not happened yet. ``plan`` returns a mark by which it can be dropped again."""

    def __init__(self) -> None:
        self._heap: list[Coming] = []
        self._acts: dict[int, Callable[[], None]] = {}
        self._seq = 0

    def plan(self, at: Ms, act: Callable[[], None]) -> int:
        """Let ``act`` happen at ``at``."""
        self._seq += 1
        heapq.heappush(self._heap, Coming(at, self._seq))
        self._acts[self._seq] = act
        return self._seq

    def drop(self, mark: int) -> None:
        """Forget something planned; it may have happened already."""
        self._acts.pop(mark, None)

    def next_at(self) -> Ms | None:
        """Return when the next thing happens, or None."""
        while self._heap and self._heap[0].seq not in self._acts:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def take(self) -> Callable[[], None]:
        """Return the next act and forget it; only after :meth:`next_at` gave a time."""
        return self._acts.pop(heapq.heappop(self._heap).seq)
