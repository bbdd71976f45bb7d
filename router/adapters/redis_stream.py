"""Sends the outbox to a Redis stream, in order, each record once. No call ever waits for it.

A record's id in the stream is ``<at_ms>-<seq>``: Redis itself refuses one sent twice. After every connect the stream is
asked for its last id and sending goes on behind that, so nothing is lost or reordered while Redis was away, slow or
restarted.
"""

import asyncio
import builtins
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    ConnectionError,
    NoPermissionError,
    OutOfMemoryError,
    RedisError,
    ResponseError,
    TimeoutError,
)

from router.adapters.outbox import START, Outbox, Position
from router.adapters.record_codec import to_fields
from router.core.records import Record

log = logging.getLogger(__name__)

MAXLEN = 1_000_000
"""About how many records the stream keeps; older ones are trimmed by Redis."""
BATCH_COUNT = 500
ANSWER_WITHIN_S = 2.0
CHECK_EVERY_S = 5.0
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses between two tries to connect; the last one repeats."""

_SEEN_BEFORE = "equal or smaller"


def stream_key(site: str) -> str:
    """Return the key of a site's stream of records."""
    return f"hotline:{site}:events"


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
    """Keeps the stream ``key`` up to date with an outbox."""

    def __init__(
        self,
        outbox: Outbox,
        url: str,
        password: str,
        key: str,
        *,
        maxlen: int = MAXLEN,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self.key = key
        self.connected = False
        self.trouble = "not connected yet"
        """Why Redis is not connected, and the cure; "" while it is."""
        self._outbox = outbox
        self._url = url
        self._password = password
        self._maxlen = maxlen
        self._answer_within_s = answer_within_s
        self._progress = asyncio.Event()

    @property
    def lag_count(self) -> int:
        """How many records Redis has not got yet."""
        return self._outbox.unsent_count

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
        """Ask for the stream's last id; what is behind it in the outbox goes next."""
        newest = await redis.xrevrange(self.key, count=1)
        position = _position(str(newest[0][0])) if newest else START
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
        self.connected = True
        self.trouble = ""
        return position

    async def _send_on(self, redis: Redis, position: Position) -> None:
        while True:
            batch = self._outbox.after(position, BATCH_COUNT)
            if batch:
                await self._send(redis, batch)
                position = Position(batch[-1].at_ms, batch[-1].seq)
                self._acknowledge(position)
                continue
            try:
                # Not wait_for: on Python 3.11 it swallows a cancellation that meets an event already set.
                async with asyncio.timeout(CHECK_EVERY_S):
                    await self._outbox.wait()
            except builtins.TimeoutError:
                await redis.ping()

    async def _send(self, redis: Redis, batch: Sequence[Record]) -> None:
        """Send a batch whole or not at all: a half-refused one would leave a gap that could not be filled later."""
        async with redis.pipeline(transaction=True) as pipeline:
            for record in batch:
                pipeline.xadd(
                    self.key,
                    to_fields(record),  # type: ignore[arg-type]
                    id=f"{record.at_ms}-{record.seq}",
                    maxlen=self._maxlen,
                    approximate=True,
                )
            replies = await pipeline.execute(raise_on_error=False)
        for reply in replies:
            # Refused as seen before: sent just before a break, its answer lost.
            if isinstance(reply, Exception) and _SEEN_BEFORE not in str(reply):
                raise reply if isinstance(reply, RedisError) else ResponseError(str(reply))

    def _acknowledge(self, position: Position) -> None:
        self._outbox.acknowledge(position)
        self._progress.set()

    def _lost(self, error: Exception) -> None:
        trouble = f"{_words(error)}; {cure_of(error)}"
        if trouble != self.trouble:
            log.warning("records wait on disk, calls go on: %s", trouble)
        self.trouble = trouble


def _position(entry_id: str) -> Position:
    at_ms, _, seq = entry_id.partition("-")
    return Position(int(at_ms), int(seq))


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
