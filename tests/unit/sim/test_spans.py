"""Distributions have the mean and the shape they were asked for."""

import math
import statistics
from random import Random

import pytest

from router.sim.spans import FOREVER_MS, Endless, Exponential, Fixed, Lognormal, Recorded, Span, drawer, mean_ms

DRAWS = 20_000


@pytest.mark.parametrize(
    ("span", "cv"),
    [
        (Exponential(180_000), 1.0),
        (Lognormal(180_000, 0.5), 0.5),
        (Lognormal(180_000, 1.5), 1.5),
        (Fixed(180_000), 0.0),
    ],
)
def test_mean_and_spread(span: Span, cv: float) -> None:
    draw = drawer(span, Random(3))
    values = [draw() for _ in range(DRAWS)]
    mean = statistics.fmean(values)
    assert mean == pytest.approx(mean_ms(span), rel=0.05)
    assert statistics.pstdev(values) / mean == pytest.approx(cv, rel=0.15, abs=0.001)


def test_exponential_has_no_memory() -> None:
    draw = drawer(Exponential(1_000), Random(4))
    longer = [value for value in (draw() for _ in range(DRAWS)) if value > 1_000]
    assert len(longer) / DRAWS == pytest.approx(math.exp(-1), abs=0.015)
    assert statistics.fmean(longer) - 1_000 == pytest.approx(1_000, rel=0.05)


def test_recorded_draws_what_was_recorded() -> None:
    draw = drawer(Recorded((5, 7)), Random(5))
    assert {draw() for _ in range(50)} == {5, 7}
    assert mean_ms(Recorded((5, 7))) == 6


def test_endless() -> None:
    assert drawer(Endless(), Random(6))() == FOREVER_MS
    assert mean_ms(Endless()) == math.inf
