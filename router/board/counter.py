"""``python -m router.board.counter``: the process that counts the measures for a board, started and ended by it.

It takes its orders from standard input, reads the stream by itself and writes what it counted to standard output
(:mod:`router.board.counter_wire`). When the board ends, however it ends, standard input does too, and so does this.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from router.board.counter_wire import HEAD_BYTES, Differences, Orders, framed, orders_of
from router.board.counting import Counting
from router.board.earlier import Earlier
from router.board.reading import Reading
from router.core.ids import Ms
from router.core.present import Present
from router.core.records import Record
from router.kpi.clockwork import day_start

log = logging.getLogger(__name__)

IDLE_S = 2.0
"""Measures are counted anew so often even if nothing happens: waits grow, and quarters of an hour pass."""
PAUSE_S = 0.01
"""So long at least they are not counted again after a count, whatever happens."""
PAUSE_SHARE = 1.0
"""The pause after a count is at least so long, as a share of what the count took."""
PAUSE_MOST_S = 2.0


class Counter:
    """Reads and counts by orders. ``tell`` sends a message to the board."""

    def __init__(self, orders: Orders, tell: Callable[[bytes], None]) -> None:
        self._orders, self._tell = orders, tell
        self._reading = Reading(
            url=orders.url,
            password=orders.password,
            site=orders.site,
            clock=_now_ms,
            day_start=lambda now: day_start(orders.clock, now),
            begin=self._begin,
            take=self._take,
            caught_up=self._caught_up,
            earlier=Earlier(Path(orders.archive), orders.clock) if orders.archive else None,
        )
        self._begin()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Read and count until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._reading.run(), name="reading")
            tasks.create_task(self._keep_counting(), name="counting")

    def _begin(self, present: Present | None = None, first_ms: Ms | None = None) -> None:
        """Everything is read anew from here."""
        orders = self._orders
        self._counting = Counting(orders.clock, within_ms=orders.within_ms, rooms=orders.rooms)
        self._differences = Differences(orders.generation)
        self._caught = False

    async def _take(self, batch: Sequence[Record]) -> None:
        self._counting.take(batch)
        self._changed.set()

    def _caught_up(self) -> None:
        if not self._caught:
            self._caught = True
            self._changed.set()

    async def _keep_counting(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._changed.wait()
            self._changed.clear()
            if not self._caught:
                continue  # half a day's measures would be a lie
            began = time.monotonic()
            self._tell(framed(self._differences.to(self._counting.count(_now_ms()))))
            took_s = time.monotonic() - began
            await asyncio.sleep(min(max(took_s * PAUSE_SHARE, PAUSE_S), PAUSE_MOST_S))


def _now_ms() -> Ms:
    return int(time.time() * 1_000)  # noqa: TID251 - a process of its own


async def serve() -> None:
    """Count by the orders that come, until there are no more."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    running, before = None, None
    while True:
        try:
            size = int.from_bytes(await reader.readexactly(HEAD_BYTES), "big")
            orders = orders_of(await reader.readexactly(size))
        except asyncio.IncompleteReadError:
            return  # the board has gone
        if orders == before:
            continue
        if running is not None:
            running.cancel()
        before, running = orders, asyncio.create_task(Counter(orders, _tell).run())
        running.add_done_callback(_ended)


def _tell(message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(sys.stdout.fileno(), view) :]


def _ended(running: "asyncio.Task[None]") -> None:
    """What cannot count any more ends; the board starts another."""
    if not running.cancelled() and (error := running.exception()) is not None:
        if not isinstance(error, BaseExceptionGroup) or error.subgroup(BrokenPipeError) is None:
            log.error("measures cannot be counted; please report this", exc_info=error)
        os._exit(1)


def main() -> None:
    """Count until the board ends."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-8s counting: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the board, which ends this
    asyncio.run(serve())
    os._exit(0)


if __name__ == "__main__":
    main()
