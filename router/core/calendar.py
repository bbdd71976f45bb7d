"""Pure: opening hours as tables: a week, and the days that differ from it (holidays, swapped days, own exceptions).

Made by ``flowfile``; here nothing knows of countries or time-zone files.
"""

from datetime import date

import msgspec

from router.core.ids import Ms
from router.core.localtime import LocalClock, LocalTime

OPEN = "open"
CLOSED = "closed"
LUNCH = "lunch"
HOLIDAY = "holiday"
STATUSES = (OPEN, CLOSED, LUNCH, HOLIDAY)

_FIRST_DAY = date(1970, 1, 1).toordinal()
_MINUTES = 24 * 60
_LOOK_AHEAD_DAYS = 400


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """One day. ``open`` and ``breaks`` are pairs of minutes since midnight, in order, the second one not included.

    ``breaks`` are the gaps between the openings that begin on this day (lunch). ``holiday`` is the name of the public
    holiday or own closing that falls on it, "" on an ordinary day.
    """

    open: tuple[tuple[int, int], ...] = ()
    breaks: tuple[tuple[int, int], ...] = ()
    holiday: str = ""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """A named calendar. ``week`` holds seven days from Monday on, ``days`` those that differ, by day since 1970.

    ``clock`` is the calendar's own where it is kept in another time zone than the site's; None: the site's.
    """

    name: str
    week: tuple[Hours, ...]
    days: dict[int, Hours] = {}
    clock: LocalClock | None = None

    def local(self, now: Ms, site: LocalTime) -> LocalTime:
        """Return the moment ``now`` (``site`` on the site's clock) on the calendar's clock."""
        return site if self.clock is None else self.clock.at(now)

    def on(self, day: int) -> Hours:
        """Return the hours of a day (days since 1970)."""
        found = self.days.get(day)
        return self.week[(day + 3) % 7] if found is None else found

    def is_open(self, local: LocalTime) -> bool:
        """Say whether a moment on the calendar's clock is within the opening hours."""
        return _within(self.on(local.day).open, local.minute)

    def status(self, local: LocalTime) -> str:
        """Return ``open``, ``holiday`` (closed, and a holiday), ``lunch`` (between two openings) or ``closed``."""
        day = self.on(local.day)
        if _within(day.open, local.minute):
            return OPEN
        if day.holiday:
            return HOLIDAY
        return LUNCH if _within(day.breaks, local.minute) else CLOSED

    def holiday(self, local: LocalTime) -> str:
        """Return the name of the holiday a moment falls on, or ""."""
        return self.on(local.day).holiday

    def next_change(self, local: LocalTime) -> int | None:
        """Return in how many minutes it opens or closes next, 1 or more; None where it does not within 400 days."""
        now_open = self.is_open(local)
        for ahead in range(_LOOK_AHEAD_DAYS + 1):
            day = self.on(local.day + ahead)
            start = local.minute if ahead == 0 else 0
            # Where it is open, it closes at the end of an opening; that of midnight is known by the next day only.
            edges = (minute for opening in day.open for minute in opening)
            for minute in sorted({0, *edges}):
                later = ahead * _MINUTES + minute - local.minute
                if minute >= start and minute < _MINUTES and later > 0 and _within(day.open, minute) != now_open:
                    return later
        return None


def date_of(day: int) -> date:
    """Return the date of a day since 1970."""
    return date.fromordinal(day + _FIRST_DAY)


def day_of(when: date) -> int:
    """Return the day since 1970 of a date."""
    return when.toordinal() - _FIRST_DAY


def day_text(day: int) -> str:
    """Return a day since 1970 as ``2026-11-21``."""
    return date_of(day).isoformat()


def day_number(text: str) -> int:
    """Return the day since 1970 of ``2026-11-21``. Raises ``ValueError`` where there is no such day."""
    return day_of(date.fromisoformat(text))


def _within(spans: tuple[tuple[int, int], ...], minute: int) -> bool:
    return any(begins <= minute < ends for begins, ends in spans)
