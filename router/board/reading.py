"""Reads the stream for the board: the present, the day behind it, then whatever happens, without a gap."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.adapters.redis_stream import connection
from router.adapters.stream_keys import present_key, stream_key
from router.adapters.stream_reader import START, Entry, Gap, NoPresent, Unread, read_batches, read_present
from router.board.earlier import Earlier
from router.core.ids import Ms
from router.core.present import Present
from router.core.records import Record

log = logging.getLogger(__name__)

BLOCK_MS = 1_000
ANSWER_WITHIN_S = 5.0
BATCH_COUNT = 2_000
GATHER_S = 0.01
"""So long what comes is gathered, so that a busy stream is read in fewer pieces."""
LOOK_BACK_MS: Ms = 2 * 3_600_000
"""How long before the day begins reading begins: calls that came before midnight may still be there."""
BACKOFF_S = (0.2, 0.5, 1.0, 2.0)
_SET_BACK_AFTER = 3
"""So many looks at a stream that is behind us before we believe it."""


class Reading:
    """Follows one site's stream for ever.

    ``begin(present, first_ms)`` is called whenever everything is read anew (``first_ms``: the oldest record there is,
    None where the day is whole), then ``take(records)`` for each batch in order; ``caught_up`` when nothing more is
    there. ``fresh_ms`` is when Redis was last heard; ``trouble`` and ``detail`` say what is wrong, in a word of
    :mod:`router.board.words`. ``earlier`` is the archive, for what the stream no longer has of the day.
    """

    def __init__(
        self,
        *,
        url: str,
        password: str,
        site: str,
        clock: Callable[[], Ms],
        day_start: Callable[[Ms], Ms],
        begin: Callable[[Present, Ms | None], None],
        take: Callable[[Sequence[Record]], Awaitable[None]],
        caught_up: Callable[[], None],
        earlier: Earlier | None = None,
    ) -> None:
        self.fresh_ms: Ms = 0
        self.trouble = "reading"
        self.detail = ""
        self.read_anew = ""
        """Why everything was read anew last: ``stream_trimmed``, ``stream_ahead``, or ""."""
        self.unread_count = 0
        self._url, self._password, self._site = url, password, site
        self._clock, self._day_start = clock, day_start
        self._begin, self._take, self._caught_up = begin, take, caught_up
        self._earlier = earlier
        self._cursor = ""

    async def run(self) -> None:
        """Read until cancelled; Redis away is waited for, a gap is read over from the present."""
        failures = 0
        while True:
            redis = connection(self._url, self._password, answer_within_s=ANSWER_WITHIN_S)
            try:
                await self._read(redis)
            except Gap as gap:
                log.warning("%s; reading the present anew", gap)
                self._cursor, self.read_anew = "", "stream_trimmed"
                failures = 0
            except _SetBack as error:
                log.warning("%s; reading the present anew", error)
                self._cursor, self.read_anew = "", "stream_ahead"
            except (RedisError, OSError) as error:
                if self.trouble != "stream_away":
                    log.warning("Redis cannot be read: %s", " ".join(str(error).split()))
                self.trouble = "stream_away"
            else:
                failures = 0
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await redis.aclose()
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            failures += 1

    async def _read(self, redis: "Redis") -> None:
        if not self._cursor:
            await self._start(redis)
        behind = 0
        async for batch in read_batches(redis, self._site, self._cursor, block_ms=BLOCK_MS, count=BATCH_COUNT):
            records = []
            for entry in batch:
                match entry:
                    case Entry():
                        records.append(entry.record)
                        self._cursor = entry.cursor
                    case Unread():
                        self.unread_count += 1
                        if self.unread_count == 1:
                            log.warning("entry %s is not read: %s (%s)", entry.entry, entry.reason, entry.detail)
                        if entry.seq:
                            self._cursor = entry.entry
            if records:
                await self._take(records)
                behind = 0
                if len(batch) < BATCH_COUNT:
                    await asyncio.sleep(GATHER_S)
            if len(batch) < BATCH_COUNT:
                self.fresh_ms = self._clock()
                if self.trouble in ("reading", "stream_away"):
                    self.trouble = ""
                self._caught_up()
            if not batch:
                behind = behind + 1 if await self._is_behind(redis) else 0
                if behind >= _SET_BACK_AFTER:
                    raise _SetBack(f"the stream of {self._site} ends before {self._cursor}, which was read")

    async def _start(self, redis: "Redis") -> None:
        """Take the present over, and find where the day begins in the stream."""
        self.trouble = "reading"
        try:
            present = await read_present(redis, self._site)
        except NoPresent as error:
            # a router that has never run, or an older one: what the stream has is all there is
            log.info("%s; beginning with the oldest record", error)
            present = Present()
        key = stream_key(self._site)
        wanted_ms = self._day_start(self._clock()) - LOOK_BACK_MS
        before = await redis.xrevrange(key, max=f"({wanted_ms}-0", count=1)
        oldest = await redis.xrange(key, count=1)
        first_ms: Ms | None = None
        cursor, part = START, None
        if before:
            cursor = str(before[0][0])
        elif oldest and (oldest[0][1] or {}).get("seq") != "1":
            at_ms, _, seq = str(oldest[0][0]).partition("-")
            part = await self._earlier.find(wanted_ms, int(seq)) if self._earlier is not None else None
            since_ms = int(at_ms) if part is None else part.since_ms
            first_ms = since_ms if since_ms > self._day_start(self._clock()) else None
        self._begin(present, first_ms)
        if part is not None:
            async for records in part.batches():
                await self._take(records)
            cursor = part.cursor
        self._cursor = cursor  # only now: were we stopped amid the archive, we would begin again

    async def _is_behind(self, redis: "Redis") -> bool:
        """Say whether the present in Redis is older than what was read: the stream was deleted or set back."""
        seq = await redis.hget(present_key(self._site), "seq")
        return isinstance(seq, str) and seq.isdigit() and int(seq) < int(self._cursor.partition("-")[2])


class _SetBack(Exception):
    """The stream ends before what was read of it."""
