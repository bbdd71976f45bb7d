"""A fold that keeps only what some measures need counts these as the whole one does."""

import pytest

from router.board.measured import OF_DAY, OF_NOW
from router.drill.floor_day import FloorDay
from router.kpi.evaluate import needed
from router.kpi.live import Live
from support.sites import NOON, small_site

HOUR_MS = 3_600_000


def test_the_boards_measures_are_the_same_without_the_rest() -> None:
    site = small_site()
    day = FloorDay(site, NOON, calls_per_s=0.2, talk_ms=40_000, patience_ms=45_000)
    stream = day.start() + day.until(NOON + HOUR_MS)
    whole, lean = Live(site.clock), Live(site.clock, only=(*OF_DAY, *OF_NOW))
    for part in (stream[: len(stream) // 2], stream[len(stream) // 2 :]):
        now = part[-1].at_ms + 1_000
        for live in (whole, lean):
            live.take(part)
        for split in ((), ("queue",)):
            asked = {"by": "half_hour", "split": split, "now_ms": now}
            expected = whole.evaluate(OF_DAY, (NOON - HOUR_MS, now + 1), **asked)  # type: ignore[arg-type]
            assert lean.evaluate(OF_DAY, (NOON - HOUR_MS, now + 1), **asked) == expected  # type: ignore[arg-type]
            assert len(expected) >= 1 and expected[0].cells["offered"].value
    lean.forget_before(now)
    gone = lean.evaluate(("answered",), (NOON - HOUR_MS, now + 1), now_ms=now)[0].cells["answered"].value
    assert gone is not None and gone < (whole.evaluate(("answered",), (0, now + 1))[0].cells["answered"].value or 0)


def test_what_it_needs_are_some_columns_of_some_tables() -> None:
    found = needed(("answered", "within_three_rings"))
    assert set(found) == {"calls", "visits", "legs"}
    assert "caller" not in found["calls"] and {"outcome", "at_ms", "queue"} <= set(found["calls"])
    with pytest.raises(KeyError):
        needed(("no such measure",))
