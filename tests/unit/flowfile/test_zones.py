"""The table of a zone's offsets against the time-zone files themselves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from router.flowfile.zones import local_clock, zone_names


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_local_time_is_that_of_the_zone(zone: str) -> None:
    clock = local_clock(zone)
    for year in range(2020, 2041):
        for month, day, hour, minute in ((1, 1, 0, 0), (3, 29, 0, 59), (3, 29, 1, 0), (7, 15, 12, 30), (10, 25, 1, 0)):
            moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
            local = moment.astimezone(ZoneInfo(zone))
            found = clock.at(round(moment.timestamp() * 1000))
            assert found.minute == local.hour * 60 + local.minute
            assert found.weekday == local.weekday()
            assert found.day == local.date().toordinal() - datetime(1970, 1, 1, tzinfo=UTC).date().toordinal()


def test_a_change_of_clocks_is_found_to_the_second() -> None:
    change = round(datetime(2026, 3, 29, 1, 0, tzinfo=UTC).timestamp() * 1000)
    assert change in local_clock("Europe/Berlin").starts_ms


def test_zone_names() -> None:
    assert "Asia/Shanghai" in zone_names()
