"""A busy floor, counted record by record, is what all its rows make."""

import pytest
from properties.test_tally import compare, new_tally

from router.drill.floor_day import FloorDay
from router.kpi import tally
from router.kpi.live import Live
from router.kpi.terms import WHOLE
from support.sites import NOON, small_site

HOUR_MS = 3_600_000


@pytest.mark.parametrize("many", [tally.MANY, 50])
def test_a_floors_hour_in_pieces(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MANY", many)  # as when a long day is read
    site = small_site()
    day = FloorDay(site, NOON, calls_per_s=0.2, talk_ms=40_000, patience_ms=45_000)
    stream = day.start() + day.until(NOON + HOUR_MS)
    queues = tuple(str(queue) for queue in site.floor.queues)
    unions = {"room:one": queues[:1], "room:all": queues}
    kept, live = new_tally(unions), Live(site.clock)
    for first in range(0, len(stream), 1_500):
        batch = stream[first : first + 1_500]
        kept.take(batch)
        live.take(batch)
        # the longer nobody says anything, the more of those who wait are misses
        for later_ms in (0, 5_000, 20_000):
            compare(kept, live, batch[-1].at_ms + later_ms, unions)
    counted = kept.count(kept.at_ms)
    answered = kept.values(("answered",), counted.day[WHOLE])["answered"]
    assert answered and counted.day["room:all"] != counted.day[WHOLE], "a caller's clock is not a queue's"
