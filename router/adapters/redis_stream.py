"""Sends the outbox to Redis, in order, each record once: to the stream of all, of its queues, and of the public.

No call ever waits for it. A record's id is ``<at_ms>-<seq>``: Redis itself refuses one sent twice. After every connect
the stream of all is asked for its last record and sending goes on behind that, so nothing is lost or reordered while
Redis was away, slow or restarted. The present is written with the records it stands at; see ``present_keeper.py``.
"""

import asyncio
import builtins
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from router.adapters.cancellation import raise_if_cancelled
from router.adapters.outbox import START, Outbox, Position
from router.adapters.present_keeper import PresentKeeper
from router.adapters.record_codec import to_fields
from router.adapters.stream_keys import foreign_key, present_key, public_key, queue_key, queues_key, stream_key
from router.adapters.stream_repair import move_away, newest_of_ours
from router.adapters.stream_script import SCRIPT, SHA, Change, Line, packed
from router.core.ids import Ms
from router.core.present import Present
from router.core.privacy import shown
from router.core.records import Record
from router.core.routing import queues_of
from router.core.spans import Buckets

log = logging.getLogger(__name__)

BATCH_COUNT = 200
"""Records sent at one stroke: few enough that the calls' own work is not held up by them."""
ANSWER_WITHIN_S = 2.0
CHECK_EVERY_S = 5.0
TRIM_EVERY_S = 60.0
ROUND_TRIP_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses between two tries to connect; the last one repeats."""


class Keep(NamedTuple):
    """How much the streams keep, about: the newest so many entries, and those younger than ``age_ms`` (0: any age)."""

    total_count: int = 1_000_000
    queue_count: int = 200_000
    age_ms: Ms = 14 * 24 * 3_600_000


def connection(url: str, password: str, *, answer_within_s: float = ANSWER_WITHIN_S) -> Redis:
    """Return a connection that gives up soon and never tries again behind our back."""
    return Redis.from_url(
        url,
        password=password or None,
        socket_timeout=answer_within_s,
        socket_connect_timeout=answer_within_s,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
        single_connection_client=True,
    )


def cure_of(error: BaseException) -> str:
    """Say what to do about an error of Redis."""
    match error:
        case AuthenticationError() | AuthorizationError() | NoPermissionError():
            return "Redis refuses our password: set HOTLINE_REDIS_PASSWORD to its requirepass"
        case OutOfMemoryError():
            return "Redis is out of memory: raise its maxmemory or lower the stream's length"
        case BusyLoadingError():
            return "Redis is loading its data: it will be there in a moment"
        case TimeoutError():
            return "Redis does not answer: is it stopped or overloaded?"
        case ConnectionError() | OSError():
            return "nothing answers there: is Redis running, and is HOTLINE_REDIS_PORT or HOTLINE_REDIS_URL right?"
        case _:
            return "look at Redis's log"


class RedisStream:
    """Keeps a site's streams, and the present, up to date with an outbox.

    ``present`` is the present at some record of the outbox, or before its first; ``hide`` makes pseudonyms of callers'
    numbers for the public's stream.
    """

    def __init__(
        self,
        outbox: Outbox,
        url: str,
        password: str,
        site: str,
        *,
        present: Present | None = None,
        hide: Callable[[str], str] = lambda number: "~",
        keep: Keep | None = None,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self.key = stream_key(site)
        self.connected = False
        self.trouble = "not connected yet"
        """Why Redis is not connected, and the cure; "" while it is."""
        self.sent_count = 0
        """How many records were sent since the start; those sent again count again."""
        self.foreign_count = 0
        """How many entries of strangers were moved away since the start."""
        self.connect_count = 0
        self.sending_s = Buckets(ROUND_TRIP_S)
        """How long Redis took for a batch."""
        self._site = site
        self._outbox = outbox
        self._url = url
        self._password = password
        self._hide = hide
        self._keep = keep or Keep()
        self._answer_within_s = answer_within_s
        self._progress = asyncio.Event()
        self._keeper = PresentKeeper(present or Present())
        self._queues: dict[str, None] = {}
        self._trimmed_s = float("-inf")

    @property
    def lag_count(self) -> int:
        """How many records Redis has not got yet."""
        return self._outbox.unsent_count

    @property
    def present(self) -> Present:
        """The present as it is kept here."""
        return self._keeper.present

    async def run(self) -> None:
        """Send until cancelled. Redis away is said once, with the cure, and again when it is back."""
        failures = 0
        while True:
            try:
                async with self._open() as redis:
                    position = await self._resume(redis)
                    failures = 0
                    await self._send_on(redis, position)
            except (RedisError, OSError) as error:
                self._lost(error)
            pause = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
            failures += 1
            await asyncio.sleep(pause)

    async def drain(self) -> None:
        """Return once Redis has everything there is now."""
        goal = self._outbox.last
        while self._outbox.sent < goal:
            self._progress.clear()
            await self._progress.wait()

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[Redis]:
        redis = connection(self._url, self._password, answer_within_s=self._answer_within_s)
        try:
            yield redis
        finally:
            self.connected = False
            with contextlib.suppress(RedisError, OSError):
                await redis.aclose()

    async def _resume(self, redis: Redis) -> Position:
        """Ask for the stream's last record; what is behind it in the outbox goes next."""
        last, foreign = await newest_of_ours(redis, self.key)
        if foreign:
            self.foreign_count += await move_away(redis, self.key, foreign_key(self._site))
        position = _position(last) if last else START
        if position > self._outbox.last:
            log.warning(
                "the stream %s ends at %s, later than anything here (%s): was the home folder or the clock set back? "
                "records up to then will be refused; rename or delete the stream if it is not this line's",
                self.key,
                position,
                self._outbox.last,
            )
        self._acknowledge(position)
        if self.trouble:
            log.info("Redis has the stream %s; %d records to send", self.key, self._outbox.unsent_count)
        self._queues.clear()
        self._keeper.forget()
        self.connected = True
        self.connect_count += 1
        self.trouble = ""
        return position

    async def _send_on(self, redis: Redis, position: Position) -> None:
        loop = asyncio.get_running_loop()
        checked_s = loop.time()
        while True:
            raise_if_cancelled()
            batch = self._outbox.after(position, BATCH_COUNT)
            due_in_s = self._keeper.due_in_s(position.seq, loop.time())
            if batch or due_in_s == 0.0:
                await self._send(redis, batch, position)
                if batch:
                    position = Position(batch[-1].at_ms, batch[-1].seq)
                    self._acknowledge(position)
                await self._trim(redis, position)
                checked_s = loop.time()
                continue
            wait_s = CHECK_EVERY_S if due_in_s is None else due_in_s
            try:
                # Not wait_for: on Python 3.11 it swallows a cancellation that meets an event already set.
                async with asyncio.timeout(wait_s):
                    await self._outbox.wait()
            except builtins.TimeoutError:
                if loop.time() - checked_s >= CHECK_EVERY_S:
                    await redis.ping()
                    checked_s = loop.time()

    async def _send(self, redis: Redis, batch: Sequence[Record], position: Position) -> None:
        """Send a batch into all its streams at one stroke, with what is to be written of the present."""
        loop = asyncio.get_running_loop()
        queues = list(dict.fromkeys(queue for record in batch for queue in queues_of(record)))
        new = [queue for queue in queues if queue not in self._queues]
        if new:
            await _settled(redis.sadd(queues_key(self._site), *new))
            self._queues.update(dict.fromkeys(new))
        self._keeper.take(batch)
        change = self._keeper.change(batch[-1].seq if batch else position.seq, loop.time())
        keys = [
            self.key,
            public_key(self._site),
            *(queue_key(self._site, queue) for queue in queues),
            present_key(self._site),
        ]
        places = {queue: place for place, queue in enumerate(queues, start=3)}
        lines = [self._line(record, places) for record in batch]
        keep = (self._keep.total_count, self._keep.total_count, self._keep.queue_count)
        began_s = loop.time()
        refused = await self._run_script(redis, keys, keep, lines, change)
        self.sending_s.add(loop.time() - began_s)
        self.sent_count += len(batch)
        if refused:
            await self._look_into(redis, keys, {keys[key - 1] for key in refused[1::2]})

    def _line(self, record: Record, places: dict[str, int]) -> Line:
        fields = to_fields(record)
        queue_keys = [places[queue] for queue in queues_of(record)]
        return Line(f"{record.at_ms}-{record.seq}", fields, queue_keys, shown(type(record), fields, self._hide))

    async def _run_script(
        self, redis: Redis, keys: Sequence[str], keep: Sequence[int], lines: Sequence[Line], change: Change
    ) -> list[int]:
        """Run the script; one that Redis does not know (any more) is sent whole."""
        await redis.initialize()
        assert redis.connection is not None
        for command in (("EVALSHA", SHA), ("EVAL", SCRIPT)):
            await redis.connection.send_packed_command([packed(command, keys, keep, lines, change)])
            try:
                refused: list[int] = await redis.connection.read_response()
            except NoScriptError:
                continue
            return refused
        raise ResponseError("Redis does not take our script")

    async def _look_into(self, redis: Redis, keys: Sequence[str], refused: Collection[str]) -> None:
        """Some were refused as seen before. Sent just before a break, or kept out by strangers? These are moved away.

        Raises _KeptOut where there were any: the batch is to be sent again.
        """
        moved = 0
        for key in keys:
            if key in refused:
                moved += await move_away(redis, key, foreign_key(self._site))
        self.foreign_count += moved
        if moved:
            raise _KeptOut(f"{moved} foreign entries kept records out of {', '.join(sorted(refused))}")

    async def _trim(self, redis: Redis, position: Position) -> None:
        """Now and then remove what is too old, as the records' own time has it."""
        now_s = asyncio.get_running_loop().time()
        if not self._keep.age_ms or now_s - self._trimmed_s < TRIM_EVERY_S or position.at_ms <= self._keep.age_ms:
            return
        self._trimmed_s = now_s
        queues = await _settled(redis.smembers(queues_key(self._site)))
        oldest = f"{position.at_ms - self._keep.age_ms}-0"
        for key in (self.key, public_key(self._site), *(queue_key(self._site, queue) for queue in sorted(queues))):
            await redis.xtrim(key, minid=oldest, approximate=True)

    def _acknowledge(self, position: Position) -> None:
        self._outbox.acknowledge(position)
        self._progress.set()

    def _lost(self, error: Exception) -> None:
        if isinstance(error, _KeptOut):
            return  # said where they were moved
        trouble = f"{_words(error)}; {cure_of(error)}"
        if trouble != self.trouble:
            log.warning("records wait on disk, calls go on: %s", trouble)
        self.trouble = trouble


class _KeptOut(RedisError):
    """Strangers' entries kept records out; they have been moved away."""


async def _settled(reply: Any) -> Any:
    """Redis's types say that a reply may be there at once; with an asynchronous connection it never is."""
    return await reply


def _position(entry_id: str) -> Position:
    at_ms, _, seq = entry_id.partition("-")
    return Position(int(at_ms), int(seq))


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
