"""Pure: timers as data. One heap; the engine arms a single real timer for its earliest deadline."""

import heapq

import msgspec

from router.core.ids import Ms


class Timer(msgspec.Struct, frozen=True, order=True):
    """A deadline. Order: ``deadline``, then ``seq`` (set first, fires first)."""

    deadline: Ms
    seq: int
    owner: str
    name: str


class Timers:
    """A set of named deadlines; setting one of the same owner and name again replaces it."""

    def __init__(self) -> None:
        self._live: dict[str, dict[str, Timer]] = {}
        self._heap: list[Timer] = []
        self._seq = 0

    def set(self, owner: str, name: str, deadline: Ms) -> None:
        """Arm ``name`` of ``owner`` for ``deadline``."""
        self._seq += 1
        timer = Timer(deadline, self._seq, owner, name)
        self._live.setdefault(owner, {})[name] = timer
        heapq.heappush(self._heap, timer)

    def cancel(self, owner: str, name: str) -> None:
        """Disarm ``name`` of ``owner``; not armed is fine."""
        of_owner = self._live.get(owner)
        if of_owner is not None and of_owner.pop(name, None) is not None and not of_owner:
            del self._live[owner]

    def cancel_all(self, owner: str) -> None:
        """Disarm everything of ``owner``."""
        self._live.pop(owner, None)

    def armed(self, owner: str, name: str) -> bool:
        """Say whether ``name`` of ``owner`` is armed."""
        return name in self._live.get(owner, ())

    def owners(self) -> list[str]:
        """Everybody who has a timer armed, in the order they first set one."""
        return list(self._live)

    def armed_any(self, owner: str) -> bool:
        """Say whether anything of ``owner`` is armed."""
        return owner in self._live

    def deadline(self) -> Ms | None:
        """Return the earliest deadline, or None."""
        timer = self._head()
        return None if timer is None else timer.deadline

    def pop_due(self, now: Ms) -> Timer | None:
        """Take the earliest timer due by ``now``, in (deadline, seq) order, or None."""
        timer = self._head()
        if timer is None or timer.deadline > now:
            return None
        heapq.heappop(self._heap)
        self.cancel(timer.owner, timer.name)
        return timer

    def dump(self) -> tuple[list[Timer], int]:
        """Return the armed timers in firing order and the last ``seq``, for a snapshot."""
        live = [timer for of_owner in self._live.values() for timer in of_owner.values()]
        return sorted(live), self._seq

    def load(self, timers: list[Timer], seq: int) -> None:
        """Take over what :meth:`dump` gave."""
        self._live = {}
        for timer in timers:
            self._live.setdefault(timer.owner, {})[timer.name] = timer
        self._heap = sorted(timers)
        self._seq = seq

    def _head(self) -> Timer | None:
        while self._heap:
            timer = self._heap[0]
            if self._live.get(timer.owner, {}).get(timer.name) is timer:
                return timer
            heapq.heappop(self._heap)
        return None
