"""Arrivals at the rate, by the profile, or as recorded."""

from itertools import islice, takewhile
from random import Random

import pytest

from router.sim.arrivals import DAY_MS, HALF_HOUR_MS, HOUR_MS, Poisson, Profile, RecordedArrivals, arrival_times


def test_a_rate() -> None:
    times = list(islice(arrival_times(Poisson(360), Random(1), 5_000), 20_000))
    assert times == sorted(times) and times[0] >= 5_000
    assert (times[-1] - 5_000) / 20_000 == pytest.approx(HOUR_MS / 360, rel=0.03)


def test_a_profile_by_half_hours_repeats_every_day() -> None:
    calls = [0.0] * 48
    calls[16], calls[17] = 400.0, 100.0  # 08:00 and 08:30
    times = arrival_times(Profile(tuple(calls)), Random(2), 10 * DAY_MS)
    of_day = [(at - 10 * DAY_MS) % DAY_MS for at in takewhile(lambda at: at < 30 * DAY_MS, times)]
    first = sum(16 * HALF_HOUR_MS <= at < 17 * HALF_HOUR_MS for at in of_day)
    second = sum(17 * HALF_HOUR_MS <= at < 18 * HALF_HOUR_MS for at in of_day)
    assert first + second == len(of_day)
    assert first / 20 == pytest.approx(400, rel=0.05)
    assert second / 20 == pytest.approx(100, rel=0.08)


def test_recorded() -> None:
    assert list(arrival_times(RecordedArrivals((3, 9)), Random(1), 100)) == [103, 109]
