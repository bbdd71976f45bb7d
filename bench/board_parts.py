"""What the wallboard's bench runs: a site with many queues, Redis, the board, the archive and a page in Chromium."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from playwright.async_api import Page

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
# What a page has drawn is noted behind the frame in which it was drawn: layout and painting are in the time.
WATCH = """
addEventListener('DOMContentLoaded', () => {
  window.drawnAt = [];
  const painted = new MessageChannel();
  painted.port1.onmessage = ({data}) => window.drawnAt.push([Date.now(), ...data]);
  new MutationObserver(() => {
    const said = document.body.dataset;
    painted.port2.postMessage([Number(said.drawn), Number(said.measured ?? 0)]);
  }).observe(document.body, {attributes: true, attributeFilter: ['data-drawn']});
});
"""


class Parts(NamedTuple):
    """What runs: ``processes`` by id and name, to ask for their processor time."""

    redis_port: int
    redis_password: str
    address: str
    archive_folder: Path
    archive: "subprocess.Popen[bytes]"
    processes: dict[int, str]


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
async def parts(folder: Path, site: Path, *, with_archive: bool = True) -> AsyncIterator[Parts]:
    """Redis, a board and an archive of their own."""
    block = free_block()
    home = folder / "home"
    home.mkdir()
    secrets = Secrets.load_or_create(home, {})
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb") or "redis-server"
    (folder / "redis").mkdir()
    # Debian's redis-tools has the whole server under another name; it goes by the name it is run as
    program = str(folder / "redis-server")
    Path(program).symlink_to(Path(found).resolve())  # noqa: ASYNC240 - once
    environment = {
        **os.environ,
        "HOTLINE_HOME": str(home),
        "HOTLINE_SITE": str(site),
        "HOTLINE_REDIS": "existing",
        "HOTLINE_REDIS_URL": f"redis://127.0.0.1:{block.redis}/0",
        "HOTLINE_BOARD_PORT": str(block.board),
        "HOTLINE_BOARD_PASSWORD": PASSWORD,
    }
    commands = {
        "Redis": [
            program, "--port", str(block.redis), "--bind", "127.0.0.1", "--dir", str(folder / "redis"),
            "--save", "", "--appendonly", "yes", "--requirepass", secrets.redis_password,
        ],
        "board": [sys.executable, "-m", "router.cli", "wallboard"],
        "archive": [sys.executable, "-m", "router.cli", "archive", "--follow"],
    }  # fmt: skip
    if not with_archive:
        del commands["archive"]
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, words in commands.items():
            # ends with us, however we end
            words = ["setpriv", "--pdeathsig", "TERM", "--", *words]
            started[name] = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - once
            await asyncio.sleep(0.5 if name == "Redis" else 0)
        yield Parts(
            block.redis,
            secrets.redis_password,
            f"http://127.0.0.1:{block.board}/",
            home / "archive",
            started.get("archive", started["board"]),
            {process.pid: name for name, process in started.items()} | {os.getpid(): "sender"},
        )
    finally:
        for process in reversed(started.values()):
            if process.poll() is None:
                process.terminate()
                process.wait(10)
        block.close()


async def stop_archive(parts: Parts) -> None:
    """Let the archive write what it has, and end."""
    parts.archive.terminate()
    await asyncio.to_thread(parts.archive.wait, 30)


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
