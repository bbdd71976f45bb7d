"""How long measures over history take, and how many records a second board and archive take in.

``python -m bench.history [--calls 1000000] [--days 365]``; prints a table. A year of 12,000 calls a day is
``--calls 4380000``.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.synthetic import CLOCK, GROUPS, make_archive
from router.adapters.record_codec import to_fields
from router.core import records
from router.core.records import AgentState, Outcome, Record
from router.kpi.archive import Archive
from router.kpi.clockwork import DAY_MS
from router.kpi.evaluate import By
from router.kpi.history import History
from router.kpi.live import Live
from router.kpi.measures import MEASURES

T = TypeVar("T")

FIRST_DAY = 20_454
"""2026-01-01."""
QUESTIONS: tuple[tuple[str, tuple[str, ...], By | None, tuple[str, ...]], ...] = (
    ("all measures, whole span", tuple(MEASURES), None, ()),
    ("all measures by half hour", tuple(MEASURES), "half_hour", ()),
    ("all measures by day", tuple(MEASURES), "day", ()),
    ("all measures by month and queue", tuple(MEASURES), "month", ("queue",)),
    ("all measures by agent", tuple(MEASURES), None, ("agent",)),
    ("ASA and service level by half hour", ("asa", "service_level"), "half_hour", ()),
)


def main() -> None:
    """Make an archive, ask it, and take records in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--records", type=int, default=100_000, help="records that board and archive take in")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="history-"))
    try:
        count, made_s = timed(lambda: make_archive(folder, FIRST_DAY, asked.days, asked.calls // asked.days))
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        print(f"{count:,} calls in {asked.days} days, {size / 1e6:.0f} MB of facts (made in {made_s:.0f} s)\n")
        history, opened_s = timed(lambda: History(folder, CLOCK, groups=GROUPS))
        print(f"| question | lines | seconds |\n|---|---|---|\n| open the archive | - | {opened_s:.2f} |")
        span = (FIRST_DAY * DAY_MS - DAY_MS, (FIRST_DAY + asked.days + 1) * DAY_MS)
        for title, names, by, split in QUESTIONS:
            lines, took_s = timed(lambda: history.evaluate(names, span, by=by, split=split))  # noqa: B023
            print(f"| {title} | {len(lines)} | {took_s:.2f} |")
    finally:
        shutil.rmtree(folder)
    taking_in(asked.records)


def taking_in(count: int) -> None:
    """How fast records become facts, on the board's way and the archive's."""
    written = stream(count)
    entries = [(f"{record.at_ms}-{record.seq}", to_fields(record)) for record in written]
    live = Live(CLOCK, groups=GROUPS)

    def board() -> None:
        for first in range(0, count, 500):
            live.take(written[first : first + 500])
            live.refresh()

    folder = Path(tempfile.mkdtemp(prefix="archive-"))

    def archive() -> None:
        with Archive(folder, CLOCK, groups=GROUPS) as kept:
            kept.take(entries)
            kept.flush()

    try:
        _, board_s = timed(board)
        _, archive_s = timed(archive)
        size = sum(path.stat().st_size for path in (folder / "raw").glob("*.parquet"))
        print(f"\n| {count:,} records | records/s |\n|---|---|")
        print(f"| board: fold and tables, refreshed every 500 | {count / board_s:,.0f} |")
        print(
            f"| archive: decode, fold, write ({size / count:.0f} bytes a record on disk) | {count / archive_s:,.0f} |"
        )
    finally:
        shutil.rmtree(folder)


def stream(count: int) -> list[Record]:
    """Records of answered calls, eleven a call, one call a second."""
    written: list[Record] = []

    def note(kind: type[Record], at_ms: int, **fields: object) -> None:
        written.append(kind(seq=len(written) + 1, at_ms=at_ms, v=1, config="c0ffee000000", **fields))  # type: ignore[arg-type]

    agents = list(GROUPS)
    at_ms = FIRST_DAY * DAY_MS
    while len(written) < count:
        number = len(written)
        call, agent, at_ms = f"bench.1.c{number}", agents[number % len(agents)], at_ms + 1_000
        common = {"call_id": call, "queue": "enquiry", "agent": agent}

        def state(new: AgentState, old: AgentState, at_ms: int = at_ms, agent: str = agent, call: str = call) -> None:
            note(records.AgentStateChanged, at_ms, agent=agent, phone=agent, state=new, previous=old,
                 previous_ms=90_000, reason="", by="", call_id=call)  # fmt: skip

        note(records.CallReceived, at_ms, call_id=call, did="4001860", caller=f"+86138{number:08}", withheld=False,
             trunk="carrier", diverted_from="")  # fmt: skip
        note(records.LineAnswered, at_ms, call_id=call, line_ms=200, line_rings=0.04)
        note(records.CallQueued, at_ms, call_id=call, queue="enquiry", call_class="standard", position=1, waiting=1,
             queued=False)  # fmt: skip
        note(records.AgentRang, at_ms, **common, phone=agent, leg=f"{call}.l1", attempt=1, round=1, wait_ms=0, tier=1,
             head_start_ms=0, strategy="longest_idle", runner_up="", idle_count=3)  # fmt: skip
        state(AgentState.RINGING, AgentState.READY)
        state(AgentState.TALKING, AgentState.RINGING)
        note(records.CallConnected, at_ms, **common, wait_ms=4_000, wait_rings=0.8, rang_ms=4_000, agent_rings=0.8,
             queued=False, late=False)  # fmt: skip
        note(records.TalkEnded, at_ms, **common, talk_ms=60_000, hold_ms=0, ended_by="caller")
        state(AgentState.WRAP_UP, AgentState.TALKING)
        note(records.CallEnded, at_ms, **common, outcome=Outcome.ANSWERED, asked=True, queued=False, total_ms=70_000,
             wait_ms=4_000, wait_rings=0.8, talk_ms=60_000, ended_by="caller", detail="",
             call_type="enquiry")  # fmt: skip
        state(AgentState.READY, AgentState.WRAP_UP)
    return written[:count]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Run something; returns what it gave and how long it took in seconds."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


if __name__ == "__main__":
    main()
