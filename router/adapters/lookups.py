"""Answers the core's lookups from web services and Redis: bounded in time and size, cached, and never raising.

Whatever a source sends, the core gets a :class:`ReplyArrived` with a word and short texts. A log line names the
source and the kind of trouble; addresses, fields and answers are in none.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import NamedTuple, Self

from router.adapters.lookup_http import HttpAsker
from router.adapters.lookup_redis import RedisAsker
from router.adapters.service_texts import Answer, Trouble, bounded_fields, told
from router.core.commands import LookUp
from router.core.events import Event, ReplyArrived
from router.core.services import HttpSource, RedisSource, Source, TableSource

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Lookups under way at the same time; one more fails at once, so that a dead source cannot pile them up."""
CACHED_COUNT = 10_000
RETRY_PAUSE_S = 0.1


class _Cached(NamedTuple):
    until_s: float
    answer: Answer


class Lookups:
    """Asks sources; use as ``async with``.

    ``find`` gives the source of a site's version by its name, or None; ``secret`` the secret of a name and raises
    ``SettingsError`` where there is none. ``redis_url`` and ``redis_password`` are those of the line's own Redis.
    """

    def __init__(
        self,
        *,
        find: Callable[[str, str], Source | None],
        secret: Callable[[str], str],
        submit: Callable[[Event], None],
        redis_url: str,
        redis_password: str = "",
    ) -> None:
        self._find = find
        self._submit = submit
        self._http = HttpAsker(secret)
        self._redis = RedisAsker(secret, redis_url, redis_password)
        self._cache: OrderedDict[tuple[Source, tuple[tuple[str, str], ...]], _Cached] = OrderedDict()
        self._under_way = 0

    async def __aenter__(self) -> Self:
        """Prepare to ask; nothing is connected yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._http.close()
        await self._redis.close()

    async def answer(self, command: LookUp) -> None:
        """Answer one lookup by an event, within its time-out, whatever happens."""
        answer = Answer("failed")
        if self._under_way >= AT_ONCE:
            log.error("lookup '%s': %d are under way already", command.source, AT_ONCE, extra={"call_id": command.call})
        else:
            self._under_way += 1
            try:
                async with told(partial(self._trouble, command), command.timeout_ms, "no answer"):
                    answer = await self._ask(command)
            finally:
                self._under_way -= 1
        self._submit(
            ReplyArrived(
                call=command.call,
                request=command.request,
                status=answer.status,
                fields=bounded_fields(answer.fields),
            )
        )

    async def _ask(self, command: LookUp) -> Answer:
        source = self._find(command.config, command.source)
        if source is None or isinstance(source, TableSource):
            raise Trouble("there is no such source any more; the site was changed")
        key = (source, tuple(sorted(command.fields.items())))
        kept = self._cache.get(key) if source.cache_ms and not command.secret else None
        now_s = asyncio.get_running_loop().time()
        if kept is not None and kept.until_s > now_s:
            self._cache.move_to_end(key)
            return kept.answer
        answer = await self._tried(source, command)
        if source.cache_ms and not command.secret and answer.status in ("ok", "missing"):
            self._cache[key] = _Cached(now_s + source.cache_ms / 1000, answer)
            self._cache.move_to_end(key)
            while len(self._cache) > CACHED_COUNT:
                self._cache.popitem(last=False)
        return answer

    async def _tried(self, source: HttpSource | RedisSource, command: LookUp) -> Answer:
        """Ask, and again after trouble that may pass. A password is asked once: the service may count tries too."""
        tries = 1 if command.secret else 1 + source.retries
        for left in range(tries - 1, -1, -1):
            try:
                async with asyncio.timeout(source.timeout_ms / 1000):
                    if isinstance(source, HttpSource):
                        return await self._http.ask(source, command.fields)
                    return await self._redis.ask(source, command.fields)
            except TimeoutError:
                if not left:
                    raise Trouble(f"no answer within {source.timeout_ms} ms") from None
            except Trouble as trouble:
                if not trouble.may_pass or not left:
                    raise
            await asyncio.sleep(RETRY_PAUSE_S)
        raise AssertionError("a last try returns or raises")

    def _trouble(self, command: LookUp, why: str) -> None:
        log.warning("lookup '%s' failed: %s", command.source, why, extra={"call_id": command.call})
