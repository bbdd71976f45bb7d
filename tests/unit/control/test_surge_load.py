"""The load of now, from records, and the seats that are missing by it."""

import pytest

from router.acd.erlang import erlang_a
from router.acd.surge import SurgePlan
from router.control.surge_load import MINUTE_MS, WINDOW_MIN, Load, Present, add, present, seats_needed
from router.core import records
from router.core.ids import AgentId, CallId, PhoneName, QueueName
from router.core.records import AgentState, Outcome, Record

DESK, OTHER = QueueName("desk"), QueueName("other")
PLAN = SurgePlan(name="floor", queues=(DESK,), group="inbound", steps=())
NOW = 30_000_000 * MINUTE_MS
COMMON = {"seq": 1, "at_ms": NOW, "v": 1, "config": "v1", "call_id": CallId("t.1.c1")}


def queued(queue: QueueName = DESK) -> Record:
    return records.CallQueued(queue=queue, call_class="standard", position=1, waiting=1, queued=True, **COMMON)


def talked(ms: int, queue: QueueName = DESK) -> Record:
    return records.TalkEnded(queue=queue, agent=AgentId("1001"), talk_ms=ms, hold_ms=5_000, ended_by="caller", **COMMON)


def wrapped_up(ms: int) -> Record:
    fields = {name: value for name, value in COMMON.items() if name != "call_id"}
    return records.AgentStateChanged(
        agent=AgentId("1001"), phone=PhoneName("1001"), state=AgentState.READY, previous=AgentState.WRAP_UP,
        previous_ms=ms, reason="", by="", call_id="", **fields,
    )  # fmt: skip


def ended(outcome: Outcome, wait_ms: int, queue: QueueName = DESK) -> Record:
    return records.CallEnded(
        outcome=outcome, queue=queue, agent="", asked=True, queued=True, total_ms=wait_ms, wait_ms=wait_ms,
        wait_rings=0, talk_ms=0, ended_by="caller", detail="", call_type="", **COMMON,
    )  # fmt: skip


def test_calls_handling_and_patience_of_the_plans_own_queues() -> None:
    load = Load(since=NOW - 60 * MINUTE_MS)
    add(load, PLAN.queues, [queued()] * 30 + [queued(OTHER)] * 9, NOW)
    add(load, PLAN.queues, [talked(115_000), talked(175_000), talked(1, OTHER), wrapped_up(60_000)], NOW)
    add(load, PLAN.queues, [ended(Outcome.ABANDONED, 40_000), ended(Outcome.ABANDONED_SHORT, 10_000)], NOW)
    add(load, PLAN.queues, [ended(Outcome.ANSWERED, 90_000), ended(Outcome.ABANDONED, 1, OTHER)], NOW)
    assert present(load, NOW) == Present(calls_per_s=30 / 900, handling_ms=180_000, patience_ms=25_000)


def test_only_the_last_quarter_of_an_hour_counts() -> None:
    load = Load(since=0)
    for minute in range(60):
        add(load, PLAN.queues, [queued()], NOW + minute * MINUTE_MS)
    now = NOW + 59 * MINUTE_MS
    assert present(load, now).calls_per_s == WINDOW_MIN / (WINDOW_MIN * 60)
    assert len(load.minutes) <= WINDOW_MIN + 1
    assert present(load, now + 20 * MINUTE_MS) == Present(calls_per_s=None, handling_ms=None, patience_ms=None)


def test_a_count_that_has_just_begun_is_of_the_time_there_was() -> None:
    load = Load(since=NOW)
    add(load, PLAN.queues, [queued()] * 4, NOW)
    assert present(load, NOW).calls_per_s is None
    assert present(load, NOW + 2 * MINUTE_MS).calls_per_s == 4 / 120


@pytest.mark.parametrize("patience_ms", [60_000, 300_000])
def test_the_seats_needed_keep_the_promise_and_one_less_does_not(patience_ms: int) -> None:
    seen = Present(calls_per_s=0.1, handling_ms=180_000, patience_ms=patience_ms)
    needed = seats_needed(PLAN, seen)
    assert needed is not None
    kept = [erlang_a(0.1, 180, agents, patience_ms / 1000).service_level(20) for agents in (needed - 1, needed)]
    assert kept[0] < 0.8 <= kept[1]


def test_nobody_loses_patience_and_the_promise_is_the_plans_own() -> None:
    seen = Present(calls_per_s=0.1, handling_ms=180_000, patience_ms=None)
    strict = SurgePlan(name="floor", queues=(), group="", steps=(), answer_share=0.95, answer_within_ms=5_000)
    usual, more = seats_needed(PLAN, seen), seats_needed(strict, seen)
    assert usual is not None and more is not None and 18 < usual < more


def test_what_is_not_known_is_not_guessed() -> None:
    assert seats_needed(PLAN, Present(calls_per_s=None, handling_ms=1, patience_ms=1)) is None
    assert seats_needed(PLAN, Present(calls_per_s=1, handling_ms=None, patience_ms=1)) is None
