"""A synthetic archive of any length: facts of calls, visits, legs and agents' time as a busy hotline would make them.

Made column by column, without records or a fold: what is measured with it is the counting, not the archiving.
"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from router.core.localtime import LocalClock
from router.kpi import parquet
from router.kpi.archive import Kept
from router.kpi.clockwork import DAY_MS
from router.kpi.facts import FactsState
from router.kpi.tables import TABLES, columns

CLOCK = LocalClock(zone="Asia/Shanghai", offsets_ms=(8 * 3_600_000,))
OFF_MS = 8 * 3_600_000
QUEUES = np.array(["enquiry", "bills", "faults", "complaints"])
TYPES = np.array(["enquiry", "bill", "fault", "complaint"])
CLASSES = np.array(["standard", "standard", "standard", "vip", "repeat"])
AGENTS = np.array([str(number) for number in range(1001, 1101)])
GROUPS = {agent: ("vip",) if number % 5 == 0 else ("inbound",) for number, agent in enumerate(AGENTS.tolist())}
OUTCOMES = np.array(
    [
        "answered",
        "abandoned",
        "abandoned_short",
        "self_served",
        "callback_booked",
        "message_left",
        "turned_away",
        "blocked",
    ]
)
SHARES = (0.68, 0.05, 0.03, 0.17, 0.03, 0.02, 0.01, 0.01)
_STATES = ("ready", "ringing", "talking", "wrap_up", "paused")
_EMPTY = {"BIGINT": 0, "VARCHAR": "", "BOOLEAN": False, "DOUBLE": 0.0}
_ARROW = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}


def make_archive(folder: Path, first_day: int, days: int, calls_a_day: int, seed: int = 1) -> int:
    """Write an archive of ``days`` local days from ``first_day`` (since 1970-01-01) on; returns how many calls.

    Read it with ``History(folder, CLOCK, groups=GROUPS)``.
    """
    chance = np.random.default_rng(seed)
    seq = 0
    for day in range(first_day, first_day + days):
        first, seq = seq + 1, seq + calls_a_day * 20
        for name, rows in _day(chance, day, calls_a_day).items():
            parquet.write(folder / "facts" / name, day, first, seq, rows)
    at_ms = (first_day + days) * DAY_MS - OFF_MS
    (folder / "state").mkdir(parents=True, exist_ok=True)
    kept = Kept(zone=CLOCK.zone, fold=FactsState(seq=seq, at_ms=at_ms))
    (folder / "state" / f"{seq}.json").write_bytes(msgspec.json.encode(kept))
    return days * calls_a_day


def _day(chance: np.random.Generator, day: int, count: int) -> dict[str, pa.Table]:
    midnight = day * DAY_MS - OFF_MS
    # Two humps, morning and afternoon, as a hotline's day has them.
    hours = np.where(chance.random(count) < 0.55, chance.normal(9.5, 2.0, count), chance.normal(15.5, 2.5, count))
    arrived = midnight + (np.clip(hours, 0, 23.99) * 3_600_000).astype(np.int64)
    arrived.sort()
    outcome = OUTCOMES[chance.choice(len(OUTCOMES), count, p=SHARES)]
    asked = ~np.isin(outcome, ("self_served", "blocked"))
    asked_ms = arrived + chance.integers(3_000, 40_000, count)
    at = np.where(asked, asked_ms, arrived)
    queued = asked & (chance.random(count) < 0.3)
    wait = np.where(queued, chance.exponential(45_000, count), chance.uniform(2_000, 9_000, count)).astype(np.int64)
    wait = np.where(outcome == "abandoned_short", wait % 20_000, wait)
    answered = outcome == "answered"
    talk = np.where(answered, chance.gamma(4, 70_000, count), 0).astype(np.int64)
    held = answered & (chance.random(count) < 0.1)
    hold = np.where(held, chance.uniform(10_000, 70_000, count), 0).astype(np.int64)
    wrap = np.where(answered, chance.gamma(4, 13_000, count), 0).astype(np.int64)
    subject = chance.integers(0, len(QUEUES), count)
    cls = CLASSES[chance.integers(0, len(CLASSES), count)]
    agent = AGENTS[chance.integers(0, len(AGENTS), count)]
    call = np.char.add(f"s.1.{day}.", np.arange(count).astype(str))
    caller = np.char.mod("%016x", chance.integers(0, 3 * count, count))
    late = answered & (wait > 15_000)
    passed_on = answered & (chance.random(count) < 0.02)
    times = _times(at)
    common: dict[str, Any] = {
        "call_id": call,
        "queue": np.where(asked, QUEUES[subject], ""),
        "call_class": np.where(asked, cls, ""),
        "call_type": TYPES[subject],
        "outcome": outcome,
        "asked": asked,
        "queued": queued,
        "late": late,
        "talk_ms": talk,
        "hold_ms": hold,
        "transferred": passed_on,
        "leg_count": answered.astype(np.int64),
        "wait_ms": pa.array(wait, mask=~asked),
        **times,
    }
    ended = at + wait + talk + hold
    arrival = _times(arrived)
    calls = {
        **common,
        "agent": np.where(answered, agent, ""),
        "arrived_ms": arrived,
        "arrived_half_ms": arrival["half_ms"],
        "arrived_off_ms": arrival["off_ms"],
        "arrived_day": arrival["day"],
        "asked_ms": pa.array(asked_ms, mask=~asked),
        "ended_ms": ended,
        "did": np.full(count, "4001860"),
        "caller": caller,
        "line_ms": pa.array(np.full(count, 1_000), mask=outcome == "blocked"),
        "line_rings": pa.array(np.full(count, 0.2), mask=outcome == "blocked"),
        "redial": chance.random(count) < 0.06,
        "ended_by": np.full(count, "caller"),
    }
    visits = {**common, "agent": calls["agent"], "visit": np.ones(count, np.int64), "left_ms": at + wait}
    groups = pa.array([list(GROUPS[one]) for one in agent.tolist()], pa.list_(pa.string()))
    rings = chance.uniform(0.2, 3.0, count).round(2)
    legs = {
        **common,
        "leg": np.ones(count, np.int64),
        "agent": agent,
        "groups": groups,
        "result": np.full(count, "talked"),
        "rang_at_ms": at + wait - 4_000,
        "connected_ms": at + wait,
        "ended_ms": ended,
        "rang_ms": (rings * 5_000).astype(np.int64),
        "agent_rings": rings,
        "first": answered,
        "held": held,
        "wrapup_ms": wrap,
    }
    return {
        "calls": _table("calls", calls, np.ones(count, bool)),
        "visits": _table("visits", visits, asked),
        "legs": _table("legs", legs, answered),
        "agent_spans": _spans(chance, day),
    }


def _times(at: np.ndarray[Any, Any]) -> dict[str, Any]:
    return {
        "at_ms": at,
        "half_ms": at - at % 1_800_000,
        "off_ms": np.full(len(at), OFF_MS),
        "day": (at + OFF_MS) // DAY_MS,
        "open": np.zeros(len(at), bool),
    }


def _spans(chance: np.random.Generator, day: int) -> pa.Table:
    """Every agent works ten hours, in pieces of five minutes of one state or another."""
    pieces = 120
    begins = day * DAY_MS - OFF_MS + chance.integers(7, 13, len(AGENTS)) * 3_600_000
    start = (begins[:, None] + np.arange(pieces) * 300_000).ravel()
    agent = np.repeat(AGENTS, pieces)
    state = np.array(_STATES)[chance.choice(len(_STATES), len(start), p=(0.2, 0.02, 0.55, 0.15, 0.08))]
    rows = {
        **_times(start),
        "agent": agent,
        "groups": pa.array([list(GROUPS[one]) for one in agent.tolist()], pa.list_(pa.string())),
        "state": state,
        "start_ms": start,
        "end_ms": start + 300_000,
    }
    return _table("agent_spans", rows, np.ones(len(start), bool))


def _table(name: str, rows: dict[str, Any], keep: np.ndarray[Any, Any]) -> pa.Table:
    count = len(keep)
    made = {}
    for column, kind in columns(TABLES[name]).items():
        values = rows.get(column)
        if values is None:
            made[column] = pa.array(np.full(count, _EMPTY[kind]), _ARROW[kind])
        elif isinstance(values, pa.Array | pa.ChunkedArray):
            made[column] = values
        else:
            made[column] = pa.array(values)
    return pa.table(made).filter(pa.array(keep))
