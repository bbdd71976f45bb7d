"""Leading callers on by a calendar."""

import pytest

from router.core.calendar import Calendar
from router.core.calendar import Hours as Day
from router.core.localtime import LocalClock, LocalTime
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.hours import Hours
from support.caller import Caller

DAY = Day(open=((540, 720), (780, 1020)), breaks=((720, 780),))
OFFICE = Calendar(name="office", week=(DAY,) * 7, days={100: Day(holiday="Feast")})
ENDS = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("at_work", "shut", "eating", "feasting")}
FULL = Hours(hours="office", open="at_work", closed="shut", lunch="eating", holiday="feasting")
SHORT = Hours(hours="office", open="at_work", closed="shut")


@pytest.mark.parametrize(
    ("day", "minute", "status", "full", "short"),
    [
        (99, 600, "open", "at_work", "at_work"),
        (99, 750, "lunch", "eating", "shut"),
        (99, 1100, "closed", "shut", "shut"),
        (100, 600, "holiday", "feasting", "shut"),
    ],
)
def test_where_it_leads(day: int, minute: int, status: str, full: str, short: str) -> None:
    at = LocalTime(day=day, weekday=0, minute=minute)
    for node, target in ((FULL, full), (SHORT, short)):
        asked = Caller({"hours": node, **ENDS}, at=at, hours={"office": OFFICE})
        assert asked.begin() == [f"step hours {status}", f"says {target}"]


def test_a_calendar_in_another_time_zone() -> None:
    berlin = Calendar(name="office", week=(DAY,) * 7, clock=LocalClock(zone="B", offsets_ms=(3_600_000,)))
    asked = Caller({"hours": SHORT, **ENDS}, hours={"office": berlin}, now=9 * 3_600_000)
    assert asked.begin()[-1] == "says at_work"


def test_a_calendar_that_is_gone_counts_as_closed() -> None:
    assert Caller({"hours": FULL, **ENDS}).begin() == ["step hours failed", "says shut"]
