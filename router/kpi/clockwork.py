"""Pure: where a moment belongs on the site's clock: its half hour, day and the halves a span falls into."""

import datetime
from bisect import bisect_right
from collections.abc import Iterator

from router.core.ids import Ms
from router.core.localtime import LocalClock

HALF_HOUR_MS = 1_800_000
DAY_MS = 86_400_000

Place = tuple[Ms, Ms, int]
"""``half_ms`` (start of the half hour, UTC), ``off_ms`` (offset from UTC), ``day`` (local, since 1970-01-01)."""


class Halves:
    """Half hours of a site's clock. Remembers the last one: records come in order."""

    def __init__(self, clock: LocalClock) -> None:
        self._clock = clock
        self._from = self._until = 0
        self._place: Place = (0, 0, 0)

    def of(self, at_ms: Ms) -> Place:
        """Return where a moment belongs."""
        if not self._from <= at_ms < self._until:
            index = max(bisect_right(self._clock.starts_ms, at_ms) - 1, 0)
            off_ms = self._clock.offsets_ms[index]
            half_ms = (at_ms + off_ms) // HALF_HOUR_MS * HALF_HOUR_MS - off_ms
            self._from, self._until = half_ms, half_ms + HALF_HOUR_MS
            self._place = (half_ms, off_ms, (at_ms + off_ms) // DAY_MS)
        return self._place

    def pieces(self, start_ms: Ms, end_ms: Ms) -> Iterator[tuple[Ms, Ms, Place]]:
        """Cut a span at the half hours: start, end and place of each piece, in order."""
        while start_ms < end_ms:
            place = self.of(start_ms)
            cut_ms = min(end_ms, place[0] + HALF_HOUR_MS)
            yield start_ms, cut_ms, place
            start_ms = cut_ms


def utc_of(clock: LocalClock, day: int, minute: int) -> Ms:
    """Return the moment (UTC ms) of a minute of a local day; minutes beyond the day lie in the next one.

    A moment that a clock put forward leaves out is the one as much later.
    """
    local_ms = day * DAY_MS + minute * 60_000
    halves = Halves(clock)
    guess = local_ms - halves.of(local_ms)[1]
    return local_ms - halves.of(guess)[1]


def day_start(clock: LocalClock, at_ms: Ms) -> Ms:
    """Return the moment (UTC ms) when the local day of a moment began."""
    return utc_of(clock, Halves(clock).of(at_ms)[2], 0)


def local_of(clock: LocalClock, at_ms: Ms) -> datetime.datetime:
    """Return a moment as the site's clock shows it; the zone it carries (UTC) means nothing."""
    return datetime.datetime.fromtimestamp((at_ms + Halves(clock).of(at_ms)[1]) / 1000, datetime.UTC)
