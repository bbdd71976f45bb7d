"""``python -m bench.reports``: how long a report takes over 1,000,000 calls of a month, and six weeks of calls before.

The archive is made at random but always the same: its facts are written as the archive itself writes them.
"""

import argparse
import datetime
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from router.kpi import parquet
from router.kpi.archive import Kept
from router.kpi.clockwork import DAY_MS, HALF_HOUR_MS
from router.kpi.facts import FactsState
from router.kpi.tables import TABLES, columns

SITE = Path(__file__).parents[1] / "ivr_flows" / "demo"
ZONE, OFF_MS = "Asia/Shanghai", 8 * 3_600_000
MONTH = (parquet.day_number("2026-10-01"), parquet.day_number("2026-11-01"))
DAYS_BEFORE = 76
AGENTS = [str(number) for number in range(1001, 1001 + 460)]
QUEUES = ("enquiry", "business", "faults", "complaints")
QUEUE_SHARES = (0.45, 0.3, 0.18, 0.07)
_OUTCOMES = {
    "answered": 0.80,
    "abandoned": 0.045,
    "abandoned_short": 0.02,
    "callback_booked": 0.02,
    "message_left": 0.01,
    "turned_away": 0.005,
    "self_served": 0.10,
}
_DAY_SHAPE = np.fromstring(
    "0.3 0.25 0.2 0.15 0.12 0.1 0.1 0.1 0.12 0.15 0.2 0.3 0.5 0.9 1.4 2.0 2.9 3.4 3.9 4.2 4.1 3.9 3.5 3.1"
    " 2.7 2.6 2.9 3.3 3.7 3.9 3.8 3.5 3.1 2.8 2.5 2.3 2.2 2.2 2.1 2.0 1.8 1.5 1.3 1.1 0.8 0.6 0.5 0.4",
    sep=" ",
)
_WEEK_SHAPE = (1.12, 1.06, 1.0, 1.0, 1.04, 0.8, 0.75)
_ARROW = {
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "VARCHAR[]": pa.list_(pa.string()),
}
_EMPTY: dict[str, Any] = {"BIGINT": 0, "VARCHAR": "", "BOOLEAN": False, "DOUBLE": 0.0, "VARCHAR[]": []}


def make(home: Path, calls_in_month: int, *, agents: int = len(AGENTS), seed: int = 1) -> int:
    """Write an archive, a roster and shifts into a line's home; returns how many calls there are in all."""
    draw = np.random.default_rng(seed)
    archive = home / "archive"
    names = np.array(AGENTS[:agents])
    per_day = calls_in_month / (MONTH[1] - MONTH[0])
    seq = total = 0
    for day in range(MONTH[0] - DAYS_BEFORE, MONTH[1]):
        weekday = (day + 3) % 7
        count = round(per_day * _WEEK_SHAPE[weekday] / np.mean(_WEEK_SHAPE) * draw.normal(1, 0.04))
        tables = _day(draw, day, count, names)
        total += count
        for name, table in tables.items():
            parquet.write(archive / "facts" / name, day, seq + 1, seq + count * 9, table)
        seq += count * 9
    kept = Kept(zone=ZONE, fold=FactsState(seq=seq, at_ms=MONTH[1] * DAY_MS - OFF_MS + 60_000))
    (archive / "state").mkdir(parents=True)
    (archive / "state" / f"{seq}.json").write_bytes(msgspec.json.encode(kept))
    _figures(home / "figures", names)
    return total


def _day(draw: Any, day: int, count: int, names: Any) -> dict[str, pa.Table]:
    start = day * DAY_MS - OFF_MS
    shape = _DAY_SHAPE * draw.normal(1, 0.05, 48).clip(0.7, 1.3)
    half = draw.choice(48, count, p=shape / shape.sum())
    arrived = np.sort(start + half * HALF_HOUR_MS + draw.integers(0, HALF_HOUR_MS, count))
    outcome = draw.choice(list(_OUTCOMES), count, p=list(_OUTCOMES.values()))
    blocked = draw.random(count) < 0.012
    outcome = np.where(blocked, "blocked", outcome)
    asked = ~np.isin(outcome, ("self_served", "blocked"))
    at = np.where(asked, arrived + 9_000, arrived)
    busy = 0.35 + _DAY_SHAPE[(arrived - start) // HALF_HOUR_MS] / 5.5
    wait = np.where(draw.random(count) < 0.55 * busy, draw.exponential(28_000, count) * busy + 4_000, 3_500)
    wait = np.where(outcome == "abandoned", draw.exponential(50_000, count) + 20_001, wait)
    wait = np.where(outcome == "abandoned_short", draw.uniform(1_000, 20_000, count), wait).astype(np.int64)
    answered = outcome == "answered"
    talk = np.where(answered, draw.lognormal(5.2, 0.5, count) * 1000, 0).astype(np.int64)
    hold = np.where(answered & (draw.random(count) < 0.1), draw.exponential(32_000, count), 0).astype(np.int64)
    wrap = np.where(answered, draw.gamma(4, 12_000, count), 0).astype(np.int64)
    queue = np.where(asked, draw.choice(QUEUES, count, p=QUEUE_SHARES), "")
    kind = np.where(queue == "complaints", "complaint", np.where(asked, "enquiry", ""))
    cls = np.where(asked, draw.choice(("standard", "vip"), count, p=(0.94, 0.06)), "")
    ids = np.char.add(f"d.{day}.c", np.arange(count).astype(str))
    on_duty = _on_duty(day, names)
    agent = np.where(answered, _agent_of(draw, at, start, on_duty, count), "")
    where = _placed(at, day)
    callers = np.char.add("caller", draw.integers(0, 400_000, count).astype(str))
    calls = {
        **where,
        **{f"arrived_{name}": value for name, value in _placed(arrived, day).items() if name != "at_ms"},
        "arrived_ms": arrived,
        "call_id": ids,
        "asked": asked,
        "outcome": outcome,
        "queue": queue,
        "agent": agent,
        "call_class": cls,
        "call_type": kind,
        "caller": callers,
        "queued": asked & (wait > 4_000),
        "wait_ms": pa.array(wait, pa.int64(), mask=~asked),
        "late": answered & (wait > 15_000),
        "line_rings": pa.array(np.full(count, 0.2), pa.float64(), mask=blocked),
        "talk_ms": talk,
        "hold_ms": hold,
        "leg_count": answered.astype(np.int64),
        "transferred": answered & (draw.random(count) < 0.02),
        "redial": draw.random(count) < 0.03,
    }
    visits = {name: _where(value, asked) for name, value in calls.items() if name in columns(TABLES["visits"])}
    visits["visit"] = np.ones(int(asked.sum()), np.int64)
    legs = {name: _where(value, answered) for name, value in calls.items() if name in columns(TABLES["legs"])}
    talked = int(answered.sum())
    legs |= {
        "result": np.full(talked, "talked"),
        "connected_ms": (at + wait)[answered],
        "ended_ms": (at + wait + talk + hold)[answered],
        "agent_rings": draw.gamma(2, 0.5, talked),
        "first": np.ones(talked, bool),
        "held": (hold > 0)[answered],
        "wrapup_ms": wrap[answered],
        "leg": np.ones(talked, np.int64),
    }
    spans = _spans(draw, day, start, on_duty)
    return {
        "calls": _table("calls", calls, count),
        "visits": _table("visits", visits, int(asked.sum())),
        "legs": _table("legs", legs, talked),
        "agent_spans": spans,
    }


def _where(value: Any, keep: Any) -> Any:
    return value.filter(pa.array(keep)) if isinstance(value, pa.Array) else value[keep]


def _placed(at: Any, day: int) -> dict[str, Any]:
    return {
        "at_ms": at,
        "half_ms": at // HALF_HOUR_MS * HALF_HOUR_MS,
        "off_ms": np.full(len(at), OFF_MS),
        "day": (at + OFF_MS) // DAY_MS,
    }


SHIFTS = {"early": (14, 30), "late": (27, 43), "night": (43, 62)}
"""By half hour of their first day."""


def _shift_of(number: int, day: int) -> str:
    """Two in seven days off; one in ten at night."""
    if (number * 3 + day) % 7 in (0, 1):
        return ""
    return "night" if number % 10 == 9 else ("early", "late")[(number + day // 7) % 2]


def _on_duty(day: int, names: Any) -> list[list[str]]:
    """Who works in each half hour of a day."""
    found: list[list[str]] = [[] for _ in range(48)]
    for number, name in enumerate(names):
        for first in (day - 1, day):
            shift = _shift_of(number, first)
            if shift:
                low, high = (half - 48 * (day - first) for half in SHIFTS[shift])
                for half in range(max(0, low), min(48, high)):
                    found[half].append(str(name))
    return found


def _agent_of(draw: Any, at: Any, start: int, on_duty: list[list[str]], count: int) -> Any:
    half = ((at - start) // HALF_HOUR_MS).clip(0, 47)
    luck = draw.random(count)
    return np.array(
        [on_duty[h][int(x * len(on_duty[h]))] if on_duty[h] else "1001" for h, x in zip(half, luck, strict=True)]
    )


def _spans(draw: Any, day: int, start: int, on_duty: list[list[str]]) -> pa.Table:
    rows: dict[str, list[Any]] = {name: [] for name in ("agent", "state", "start_ms", "end_ms")}
    for half, agents in enumerate(on_duty):
        begins = start + half * HALF_HOUR_MS
        for agent in agents:
            cuts = [0.62 + 0.2 * draw.random(), 0.9, 0.97, 1.0]
            low = 0.0
            for state, high in zip(("talking", "wrap_up", "ready", "paused"), cuts, strict=True):
                rows["agent"].append(agent)
                rows["state"].append(state)
                rows["start_ms"].append(begins + round(low * HALF_HOUR_MS))
                rows["end_ms"].append(begins + round(high * HALF_HOUR_MS))
                low = high
    at = np.array(rows["start_ms"], np.int64)
    values = {**rows, **_placed(at, day), "groups": [["inbound"]] * len(at)}
    return _table("agent_spans", values, len(at))


def _table(name: str, values: dict[str, Any], count: int) -> pa.Table:
    made = {}
    for column, kind in columns(TABLES[name]).items():
        value = values.get(column)
        if value is None:
            value = [_EMPTY[kind]] * count
        made[column] = value if isinstance(value, pa.Array) else pa.array(value, _ARROW[kind])
    return pa.table(made)


def _figures(folder: Path, names: Any) -> None:
    folder.mkdir(parents=True)
    lines = ["shift,from,to,breaks,training"]
    for shift, (low, high) in SHIFTS.items():
        lines.append(f"{shift},{_clock(low)},{_clock(high)},{_clock(low + 8)}-{_clock(low + 9)},")
    (folder / "shifts.csv").write_text("\n".join(lines) + "\n")
    roster = ["date,agent,shift"]
    for day in range(MONTH[0] - 35, MONTH[1]):
        date = datetime.date.fromordinal(day + datetime.date(1970, 1, 1).toordinal())
        roster += [f"{date},{name},{shift}" for number, name in enumerate(names) if (shift := _shift_of(number, day))]
    (folder / "roster.csv").write_text("\n".join(roster) + "\n")
    carrier = ["date,time,dialled,reached,blocked"]
    carrier += [f"2026-10-{day:02},,36000,33500,700" for day in range(1, 32)]
    (folder / "carrier.csv").write_text("\n".join(carrier) + "\n")


def _clock(half: int) -> str:
    return f"{half // 2 % 24:02}:{half % 2 * 30:02}"


def main() -> None:
    """Make the archive and time the reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.reports", description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls in the month")
    parser.add_argument("--agents", type=int, default=len(AGENTS), help="agents, at most 460")
    parser.add_argument("--home", type=Path, help="keep the archive in this new folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as temporary:
        home = asked.home or Path(temporary) / "home"
        if not (home / "archive").exists():
            began = time.perf_counter()
            count = make(home, asked.calls, agents=asked.agents)
            print(f"{count:,} calls in {DAYS_BEFORE + MONTH[1] - MONTH[0]} days, made in {_since(began)}", flush=True)
        print(f"{os.cpu_count()} cores; seconds of one command, start to end")
        for kind, date, form in (
            ("month", "2026-10", "html"),
            ("month", "2026-10", "pdf"),
            ("month", "2026-10", "xlsx"),
            ("month", "2026-10", "csv"),
            ("week", "2026-10-21", "pdf"),
            ("day", "2026-10-21", "pdf"),
        ):
            began, cpu = time.perf_counter(), _cpu_s()
            command = [
                sys.executable, "-c", "from router.cli import main; main()", "--home", str(home), "report", kind,
                "--date", date, "--format", form, "--out", str(home / f"{kind}.{form}"), "--quiet",
            ]  # fmt: skip
            environment = {**os.environ, "HOTLINE_SITE": str(SITE), "HOTLINE_REDIS_PORT": "1"}
            subprocess.run(command, check=True, env=environment)
            print(f"  {kind:6} {form:5} {_since(began)} ({_cpu_s() - cpu:.1f} s of CPU)", flush=True)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.1f} s"


if __name__ == "__main__":
    main()
