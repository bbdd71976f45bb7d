"""Which span a report is about: what a date means, and what it is held against."""

import datetime
from itertools import pairwise

import pytest

from router.core.localtime import LocalClock
from router.kpi.figures import Shift
from router.reports.period import Kind, NoShifts, Period, PeriodError, cuts, period_of
from support.tape import SHANGHAI

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOON = int(datetime.datetime(2026, 11, 22, 4, tzinfo=datetime.UTC).timestamp() * 1000)
"""12:00 of Sunday 2026-11-22 in Shanghai."""
SHIFTS = (Shift(name="early", begins=7 * 60, ends=15 * 60), Shift(name="night", begins=22 * 60, ends=31 * 60))


def local(at_ms: int) -> str:
    return datetime.datetime.fromtimestamp(at_ms / 1000 + 8 * 3_600, datetime.UTC).strftime("%Y-%m-%d %H:%M")


def told(period: Period) -> tuple[str, str, str, str]:
    return period.name, local(period.start_ms), local(period.end_ms), local(period.before[0])


@pytest.mark.parametrize(
    ("kind", "date", "expected"),
    [
        ("day", "", ("2026-11-21", "2026-11-21 00:00", "2026-11-22 00:00", "2026-11-14 00:00")),
        ("day", "today", ("2026-11-22", "2026-11-22 00:00", "2026-11-23 00:00", "2026-11-15 00:00")),
        ("week", "", ("2026-W46", "2026-11-09 00:00", "2026-11-16 00:00", "2026-11-02 00:00")),
        ("week", "2026-11-22", ("2026-W47", "2026-11-16 00:00", "2026-11-23 00:00", "2026-11-09 00:00")),
        ("week", "2026-W01", ("2026-W01", "2025-12-29 00:00", "2026-01-05 00:00", "2025-12-22 00:00")),
        ("month", "", ("2026-10", "2026-10-01 00:00", "2026-11-01 00:00", "2026-09-01 00:00")),
        ("month", "2026-12", ("2026-12", "2026-12-01 00:00", "2027-01-01 00:00", "2026-11-01 00:00")),
        ("quarter", "2026-Q4", ("2026-Q4", "2026-10-01 00:00", "2027-01-01 00:00", "2026-07-01 00:00")),
        ("quarter", "", ("2026-Q3", "2026-07-01 00:00", "2026-10-01 00:00", "2026-04-01 00:00")),
        ("half-year", "2026-H2", ("2026-H2", "2026-07-01 00:00", "2027-01-01 00:00", "2026-01-01 00:00")),
        ("year", "2026", ("2026", "2026-01-01 00:00", "2027-01-01 00:00", "2025-01-01 00:00")),
        ("shift", "", ("2026-11-21-night", "2026-11-21 22:00", "2026-11-22 07:00", "2026-11-14 22:00")),
        ("handover", "", ("2026-11-22-early", "2026-11-22 07:00", "2026-11-22 15:00", "2026-11-15 07:00")),
    ],
)
def test_what_a_date_means(kind: Kind, date: str, expected: tuple[str, str, str, str]) -> None:
    assert told(period_of(kind, date, SHANGHAI, NOON, SHIFTS)) == expected


def test_a_shift_is_chosen_by_its_name() -> None:
    period = period_of("shift", "2026-11-20", SHANGHAI, NOON, SHIFTS, "night")
    assert told(period)[:3] == ("2026-11-20-night", "2026-11-20 22:00", "2026-11-21 07:00")


@pytest.mark.parametrize(
    ("kind", "date", "shift", "words"),
    [
        ("day", "2026-13-01", "", "'2026-13-01' is no date"),
        ("day", "2026-11", "", "'2026-11' is no date"),
        ("month", "november", "", "'november' is no month"),
        ("week", "2026-W60", "", "'2026-W60' is no week"),
        ("quarter", "2026-Q5", "", "'2026-Q5' is no quarter"),
        ("shift", "2026-11-20", "", "2026-11-20 has several shifts"),
        ("shift", "2026-11-20", "noon", "there is no shift 'noon'"),
        ("day", "2026-11-20", "early", "a day report has no shift"),
    ],
)
def test_what_is_no_period_is_said_with_what_would_be(kind: Kind, date: str, shift: str, words: str) -> None:
    with pytest.raises(PeriodError, match=words) as raised:
        period_of(kind, date, SHANGHAI, NOON, SHIFTS, shift)
    assert raised.value.cure


def test_without_shifts_there_is_no_shift_report_but_a_hand_over_of_eight_hours() -> None:
    with pytest.raises(NoShifts):
        period_of("shift", "", SHANGHAI, NOON)
    period = period_of("handover", "", SHANGHAI, NOON)
    assert (local(period.start_ms), local(period.end_ms)) == ("2026-11-22 04:00", "2026-11-22 12:00")


@pytest.mark.parametrize(
    ("kind", "date", "count", "first", "last"),
    [
        ("day", "2026-11-21", 24, "00", "23"),
        ("week", "2026-W47", 7, "16", "22"),
        ("month", "2026-02", 28, "01", "28"),
        ("quarter", "2026-Q4", 14, "W40", "W53"),
        ("year", "2026", 12, "01", "12"),
    ],
)
def test_the_columns_of_a_period(kind: Kind, date: str, count: int, first: str, last: str) -> None:
    period = period_of(kind, date, SHANGHAI, NOON)
    found = cuts(period, SHANGHAI)
    assert (len(found), found[0].label, found[-1].label) == (count, first, last)
    assert found[0].start_ms == period.start_ms and found[-1].end_ms == period.end_ms
    assert all(one.end_ms == after.start_ms for one, after in pairwise(found))


def test_the_day_the_clocks_are_put_back_has_25_hours() -> None:
    back = int(datetime.datetime(2026, 10, 25, 1, tzinfo=datetime.UTC).timestamp() * 1000)
    berlin = LocalClock(zone="Europe/Berlin", starts_ms=(0, back), offsets_ms=(2 * HOUR_MS, HOUR_MS))
    period = period_of("day", "2026-10-25", berlin, NOON)
    found = cuts(period, berlin)
    assert period.end_ms - period.start_ms == 25 * HOUR_MS
    assert [one.label for one in found][:5] == ["00", "01", "02", "02", "03"]
    assert len({one.key for one in found}) == 25
