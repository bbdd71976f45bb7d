"""Sums kept record by record are what the same definitions give over all rows, at every moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.test_audit import CLOCK, recorded

from router.core.records import Record
from router.kpi.clockwork import DAY_MS, day_start
from router.kpi.evaluate import Line
from router.kpi.live import Live
from router.kpi.measures import MEASURES, Bounds
from router.kpi.tally import Numbers, Tally, can_be_kept
from router.kpi.terms import QUEUE, WHOLE

RECENT_S = 60
BOUNDS = Bounds(within_ms=7_000)
NAMES = [name for name, measure in MEASURES.items() if can_be_kept(measure) and QUEUE in measure.splits]


def new_tally(unions: dict[str, tuple[str, ...]] | None = None) -> Tally:
    return Tally(CLOCK, NAMES, recent_s=RECENT_S, bounds=BOUNDS, unions=unions or {})


def agrees(tally: Tally, numbers: Numbers, line: Line) -> None:
    """Every value of a line is that of the sums; a line says None where it says 0 rows of a sum."""
    for name, value in tally.values(NAMES, numbers).items():
        cell = line.cells[name]
        assert value == (cell.value if MEASURES[name].under is not None else cell.value or 0), name


def compare(tally: Tally, live: Live, now_ms: int, unions: dict[str, tuple[str, ...]]) -> None:
    """Compare all that a tally says of a moment with what is counted over all rows."""
    counted = tally.count(now_ms)
    begins = day_start(CLOCK, now_ms)
    asked = {"bounds": BOUNDS, "now_ms": now_ms}
    for part, only in ((WHOLE, None), *((name, {"queue": queues}) for name, queues in unions.items())):
        halves = live.evaluate(NAMES, (0, now_ms + 1), by="half_hour", only=only, **asked)  # type: ignore[arg-type]
        assert sorted(counted.halves.get(part, {})) == [line.start_ms for line in halves]
        for line in halves:
            agrees(tally, counted.halves[part][line.start_ms or 0], line)
    for kept, since_ms in ((counted.day, begins), (counted.recent, (now_ms // 1_000 - RECENT_S) * 1_000)):
        lines = live.evaluate(NAMES, (since_ms, now_ms + 1), split=("queue",), **asked)  # type: ignore[arg-type]
        by_queue = {line.split["queue"]: line for line in lines if line.split["queue"]}
        assert {part for part in kept if part != WHOLE and part not in unions} == set(by_queue)
        for queue, line in by_queue.items():
            agrees(tally, kept[queue], line)
        if WHOLE in kept:
            agrees(tally, kept[WHOLE], live.evaluate(NAMES, (since_ms, now_ms + 1), **asked)[0])  # type: ignore[arg-type]


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), steps=st.integers(50, 400), size=st.integers(20, 200), later=st.integers(0, 3))
def test_a_tally_says_what_the_definitions_say_over_all_rows(seed: int, steps: int, size: int, later: int) -> None:
    stream = recorded(seed, steps)
    queues = sorted({str(record.queue) for record in stream if getattr(record, "queue", "")})
    unions = {"room:first": tuple(queues[:1]), "room:all": tuple(queues)}
    tally, live = new_tally(unions), Live(CLOCK)
    for first in range(0, len(stream), size):
        batch: list[Record] = stream[first : first + size]
        tally.take(batch)
        live.take(batch)
        compare(tally, live, batch[-1].at_ms + 1_000 * later, unions)
    for wait_ms in (RECENT_S * 1_000, 3_600_000, DAY_MS, 4 * DAY_MS):
        if stream:
            now_ms = stream[-1].at_ms + wait_ms
            counted = tally.count(now_ms)
            begins = day_start(CLOCK, now_ms)
            day = live.evaluate(NAMES, (begins, now_ms + 1), bounds=BOUNDS, now_ms=now_ms)[0]
            assert WHOLE in counted.day or not any(cell.over for cell in day.cells.values())
            if WHOLE in counted.day:
                agrees(tally, counted.day[WHOLE], day)


def test_what_is_no_sum_over_calls_is_refused() -> None:
    for name in ("time_to_abandon_median", "occupancy"):
        with pytest.raises(ValueError, match="no sum over rows of calls"):
            Tally(CLOCK, (name,), recent_s=1, bounds=BOUNDS, unions={})
