"""Reads the streams and the present: for boards, archives, reports and the command line.

Right within one read, and never wrong after: take :func:`read_present`, then fold in what :func:`read` yields behind
its cursor. A cut connection loses nothing: read on behind the last cursor. Where Redis no longer has what comes next,
:class:`Gap` says so, and the reader begins again from the present.

A strange entry (a foreign one, an unknown type, another schema version) comes out as :class:`Unread` with the reason.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from router.adapters.cancellation import raise_if_cancelled
from router.adapters.present_codec import Damaged, from_hash
from router.adapters.record_codec import RECORD_TYPES, from_fields, is_ours
from router.adapters.stream_keys import present_key, public_key, queue_key, stream_key
from router.core.present import Present
from router.core.records import SCHEMA_VERSION, AnyRecord, Record
from router.errors import HotlineError

START = "0-0"
"""The cursor before the first record: read everything there is."""
BLOCK_MS = 1_000
BATCH_COUNT = 500

_Entries = list[tuple[str, dict[str, str]]]


class Entry(msgspec.Struct, frozen=True):
    """One record as it stands in a stream. ``cursor`` is where to read on behind it."""

    cursor: str
    record: AnyRecord
    fields: Mapping[str, str]
    """The record's own text, as it is in Redis: with fields that this version does not know."""


class Unread(msgspec.Struct, frozen=True):
    """An entry that is no record this version can read. ``cursor`` is where to read on behind it.

    ``reason``: ``foreign`` (not one of ours), ``unknown_type`` (a record of a newer router), ``newer_version`` (its
    meaning may have changed) or ``damaged``; ``detail`` says more, in words. ``seq`` is 0 where it has none.
    """

    entry: str
    cursor: str
    reason: str
    detail: str
    fields: Mapping[str, str]
    seq: int = 0


class Gap(HotlineError):
    """Redis no longer has what comes behind a cursor: begin again from the present.

    ``cursor`` is where the reader stood, ``first`` the oldest entry there is behind it ("" where there is none).
    """

    def __init__(self, key: str, cursor: str, first: str) -> None:
        super().__init__(
            f"the stream {key} was trimmed past {cursor}: the oldest entry behind it is {first or 'not there yet'}",
            "read the present again and go on from its cursor; what lies between is in the archive, if one is kept",
        )
        self.key = key
        self.cursor = cursor
        self.first = first


class NoPresent(HotlineError):
    """There is no present that this version can read."""


async def read_present(redis: "Redis", site: str) -> Present:
    """Return the present, whole and of one moment, with the cursor to read on behind: ``present.cursor.entry``.

    Raises NoPresent where there is none, or one of another version; redis.RedisError.
    """
    key = present_key(site)
    fields: Any = await redis.hgetall(key)
    if not fields:
        raise NoPresent(f"Redis has no {key}", "is the router running, and is this its Redis? see `hotline status`")
    try:
        return from_hash(fields)
    except Damaged as error:
        raise NoPresent(f"{key}: {error}", "use the version of the router that writes it") from error


async def read(
    redis: "Redis",
    site: str,
    after: str = START,
    queue: str | None = None,
    *,
    public: bool = False,
    follow: bool = True,
    block_ms: int = BLOCK_MS,
    count: int = BATCH_COUNT,
) -> AsyncIterator[Entry | Unread]:
    """Yield the records behind a cursor, in order, each once; go on with what happens, unless not to ``follow``.

    ``queue`` reads that queue's stream, ``public`` the one without callers' data. The connection must decode responses
    and have a time-out longer than ``block_ms``. ``count`` entries are asked for at a time.

    Raises Gap, ValueError for a cursor that is none, and redis.RedisError: connect again and read on behind the cursor.
    """
    async for batch in read_batches(
        redis, site, after, queue, public=public, follow=follow, block_ms=block_ms, count=count
    ):
        for entry in batch:
            yield entry


async def read_batches(
    redis: "Redis",
    site: str,
    after: str = START,
    queue: str | None = None,
    *,
    public: bool = False,
    follow: bool = True,
    block_ms: int = BLOCK_MS,
    count: int = BATCH_COUNT,
) -> AsyncIterator[list[Entry | Unread]]:
    """Like :func:`read`, as many at a time as Redis had; an empty list where nothing came for ``block_ms``."""
    key = stream_key(site) if queue is None else queue_key(site, queue)
    if public:
        key = public_key(site)
    whole = queue is None or public
    cursor = position = _canonical(after)
    await _check_start(redis, key, cursor, whole)
    seq = _seq(cursor)
    while True:
        raise_if_cancelled()
        if follow:
            got: Any = await redis.xread({key: position}, block=block_ms, count=count)
            entries: _Entries = got[0][1] if got else []
        else:
            entries = await _range(redis, key, min=f"({position}", count=count)
        batch: list[Entry | Unread] = []
        for entry, fields in entries:
            read_entry = _decode(entry, cursor, fields)
            position = entry
            if isinstance(read_entry, Entry) or read_entry.seq:
                number = int(fields["seq"])
                if _pair(entry) <= _pair(cursor):
                    continue
                if whole and seq and number != seq + 1:
                    if batch:
                        yield batch
                    raise Gap(key, cursor, entry)
                cursor, seq = entry, number
            batch.append(read_entry)
        if not entries:
            if not follow:
                return
            position = await _after_silence(redis, key, cursor, position)
        yield batch


async def _check_start(redis: "Redis", key: str, cursor: str, whole: bool) -> None:
    """See that nothing between the cursor and the oldest entry was removed."""
    if cursor == START:
        return
    first = await _range(redis, key, min=f"({cursor}", count=50)
    ours = next((entry for entry, fields in first if is_ours(entry, fields)), "")
    if whole:
        if ours and _seq(ours) != _seq(cursor) + 1:
            raise Gap(key, cursor, ours)
        if ours or await _range(redis, key, min=cursor, max=cursor):
            return
        # Nothing behind the cursor, and not the cursor itself: all is well only if nothing newer was ever there.
    elif await _range(redis, key, max=cursor, count=1):
        return
    try:
        about: dict[str, Any] = await redis.xinfo_stream(key)
    except ResponseError:
        return  # no such stream yet
    removed = int(about.get("entries-added", 0)) > int(about["length"])
    if removed and _pair(about["last-generated-id"]) > _pair(cursor):
        raise Gap(key, cursor, ours)


async def _after_silence(redis: "Redis", key: str, cursor: str, position: str) -> str:
    """Where to wait on. A stream that ends before the position was restored, or freed of strangers: back to our own."""
    if position == cursor:
        return position
    newest: Any = await redis.xrevrange(key, count=1)
    return cursor if not newest or _pair(newest[0][0]) < _pair(position) else position


async def _range(redis: "Redis", key: str, **span: Any) -> _Entries:
    found: Any = await redis.xrange(key, **span)
    return list(found or ())


def _decode(entry: str, cursor: str, fields: Mapping[str, str]) -> Entry | Unread:
    kind = fields.get("type", "")
    if not is_ours(entry, fields):
        return Unread(entry, cursor, "foreign", "an entry that no router of this site wrote", fields)
    seq, cursor = int(fields["seq"]), entry
    version = fields.get("v", "")
    if kind not in RECORD_TYPES:
        return Unread(entry, cursor, "unknown_type", f"no record is called {kind!r} in this version", fields, seq)
    if not version.isdecimal() or int(version) > SCHEMA_VERSION:
        detail = f"schema version {version or 'none'}, this reader knows up to {SCHEMA_VERSION}"
        return Unread(entry, cursor, "newer_version", detail, fields, seq)
    try:
        return Entry(entry, _any(from_fields(fields)), fields)
    except (msgspec.MsgspecError, ValueError) as error:
        return Unread(entry, cursor, "damaged", f"{kind}: {error}", fields, seq)


def _any(record: Record) -> AnyRecord:
    return record  # type: ignore[return-value]  # from_fields makes one of AnyRecord's classes


def _canonical(cursor: str) -> str:
    at_ms, divided, seq = cursor.partition("-")
    if not (divided and at_ms.isdecimal() and seq.isdecimal()):
        raise ValueError(f"{cursor!r} is no cursor; one is the id of an entry, like 1790000000000-42")
    return f"{int(at_ms)}-{int(seq)}"


def _pair(entry: str) -> tuple[int, int]:
    at_ms, _, seq = entry.partition("-")
    return int(at_ms), int(seq)


def _seq(entry: str) -> int:
    return _pair(entry)[1]
