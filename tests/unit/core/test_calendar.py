"""Opening hours as tables: open, lunch, holiday, and when that changes next."""

import pytest

from router.core.calendar import Calendar, Hours, day_number, day_text
from router.core.localtime import LocalClock, LocalTime

NINE, TWELVE, ONE, FIVE = 9 * 60, 12 * 60, 13 * 60, 17 * 60
OFFICE = Hours(open=((NINE, TWELVE), (ONE, FIVE)), breaks=((TWELVE, ONE),))
SHUT = Hours()
NATIONAL_DAY = day_number("2026-10-01")
CALENDAR = Calendar(
    name="office",
    week=(*(OFFICE,) * 5, SHUT, SHUT),
    days={NATIONAL_DAY: Hours(holiday="National Day"), day_number("2026-10-10"): OFFICE},
)


def at(day: str, clock: str) -> LocalTime:
    number = day_number(day)
    hour, minute = clock.split(":")
    return LocalTime(day=number, weekday=(number + 3) % 7, minute=int(hour) * 60 + int(minute))


@pytest.mark.parametrize(
    ("day", "clock", "status"),
    [
        ("2026-09-30", "08:59", "closed"),
        ("2026-09-30", "09:00", "open"),
        ("2026-09-30", "11:59", "open"),
        ("2026-09-30", "12:00", "lunch"),
        ("2026-09-30", "12:59", "lunch"),
        ("2026-09-30", "13:00", "open"),
        ("2026-09-30", "17:00", "closed"),
        ("2026-10-01", "10:00", "holiday"),
        ("2026-10-01", "00:00", "holiday"),
        ("2026-10-03", "10:00", "closed"),
        ("2026-10-10", "10:00", "open"),
    ],
)
def test_status(day: str, clock: str, status: str) -> None:
    assert CALENDAR.status(at(day, clock)) == status
    assert CALENDAR.is_open(at(day, clock)) == (status == "open")


@pytest.mark.parametrize(
    ("day", "clock", "minutes"),
    [
        ("2026-09-30", "08:59", 1),
        ("2026-09-30", "09:00", 180),
        ("2026-09-30", "12:00", 60),
        ("2026-09-30", "16:59", 1),
        ("2026-09-30", "17:00", (7 + 9 + 24) * 60),  # over National Day, to Friday
        ("2026-10-02", "17:00", (7 + 9 + 48) * 60),  # over the weekend
    ],
)
def test_next_change(day: str, clock: str, minutes: int) -> None:
    assert CALENDAR.next_change(at(day, clock)) == minutes


def test_what_never_changes() -> None:
    always = Calendar(name="always", week=(Hours(open=((0, 1440),)),) * 7)
    never = Calendar(name="never", week=(SHUT,) * 7)
    assert always.next_change(at("2026-01-01", "10:00")) is None
    assert never.next_change(at("2026-01-01", "10:00")) is None


def test_open_to_midnight_and_on_is_open_through_it() -> None:
    night = Calendar(name="night", week=(Hours(open=((0, 360), (1320, 1440))),) * 7)
    assert night.next_change(at("2026-01-01", "23:00")) == 7 * 60
    assert night.status(at("2026-01-01", "12:00")) == "closed"


def test_holidays_have_their_names() -> None:
    assert CALENDAR.holiday(at("2026-10-01", "10:00")) == "National Day"
    assert CALENDAR.holiday(at("2026-10-02", "10:00")) == ""


def test_a_calendar_of_another_time_zone_has_its_own_clock() -> None:
    berlin = Calendar(name="b", week=CALENDAR.week, clock=LocalClock(zone="B", offsets_ms=(3_600_000,)))
    site = LocalTime(day=0, weekday=3, minute=480)
    assert berlin.local(0, site).minute == 60
    assert CALENDAR.local(0, site) == site


def test_days_and_their_texts() -> None:
    assert day_number("1970-01-01") == 0
    assert day_text(day_number("2028-02-29")) == "2028-02-29"
    with pytest.raises(ValueError, match="day is out of range"):
        day_number("2027-02-29")
