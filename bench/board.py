"""``python -m bench.board``: so many records a second into a real Redis and a wallboard: from XADD to the drawn page.

Prints a table: how long it took until the page had drawn a record (p50, p95, p99, max), whether anything was lost, and
how busy the board was. Nothing is asserted; compare runs on one machine with each other.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from playwright.async_api import Page, async_playwright
from redis.asyncio import Redis

from router.adapters.record_codec import to_fields
from router.core.records import CallConnected
from router.drill.floor_day import FloorDay
from router.flowfile import load_site
from router.line.ports import free_block
from router.line.secrets import Secrets
from router.site import Site

DEMO = Path(__file__).parents[1] / "ivr_flows" / "demo"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "only for this bench"
RECORDS_PER_CALL = 8
WATCH = """
addEventListener('DOMContentLoaded', () => {
  window.drawnAt = [];
  new MutationObserver(() => window.drawnAt.push([Date.now(), Number(document.body.dataset.drawn)]))
    .observe(document.body, {attributes: true, attributeFilter: ['data-drawn']});
});
"""


def write_site(folder: Path, queues: int, agents: int) -> Site:
    """Write the demonstration with so many queues and agents more, in ten groups."""
    shutil.copytree(DEMO, folder)
    text = "".join(f"  q{number}: {{groups: [g{number % 10}], wrap_up: 10s}}\n" for number in range(queues))
    (folder / "queues.yaml").write_text((folder / "queues.yaml").read_text() + text)
    groups = "".join(f"  g{number}: {{title: Group {number}}}\n" for number in range(10))
    each = max(1, agents // 10)
    ranges = "".join(
        f'  "{2000 + number * each}-{2000 + (number + 1) * each - 1}": {{groups: [g{number}, inbound]}}\n'
        for number in range(10)
    )
    text = (folder / "agents.yaml").read_text()
    text = text.replace("groups:\n", f"groups:\n{groups}", 1).replace("agents:\n", f"agents:\n{ranges}", 1)
    (folder / "agents.yaml").write_text(text)
    return load_site(folder)


@contextlib.asynccontextmanager
async def parts(folder: Path, site: Path) -> AsyncIterator[tuple["Redis", str, subprocess.Popen[bytes]]]:
    """Redis and a board of their own; gives a connection, the page's address and the board's process."""
    block = free_block()
    home = folder / "home"
    home.mkdir()
    secrets = Secrets.load_or_create(home, {})
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb") or "redis-server"
    (folder / "redis").mkdir()
    # Debian's redis-tools has the whole server under another name; it goes by the name it is run as
    program = str(folder / "redis-server")
    Path(program).symlink_to(Path(found).resolve())  # noqa: ASYNC240 - once
    server = subprocess.Popen(  # noqa: ASYNC220 - once
        [
            # ends with us, however we end
            "setpriv", "--pdeathsig", "TERM", "--",
            program, "--port", str(block.redis), "--bind", "127.0.0.1", "--dir", str(folder / "redis"),
            "--save", "", "--appendonly", "yes", "--requirepass", secrets.redis_password,
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    board = subprocess.Popen(  # noqa: ASYNC220 - once
        ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "router.cli", "wallboard"],
        env={
            **os.environ,
            "HOTLINE_HOME": str(home),
            "HOTLINE_SITE": str(site),
            "HOTLINE_REDIS": "existing",
            "HOTLINE_REDIS_URL": f"redis://127.0.0.1:{block.redis}/0",
            "HOTLINE_BOARD_PORT": str(block.board),
            "HOTLINE_BOARD_PASSWORD": PASSWORD,
        },
        stdout=subprocess.DEVNULL,
    )
    redis = Redis(port=block.redis, password=secrets.redis_password, decode_responses=True)
    try:
        yield redis, f"http://127.0.0.1:{block.board}/", board
    finally:
        await redis.aclose()
        for process in (board, server):
            process.terminate()
            process.wait(10)
        block.close()


async def put(redis: "Redis", key: str, stream: list[Any]) -> None:
    """Put records into the stream, as the router does."""
    async with redis.pipeline(transaction=False) as pipeline:
        for record in stream:
            pipeline.xadd(key, to_fields(record), id=f"{record.at_ms}-{record.seq}")  # type: ignore[arg-type]
        await pipeline.execute()


async def is_up(address: str) -> None:
    """Wait until the board has read all there is."""
    async with aiohttp.ClientSession() as http:
        for _ in range(600):
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{address}ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
    raise SystemExit("the board did not come up")


async def open_page(playwright: Any, address: str) -> Page:
    """Sign in and watch what is drawn when."""
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    page: Page = await browser.new_page(viewport={"width": 1920, "height": 1080})
    await page.add_init_script(WATCH)
    await page.goto(address)
    await page.fill("#password", PASSWORD)
    await page.click("form button")
    await page.wait_for_selector("[data-queue]")
    return page


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """The processor time a process has had."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(arguments: argparse.Namespace) -> None:
    """Run it once and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = write_site(folder / "site", arguments.queues, arguments.agents)
        key = f"hotline:{site.name}:events"
        print(f"making {arguments.records * arguments.seconds:,} records...", file=sys.stderr)
        begins = int(time.time() * 1_000)
        # how many records a call makes depends on how it goes: the first try says how many calls it takes
        rate, wanted = arguments.records / RECORDS_PER_CALL, arguments.records * arguments.seconds
        for _ in range(3):
            day = FloorDay(site, begins, calls_per_s=rate, rings_ms=300, talk_ms=300, wrap_up_ms=80, patience_ms=8_000)
            start = day.start()
            made = day.until(begins + arguments.seconds * 1_000)
            if abs(len(made) - wanted) < wanted / 20:
                break
            rate *= wanted / len(made)
        answered = len({record.call_id for record in made if isinstance(record, CallConnected)})
        async with parts(folder, folder / "site") as (redis, address, board):
            await put(redis, key, start)
            await is_up(address)
            async with async_playwright() as playwright:
                page = await open_page(playwright, address)
                # their times are those of sending, as a router's are
                ahead_ms = int(time.time() * 1_000) + 500 - begins
                begins += ahead_ms
                made = [msgspec.structs.replace(record, at_ms=record.at_ms + ahead_ms) for record in made]
                sent, took_s, busy_s = await send(redis, key, made, begins, board)
                await drawn(page, made[-1].seq)
                seen: list[list[float]] = await page.evaluate("window.drawnAt")
                shown = await said(page, answered)
        waits = latencies(sent, seen)
        report(arguments, len(made), took_s, busy_s, waits, answered, shown)


async def send(
    redis: "Redis", key: str, made: list[Any], begins: int, board: subprocess.Popen[bytes]
) -> tuple[list[tuple[float, int]], float, float]:
    """Send records when they are due; return when which was sent, how long it took, and how busy the board was."""
    sent: list[tuple[float, int]] = []
    before, began, place = cpu_s(board), time.monotonic(), 0
    while place < len(made):
        due = int(time.time() * 1_000)
        end = place
        while end < len(made) and made[end].at_ms <= due:
            end += 1
        if end > place:
            sent.append((time.time() * 1_000, made[end - 1].seq))
            await put(redis, key, made[place:end])
            place = end
        await asyncio.sleep(0.01)
    return sent, time.monotonic() - began, cpu_s(board) - before


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
            return f"{shown}: nothing lost"
        await asyncio.sleep(0.1)
    return f"{shown}: NOT {answered}"


def latencies(sent: list[tuple[float, int]], seen: list[list[float]]) -> list[float]:
    """For each batch the time until a page that has it was drawn, in ms."""
    waits, place = [], 0
    for at_ms, seq in sent:
        while place < len(seen) and seen[place][1] < seq:
            place += 1
        if place < len(seen):
            waits.append(max(0.0, seen[place][0] - at_ms))
    return waits


def report(
    arguments: argparse.Namespace,
    count: int,
    took_s: float,
    busy_s: float,
    waits: list[float],
    answered: int,
    shown: str,
) -> None:
    """Print the table."""
    cuts = statistics.quantiles(waits, n=100)
    print("\n| what | |\n|---|---|")
    print(f"| records, queues, agents | {count:,}, {arguments.queues + 4}, {arguments.agents + 40} |")
    print(f"| records a second | {count / took_s:,.0f} for {took_s:.0f} s |")
    took = " / ".join(f"{wait:.0f}" for wait in (cuts[49], cuts[94], cuts[98], max(waits)))
    print(f"| XADD to drawn page, ms: p50 / p95 / p99 / max | {took} |")
    print(f"| the board's processor | {100 * busy_s / took_s:.0f} % of one |")
    print(f"| calls answered in the stream | {answered:,} |")
    print(f"| the page says | {shown} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=5_000, help="records a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--queues", type=int, default=96)
    parser.add_argument("--agents", type=int, default=460)
    asyncio.run(measure(parser.parse_args()))
