"""Moments as people write them on the command line, those to come and those past, and as commands write them."""

import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

from router.cli.output import refuse
from router.core.calendar import day_number
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi.clockwork import Halves, utc_of

TO_THE_MINUTE = "%Y-%m-%d %H:%M"
TO_THE_SECOND = "%Y-%m-%d %H:%M:%S"
OF_THE_YEAR = "%m-%d %H:%M"


def coming_moment(at: str, now_ms: Ms, zone: ZoneInfo) -> Ms:
    """Return a moment to come (UTC ms) of ``07:30``, ``2026-11-22T07:30``; a time of day past is tomorrow's.

    A date may be past. Anything else is a mistake of usage.
    """
    now = datetime.datetime.fromtimestamp(now_ms / 1000, zone)
    try:
        if len(at) > 5:
            meant = datetime.datetime.fromisoformat(at).replace(tzinfo=zone)
        else:
            hour, _, minute = at.partition(":")
            meant = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
            if meant <= now:
                meant += timedelta(days=1)
    except ValueError:
        raise refuse(f"'{at}' is no time", "write 07:30, or 2026-11-22T07:30") from None
    return round(meant.timestamp() * 1000)


def past_moment(text: str, clock: LocalClock, now_ms: Ms, *, ends: bool = False) -> Ms:
    """Return the moment (UTC ms) of ``2026-11-21``, ``2026-11-21T08:30``, ``08:30`` (today), ``today``, ``yesterday``.

    A day is its beginning, or its end where the moment ``ends`` a span. Raises HotlineError for anything else.
    """
    today = Halves(clock).of(now_ms)[2]
    word = text.strip().replace(" ", "T")
    try:
        if word in ("today", "yesterday"):
            day, minute = today - (word == "yesterday"), 0
        elif ":" in word:
            date, _, at = word.rpartition("T")
            time = datetime.time.fromisoformat(at)
            return utc_of(clock, day_number(date) if date else today, time.hour * 60 + time.minute)
        else:
            day, minute = day_number(word), 0
        return utc_of(clock, day + 1 if ends else day, minute)
    except ValueError:
        raise HotlineError(
            f"'{text}' is no moment", "write 2026-11-21, 2026-11-21T08:30, 08:30, today or yesterday"
        ) from None


def on_clock(at_ms: Ms, zone: ZoneInfo | None, form: str = TO_THE_MINUTE) -> str:
    """Write a moment on the clock of a zone, or on this machine's where none is known."""
    return datetime.datetime.fromtimestamp(at_ms / 1000, zone).astimezone(zone).strftime(form)
