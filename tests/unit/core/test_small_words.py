"""Ids, rings and local time."""

import pytest

from router.core import ids
from router.core.cadence import RING_MS, rings
from router.core.localtime import LocalClock


def test_ids_tell_their_call() -> None:
    call = ids.call_id("gas", 3, 42)
    assert call == "gas.3.c42"
    for minted in (ids.playback_id(call, 3), ids.leg_id(call, 1), ids.bridge_id(call, 2)):
        assert ids.call_of(minted) == call
        assert ids.is_ours("gas", minted)
    assert not ids.is_ours("gas", "1700000000.1")
    assert not ids.is_ours("gas", "gasworks.1.c1")


def test_rings_of_the_countries_named_by_the_trade() -> None:
    assert (RING_MS["CN"], RING_MS["US"], RING_MS["GB"]) == (5_000, 6_000, 3_000)
    assert rings(15_000, RING_MS["CN"]) == 3.0
    assert {"CN", "HK", "TW", "US", "GB", "DE", "FR", "JP", "SG", "AU"} <= set(RING_MS)


@pytest.mark.parametrize(
    ("now", "weekday", "minute"),
    [
        (0, 3, 0),  # 1970-01-01 was a Thursday
        (999, 3, 0),
        (86_400_000 * 4 + 3_600_000, 0, 60),
        (-1, 2, 1439),
    ],
)
def test_local_time_in_utc(now: int, weekday: int, minute: int) -> None:
    local = LocalClock(zone="UTC").at(now)
    assert (local.weekday, local.minute) == (weekday, minute)


def test_local_time_follows_its_offsets() -> None:
    clock = LocalClock(zone="somewhere", starts_ms=(0, 10 * 3_600_000), offsets_ms=(3_600_000, 7_200_000))
    assert clock.at(9 * 3_600_000).minute == 10 * 60
    assert clock.at(10 * 3_600_000).minute == 12 * 60
    assert clock.at(-5).minute == 59
    assert clock.at(23 * 3_600_000).day == 1
