"""The next moment of a time of day at which a queue calls back: over weekends and where clocks are put on and back."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from router.acd.callback_rules import CallbackRules
from router.control.callback_checks import DAYS_AHEAD
from router.core.calendar import Calendar, Hours
from router.core.ids import QueueName
from router.flowfile.zones import local_clock
from support.ringback import Floor, callback_site

BERLIN = ZoneInfo("Europe/Berlin")
DESK = QueueName("desk")


def utc_ms(local: str) -> int:
    return round(datetime.fromisoformat(local).replace(tzinfo=BERLIN).timestamp() * 1000)


def floor(*open_days: int) -> Floor:
    """A queue that calls back from 00:00 to 24:00 on some days of the week (0 is Monday)."""
    site = callback_site(CallbackRules(slot_count=1, hours="days"))
    week = tuple(Hours(open=((0, 1440),)) if day in open_days else Hours() for day in range(7))
    site.hours["days"] = Calendar(name="days", week=week)
    return Floor(msgspec.structs.replace(site, clock=local_clock("Europe/Berlin")))


@pytest.mark.parametrize(
    ("now", "minute", "found"),
    [
        ("2026-11-20T12:00", 12 * 60 + 1, "2026-11-20T12:01"),
        ("2026-11-20T12:00", 12 * 60, "2026-11-21T12:00"),
        ("2026-11-20T23:59", 0, "2026-11-21T00:00"),
        ("2026-03-28T12:00", 9 * 60, "2026-03-29T09:00"),  # a day of 23 hours between
        ("2026-03-28T12:00", 2 * 60 + 30, "2026-03-30T02:30"),  # there is no 02:30 on the 29th
        ("2026-10-24T12:00", 9 * 60, "2026-10-25T09:00"),  # a day of 25 hours
        ("2026-10-24T12:00", 23 * 60 + 59, "2026-10-24T23:59"),
    ],
)
def test_the_next_such_time(now: str, minute: int, found: str) -> None:
    checks = floor(*range(7)).core.callbacks.checks
    assert checks.next_time(DESK, minute, utc_ms(now)) == utc_ms(found)


def test_the_next_day_that_is_open() -> None:
    checks = floor(0, 1, 2, 3, 4).core.callbacks.checks
    assert checks.next_time(DESK, 9 * 60, utc_ms("2026-11-20T12:00")) == utc_ms("2026-11-23T09:00")


def test_none_where_it_never_is_open_within_the_days_looked_at() -> None:
    made = floor()
    checks, now = made.core.callbacks.checks, utc_ms("2026-11-20T12:00")
    assert checks.next_time(DESK, 9 * 60, now) is None
    days = made.core.desk.site.hours["days"]
    for ahead, found in ((DAYS_AHEAD, True), (DAYS_AHEAD + 1, False)):
        day = made.core.desk.site.clock.at(now).day + ahead
        made.core.desk.site.hours["days"] = msgspec.structs.replace(days, days={day: Hours(open=((0, 1440),))})
        assert (checks.next_time(DESK, 9 * 60, now) is not None) == found
