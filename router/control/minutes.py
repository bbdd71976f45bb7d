"""Pure: a forecast in minutes as people say it: rounded outwards, and never later than promised unless it must be."""

from typing import NamedTuple

from router.core.ids import Ms

_MINUTE_MS: Ms = 60_000
_STEPS = ((10, 1), (30, 5))
"""Up to so many minutes, by steps of so many; above, by quarters of an hour."""
_LONG_STEP = 15
_HOUR = 60


class Minutes(NamedTuple):
    """``low`` to ``high`` minutes; ``high`` 1 and ``low`` 0 is "less than a minute". ``later`` says that this ends
    after the moment promised before. ``over_an_hour`` is said without figures."""

    low: int
    high: int
    later: bool = False
    over_an_hour: bool = False


def rounded(low_ms: Ms, high_ms: Ms, left_ms: Ms | None) -> Minutes:
    """Round a range outwards; ``left_ms`` is what is left until the moment promised last (None: nothing was).

    Where rounding alone would pass that moment, the range ends there instead (or, in the last minute, with "less than a
    minute"). Where the forecast itself does, the answer is ``later``.
    """
    low, high = _down(low_ms), _up(high_ms)
    later = False
    if left_ms is not None and high * _MINUTE_MS > left_ms:
        later = high_ms > left_ms
        if not later:
            high = max(left_ms // _MINUTE_MS, 1)
    if high <= 1:
        low, high = 0, 1
    elif low >= high:
        low = high - _step(high)
    return Minutes(low, high, later, low >= _HOUR)


def _step(minutes: int) -> int:
    return next((step for until, step in _STEPS if minutes <= until), _LONG_STEP)


def _down(span_ms: Ms) -> int:
    minutes = span_ms // _MINUTE_MS
    step = _step(minutes)
    return minutes // step * step


def _up(span_ms: Ms) -> int:
    minutes = max(-(-span_ms // _MINUTE_MS), 1)
    step = _step(minutes)
    return -(-minutes // step) * step
