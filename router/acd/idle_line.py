"""Pure: the idle agents whom one group of calls may have, in the order of its strategy.

A sorted list with a place where it begins. By the default strategy whoever becomes idle goes to its end, and the first
is taken: both cost the same however many there are. Entries of agents who have been busy since are stale; they are
passed over, and dropped once nobody stands before them.
"""

from bisect import insort
from collections.abc import Collection, Iterable, Mapping

from router.core.ids import AgentId

SPARE_ENTRIES = 64
"""So many stale entries there may be beside as many as are idle, before they are cleared out."""

IdleEntry = tuple[float, int, AgentId, int]
"""(strategy key, idle sequence, agent, how often they had become idle)."""


class IdleLine:
    """Whom ``idle`` names with another number than an entry, or not at all, is not idle any more."""

    __slots__ = ("_entries", "_start")

    def __init__(self, entries: Iterable[IdleEntry] = ()) -> None:
        self._entries = sorted(entries)
        self._start = 0

    def push(self, entry: IdleEntry, idle: Mapping[AgentId, int], idle_count: int) -> None:
        """Add an agent; ``idle_count`` of this line's are idle, this one included."""
        entries = self._entries
        if not entries or entries[-1] < entry:
            entries.append(entry)
        else:
            insort(entries, entry, self._start)
        if len(entries) - self._start > 2 * idle_count + SPARE_ENTRIES:
            self._entries = [entry for entry in entries[self._start :] if idle.get(entry[2]) == entry[3]]
            self._start = 0
        elif self._start > SPARE_ENTRIES and 2 * self._start > len(entries):
            del entries[: self._start]
            self._start = 0

    def take(
        self,
        idle: Mapping[AgentId, int],
        tried: Collection[AgentId],
        *,
        untried_only: bool,
    ) -> tuple[IdleEntry | None, IdleEntry | None]:
        """Return the first agent and who would have been next; who is returned first must be busy from now on.

        Those not ``tried`` come first; were all tried, the first of them is returned, unless only others are wanted.
        """
        entries, place, end = self._entries, self._start, len(self._entries)
        best: IdleEntry | None = None
        again: list[IdleEntry] = []
        while place < end:
            entry = entries[place]
            agent = entry[2]
            if idle.get(agent) == entry[3]:
                if best is not None:
                    break
                if agent in tried:
                    again.append(entry)
                else:
                    best = entry
            place += 1
        if not again:
            self._start = place  # nobody before it is idle any more
        following = entries[place] if place < end else None
        if best is None and again and not untried_only:
            best = again.pop(0)
        return best, following or (again[0] if again else None)
