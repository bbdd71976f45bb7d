"""What the board counts, and how often."""

import pytest

from router.board.counting import TREND_MS, Counting
from router.kpi.terms import WHOLE
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600


@pytest.fixture
def two_calls() -> Tape:
    tape = Tape()
    tape.agent(HOUR, "1001", "ready")
    tape.served("a", HOUR, "1001", wait_s=4, talk_s=10)
    tape.served("b", HOUR + 2_000, "1001", wait_s=4, talk_s=10)
    return tape


def test_the_day_by_half_hours_is_made_anew_every_15_s_and_all_else_at_once(two_calls: Tape) -> None:
    counting, records = Counting(SHANGHAI, within_ms=20_000), two_calls.records()
    first = [record for record in records if record.at_ms < MIDNIGHT + (HOUR + 1_000) * 1_000]
    counting.take(first)
    before = counting.count(MIDNIGHT + (HOUR + 2_020) * 1_000)
    counting.take(records[len(first) :])
    soon, later = (counting.count(before.at_ms + after_ms) for after_ms in (TREND_MS - 1_000, TREND_MS))
    assert [seen.day[WHOLE]["answered"] for seen in (before, soon, later)] == [1, 2, 2]
    assert [len(seen.trend[WHOLE]) for seen in (before, soon, later)] == [1, 1, 2]
