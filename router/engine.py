"""The one task that owns the core, and the only reader of the clock.

Readers of sockets call :meth:`Engine.submit` and go on. The engine takes what has queued up, lets the core handle it,
writes the journal in one go, and only then lets commands out. A core that raises (a bug) costs that event, no call.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from router.adapters.journal import Journal
from router.adapters.journal_replay import Core, Output, turn
from router.adapters.journal_snapshots import Snapshot
from router.adapters.outbox import Outbox
from router.core.commands import Command
from router.core.events import Event, RouterStarted
from router.core.ids import Ms
from router.core.records import Record
from router.core.spans import Buckets
from router.errors import RouterAway

log = logging.getLogger(__name__)

TURNS_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
BATCH_COUNT = 500
"""Events handled between two looks at the sockets."""
FAULT_PAUSE_MS: Ms = 1_000
"""How long timers rest after one of them raised, so that a broken one cannot keep the router busy."""


class Clock:
    """Milliseconds UTC that never go backwards, not even across a restart (``not_before``).

    While the wall clock is behind (it was set back), time goes on a little slower until it has caught up.
    """

    CATCH_UP = 0.9

    def __init__(
        self,
        not_before: Ms = 0,
        wall_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_s = wall_s
        self._steady_s = steady_s
        self._steady_at = steady_s()
        self._now_ms = max(float(not_before), wall_s() * 1000)

    def __call__(self) -> Ms:
        """Return the time now."""
        steady = self._steady_s()
        passed_ms = (steady - self._steady_at) * 1000
        self._steady_at = steady
        self._now_ms = max(self._wall_s() * 1000, self._now_ms + passed_ms * self.CATCH_UP)
        return int(self._now_ms)


class Load(NamedTuple):
    """How the engine keeps up: events waiting now, how long the last batch's oldest waited, the worst of it so far.

    ``handled_count`` events and ``fault_count`` events the core raised at, since the start.
    """

    waiting_count: int
    lag_ms: float
    lag_max_ms: float
    handled_count: int
    fault_count: int


class _Queued(NamedTuple):
    event: Event
    since_s: float
    answer: "asyncio.Future[list[Record]] | None"


class Engine:
    """Owns a core. ``execute`` carries commands out; it must neither block nor raise."""

    def __init__(
        self,
        core: Core,
        *,
        journal: Journal,
        outbox: Outbox,
        execute: Callable[[Sequence[Command]], None],
        clock: Callable[[], Ms],
    ) -> None:
        self.core = core
        self.clock = clock
        self._journal = journal
        self._outbox = outbox
        self._execute = execute
        self._queue: deque[_Queued] = deque()
        self._wake = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._rest_until: Ms = 0
        self._epoch = 0
        self._stopped = False
        self._lag_ms = self._lag_max_ms = 0.0
        self._handled_count = self._fault_count = 0
        self.turns_s = Buckets(TURNS_S)
        """How long the core took for a batch of events, with writing the journal."""
        self.taps: list[Callable[[Sequence[Record]], None]] = []
        """Told of all records as they are made; they may only put them aside."""
        journal.rescue = self._snapshot

    @property
    def load(self) -> Load:
        """How the engine keeps up."""
        return Load(len(self._queue), self._lag_ms, self._lag_max_ms, self._handled_count, self._fault_count)

    @property
    def oldest_wait_s(self) -> float:
        """How long the oldest event that is not handled yet has waited."""
        return time.monotonic() - self._queue[0].since_s if self._queue else 0.0

    def submit(self, event: Event) -> None:
        """Queue an event. Never waits; call it on the loop's thread."""
        self._put(event, None)

    async def ask(self, event: Event) -> list[Record]:
        """Queue an event and return the records that handling it produced, once they are on disk.

        Raises RouterAway where the engine stops before it came to it.
        """
        answer: asyncio.Future[list[Record]] = asyncio.get_running_loop().create_future()
        if self._stopped:
            raise _stopping()
        self._put(event, answer)
        return await answer

    def overview(self) -> Mapping[str, Any]:
        """Return the core's calls, queues and agents at a glance."""
        return self.core.overview(self.clock())

    async def run(self) -> None:
        """Handle events and timers until cancelled; what is queued then is still handled."""
        try:
            while True:
                self._arm()
                await self._wake.wait()
                self._wake.clear()
                self.step()
                if self._queue:
                    self._wake.set()
                    await asyncio.sleep(0)
        finally:
            self.stop()

    def stop(self) -> None:
        """Handle what is queued and take nothing more."""
        self._stopped = True
        while self._queue:
            self.step()
        if self._timer is not None:
            self._timer.cancel()

    def step(self) -> None:
        """Handle one batch: core, then journal, then commands, records and answers."""
        now = self.clock()
        began_s = time.perf_counter()
        batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_COUNT))]
        lines: list[bytes] = []
        outputs: list[Output] = []
        answers: list[tuple[asyncio.Future[list[Record]], Sequence[Output]]] = []
        if batch:
            self._lag_ms = (time.monotonic() - batch[0].since_s) * 1000
            self._lag_max_ms = max(self._lag_max_ms, self._lag_ms)
        elif self._due(now):
            self._turn(now, None, lines, outputs)
        for queued in batch:
            handled = self._turn(now, queued.event, lines, outputs)
            if queued.answer is not None:
                answers.append((queued.answer, handled))
        self._handled_count += len(batch)
        self._journal.append(lines)
        self.turns_s.add(time.perf_counter() - began_s)
        commands = [output for output in outputs if isinstance(output, Command)]
        if commands:
            self._send(commands)
        records = [output for output in outputs if isinstance(output, Record)]
        self._outbox.append(records)
        for tap in self.taps:
            tap(records)
        for answer, handled in answers:
            if not answer.done():
                answer.set_result([output for output in handled if isinstance(output, Record)])

    def _turn(self, now: Ms, event: Event | None, lines: list[bytes], outputs: list[Output]) -> Sequence[Output]:
        """Do one turn of the core; add its journal line and its outputs. Returns what the event itself led to."""
        try:
            written = self._journal.codec.event(now, event)
        except (ValueError, TypeError, OverflowError) as error:
            # The core must not see what a replay could not show it again.
            self._fault(now, event, error, "an event cannot be written down: %s is dropped, calls go on")
            return ()
        if isinstance(event, RouterStarted):
            self._epoch = event.epoch
        done = turn(self.core, now, event)
        outputs.extend(done.expired)
        outputs.extend(done.handled)
        mark = ""
        if done.error is not None:
            self._fault(
                now, event, done.error, "the core failed at %s, which is dropped; calls go on: please report this"
            )
            self._rest_until = now + FAULT_PAUSE_MS
            mark = repr(done.error)[:200].encode(errors="replace").decode()
        lines.append(self._journal.codec.line(now, written, mark))
        return done.handled

    def _fault(self, now: Ms, event: Event | None, error: Exception, message: str) -> None:
        self._fault_count += 1
        log.error(
            message,
            "a timer" if event is None else type(event).__name__,
            exc_info=error,
            extra={"call_id": getattr(event, "call", ""), "at_ms": now, "journal_entry": self._journal.entries + 1},
        )

    def _send(self, commands: Sequence[Command]) -> None:
        try:
            self._execute(commands)
        except Exception:
            log.exception("commands could not be handed to the switch", extra={"call_id": commands[0].call})

    def _due(self, now: Ms) -> bool:
        deadline = self.core.deadline()
        return deadline is not None and deadline <= now and now >= self._rest_until

    def _put(self, event: Event, answer: "asyncio.Future[list[Record]] | None") -> None:
        if self._stopped:
            log.info(
                "the router stops: %s is left to the next start",
                type(event).__name__,
                extra={"call_id": getattr(event, "call", "")},
            )
            return
        self._queue.append(_Queued(event, time.monotonic(), answer))
        self._wake.set()

    def _arm(self) -> None:
        """Set the one real timer to the core's next deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.core.deadline()
        if deadline is not None:
            wait_ms = max(deadline, self._rest_until) - self.clock()
            self._timer = asyncio.get_running_loop().call_later(max(wait_ms, 0) / 1000, self._wake.set)

    def _snapshot(self, entries: int) -> Snapshot:
        return Snapshot(entries=entries, last_ms=self.clock(), epoch=self._epoch, state=self.core.snapshot())


def _stopping() -> RouterAway:
    return RouterAway("the router is stopping", "try again when it is up: hotline status")
