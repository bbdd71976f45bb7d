"""Confidence intervals that keep their word."""

from random import Random

import pytest

from router.sim.estimate import ratio, student_t


@pytest.mark.parametrize(
    ("freedom", "exact"),
    [(1, 12.7062), (4, 2.7764), (5, 2.5706), (9, 2.2622), (19, 2.0930), (39, 2.0227), (999, 1.9623)],
)
def test_student_t(freedom: int, exact: float) -> None:
    assert student_t(freedom) == pytest.approx(exact, abs=2e-3)


def test_a_ratio_of_sums_and_not_a_mean_of_ratios() -> None:
    estimate = ratio([1, 9], [1, 3])
    assert estimate.value == 2.5


def test_batches_that_agree_leave_no_doubt() -> None:
    estimate = ratio([2, 4, 6], [1, 2, 3])
    assert (estimate.value, estimate.ci) == (2, 0)


def test_by_hand() -> None:
    """Two batches 1 and 3 of weight 1: deviation 1.414, half-width t(1) * 1.414 / sqrt(2) = t(1)."""
    estimate = ratio([1, 3], [1, 1])
    assert estimate.ci == pytest.approx(12.7062)


def test_nothing_measured_is_not_zero() -> None:
    estimate = ratio([0, 0], [0, 0])
    assert (estimate.value, estimate.ci, estimate.why) == (None, None, "nothing to measure")


def test_one_batch_has_no_interval() -> None:
    assert ratio([3], [2]).ci is None


def coverage(correlation: float, runs: int = 600) -> float:
    """How often the interval holds the truth when batches follow an AR(1) of that correlation."""
    rng = Random(7)
    inside = 0
    for _ in range(runs):
        state = rng.gauss(0, 1)
        sums: list[float] = []
        for _ in range(40):
            sums.append(10 + state)
            state = correlation * state + (1 - correlation**2) ** 0.5 * rng.gauss(0, 1)
        estimate = ratio(sums, [1.0] * 40)
        assert estimate.value is not None and estimate.ci is not None
        inside += abs(estimate.value - 10) <= estimate.ci
    return inside / runs


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.3, 0.5])
def test_right_95_times_in_100(correlation: float) -> None:
    assert 0.92 <= coverage(correlation) <= 0.985


def test_correlation_is_told() -> None:
    assert ratio([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8).correlation > 0.5
