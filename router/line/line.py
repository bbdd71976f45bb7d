"""One line: its parts to start, stop and kill, singly or all; the supervisor and the system tests drive it.

Typical use in a test::

    async with Line(settings, site) as line:
        await line.start_redis()
        await line.start_asterisk()
        await line.start_router()
        ...
        await line.kill_router()      # SIGKILL; calls stay up
        await line.start_router()
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

import aiohttp

from router.addresses import ari_address, board_address, in_url, reachable
from router.errors import SetupError
from router.line import asterisk_conf, asterisk_root, ports
from router.line.asterisk import Asterisk
from router.line.folders import Folders
from router.line.process import Process
from router.line.redis import OwnRedis
from router.line.secrets import Secrets
from router.settings import Settings
from router.site import Site

READY_S = 30.0
"""How long a router may take to be ready."""


class Line:
    """The parts of one hotline on this machine.

    ``settings.asterisk_root`` names a root built before (else ``<home>/asterisk-root``, built where missing);
    ``router_command`` is what runs as the router. Leaving the ``async with`` stops everything that was started.
    """

    def __init__(
        self,
        settings: Settings,
        site: Site,
        *,
        secrets: Secrets | None = None,
        router_command: Sequence[str] = (sys.executable, "-m", "router"),
    ) -> None:
        self.settings = settings
        self.site = site
        self.folders = Folders.of(settings)
        self.folders.make()
        self.secrets = secrets or Secrets.load_or_create(self.folders.home)
        self._router_command = tuple(router_command)
        self.redis: OwnRedis | None = None
        self.asterisk: Asterisk | None = None
        self.router: Process | None = None
        self.board: Process | None = None
        self.archive: Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- addresses ----------------------------------------------------------------------------------------

    @property
    def sip(self) -> str:
        """Where phones and callers send SIP: ``host:port``."""
        return f"{in_url(self.settings.host)}:{self.settings.sip_port}"

    @property
    def number(self) -> str:
        """The first number of the site that is no emergency's; what to ring to try the line."""
        plain = [did.number for did in self.site.dids.values() if not did.emergency]
        return (plain or [*self.site.dids] or [""])[0]

    @property
    def board_url(self) -> str:
        """The wallboard's page."""
        return board_address(self.settings)

    @property
    def redis_url(self) -> str:
        """Redis with its password, ready for any client."""
        password = quote(self.secrets.redis_password, safe="")
        if self.settings.redis == "existing" and self.settings.redis_url:
            parts = urlsplit(self.settings.redis_url)
            if "@" in parts.netloc:
                return self.settings.redis_url
            return urlunsplit(parts._replace(netloc=f":{password}@{parts.netloc}"))
        return f"redis://:{password}@{in_url(self.settings.host)}:{self.settings.redis_port}/0"

    @property
    def stream(self) -> str:
        """The key of the stream of ACD events."""
        return f"hotline:{self.site.name}:events"

    @property
    def ari_url(self) -> str:
        """ARI without a slash at its end: ``http://host:port/ari``."""
        return ari_address(self.settings)

    @property
    def ari_login(self) -> tuple[str, str]:
        """User and password of ARI."""
        return self.settings.ari_user, self.secrets.ari_password

    @property
    def ami_address(self) -> tuple[str, int]:
        """Host and port of AMI."""
        return self.settings.ami_host or reachable(self.settings.host), self.settings.ami_port

    @property
    def control_socket(self) -> Path:
        """The router's control socket."""
        return self.folders.control_socket

    def environment(self) -> dict[str, str]:
        """Return the environment of the router and of `hotline` commands for this line: ours, and every setting."""
        values = self.settings.model_dump(mode="json")
        values["home"] = str(self.folders.home)
        values["site"] = str(self.settings.site.absolute())
        return {**os.environ, **{f"HOTLINE_{name.upper()}": str(value) for name, value in values.items()}}

    # --- the parts ----------------------------------------------------------------------------------------

    def render(self) -> Path:
        """Write Asterisk's configuration and return its folder.

        Raises:
            SetupError, SettingsError: see :func:`router.line.asterisk_conf.render`.
        """
        files = asterisk_conf.render(self.settings, self.site, self.secrets, self.folders)
        gid = None
        if self.settings.asterisk == "own":
            gid = asterisk_root.inspect(self.folders.root).gid if os.geteuid() == 0 else None
        asterisk_conf.write(files, self.folders.asterisk_etc, gid)
        return self.folders.asterisk_etc

    def root_is_built(self) -> bool:
        """Say whether Asterisk's root is there."""
        return asterisk_root.is_built(self.folders.root)

    async def build_root(self) -> asterisk_root.Root:
        """Return Asterisk's root, building it where it is not there (half a minute)."""
        return await asterisk_root.build(self.folders.root, self.folders.logs / "asterisk-root.log")

    async def start_redis(self) -> None:
        """Start our Redis and wait until it answers."""
        await self._free_ports("redis_port")
        self.redis = OwnRedis(self.settings, self.secrets, self.folders)
        await self.redis.start()

    async def start_asterisk(self) -> None:
        """Write Asterisk's configuration, start it and wait until it has fully booted."""
        root = await self.build_root()
        self.render()
        await self._free_ports("sip_port", "ari_port", "ami_port", "rtp_first")
        self.asterisk = Asterisk(self.folders, root)
        await self.asterisk.start()

    async def start_router(self, *, wait: bool = True, extra: Mapping[str, str] | None = None) -> None:
        """Start the router; ``wait`` until it is ready. ``extra`` goes into its environment.

        Raises:
            SetupError: it ended or was not ready in time (with the end of its log).
        """
        # a socket left by a router that was killed would be taken for an answer of the new one
        self.control_socket.unlink(missing_ok=True)
        self.router = Process(
            "the router",
            self._router_command,
            self.folders.logs / "router.log",
            {**self.environment(), **(extra or {})},
        )
        await self.router.start()
        if wait:
            await self.router_ready()

    async def router_ready(self, within_s: float = READY_S) -> None:
        """Wait until the router says it is ready to take calls.

        Raises:
            SetupError: it ended or was not ready in time (with the end of its log).
        """
        router = self.router
        if router is None:
            raise SetupError("the router was not started")
        deadline = time.monotonic() + within_s
        state = "it does not answer on its control socket"
        while True:
            if not router.running:
                raise SetupError(f"the router ended at its start:\n{router.tail()}", f"see {router.log}")
            state = await readiness(self.control_socket) or state
            if state == "ready":
                return
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the router was not ready after {within_s:g} s: {state}\n{router.tail()}", f"see {router.log}"
                )
            await asyncio.sleep(0.05)

    async def start_board(self, *, wait: bool = True) -> None:
        """Start the wallboard; ``wait`` until its page can be opened.

        Raises:
            SetupError: it ended or did not answer in time (with the end of its log).
        """
        if self.board is None or not self.board.running:
            await self._free_ports("board_port")
        self.board = Process(
            "the wallboard",
            [sys.executable, "-m", "router.cli", "wallboard"],
            self.folders.logs / "wallboard.log",
            self.environment(),
        )
        await self.board.start()
        if wait:
            await self.board_ready()

    async def board_ready(self, within_s: float = READY_S) -> None:
        """Wait until the wallboard answers.

        Raises:
            SetupError: it ended or did not answer in time (with the end of its log).
        """
        board = self.board
        if board is None:
            raise SetupError("the wallboard was not started")
        deadline = time.monotonic() + within_s
        while not await answers(f"{self.board_url}ready"):
            if not board.running:
                raise SetupError(f"the wallboard ended at its start:\n{board.tail()}", f"see {board.log}")
            if time.monotonic() > deadline:
                raise SetupError(
                    f"the wallboard did not answer within {within_s:g} s\n{board.tail()}", f"see {board.log}"
                )
            await asyncio.sleep(0.05)

    async def start_archive(self) -> None:
        """Start the archive's reader of the stream; nothing waits for it."""
        self.archive = Process(
            "the archive",
            [sys.executable, "-m", "router.cli", "archive", "--follow"],
            self.folders.logs / "archive.log",
            self.environment(),
        )
        await self.archive.start()

    async def kill_router(self) -> None:
        """Kill the router (SIGKILL); the calls in Asterisk stay up."""
        if self.router is not None:
            await self.router.kill()

    async def stop_router(self) -> None:
        """End the router in good order."""
        if self.router is not None:
            await self.router.stop(patience_s=10.0)

    async def console(self, command: str) -> str:
        """Run a command on our Asterisk's console (``core show channels concise``) and return its output."""
        if self.asterisk is None:
            raise SetupError("Asterisk was not started", "call start_asterisk first")
        return await self.asterisk.console(command)

    async def stop(self) -> None:
        """Stop everything that was started: wallboard, router, Asterisk, archive, Redis, in this order."""
        if self.board is not None:
            await self.board.stop()
        await self.stop_router()
        if self.asterisk is not None:
            await self.asterisk.stop()
        if self.archive is not None:
            await self.archive.stop()
        if self.redis is not None:
            await self.redis.stop()

    async def _free_ports(self, *names: str) -> None:
        """See that the ports of some settings are free."""
        wanted = [port for port in ports.wanted(self.settings) if port.setting in names]
        await ports.check_soon(self.settings.host, wanted)


async def answers(url: str) -> bool:
    """Say whether a web server answers at all."""
    try:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return answer.status in (200, 503)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False


async def readiness(socket: Path) -> str:
    """Ask the router whether it is ready: ``ready``, what it waits for, or "" where nobody answers."""
    connector = aiohttp.UnixConnector(path=str(socket))
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get("http://router/ready") as answer,
        ):
            if answer.status == 200:
                return "ready"
            missing = (await answer.json()).get("missing", [])
            return "it still waits for " + (", ".join(map(str, missing)) or "something")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError):
        return ""
