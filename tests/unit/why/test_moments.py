"""Times of day as a supervisor types them, on the site's clock."""

import pytest

from router.core.localtime import LocalClock
from router.why import moments

HOUR = 3_600_000
NOW = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC, 22:13:20 in Shanghai
SHANGHAI = LocalClock(zone="Asia/Shanghai", offsets_ms=(8 * HOUR,))
SUMMER = LocalClock(zone="Europe/Berlin", starts_ms=(0, NOW - HOUR), offsets_ms=(2 * HOUR, HOUR))


def test_a_time_of_today() -> None:
    first, last = moments.read("22:10", SHANGHAI, NOW)
    assert NOW - first == 3 * 60_000 + 20_000
    assert last - first == 59_999


def test_a_time_still_to_come_is_yesterdays() -> None:
    first, _ = moments.read("23:00", SHANGHAI, NOW)
    assert NOW - first == 23 * HOUR + 13 * 60_000 + 20_000


def test_seconds_and_dates() -> None:
    assert moments.read("22:13:20", SHANGHAI, NOW) == (NOW, NOW + 999)
    assert moments.read("2026-09-21 22:13:20", SHANGHAI, 0) == (NOW, NOW + 999)
    assert moments.read("2026-09-21T22:13", SHANGHAI, 0)[0] == NOW - 20_000


@pytest.mark.parametrize("ago_ms", [0, HOUR // 2, 3 * HOUR])
def test_a_moment_written_is_read_back_across_a_change_of_offset(ago_ms: int) -> None:
    at = NOW - ago_ms
    assert moments.read(moments.local(SUMMER, at).strftime("%Y-%m-%d %H:%M:%S"), SUMMER, NOW)[0] == at


@pytest.mark.parametrize("text", ["", "noon", "25:00", "10.42", "1042"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        moments.read(text, SHANGHAI, NOW)
