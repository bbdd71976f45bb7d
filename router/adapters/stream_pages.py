"""Reads stretches of a stream as they stand, page by page: for commands that search, and for the archive.

Entries come as they are in Redis, foreign and unreadable ones too, and what was trimmed is passed over. Who wants
typed records, each once, and to be told of a gap, reads by ``stream_reader.py``.
"""

from collections.abc import Iterator
from typing import Any, cast

Entry = tuple[str, dict[str, str]]
"""An entry's id, and its fields."""


def forward(redis: Any, key: str, start: str, end: str, count: int) -> Iterator[list[Entry]]:
    """Yield the entries from one id to another, oldest first, at most ``count`` at a time; no page is empty.

    Ids are those of XRANGE: ``-`` and ``+`` are the ends, ``(id`` leaves that one out. Raises redis.RedisError.
    """
    while page := cast(list[Entry], redis.xrange(key, min=start, max=end, count=count)):
        yield page
        if len(page) < count:
            return
        start = f"({page[-1][0]}"


def backward(redis: Any, key: str, start: str, count: int) -> Iterator[list[Entry]]:
    """Yield the entries from an id on towards the oldest, newest first; otherwise like :func:`forward`."""
    while page := cast(list[Entry], redis.xrevrange(key, max=start, count=count)):
        yield page
        if len(page) < count:
            return
        start = f"({page[-1][0]}"
