"""Pure: moments as people write and read them: on the site's clock."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from router.core.ids import Ms
from router.core.localtime import LocalClock

_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")
_TODAY_FORMS = ("%H:%M:%S", "%H:%M")


def offset_ms(clock: LocalClock, at: Ms) -> Ms:
    """Return the site's offset from UTC at a moment."""
    return clock.offsets_ms[max(bisect_right(clock.starts_ms, at) - 1, 0)]


def local(clock: LocalClock, at: Ms) -> datetime:
    """Return a moment as the site's clock shows it (a datetime without a zone)."""
    return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(milliseconds=at + offset_ms(clock, at))


def read(text: str, clock: LocalClock, now: Ms) -> tuple[Ms, Ms]:
    """Return the first and last moment that ``10:42``, ``10:42:07`` or ``2026-11-21 10:42`` may mean.

    Without a date it is the latest such time up to ``now``. Raises ValueError for anything else.
    """
    for form in (*_FORMS, *_TODAY_FORMS):
        try:
            said = datetime.strptime(text.strip(), form)  # noqa: DTZ007  a reading of the site's clock
        except ValueError:
            continue
        if form in _TODAY_FORMS:
            today = local(clock, now)
            said = said.replace(year=today.year, month=today.month, day=today.day)
            if said > today:
                said -= timedelta(days=1)
        first = _utc(said, clock)
        return first, first + (999 if form.endswith("%S") else 59_999)
    raise ValueError(f"no time of day: {text!r}")


def _utc(said: datetime, clock: LocalClock) -> Ms:
    plain = int(said.replace(tzinfo=UTC).timestamp() * 1000)
    guess = plain - offset_ms(clock, plain)
    return plain - offset_ms(clock, guess)
