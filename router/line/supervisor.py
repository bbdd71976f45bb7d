"""Starts the whole line, keeps it running, and stops everything it started."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable

from router.errors import HotlineError, SetupError
from router.line import ports
from router.line.line import READY_S, Line
from router.line.lock import LineLock
from router.line.process import Process
from router.line.progress import Progress

_STEADY_S = 60.0
"""A part that ran this long before it died is started again at once."""
_BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Supervisor:
    """Runs one line until it is asked to stop.

    ``before`` is done when the home is ours and before anything starts (building the prompts); ``ready`` is called
    once, when calls can come in; ``alongside`` then runs as long as the line does, and has ended before it stops.
    """

    def __init__(
        self,
        line: Line,
        *,
        ready: Callable[[Line], None],
        before: Callable[[Progress], Awaitable[None]] | None = None,
        alongside: Callable[[Line], Awaitable[None]] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._line = line
        self._ready = ready
        self._before = before
        self._alongside = alongside
        self._progress = progress or Progress()
        self._stopping = asyncio.Event()
        self._signals = 0
        self._was_ready = False

    async def run(self) -> bool:
        """Start everything, keep it up until Ctrl-C, SIGTERM or :meth:`stop`, then stop everything.

        Returns whether the line was ever ready.

        Raises:
            SetupError: a step of the start failed (what had started is stopped again).
        """
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, self._asked)
        lock = LineLock(self._line.folders.lock)
        lock.take()
        try:
            await self._until_stopped(self._live())
        finally:
            await self._stop_all()
            lock.give_back()
            for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(sign)
        return self._was_ready

    def stop(self) -> None:
        """Ask it to stop; :meth:`run` returns when everything has ended."""
        self._stopping.set()

    def _asked(self) -> None:
        self._signals += 1
        if self._signals == 2:
            # asked twice is in a hurry: no good-byes, the parts' data is safe either way
            for process in self._processes():
                process.send(signal.SIGKILL)
        self.stop()

    async def _until_stopped(self, work: Awaitable[None]) -> None:
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            if not working.done():
                working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    async def _live(self) -> None:
        await self._start()
        self._was_ready = True
        self._ready(self._line)
        try:
            await self._keep_all()
        except ExceptionGroup as group:
            first = group.exceptions[0]
            # a mistake is told as the sentence it is; anything else is a bug and keeps its trace
            raise first if isinstance(first, HotlineError) else group from None

    async def _keep_all(self) -> None:
        async with asyncio.TaskGroup() as keeping:
            if self._line.settings.redis == "own":
                keeping.create_task(self._keep("Redis", self._line.start_redis))
            if self._line.settings.asterisk == "own":
                keeping.create_task(self._keep("Asterisk", self._line.start_asterisk))
            keeping.create_task(self._keep("the router", self._restart_router))
            if self._line.settings.board == "own":
                keeping.create_task(self._keep("the wallboard", self._restart_board))
            if self._line.settings.archiving == "own":
                keeping.create_task(self._keep("the archive", self._line.start_archive))
            if self._alongside is not None:
                keeping.create_task(_as_coroutine(self._alongside(self._line)))

    async def _start(self) -> None:
        line, settings, step = self._line, self._line.settings, self._progress.step
        await ports.check_soon(self._line.settings.host, ports.wanted(self._line.settings))
        if settings.asterisk == "own":
            if not line.root_is_built():
                with step("Building Asterisk's root folder, once (half a minute)"):
                    await line.build_root()
            else:
                await line.build_root()
        if self._before is not None:
            await self._before(self._progress)
        if settings.redis == "own":
            with step(f"Starting Redis on port {settings.redis_port}"):
                await line.start_redis()
        if settings.asterisk == "own":
            with step(f"Starting Asterisk on port {settings.sip_port}"):
                await line.start_asterisk()
        else:
            folder = line.render()
            self._progress.say(
                f"Asterisk's configuration is in {folder}: copy it to your Asterisk's /etc/asterisk and restart it"
            )
        with step("Starting the router"):
            await line.start_router(wait=False)
            await self._router_ready()
        if settings.board == "own":
            with step(f"Starting the wallboard on port {settings.board_port}"):
                await line.start_board()
        if settings.archiving == "own":
            await line.start_archive()

    async def _router_ready(self) -> None:
        while True:
            try:
                await self._line.router_ready(READY_S)
            except SetupError as error:
                # a Redis or Asterisk of somebody else's may come later; the router tries on by itself
                own = self._line.settings.redis == "own" and self._line.settings.asterisk == "own"
                if own or self._line.router is None or not self._line.router.running:
                    raise
                self._progress.say(f"still waiting: {error}")
            else:
                return

    async def _restart_router(self) -> None:
        await self._line.start_router(wait=False)

    async def _restart_board(self) -> None:
        await self._line.start_board(wait=False)

    async def _keep(self, name: str, start: Callable[[], Awaitable[None]]) -> None:
        """Start a part again whenever it ends, more slowly if it keeps ending."""
        failures = 0
        while True:
            process = self._process_of(name)
            since = time.monotonic()
            code = await process.wait()
            if time.monotonic() - since >= _STEADY_S:
                failures = 0
            while True:
                pause = _BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)]
                failures += 1
                self._progress.say(f"{_now()} {name} ended ({_ending(code)}); starting it again in {pause:g} s")
                await asyncio.sleep(pause)
                try:
                    await start()
                except HotlineError as error:
                    self._progress.say(f"{_now()} {error}")
                else:
                    break

    def _process_of(self, name: str) -> Process:
        process = self._parts()[name]
        if process is None:
            raise SetupError(f"{name} was never started")
        return process

    def _processes(self) -> list[Process]:
        return [process for process in self._parts().values() if process is not None]

    def _parts(self) -> dict[str, Process | None]:
        line = self._line
        return {
            "the wallboard": line.board,
            "the archive": line.archive,
            "the router": line.router,
            "Asterisk": line.asterisk.process if line.asterisk is not None else None,
            "Redis": line.redis.process if line.redis is not None else None,
        }

    async def _stop_all(self) -> None:
        if any(process.running for process in self._processes()):
            with self._progress.step("Stopping"):
                await self._line.stop()


async def _as_coroutine(work: Awaitable[None]) -> None:
    await work


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _now() -> str:
    return time.strftime("%H:%M:%S")
