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


def test_known_luck_is_taken_out() -> None:
    """The measure is 10 plus twice a luck that is seen: the estimate is 10 whatever the luck was."""
    rng = Random(8)
    luck = [rng.gauss(0.3, 1) for _ in range(40)]
    estimate = ratio([10 + 2 * part for part in luck], [1.0] * 40, [luck])
    assert estimate.value == pytest.approx(10)
    assert estimate.ci == pytest.approx(0, abs=1e-6)


def test_controls_that_repeat_one_another_or_say_nothing_do_no_harm() -> None:
    rng = Random(9)
    luck = [rng.gauss(0, 1) for _ in range(40)]
    sums = [10 + part + rng.gauss(0, 0.1) for part in luck]
    once = ratio(sums, [1.0] * 40, [luck])
    twice = ratio(sums, [1.0] * 40, [luck, [3 * part for part in luck], [0.0] * 40])
    assert once.value is not None and twice.value == pytest.approx(once.value)


def test_a_share_stays_a_share() -> None:
    rng = Random(10)
    luck = [rng.gauss(2, 1) for _ in range(40)]
    assert ratio([0.0] * 39 + [1.0], [1.0] * 40, [luck]).value == pytest.approx(0.025, abs=0.2)
    for sign in (1, -1):
        value = ratio([float(part > 2) for part in luck], [1.0] * 40, [[sign * part for part in luck]]).value
        assert value is not None and 0 <= value <= 1


def test_intervals_with_controls_are_right_95_times_in_100() -> None:
    rng = Random(11)
    inside = 0
    for _ in range(600):
        luck = [rng.gauss(0, 1) for _ in range(40)]
        other = [rng.gauss(0, 1) for _ in range(40)]
        sums = [10 + part + 0.3 * part * part - 0.3 + rng.gauss(0, 0.5) for part in luck]
        estimate = ratio(sums, [1.0] * 40, [luck, other])
        assert estimate.value is not None and estimate.ci is not None
        inside += abs(estimate.value - 10) <= estimate.ci
    assert 0.92 <= inside / 600 <= 0.985
