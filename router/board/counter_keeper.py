"""Keeps the process that counts the measures: starts it, starts another where it ends, takes over what it counted.

Counting is heavy and the present is not: in a process of its own it never holds up the reading of the stream or a page.
It reads the stream by itself, so one that died is made good by reading the day again, while the present goes on.
"""

import asyncio
import contextlib
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence

import msgspec

from router.board.counter_wire import HEAD_BYTES, Orders, counted_of, framed, merged
from router.board.measured import NOTHING, Measured

log = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-m", "router.board.counter")
BACKOFF_S = (0.2, 1.0, 2.0, 5.0)
HELD_S = 30.0
"""A process that held so long may be started anew at once."""
SILENT_S = 15.0
"""It counts every few seconds; one that says nothing for so long is in trouble."""


class CounterKeeper:
    """``measured`` are the newest measures; ``told`` is called whenever they change.

    ``start_count`` says how often a process was started and ``process_id`` which is there (None: none). ``program`` is
    what is started; it is in trouble where it says nothing for ``silent_s``.
    """

    def __init__(
        self, told: Callable[[], None], *, program: Sequence[str] = PROGRAM, silent_s: float = SILENT_S
    ) -> None:
        self.measured: Measured = NOTHING
        self.start_count = 0
        self.process_id: int | None = None
        self._told = told
        self._program, self._silent_s = program, silent_s
        self._orders: Orders | None = None
        self._ordered = asyncio.Event()
        self._process: Process | None = None
        self._heard_s = time.monotonic()

    @property
    def is_silent(self) -> bool:
        """Whether nothing was counted for long."""
        return self._orders is not None and time.monotonic() - self._heard_s > self._silent_s

    def order(self, orders: Orders) -> None:
        """Count by these orders from now on; with another generation what was counted before is forgotten."""
        before, self._orders = self._orders, orders
        if before is None or before.generation != orders.generation:
            self.measured = NOTHING
            self._heard_s = time.monotonic()
        self._ordered.set()
        self._send()

    async def run(self) -> None:
        """Keep a process that counts until cancelled."""
        failures = 0
        await self._ordered.wait()
        while True:
            began_s = time.monotonic()
            try:
                why = await self._count()
            except OSError as error:
                why = str(error)
            failures = 0 if time.monotonic() - began_s > HELD_S else failures + 1
            log.warning("the process that counts the measures has ended (%s); another one is started", why)
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1] if failures else 0)

    async def _count(self) -> str:
        """Run one process; says why it ended."""
        process = await asyncio.create_subprocess_exec(*self._program, stdin=PIPE, stdout=PIPE)
        self._process, self.process_id = process, process.pid
        self.start_count += 1
        fresh = True
        self._send()
        assert process.stdout is not None
        try:
            while True:
                size = int.from_bytes(await process.stdout.readexactly(HEAD_BYTES), "big")
                fresh = self._take(await process.stdout.readexactly(size), fresh)
        except asyncio.IncompleteReadError:
            return f"code {await process.wait()}"
        except msgspec.MsgspecError as error:
            return str(error)
        finally:
            self._process = self.process_id = None
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _take(self, body: bytes, fresh: bool) -> bool:
        """Take counts over; those of an older reading are passed over, and so is what follows on them."""
        counted = counted_of(body)
        if self._orders is None or counted.generation != self._orders.generation:
            return True
        if fresh and not counted.whole:
            return True
        self.measured = merged(self.measured, counted)
        self._heard_s = time.monotonic()
        self._told()
        return False

    def _send(self) -> None:
        if self._process is not None and self._process.stdin is not None and self._orders is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._process.stdin.write(framed(self._orders))
