"""The model of a wait, its range, and what a queue learns for it."""

import math
from random import Random

import pytest

from router.acd.forecast import by_length_ms, foretell, mean_ms
from router.acd.learnt import MEMORY, Accuracy, Learnt, Mean


def test_nobody_ahead_is_one_step() -> None:
    assert mean_ms(0, 1 / 60_000) == pytest.approx(60_000)
    assert by_length_ms(0, 1 / 60_000) == pytest.approx(60_000)


def test_without_patience_the_two_ways_agree() -> None:
    assert mean_ms(9, 4 / 300_000) == pytest.approx(by_length_ms(9, 4 / 300_000))


def test_those_ahead_who_may_leave_make_it_shorter() -> None:
    serving, leaving = 2 / 300_000, 1 / 600_000
    expected = sum(1 / (serving + i * leaving) for i in range(6))
    assert mean_ms(5, serving, leaving) == pytest.approx(expected)
    assert mean_ms(5, serving, leaving) < mean_ms(5, serving)


def test_a_part_of_one_ahead_is_between() -> None:
    one, half, two = (mean_ms(ahead, 1 / 60_000, 1 / 600_000) for ahead in (1, 1.5, 2))
    assert one < half < two


@pytest.mark.parametrize("ahead", [2, 5, 30])
@pytest.mark.parametrize("leaving", [0.0, 1 / 200_000])
def test_the_range_leaves_out_one_in_ten_on_either_side(ahead: int, leaving: float) -> None:
    serving = 5 / 300_000
    made = foretell(0, ahead, 5, serving, leaving)
    random = Random(7)
    waits = [sum(random.expovariate(serving + i * leaving) for i in range(ahead + 1)) for _ in range(20_000)]
    assert sum(wait < made.low_ms for wait in waits) / len(waits) == pytest.approx(0.1, abs=0.015)
    assert sum(wait > made.high_ms for wait in waits) / len(waits) == pytest.approx(0.1, abs=0.015)
    assert sum(waits) / len(waits) == pytest.approx(made.mean_ms, rel=0.02)


def test_picking_up_the_phone_comes_on_top() -> None:
    plain, ringing = foretell(0, 3, 2, 1 / 60_000, 0.0), foretell(0, 3, 2, 1 / 60_000, 0.0, 5_000.0)
    assert (ringing.mean_ms - plain.mean_ms, ringing.low_ms - plain.low_ms) == (5_000, 5_000)


def test_a_mean_follows_and_forgets() -> None:
    mean = Mean()
    for _ in range(MEMORY):
        mean.take(100.0)
    for _ in range(3 * MEMORY):
        mean.take(200.0)
    assert mean.value == pytest.approx(200 - 100 * math.exp(-3), rel=0.01)
    assert mean.weight == MEMORY


def test_what_is_expected_counts_until_calls_have_shown_better() -> None:
    learnt = Learnt()
    assert learnt.handling_ms(300_000) == 300_000
    for _ in range(10):
        learnt.handling.take(100_000)
    assert learnt.handling_ms(300_000) == pytest.approx(200_000)


def test_patience_is_learnt_from_those_who_stayed_too() -> None:
    """Callers whose patience is 60 s in the mean, served after 30 s unless they have left."""
    random, learnt = Random(3), Learnt()
    for _ in range(5_000):
        patience_ms = random.expovariate(1 / 60_000)
        learnt.wait_over(round(min(patience_ms, 30_000)), patience_ms < 30_000)
    assert 1 / learnt.leaving_per_ms(600_000) == pytest.approx(60_000, rel=0.12)


def test_accuracy_counts_what_was_not_seen_to_its_end_as_outside_only() -> None:
    accuracy = Accuracy()
    accuracy.take(True, 2_000)
    accuracy.take(False, -4_000)
    accuracy.take(False, None)
    assert accuracy.count == 3
    assert accuracy.within.value == pytest.approx(1 / 3)
    assert accuracy.squared_s2.value == pytest.approx(10)
    assert accuracy.absolute_s.value == pytest.approx(3)
    assert accuracy.bias_s.value == pytest.approx(-1)
