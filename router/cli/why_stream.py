"""Finding a call in the Redis stream: by its id, the newest, by the caller's number, or by agent and time."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import msgspec
from redis import Redis
from redis.exceptions import RedisError

from router.adapters.record_codec import from_fields
from router.adapters.redis_stream import cure_of, stream_key
from router.app import redis_address
from router.core.ids import Ms
from router.core.records import Record
from router.errors import HotlineError
from router.line.secrets import Secrets
from router.settings import Settings

PAGE_COUNT = 2_000
BEFORE_MS: Ms = 12 * 3_600_000
"""How far back an agent's last change of state is looked for."""

_ID = re.compile(r"(?:.+\.(?P<epoch>\d+)\.)?c(?P<number>\d+)")

Entry = tuple[str, dict[str, str]]


class Found(NamedTuple):
    """A call in the stream: its id, and the ids of its first and last entries."""

    call: str
    first: str
    last: str


class EventStream:
    """Reads the stream of a site, newest first where it searches."""

    def __init__(self, redis: Any, key: str) -> None:
        self._redis = redis
        self._key = key

    def newest_ms(self) -> Ms:
        """Return when the newest record was made (0: there is none)."""
        for entry, _ in self._backward(count=1):
            return _ms(entry)
        return 0

    def by_id(self, call: str) -> Found | None:
        """Find a call by its id; ``c42`` alone is the newest such call."""
        if _ID.fullmatch(call) is None:
            return None
        return self._whole("" if _order(call) is None else call, f".{call}")

    def newest(self) -> Found | None:
        """Find the call that came in last."""
        return self._received(lambda fields: True)

    def by_caller(self, number: str) -> Found | None:
        """Find the newest call from a number, or from one that ends with these digits."""
        digits = re.sub(r"\D", "", number).removeprefix("00").lstrip("0")
        if not digits:
            return None
        return self._received(lambda fields: re.sub(r"\D", "", fields.get("caller", "")).endswith(digits))

    def by_agent(self, agent: str, last_ms: Ms) -> Found | None:
        """Find the call that rang an agent last, up to a moment."""
        for entry, fields in self._backward(start=f"{last_ms}-{2**63}"):
            if _ms(entry) < last_ms - BEFORE_MS:
                return None
            if fields.get("type") == "AgentRang" and fields.get("agent") == agent:
                return self.by_id(fields["call_id"])
        return None

    def window(self, found: Found) -> list[Record]:
        """Return every record from a call's first to its last, other calls' among them."""
        return list(self._records(found.first, found.last))

    def with_state_before(self, found: Found, agent: str) -> list[Record]:
        """Return the window of a call with the agent's last change of state before it in front."""
        began_ms = _ms(found.first)
        for entry, fields in self._backward(start=f"({found.first}"):
            if _ms(entry) < began_ms - BEFORE_MS:
                break
            if fields.get("type") == "AgentStateChanged" and fields.get("agent") == agent:
                return [*_decoded([(entry, fields)]), *self.window(found)]
        return self.window(found)

    def _received(self, wanted: Callable[[Mapping[str, str]], bool]) -> Found | None:
        for _, fields in self._backward():
            if fields.get("type") == "CallReceived" and wanted(fields):
                return self.by_id(fields["call_id"])
        return None

    def _whole(self, call: str, ending: str) -> Found | None:
        """Search backwards for all of a call: ``call``, or where that is "" the newest whose id has this ending.

        Calls are numbered as they come, so behind the arrival of an earlier one there is nothing of it.
        """
        first = last = ""
        wanted = _order(call)
        for entry, fields in self._backward():
            name = fields.get("call_id", "")
            if not call and name.endswith(ending):
                call, wanted = name, _order(name)
            if name and name == call:
                first, last = entry, last or entry
            if fields.get("type") == "CallReceived" and wanted is not None and (_order(name) or wanted) <= wanted:
                break
        return Found(call, first, last) if first else None

    def _backward(self, start: str = "+", count: int = PAGE_COUNT) -> Iterator[Entry]:
        while True:
            page = cast(list[Entry], self._redis.xrevrange(self._key, max=start, count=count))
            yield from page
            if len(page) < count:
                return
            start = f"({page[-1][0]}"

    def _records(self, first: str, last: str) -> Iterator[Record]:
        while True:
            page = cast(list[Entry], self._redis.xrange(self._key, min=first, max=last, count=PAGE_COUNT))
            yield from _decoded(page)
            if len(page) < PAGE_COUNT:
                return
            first = f"({page[-1][0]}"


@contextmanager
def event_stream(settings: Settings, site: str) -> Iterator[EventStream]:
    """Open the stream of a site. Raises HotlineError, with the cure, where Redis does not give it."""
    key = stream_key(site)
    redis = Redis.from_url(
        redis_address(settings),
        password=Secrets.load_or_create(settings.home).redis_password,
        socket_connect_timeout=2,
        socket_timeout=10,
        decode_responses=True,
    )
    try:
        yield EventStream(redis, key)
    except (RedisError, OSError) as error:
        words = " ".join(str(error).split())
        raise HotlineError(f"the stream {key} cannot be read: {words}", cure_of(error)) from error
    finally:
        redis.close()


def _decoded(entries: list[Entry]) -> Iterator[Record]:
    for _, fields in entries:
        record = _record(fields)
        if record is not None:
            yield record


def _record(fields: Mapping[str, str]) -> Record | None:
    """The record, or None for one that this version does not know."""
    try:
        return from_fields(fields)
    except msgspec.MsgspecError:
        return None


def _order(call: str) -> tuple[int, int] | None:
    """The order in which calls came: (epoch, number); None for a number alone."""
    parts = _ID.fullmatch(call)
    return None if parts is None or parts["epoch"] is None else (int(parts["epoch"]), int(parts["number"]))


def _ms(entry: str) -> Ms:
    return int(entry.partition("-")[0])
