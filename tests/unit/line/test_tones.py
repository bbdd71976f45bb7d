"""Tones of countries agree with the ringing cadence the core counts by."""

import pytest

from router.core.cadence import RING_MS
from router.line.tones import TONES, zone


@pytest.mark.parametrize("country", sorted(RING_MS))
def test_one_ring_lasts_as_long_as_the_core_counts(country: str) -> None:
    assert sum(TONES[country.lower()].cadence) == RING_MS[country]


def test_a_country_without_tones_of_its_own() -> None:
    assert zone("CN") == "cn"
    assert zone("NZ") == "us"
    assert TONES["gb"].ring == "400+450/400,0/200,400+450/400,0/2000"
