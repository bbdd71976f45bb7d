"""A time zone's offsets as a table, so that the core needs no time-zone files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from router.core.localtime import LocalClock

FIRST_YEAR = 2020
LAST_YEAR = 2040


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset(available_timezones())


@cache
def local_clock(zone: str) -> LocalClock:
    """Return the offsets of a zone from 2020 to 2040. Raises ``ZoneInfoNotFoundError`` for an unknown one."""
    info = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(info).utcoffset() or timedelta()

    moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    starts, offsets = [_ms(moment)], [offset(moment)]
    while moment < end:
        later = moment + timedelta(days=1)
        if offset(later) != offsets[-1]:
            change = _change(moment, later, offset)
            starts.append(_ms(change))
            offsets.append(offset(change))
        moment = later
    return LocalClock(
        zone=zone,
        starts_ms=tuple(starts),
        offsets_ms=tuple(round(shift.total_seconds() * 1000) for shift in offsets),
    )


def _change(before: datetime, after: datetime, offset: Callable[[datetime], timedelta]) -> datetime:
    """Find the second between two moments from which on the offset is another."""
    old = offset(before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if offset(middle) == old else (before, middle)
    return after


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
