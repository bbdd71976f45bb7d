"""Finding a call in the Redis stream: by its id, the newest, by the caller's number, or by agent and time."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, NamedTuple

import msgspec

from router.adapters.record_codec import from_fields
from router.adapters.stream_keys import stream_key
from router.adapters.stream_pages import Entry, backward, forward
from router.cli.streams import line_redis
from router.core.ids import Ms
from router.core.records import Record
from router.settings import Settings

PAGE_COUNT = 2_000
AFTER_COUNT = 2_000
"""What belongs to a call comes within so many entries after its end (a notice delivered), or is left out."""
SCAN_COUNT = 200
"""Entries read at a time where a call is sure to come soon."""
NEAR_MS: Ms = 60_000
"""Searching by halves stops here, and reads on one by one."""
EPOCHS = 10
"""In so many of the router's last starts ``c42`` alone is looked for."""
BEFORE_MS: Ms = 12 * 3_600_000
"""How far back an agent's last change of state is looked for."""

_ID = re.compile(r"(?:.+\.(?P<epoch>\d+)\.)?c(?P<number>\d+)")


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
        if _order(call) is not None:
            return self._whole(call)
        newest = next((name for _, fields in self._backward() if _order(name := fields.get("call_id", ""))), "")
        site, epoch = newest.rpartition(".")[0].rpartition(".")[::2]
        for earlier in range(int(epoch or 0), max(int(epoch or 0) - EPOCHS, 0), -1):
            if (found := self._whole(f"{site}.{earlier}.{call}")) is not None:
                return found
        return None

    def by_callback(self, name: str) -> tuple[str, list[Record]] | None:
        """Find a callback by its id, or ``k7`` of it: its whole id and every record from its booking on."""
        for entry, fields in self._backward():
            known = fields.get("callback", "")
            if fields.get("type") == "CallbackBooked" and name in (known, known.rpartition(".")[2]):
                return known, list(_decoded(self._forward(entry)))
        return None

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

    def newest_of(self, kinds: frozenset[str], count: int) -> list[Record]:
        """Return so many of the newest records of some kinds, oldest first."""
        found = ((entry, fields) for entry, fields in self._backward() if fields.get("type") in kinds)
        return list(_decoded(islice(found, count)))[::-1]

    def window(self, found: Found) -> list[Record]:
        """Return every record from a call's first to its last, other calls' among them."""
        return list(_decoded(self._forward(found.first, found.last)))

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

    def _whole(self, call: str) -> Found | None:
        """Find the first and last entry of a call.

        Calls are numbered as they come, so its beginning is found by halving the time there is.
        """
        wanted = _order(call)
        assert wanted is not None
        first_ms, last_ms = self._oldest_ms(), self.newest_ms()
        while last_ms - first_ms > NEAR_MS:
            middle_ms = (first_ms + last_ms) // 2
            arrived = self._next_arrival(middle_ms, last_ms)
            if arrived is None or arrived > wanted:
                last_ms = middle_ms
            else:
                first_ms = middle_ms
        first = last = ""
        ended, after_count = False, 0
        for entry, fields in self._forward(str(first_ms)):
            name, kind = fields.get("call_id", ""), fields.get("type")
            if name == call:
                first, last = first or entry, entry
                ended = ended or kind in ("CallEnded", "OutboundEnded")
            elif not first and kind == "CallReceived" and (_order(name) or wanted) > wanted:
                return None
            after_count += ended
            if after_count > AFTER_COUNT:
                break
        return Found(call, first, last) if first else None

    def _next_arrival(self, from_ms: Ms, to_ms: Ms) -> tuple[int, int] | None:
        """The order of the first call that came in at a moment or after it."""
        for _, fields in self._forward(str(from_ms), str(to_ms), count=SCAN_COUNT):
            if fields.get("type") == "CallReceived":
                return _order(fields["call_id"])
        return None

    def _oldest_ms(self) -> Ms:
        for entry, _ in self._forward("-", count=1):
            return _ms(entry)
        return 0

    def _backward(self, start: str = "+", count: int = PAGE_COUNT) -> Iterator[Entry]:
        return chain.from_iterable(backward(self._redis, self._key, start, count))

    def _forward(self, start: str, end: str = "+", count: int = PAGE_COUNT) -> Iterator[Entry]:
        return chain.from_iterable(forward(self._redis, self._key, start, end, count))


@contextmanager
def event_stream(settings: Settings, site: str) -> Iterator[EventStream]:
    """Open the stream of a site. Raises HotlineError, with the cure, where Redis does not give it."""
    key = stream_key(site)
    with line_redis(settings, key) as redis:
        yield EventStream(redis, key)


def _decoded(entries: Iterable[Entry]) -> Iterator[Record]:
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
