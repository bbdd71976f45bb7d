"""Pure: how long a caller will wait: the model, its mean and its range.

The wait of a caller with ``q`` others ahead is a row of steps. In each, either one of the ``s`` agents becomes free
(rate ``mu`` each) or one of those still ahead loses patience (rate ``theta`` each), so the mean is
``sum over i=0..q of 1/(s mu + i theta)`` and the steps' variances add up in the same way.
"""

import math

import msgspec

from router.core.ids import Ms

_Z = 1.2816
"""The 90 % quantile of the normal distribution: a range leaves out one wait in ten on either side."""


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What a model foretold at ``at`` of the wait that was yet to come.

    One wait in ten is shorter than ``low_ms``, one in ten longer than ``high_ms``. ``ahead`` callers counted as
    standing before (a part of one where they compete for some of the agents only), ``agents`` served. ``told`` says
    whether the caller heard it.
    """

    at: Ms
    mean_ms: Ms
    low_ms: Ms
    high_ms: Ms
    ahead: float
    agents: int
    told: bool = False

    def held(self, wait_ms: Ms) -> bool:
        """Say whether a wait that lasted so long from then on was within the range."""
        return self.low_ms <= wait_ms <= self.high_ms


def by_length_ms(ahead: int, serving_per_ms: float) -> float:
    """Foretell by the length of the line alone (``QL``): nobody loses patience."""
    return (ahead + 1) / serving_per_ms


def mean_ms(ahead: float, serving_per_ms: float, leaving_per_ms: float = 0.0) -> float:
    """Foretell by length and patience (``QLm``): the mean of the model.

    ``serving_per_ms`` is ``s mu``, ``leaving_per_ms`` the ``theta`` of one of those ahead. A part of one ahead counts
    as that part of a step.
    """
    return _steps(ahead, serving_per_ms, leaving_per_ms)[0]


def foretell(
    at: Ms, ahead: float, agents: int, serving_per_ms: float, leaving_per_ms: float, answering_ms: float = 0.0
) -> Forecast:
    """Return the model's mean and range; ``answering_ms`` is what picking up the phone takes on top.

    The sum of such steps is nearly gamma distributed (exactly, where nobody loses patience), and the quantiles of that
    are taken by the cube root rule of Wilson and Hilferty (1931): within 1 % from the third caller on.
    """
    mean, variance = _steps(ahead, serving_per_ms, leaving_per_ms)
    shape = mean * mean / variance
    low, high = (mean * (1 - 1 / (9 * shape) + sign * _Z / (3 * math.sqrt(shape))) ** 3 for sign in (-1, 1))
    return Forecast(
        at=at,
        mean_ms=round(mean + answering_ms),
        low_ms=round(low + answering_ms),
        high_ms=round(high + answering_ms),
        ahead=round(ahead, 2),
        agents=agents,
    )


def _steps(ahead: float, serving_per_ms: float, leaving_per_ms: float) -> tuple[float, float]:
    """Return mean and variance of the whole row of steps."""
    whole = int(ahead)
    rest = ahead - whole
    mean = variance = 0.0
    for number in range(whole + 1):
        step = 1 / (serving_per_ms + number * leaving_per_ms)
        mean += step
        variance += step * step
    if rest:
        step = 1 / (serving_per_ms + ahead * leaving_per_ms)
        mean += rest * step
        variance += rest * step * step
    return mean, variance
