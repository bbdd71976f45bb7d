"""A board to look at: its own Redis, its own process, a real Chromium, and a wire between them that can be cut."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Page, async_playwright
from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.adapters.record_codec import to_fields
from router.board.keys import gate_of
from router.core.records import Record
from router.flowfile import load_site
from router.line.secrets import Secrets
from support.ports import free_port
from support.redis_program import redis_program

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DEMO = Path(__file__).parents[2] / "ivr_flows" / "demo"
BOARD_YAML = """\
rooms:
  front: {title: Front desk, queues: [enquiry, fault], language: zh, theme: light}
thresholds: {wrap_up_over: 1h, pause_over: 1h}
watch: {quiet_after: 0, unstaffed: 0, phone_away: 0, phone_used: 0, router_away: 0, settle: 0}
"""


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The real browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def eventually(holds: Callable[[], Awaitable[object]], what: str, within_s: float = 15.0) -> None:
    """Ask again and again until nothing is wrong: ``holds`` returns "" or None, else what is wrong."""
    give_up = time.monotonic() + within_s
    while True:
        wrong = await holds()
        if not wrong:
            return
        assert time.monotonic() < give_up, f"{what}: {wrong}"
        await asyncio.sleep(0.05)


def started_by(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def running(pid: int) -> bool:
    """Say whether a process is there and more than a name."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class Wire:
    """A TCP relay that can be cut: connections stay open and silent, or are closed; new ones get no answer."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self._to = port
        self._cut = False
        self._whole = asyncio.Event()
        self._whole.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> "Wire":
        """Listen."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        return self

    async def stop(self) -> None:
        """Stop listening and drop all."""
        self.drop()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        """From now on nothing passes, and nobody is told."""
        self._cut = True
        self._whole.clear()

    def drop(self) -> None:
        """Close what is open."""
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        """Let everything pass again; what was open before is dead."""
        self._cut = False
        self._whole.set()
        self.drop()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._cut:
                await reader.read()
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(there_writer)
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


class Stage:
    """Redis and a board over the demonstration's YAML; records are put into the stream by hand."""

    password = "for the tests only"

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.site_folder = folder / "site"
        shutil.copytree(DEMO, self.site_folder)
        (self.site_folder / "board.yaml").write_text(BOARD_YAML)
        self.site = load_site(self.site_folder)
        self.redis_port, self.port = free_port(), free_port()
        self.key = f"hotline:{self.site.name}:events"
        self.secrets = Secrets.load_or_create(self.home, {})
        self._redis_folder = folder / "redis"
        self._redis_folder.mkdir()
        self._redis: subprocess.Popen[bytes] | None = None
        self.board: asyncio.subprocess.Process | None = None
        self.log = folder / "board.log"

    @property
    def url(self) -> str:
        """The board's address without a slash."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> "Redis":
        """A connection to Redis."""
        return Redis(port=self.redis_port, password=self.secrets.redis_password, decode_responses=True)

    async def start_redis(self) -> None:
        """Start Redis over the data it left."""
        program, name = redis_program()
        self._redis = subprocess.Popen(  # noqa: ASYNC220 - a moment
            [
                name, "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self._redis_folder),
                "--appendonly", "yes", "--appendfsync", "always", "--save", "",
                "--requirepass", self.secrets.redis_password,
            ],
            executable=program,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

        async def answers() -> str:
            async with self.client() as redis:
                try:
                    await redis.ping()
                except (RedisError, OSError) as error:
                    return str(error)
            return ""

        await eventually(answers, "Redis is up")

    def stop_redis(self) -> None:
        """Kill Redis; its data stays."""
        if self._redis is not None:
            self._redis.kill()
            self._redis.wait(10)
            self._redis = None

    async def start_board(self, **environment: str) -> None:
        """Start the board and wait until it answers."""
        with self.log.open("ab") as log:
            self.board = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "router.cli",
                "wallboard",
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "HOTLINE_HOME": str(self.home),
                    "HOTLINE_SITE": str(self.site_folder),
                    "HOTLINE_REDIS": "existing",
                    "HOTLINE_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
                    "HOTLINE_BOARD_PORT": str(self.port),
                    "HOTLINE_BOARD_PASSWORD": self.password,
                    **environment,
                },
            )

        async def answers() -> str:
            assert self.board is not None and self.board.returncode is None, self.log.read_text()
            try:
                async with aiohttp.ClientSession() as http, http.get(f"{self.url}/ready") as answer:
                    return "" if answer.status == 200 else await answer.text()
            except aiohttp.ClientError as error:
                return str(error)

        await eventually(answers, "the board is up", 30)

    async def kill_board(self) -> None:
        """SIGKILL; whatever it had started ends with it."""
        if self.board is not None and self.board.returncode is None:
            helpers = started_by(self.board.pid)
            self.board.send_signal(signal.SIGKILL)
            await self.board.wait()

            async def left() -> str:
                return " ".join(str(pid) for pid in helpers if running(pid))

            await eventually(left, "what the board had started is gone", 10)

    async def stop(self) -> None:
        """Stop all."""
        if self.board is not None and self.board.returncode is None:
            self.board.send_signal(signal.SIGCONT)
            self.board.terminate()
            await self.board.wait()
        self.stop_redis()

    async def put(self, stream: Sequence[Record]) -> None:
        """Put records into the stream, as the router does."""
        async with self.client() as redis:
            for start in range(0, len(stream), 500):
                async with redis.pipeline(transaction=False) as pipeline:
                    for record in stream[start : start + 500]:
                        fields: Any = to_fields(record)
                        pipeline.xadd(self.key, fields, id=f"{record.at_ms}-{record.seq}")
                    await pipeline.execute()

    def kiosk(self, room: str, port: int | None = None) -> str:
        """The address of a screen, with its token."""
        os.environ["HOTLINE_BOARD_PASSWORD"] = self.password
        try:
            token = gate_of(self.secrets).token(room)
        finally:
            del os.environ["HOTLINE_BOARD_PASSWORD"]
        return f"http://127.0.0.1:{port or self.port}/room/{room}?token={token}"


async def open_page(browser: Browser, address: str, width: int = 1920, height: int = 1080) -> Page:
    """Open a page of its own profile and wait until it shows something; ``page.complaints`` gathers its complaints."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = await context.new_page()
    complaints: list[str] = []
    page.complaints = complaints  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    await page.goto(address)
    await becomes(page, "document.body.dataset.drawn !== undefined")
    return page


async def becomes(page: Page, expression: str, argument: object = None, within_s: float = 20.0) -> None:
    """Wait until an expression of JavaScript is true on the page. (The page's policy forbids the browser's own way.)"""

    async def holds() -> str:
        return "" if await page.evaluate(expression, argument) else "not yet"

    await eventually(holds, expression, within_s)


CELLS = """() => Object.fromEntries([...document.querySelectorAll('[data-queue]')].map(queue => [queue.dataset.queue,
    Object.fromEntries([...queue.querySelectorAll('[data-cell]')].map(cell =>
        [cell.dataset.cell, cell.querySelector('b').textContent]))]))"""
SUMS = """() => Object.fromEntries([...document.querySelectorAll('#sum [data-cell]')].map(tile =>
    [tile.dataset.cell, tile.querySelector('.big').textContent]))"""
SEATS = """() => Object.fromEntries([...document.querySelectorAll('[data-agent]')].map(seat =>
    [seat.dataset.agent, [...seat.classList].find(name => name !== 'seat' && name !== 'warn' && name !== 'bad')]))"""


def share(value: float | None) -> str:
    """A share as the page writes it."""
    if value is None:
        return "–"
    value = round(value, 2)
    return f"{Decimal(value).quantize(Decimal('0.1') if 0 < value < 9.95 else Decimal(1), ROUND_HALF_UP)}%"


def half_up(value: float) -> int:
    """Rounded as JavaScript's toFixed does for what is not halfway, and up where it is."""
    return int(value + 0.5)
