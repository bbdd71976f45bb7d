"""Ranges in minutes as they are said, and promises that do not grow by rounding."""

import pytest

from router.control.minutes import Minutes, rounded

M = 60_000


@pytest.mark.parametrize(
    ("low_ms", "high_ms", "said"),
    [
        (190_000, 290_000, Minutes(3, 5)),
        (20_000, 50_000, Minutes(0, 1)),
        (50_000, 100_000, Minutes(0, 2)),
        (11 * M, 17 * M, Minutes(10, 20)),
        (4 * M, 4 * M, Minutes(3, 4)),
        (32 * M, 47 * M, Minutes(30, 60)),
        (70 * M, 100 * M, Minutes(60, 105, over_an_hour=True)),
    ],
)
def test_rounded_outwards(low_ms: int, high_ms: int, said: Minutes) -> None:
    assert rounded(low_ms, high_ms, None) == said


def test_rounding_alone_never_passes_the_moment_promised() -> None:
    assert rounded(2 * M, 4 * M + 1_000, 4 * M + 15_000) == Minutes(2, 4)


def test_a_forecast_behind_the_moment_promised_is_later() -> None:
    assert rounded(2 * M, 4 * M + 30_000, 4 * M + 15_000) == Minutes(2, 5, later=True)
    assert rounded(10_000, 50_000, -5_000).later


def test_the_last_minute_is_said_without_a_reason() -> None:
    assert rounded(5_000, 20_000, 30_000) == Minutes(0, 1)


def test_every_range_is_one() -> None:
    for low in range(0, 130 * M, 37_000):
        for wide in (0, 10_000, 5 * M, 40 * M):
            for left in (None, 0, 3 * M, 200 * M):
                said = rounded(low, low + wide, left)
                assert 0 <= said.low < said.high
