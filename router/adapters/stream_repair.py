"""Frees a stream of entries that strangers put at its end, where they keep Redis from taking ours.

Redis takes an entry only behind the newest one. A foreign entry with a later id would make it refuse our records, or
worse, make us believe that it has them already. Such entries are moved to a stream of their own: nothing is lost.
"""

import logging
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis

from router.adapters.record_codec import is_ours

log = logging.getLogger(__name__)

_PAGE_COUNT = 200


async def newest_of_ours(redis: Redis, key: str) -> tuple[str, list[tuple[str, Mapping[str, str]]]]:
    """Return the id of the newest record in a stream ("" for none), and the foreign entries behind it, newest first."""
    foreign: list[tuple[str, Mapping[str, str]]] = []
    upto = "+"
    while True:
        page: Any = await redis.xrevrange(key, max=upto, count=_PAGE_COUNT)
        for entry, fields in page:
            if is_ours(entry, fields):
                return entry, foreign
            foreign.append((entry, fields))
        if len(page) < _PAGE_COUNT:
            return "", foreign
        upto = f"({page[-1][0]}"


async def move_away(redis: Redis, key: str, to: str) -> int:
    """Move foreign entries at the end of a stream into the stream ``to``; return how many there were."""
    last, foreign = await newest_of_ours(redis, key)
    if not foreign:
        return 0
    async with redis.pipeline(transaction=True) as pipeline:
        for entry, fields in reversed(foreign):
            kept: Any = {"stream": key, "entry": entry, **{f"field:{name}": value for name, value in fields.items()}}
            pipeline.xadd(to, kept, maxlen=10_000, approximate=True)
            pipeline.xdel(key, entry)
        pipeline.execute_command("XSETID", key, last or "0-0")
        await pipeline.execute()
    log.warning(
        "%d foreign entries stood at the end of the stream %s, the first of them %s, and kept records out; they are in "
        "%s now: see who else may write there (ACL LIST, CLIENT LIST)",
        len(foreign),
        key,
        foreign[-1][0],
        to,
    )
    return len(foreign)
