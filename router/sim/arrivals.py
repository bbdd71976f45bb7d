"""Pure: when calls arrive: at a rate, by a profile of the day, or as they were recorded."""

import math
from collections.abc import Iterator
from random import Random

import msgspec

from router.core.ids import Ms

HALF_HOUR_MS: Ms = 1_800_000
HOUR_MS: Ms = 3_600_000
DAY_MS: Ms = 86_400_000
HALF_HOURS_OF_DAY = 48


class Poisson(msgspec.Struct, frozen=True, tag="poisson"):
    """A Poisson stream of one rate."""

    calls_per_hour: float


class Profile(msgspec.Struct, frozen=True, tag="profile"):
    """A Poisson stream whose rate changes by the half hour: expected calls in each of the 48 half hours of a day."""

    calls: tuple[float, ...]


class RecordedArrivals(msgspec.Struct, frozen=True, tag="recorded"):
    """Arrivals as they were, in ms since the midnight the run begins at, ascending."""

    at_ms: tuple[Ms, ...]


Arrivals = Poisson | Profile | RecordedArrivals


def arrival_times(arrivals: Arrivals, rng: Random, start: Ms) -> Iterator[Ms]:
    """Yield the moments of arrival from ``start`` (ms UTC; a midnight for a profile or a recording) on, ascending.

    A rate and a profile go on for ever, a recording ends.
    """
    match arrivals:
        case Poisson(calls_per_hour=rate):
            return _poisson(HOUR_MS / rate, rng, start)
        case Profile(calls=calls):
            return _profile(calls, rng, start)
        case RecordedArrivals(at_ms=at_ms):
            return (start + at for at in at_ms)


def _poisson(mean_gap_ms: float, rng: Random, start: Ms) -> Iterator[Ms]:
    at = float(start)
    uniform, log = rng.random, math.log
    while True:
        at -= mean_gap_ms * log(1.0 - uniform())
        yield int(at)


def _profile(calls: tuple[float, ...], rng: Random, start: Ms) -> Iterator[Ms]:
    """Run a unit-rate Poisson clock through the cumulated rate: exact for a rate constant within each half hour."""
    begin = start
    number = 0
    due = rng.expovariate(1.0)
    while True:
        expected = calls[number % HALF_HOURS_OF_DAY]
        while due < expected:
            yield begin + int(due / expected * HALF_HOUR_MS)
            due += rng.expovariate(1.0)
        due -= expected
        begin += HALF_HOUR_MS
        number += 1
