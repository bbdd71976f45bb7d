"""Moments on the command line: those to come, those past, and how they are written."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from router.cli.moments import OF_THE_YEAR, TO_THE_SECOND, coming_moment, on_clock, past_moment
from router.core.localtime import LocalClock
from router.errors import HotlineError

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK = LocalClock(zone="Asia/Shanghai", offsets_ms=(8 * 3_600_000,))
NOON = int(datetime(2026, 11, 21, 4, tzinfo=UTC).timestamp() * 1000)
"""Saturday 12:00 in Shanghai."""
DAY_MS = 86_400_000


def test_a_time_of_day_to_come_is_todays_or_where_that_is_past_tomorrows() -> None:
    assert coming_moment("12:01", NOON, SHANGHAI) == NOON + 60_000
    assert coming_moment("12:00", NOON, SHANGHAI) == NOON + DAY_MS
    assert coming_moment("7:30", NOON, SHANGHAI) == NOON + DAY_MS - int(4.5 * 3_600_000)


def test_a_date_is_taken_as_it_is() -> None:
    assert coming_moment("2026-11-22T12:00", NOON, SHANGHAI) == NOON + DAY_MS
    assert coming_moment("2026-11-20 12:00", NOON, SHANGHAI) == NOON - DAY_MS


@pytest.mark.parametrize("text", ["soon", "25:00", "2026-13-01T00:00", ""])
def test_what_is_no_time_to_come_is_a_mistake_of_usage(text: str) -> None:
    with pytest.raises(typer.Exit) as raised:
        coming_moment(text, NOON, SHANGHAI)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "hours"),
    [("today", -12), ("yesterday", -36), ("08:30", -3.5), ("2026-11-20", -36), ("2026-11-20 18:00", -18)],
)
def test_a_past_moment_and_a_day_is_its_beginning(text: str, hours: float) -> None:
    assert past_moment(text, CLOCK, NOON) == NOON + hours * 3_600_000


def test_a_day_that_ends_a_span_is_counted_to_its_end() -> None:
    assert past_moment("yesterday", CLOCK, NOON, ends=True) == past_moment("today", CLOCK, NOON)
    assert past_moment("08:30", CLOCK, NOON, ends=True) == past_moment("08:30", CLOCK, NOON)


def test_what_is_no_past_moment_is_told_with_how_to_write_one() -> None:
    with pytest.raises(HotlineError, match="'once' is no moment"):
        past_moment("once", CLOCK, NOON)


def test_moments_are_written_on_the_clock_of_the_zone() -> None:
    assert on_clock(NOON + 1_000, SHANGHAI) == "2026-11-21 12:00"
    assert on_clock(NOON + 1_000, SHANGHAI, TO_THE_SECOND) == "2026-11-21 12:00:01"
    assert on_clock(NOON, ZoneInfo("UTC"), OF_THE_YEAR) == "11-21 04:00"
