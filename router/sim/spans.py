"""Pure: how long things last: patience, talks, answering delays. Distributions as data, and how to draw from them."""

import math
from collections.abc import Callable
from random import Random

import msgspec

from router.core.ids import Ms

Draw = Callable[[], Ms]
"""Gives the next span in ms."""
FOREVER_MS: Ms = 1 << 60
"""A span nobody lives to see the end of."""


class Endless(msgspec.Struct, frozen=True, tag="inf"):
    """Never ends: callers who never give up."""


class Fixed(msgspec.Struct, frozen=True, tag="fixed"):
    """Always the same."""

    ms: Ms


class Exponential(msgspec.Struct, frozen=True, tag="exponential"):
    """Exponential with a mean."""

    mean_ms: float


class Lognormal(msgspec.Struct, frozen=True, tag="lognormal"):
    """Lognormal with a mean and a coefficient of variation (standard deviation / mean)."""

    mean_ms: float
    cv: float


class Recorded(msgspec.Struct, frozen=True, tag="recorded"):
    """Drawn with replacement from spans that were measured."""

    values_ms: tuple[Ms, ...]


Span = Endless | Fixed | Exponential | Lognormal | Recorded


def drawer(span: Span, rng: Random) -> Draw:
    """Return what draws spans of a distribution. An exponential is drawn by inversion, a lognormal by its normal."""
    match span:
        case Endless():
            return lambda: FOREVER_MS
        case Fixed(ms=ms):
            return lambda: ms
        case Exponential(mean_ms=mean_ms):
            uniform, log = rng.random, math.log
            return lambda: int(0.5 - mean_ms * log(1.0 - uniform()))
        case Lognormal(mean_ms=mean_ms, cv=cv):
            sigma = math.sqrt(math.log1p(cv * cv))
            mu = math.log(mean_ms) - sigma * sigma / 2
            normal = rng.lognormvariate
            return lambda: round(normal(mu, sigma))
        case Recorded(values_ms=values_ms):
            choice = rng.choice
            return lambda: choice(values_ms)


def mean_ms(span: Span) -> float:
    """Return the mean of a distribution in ms (``inf`` where it has none)."""
    match span:
        case Endless():
            return math.inf
        case Fixed(ms=ms):
            return ms
        case Exponential(mean_ms=mean) | Lognormal(mean_ms=mean):
            return mean
        case Recorded(values_ms=values_ms):
            return sum(values_ms) / len(values_ms)
