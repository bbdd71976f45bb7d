"""Wires the wallboard together and runs it until SIGTERM or SIGINT, in a process of its own (``hotline wallboard``)."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import Awaitable, Callable

from router.adapters.control import Control
from router.addresses import redis_address
from router.board.board import Board
from router.board.earlier import Earlier
from router.board.keys import gate_of
from router.board.messages_http import add_message_routes
from router.board.server import BoardServer
from router.board.tell import Tell
from router.board.watch import Health
from router.engine import Clock
from router.errors import HotlineError, SetupError
from router.flowfile import load_site
from router.line.folders import archive_folder
from router.line.secrets import Secrets
from router.message_source import RouterMessages
from router.settings import Settings
from router.until_told import not_run, run_until_told

log = logging.getLogger(__name__)

HEALTH_WITHIN_S = 3.0


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run the wallboard of a site until ``stop`` is set.

    Raises SiteError or SettingsError for mistakes in YAML or settings, SetupError where its port cannot be opened.
    """
    site = load_site(settings.site)
    secrets = Secrets.load_or_create(settings.home)
    clock = Clock()
    tell = Tell(site, secrets.service_secret)
    board = Board(
        site,
        url=redis_address(settings),
        password=secrets.redis_password,
        clock=clock,
        load=lambda: load_site(settings.site),
        health=_health_asker(settings),
        tell=tell,
        earlier=Earlier(archive_folder(settings), site.clock),
    )
    server = BoardServer(board, gate_of(secrets), title=site.wall.title or site.name, now_s=lambda: clock() / 1_000)
    try:
        app = server.app()
        messages = RouterMessages(settings, site.clock.zone)
        add_message_routes(app, messages, lambda request, row: server.signed_in(request))
        await server.start(app, settings.host, settings.board_port)
    except OSError as error:
        raise SetupError(
            f"the wallboard cannot open port {settings.board_port} of {settings.host}: {error.strerror}",
            "stop what holds it, or choose another port with HOTLINE_BOARD_PORT",
        ) from error
    log.info("the wallboard is at http://%s:%d/", settings.host, settings.board_port)
    gc.collect()
    gc.freeze()
    working = asyncio.create_task(board.run())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        stopping.cancel()
        working.cancel()
        await server.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await working


def _health_asker(settings: Settings) -> Callable[[], Awaitable[Health | None]]:
    async def ask() -> Health | None:
        control = Control(settings.home, answer_within_s=HEALTH_WITHIN_S)
        if not control.path.exists() and not control.path.parent.exists():
            return None  # another machine's line
        try:
            async with control:
                said = await control.health()
        except HotlineError:
            return Health(up=False)
        unregistered = [name for name, state in said.get("trunks", {}).items() if state not in ("", "Registered")]
        down = tuple(dict.fromkeys([*unregistered, *said.get("trunks_unreachable", ())]))
        return Health(switch_up=bool(said["ari"]["connected"]), trunks_down=down)

    return ask


def main(settings: Settings) -> int:
    """Run the wallboard; 0 after an orderly stop, 1 where it could not run, 2 for a mistake in settings or site."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-8s %(message)s", datefmt="%H:%M:%S")
    try:
        run_until_told(lambda stop: run(settings, stop))
    except HotlineError as error:
        return not_run("wallboard", error)
    return 0
