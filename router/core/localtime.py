"""Pure: local time of a site from a table of UTC offsets loaded outside (no time-zone files are read here)."""

from bisect import bisect_right

import msgspec

from router.core.ids import Ms

_DAY_MS = 86_400_000


class LocalTime(msgspec.Struct, frozen=True, kw_only=True):
    """A moment on the site's clock. ``weekday``: Monday 0. ``minute`` counts from midnight, 0-1439.

    ``day`` counts days since 1970-01-01 of the local calendar.
    """

    day: int
    weekday: int
    minute: int


class LocalClock(msgspec.Struct, frozen=True, kw_only=True):
    """UTC offsets of a time zone: from ``starts_ms[i]`` on, local time is UTC + ``offsets_ms[i]``.

    ``starts_ms`` ascends; moments before the first use the first offset.
    """

    zone: str
    starts_ms: tuple[Ms, ...] = (0,)
    offsets_ms: tuple[Ms, ...] = (0,)

    def at(self, now: Ms) -> LocalTime:
        """Return the local time at ``now`` (ms UTC)."""
        index = max(bisect_right(self.starts_ms, now) - 1, 0)
        day, within = divmod(now + self.offsets_ms[index], _DAY_MS)
        return LocalTime(day=day, weekday=(day + 3) % 7, minute=within // 60_000)
