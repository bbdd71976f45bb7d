"""``python -m bench.board``: so many records a second into Redis, a wallboard and an archive: from XADD to drawn page.

Prints a table: how long it took until the page had drawn a record (p50, p95, p99, max), whether anything was lost on
the page or in the archive, and what each part cost. Nothing is asserted; compare runs on one machine with each other.
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec
from playwright.async_api import Page, async_playwright

from bench.board_parts import Parts, is_up, open_page, parts, stop_archive, write_site
from bench.processes import cpu_by_part, machine_busy_s, stolen_s
from bench.sender import Sent, send, xadd
from router.core.records import CallConnected, Record
from router.drill.floor_day import FloorDay
from router.kpi.archive import newest_state
from router.site import Site

RECORDS_PER_CALL = 8.6
WARM_MS = 14_000
"""So long the floor has been at work when measuring begins: as many calls end as come."""
OPEN_MS = 10_000
"""What the browser and the page take to be there, at most; records are written out meanwhile."""
ENCODING_MS_PER_RECORD = 0.04


def made_day(site: Site, begins: int, arguments: argparse.Namespace) -> tuple[list[Record], list[Record]]:
    """Return the records before the measured time and those in it, at about the rate asked for."""
    # how many records a call makes depends on how it goes: the first tries say how many calls it takes
    rate, wanted = arguments.records / RECORDS_PER_CALL, arguments.records * arguments.seconds
    for _ in range(6):
        day = FloorDay(
            site, begins - WARM_MS, calls_per_s=rate, rings_ms=300, talk_ms=300, wrap_up_ms=80,
            patience_ms=8_000, miss_share=0.0001, pause_share=0.0001,
        )  # fmt: skip
        before = day.start() + day.until(begins)
        made = day.until(begins + arguments.seconds * 1_000)
        if wanted <= len(made) < wanted * 1.01:
            break
        rate *= 1.005 * wanted / len(made)
    return before, made


async def measure(arguments: argparse.Namespace) -> None:
    """Run it once and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = write_site(folder / "site", arguments.queues, arguments.agents)
        key = f"hotline:{site.name}:events"
        print(f"making {arguments.records * arguments.seconds:,} records...", file=sys.stderr)
        before, made = made_day(site, int(time.time() * 1_000), arguments)
        # their times are those of sending, as a router's are
        begins = int(time.time() * 1_000 + OPEN_MS + ENCODING_MS_PER_RECORD * len(made) * 2)
        shift_ms = begins - made[0].at_ms
        before, made = (
            [msgspec.structs.replace(record, at_ms=record.at_ms + shift_ms) for record in some]
            for some in (before, made)
        )
        answered = len({record.call_id for record in before + made if isinstance(record, CallConnected)})
        async with parts(folder, folder / "site", with_archive=not arguments.no_archive) as line:
            port, password = line.redis_port, line.redis_password
            # the day before it: put in at once
            history = [msgspec.structs.replace(record, at_ms=min(record.at_ms, _now_ms())) for record in before]
            await asyncio.to_thread(send, port, password, history, [xadd(key, record) for record in history])
            await is_up(line.address)
            async with async_playwright() as playwright:
                page = await open_page(playwright, line.address)
                commands = await asyncio.to_thread(lambda: [xadd(key, record) for record in made])
                gc.collect()
                gc.freeze()
                if _now_ms() > begins:
                    print("records were not ready in time: the first are late", file=sys.stderr)
                await asyncio.sleep(max(0, begins - _now_ms() - 200) / 1_000)
                cpu, busy_s, stolen = cpu_by_part(line.processes), machine_busy_s(), stolen_s()
                began = time.monotonic()
                sent = await asyncio.to_thread(send, port, password, made, commands)
                took_s, busy_s = time.monotonic() - began, machine_busy_s() - busy_s
                stolen = stolen_s() - stolen
                cost = {part: had - cpu.get(part, 0.0) for part, had in cpu_by_part(line.processes).items()}
                await drawn(page, made[-1].seq)
                seen: list[list[float]] = await page.evaluate("window.drawnAt")
                shown = await said(page, answered)
                frames = sum(begins <= at_ms <= begins + took_s * 1_000 for at_ms, *_ in seen) / took_s
            archived = "not run" if arguments.no_archive else await in_archive(line, made[-1].seq)
        head(arguments, len(made), (made[-1].at_ms - made[0].at_ms) / 1_000)
        times("XADD to drawn page", waits_ms(sent, seen, 1))
        times("XADD to measures drawn", waits_ms(sent, seen, 2))
        times("the sender itself late by", [(one.at_ms - one.due_ms, one.count) for one in sent])
        print(f"| pictures a second | {frames:.0f} |")
        for part, had_s in sorted(cost.items(), key=lambda one: -one[1]):
            print(f"| processor: {part} | {100 * had_s / took_s:.1f} % of one |")
        print(f"| processor: others on this machine | {100 * (busy_s - sum(cost.values())) / took_s:.0f} % of one |")
        print(f"| processor: taken away by the host | {100 * stolen / took_s:.0f} % of one |")
        print(f"| processor: together | {100 * sum(cost.values()) / took_s:.0f} % of {os.cpu_count()}00 % |")
        print(f"| calls answered: the stream, the page | {answered:,}, {shown} |")
        print(f"| records: the stream, the archive | {made[-1].seq:,}, {archived} |")


def _now_ms() -> int:
    return int(time.time() * 1_000)


async def drawn(page: Page, seq: int) -> None:
    """Wait until the page has drawn a record."""
    for _ in range(600):
        if int(await page.evaluate("document.body.dataset.drawn")) >= seq:
            return
        await asyncio.sleep(0.1)
    raise SystemExit("the page never drew the last record")


async def said(page: Page, answered: int) -> str:
    """Return what the page says of answered calls, as soon as it is what it must be, or after some seconds."""
    shown = ""
    for _ in range(100):
        shown = await page.evaluate("document.querySelector('[data-cell=abandoned] .under').textContent")
        if shown.startswith(f"{answered} "):
            return f"{answered:,}: nothing lost"
        await asyncio.sleep(0.1)
    return f"{shown}: WRONG"


async def in_archive(line: Parts, last: int) -> str:
    """Return how many of the records 1 to ``last`` are in the archive's files, each once."""
    for _ in range(300):
        kept = newest_state(line.archive_folder)
        if kept is not None and kept.fold.seq >= last:
            break
        await asyncio.sleep(0.1)
    await stop_archive(line)
    (count, different, first, newest), *_ = duckdb.execute(
        "SELECT count(*), count(DISTINCT seq), min(seq), max(seq) FROM read_parquet($files)",
        {"files": f"{line.archive_folder}/raw/*.parquet"},
    ).fetchall()
    whole = count == different == newest == last and first == 1
    return f"{count:,}: {'each once, nothing lost' if whole else f'WRONG: {first} to {newest}, {different} different'}"


def waits_ms(sent: Sequence[Sent], seen: Sequence[Sequence[float]], column: int) -> list[tuple[float, int]]:
    """For each batch the time until a page that has it was drawn, in ms, and how many records it had."""
    waits, place = [], 0
    for one in sent:
        while place < len(seen) and seen[place][column] < one.seq:
            place += 1
        if place < len(seen):
            waits.append((max(0.0, seen[place][0] - one.at_ms), one.count))
    return waits


def head(arguments: argparse.Namespace, count: int, took_s: float) -> None:
    """Print the beginning of the table."""
    print("\n| what | |\n|---|---|")
    print(f"| records, queues, agents | {count:,}, {arguments.queues + 4}, {arguments.agents + 40} |")
    print(f"| records a second | {count / took_s:,.0f} for {took_s:.0f} s |")


def times(what: str, waits: Sequence[tuple[float, int]]) -> None:
    """Print a line of times, each record counting once."""
    if not waits:
        print(f"| {what} | never |")
        return
    ordered, total = sorted(waits), sum(count for _, count in waits)
    cuts, place, before = [], 0, 0
    for share in (0.5, 0.95, 0.99, 1.0):
        while before + ordered[place][1] < share * total:
            before += ordered[place][1]
            place += 1
        cuts.append(f"{ordered[place][0]:.0f}")
    print(f"| {what}, ms: p50 / p95 / p99 / max | {' / '.join(cuts)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5_000, help="records a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--queues", type=int, default=96)
    parser.add_argument("--agents", type=int, default=460)
    parser.add_argument("--no-archive", action="store_true", help="leave the archive out")
    asyncio.run(measure(parser.parse_args()))
