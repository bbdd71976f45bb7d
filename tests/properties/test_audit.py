"""Whatever happens on a line, the board, the reports and a plain count of its records say the same."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from properties.test_callcontrol_machine import Course

from router.adapters.record_codec import to_fields, to_json
from router.core.localtime import LocalClock
from router.core.records import Record
from router.kpi.archive import Archive
from router.kpi.audit import Counter, compare, totals
from router.kpi.board_totals import BoardTotals
from router.kpi.evaluate import BYS, Cell, Line
from router.kpi.history import History
from router.kpi.live import Live
from router.kpi.measures import MEASURES

pytestmark = pytest.mark.slow

CLOCK = LocalClock(zone="t", offsets_ms=(8 * 3_600_000,))


def recorded(seed: int, steps: int) -> list[Record]:
    """The records of one course of the core."""
    course = Course(seed)
    take = course.outside._take
    records: list[Record] = []

    def keep(outputs: list[object]) -> None:
        records.extend(one for one in outputs if isinstance(one, Record))
        take(outputs)  # type: ignore[arg-type]

    course.outside._take = keep  # type: ignore[assignment]
    for _ in range(steps):
        course.step()
    return records


def plain(records: list[Record]) -> list[dict[str, object]]:
    return [msgspec.json.decode(to_json(record)) for record in records]


def live_of(records: list[Record]) -> Live:
    live = Live(CLOCK, key=b"k")
    live.take(records)
    return live


@settings(max_examples=12, deadline=None)
@example(seed=4294967294, steps=115, cuts=(0.0, 0.0))  # somebody is with a person outside at the end
@example(seed=2350437844, steps=66, cuts=(0.0, 0.0))  # an agent's second talk with a caller is held, the first was not
@given(seed=st.integers(0, 2**32), steps=st.integers(20, 400), cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_three_ways_to_the_same_totals(seed: int, steps: int, cuts: tuple[float, float]) -> None:
    records = recorded(seed, steps)
    if not records:
        return
    first, last = records[0].at_ms, records[-1].at_ms
    low, high = sorted(first + round((last + 1 - first) * cut) for cut in cuts)
    shown = BoardTotals(CLOCK, key=b"k")
    for first in range(0, len(records), 17):
        shown.take(records[first : first + 17])
    with tempfile.TemporaryDirectory() as folder:
        for middle in (len(records) // 2, len(records)):
            with Archive(Path(folder), CLOCK, key=b"k") as archive:
                archive.take((f"{record.at_ms}-{record.seq}", to_fields(record)) for record in records[:middle])
                archive.flush()
        history = History(Path(folder), CLOCK)
        for span in ((0, 2**60), (low, high + 1)):
            found = compare(shown.of(span), totals(history, span), Counter(*span).take(plain(records)).counted())
            assert [one for one in found if not one.agrees] == []


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_parts_of_time_and_of_the_line_add_up_to_the_whole(seed: int) -> None:
    live = live_of(recorded(seed, 300))
    ever = (0, 2**60)
    adding = [name for name, measure in MEASURES.items() if measure.adds]
    whole = live.evaluate(adding, ever)[0].cells
    for by in BYS:
        if by != "shift":
            adds_up(whole, live.evaluate(adding, ever, by=by), adding, by)
    for split in ("class", "call_type", "agent"):
        # A transferred call was answered by two agents, but the centre counts it once.
        names = [
            name
            for name, measure in MEASURES.items()
            if measure.adds
            and split in measure.splits
            and not (split == "agent" and measure.over is not None and measure.over.table == "calls")
        ]
        adds_up(whole, live.evaluate(names, ever, split=(split,)), names, split)


def adds_up(whole: Mapping[str, Cell], lines: list[Line], names: list[str], what: str) -> None:
    """What was divided, over all parts, is what was divided of the whole."""
    for name in names:
        for part in ("over", "under"):
            total = getattr(whole[name], part)
            parts = sum(getattr(line.cells[name], part) or 0 for line in lines)
            assert parts == (total or 0), (name, part, what)
