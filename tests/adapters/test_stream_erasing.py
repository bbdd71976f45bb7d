"""On a real Redis: one caller leaves the streams while others read them, without a gap, and Redis's files too."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from router.adapters import stream_erasing
from router.adapters.pseudonyms import pseudonyms
from router.adapters.record_codec import to_fields
from router.adapters.stream_erasing import StreamErasing
from router.adapters.stream_keys import foreign_key, public_key, queue_key, queues_key, stream_key
from router.adapters.stream_reader import Entry, read
from router.core.erasure import Traces, forms_of
from router.core.privacy import shown
from router.core.records import (
    SCHEMA_VERSION,
    CallbackBooked,
    CallEnded,
    CallQueued,
    CallReceived,
    MenuStep,
    Outcome,
    Record,
)
from router.core.routing import queues_of
from router.errors import HotlineError
from support.redis_server import RedisServer

pytestmark = pytest.mark.system

SITE = "t"
CALLER, OTHER = "+8613800138000", "+8613900139000"
HIDE = pseudonyms("key")
NOON = 1_790_000_000_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.stop()


def records(count: int, caller_each: int = 3, first: int = 1) -> list[Record]:
    """Calls of five records each, every third of them the caller's."""
    told: list[Record] = []
    for number in range(count):
        call: Any = f"{SITE}.1.c{first + number}"
        seq = (first + number - 1) * 5
        caller = CALLER if number % caller_each == 0 else OTHER
        common = {"call_id": call, "at_ms": NOON + seq, "config": "v1", "v": SCHEMA_VERSION}
        told += [
            CallReceived(seq=seq + 1, did="4001860", caller=caller, withheld=False, trunk="", diverted_from="",
                         **common),
            MenuStep(seq=seq + 2, flow="main", node="ask", node_type="collect", result="88442211", **common),
            CallQueued(
                seq=seq + 3, queue="gas", call_class="", position=1, waiting=1, queued=True, head_start_ms=0,
                emergency=False, **common,
            ),
            CallbackBooked(
                seq=seq + 4, callback=f"{call}k", queue="gas", number=caller, caller=caller, call_class="",
                asked_at_ms=0, head_start_ms=0, position=1, due_ms=0, expires_ms=0, agent_first=True, by="offer",
                **common,
            ),
            CallEnded(
                seq=seq + 5, outcome=Outcome.CALLBACK_BOOKED, queue="gas", agent="", asked=True, queued=True,
                total_ms=1, wait_ms=1, wait_rings=0.1, talk_ms=0, ended_by="caller", detail=f"rang {CALLER}",
                call_type="", **common,
            ),
        ]  # fmt: skip
    return told


def add(redis: Any, told: list[Record]) -> None:
    with redis.pipeline(transaction=False) as pipeline:
        for record in told:
            fields, entry = to_fields(record), f"{record.at_ms}-{record.seq}"
            pipeline.xadd(stream_key(SITE), fields, id=entry)
            for queue in queues_of(record):
                pipeline.xadd(queue_key(SITE, queue), fields, id=entry)
            pipeline.xadd(public_key(SITE), {**fields, **shown(type(record), fields, HIDE)}, id=entry)
        pipeline.sadd(queues_key(SITE), "gas")
        pipeline.execute()


def traces() -> Traces:
    forms = forms_of(CALLER, "CN")
    return Traces((*forms, *map(HIDE, forms)))


def everything(redis: Any) -> str:
    """All that Redis has, as text."""
    text = ""
    for key in sorted(redis.scan_iter()):
        kind = redis.type(key)
        found = {"stream": redis.xrange, "hash": redis.hgetall, "set": redis.smembers, "string": redis.get}[kind](key)
        text += f"{key}: {found}\n"
    return text


def test_no_stream_has_the_caller_any_more_and_every_entry_its_id(server: RedisServer, tmp_path: Path) -> None:
    redis = server.ask()
    add(redis, records(400))
    redis.xadd(foreign_key(SITE), {"field:hello": f"I am {CALLER}"})
    before = {key: redis.xrange(key) for key in (stream_key(SITE), public_key(SITE), queue_key(SITE, "gas"))}
    erasing = StreamErasing(redis, SITE, traces())
    erasing.learn()
    counted = erasing.count()
    assert erasing.erase() == counted
    assert counted[stream_key(SITE)] == 134 * 4 + 266  # CallQueued says nothing of them; the others' detail does
    text = everything(redis)
    assert "13800138000" not in text and HIDE(CALLER) not in text
    assert text.count(OTHER) and HIDE(OTHER) in text
    for key, old in before.items():
        new = redis.xrange(key)
        assert [entry for entry, _ in new] == [entry for entry, _ in old]
        assert all(fields.keys() == other.keys() for (_, fields), (_, other) in zip(old, new, strict=True))
    booked = next(fields for _, fields in redis.xrange(stream_key(SITE)) if fields["type"] == "CallbackBooked")
    assert (booked["number"], booked["caller"], booked["callback"]) == ("", "", "t.1.c1k")
    typed = [fields["result"] for _, fields in redis.xrange(stream_key(SITE)) if fields["type"] == "MenuStep"]
    assert typed[:2] == ["erased", "88442211"]  # what the caller typed goes, what the other one typed stays
    assert erasing.count() == dict.fromkeys(counted, 0)
    assert not [key for key in redis.scan_iter() if key.endswith((":erasing", ":erased"))]

    async def read_all() -> list[int]:
        reader = server.reader()
        seqs = [entry.record.seq async for entry in read(reader, SITE, follow=False) if isinstance(entry, Entry)]
        await reader.aclose()
        return seqs

    assert asyncio.run(read_all()) == list(range(1, 2_001))
    assert any(b"13800138000" in path.read_bytes() for path in (tmp_path / "redis").rglob("*.aof")), "till now"
    while not erasing.rewrite_files():
        time.sleep(0.1)
    while erasing.files_written() == "busy":
        time.sleep(0.1)
    assert erasing.files_written() == "ok"
    files = [path for path in (tmp_path / "redis").rglob("*") if path.is_file()]
    assert files and not [path for path in files if b"13800138000" in path.read_bytes()]
    after = everything(redis)  # what is compressed in them shows when they are read again
    server.stop()
    server.start()
    assert everything(server.ask()) == after


async def test_readers_see_no_gap_and_nothing_added_meanwhile_is_lost(server: RedisServer) -> None:
    redis = server.ask()
    add(redis, records(600))
    seen: list[int] = []
    queue_seen: list[int] = []
    total = 1_200 * 5

    async def follow(into: list[int], goal: int, queue: str | None) -> None:
        reader = server.reader()
        async for entry in read(reader, SITE, queue=queue, block_ms=200, count=7):  # Gap would be raised
            assert isinstance(entry, Entry), entry
            into.append(entry.record.seq)
            if entry.record.seq == goal:
                break
        await reader.aclose()

    stop = threading.Event()

    def write() -> None:
        """The router goes on all the while."""
        writer = server.ask()
        for first in range(601, 1_201):
            add(writer, records(1, first=first, caller_each=2)[:5] if first % 50 else records(1, first=first))
            if stop.wait(0.002):
                return

    readers = [
        asyncio.create_task(follow(seen, total, None)),
        asyncio.create_task(follow(queue_seen, total, "gas")),
    ]
    writing = threading.Thread(target=write)
    writing.start()
    try:

        def erase() -> None:
            while writing.is_alive():
                erasing = StreamErasing(server.ask(), SITE, traces())
                erasing.learn()
                erasing.erase()

        await asyncio.to_thread(erase)
        async with asyncio.timeout(20):
            await asyncio.gather(*readers)
    finally:
        stop.set()
        writing.join()
    assert seen == list(range(1, total + 1))
    assert len(queue_seen) == len(set(queue_seen)) == redis.xlen(queue_key(SITE, "gas"))
    erasing = StreamErasing(redis, SITE, traces())
    erasing.learn()
    erasing.erase()
    assert "13800138000" not in everything(redis)


def test_a_trimmed_stream_still_knows_that_it_was_and_groups_keep_their_place(server: RedisServer) -> None:
    redis = server.ask()
    add(redis, records(100))
    key = stream_key(SITE)
    redis.xtrim(key, minid=f"{NOON + 250}-0", approximate=False)
    redis.xgroup_create(key, "billing", id="0")
    held = redis.xreadgroup("billing", "one", {key: ">"}, count=10)[0][1]
    redis.xack(key, "billing", held[0][0])
    redis.xgroup_create(key, "late", id="$")
    about, groups = redis.xinfo_stream(key), redis.xinfo_groups(key)
    erasing = StreamErasing(redis, SITE, traces())
    erasing.learn()
    assert erasing.erase()[key]
    same = ("length", "last-generated-id", "entries-added", "max-deleted-entry-id", "groups")
    assert {name: redis.xinfo_stream(key)[name] for name in same} == {name: about[name] for name in same}
    assert redis.xinfo_groups(key) == groups
    pending = redis.xpending_range(key, "billing", "-", "+", 100)
    assert [one["message_id"] for one in pending] == [entry for entry, _ in held[1:]]
    assert redis.xreadgroup("billing", "one", {key: ">"}, count=1)[0][1][0][0] > held[-1][0]


def test_what_a_killed_erasure_left_behind_goes_too(server: RedisServer) -> None:
    redis = server.ask()
    add(redis, records(3))
    erasing = StreamErasing(redis, SITE, traces())
    erasing.learn()
    erasing.erase()
    for left in ("erasing", "erased"):  # killed before and after the old stream gave way
        redis.xadd(f"{stream_key(SITE)}:{left}", {"caller": CALLER})
    assert not any(erasing.erase().values())
    assert "13800138000" not in everything(redis)


def test_a_group_with_too_much_pending_is_named_and_nothing_changes(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = server.ask()
    add(redis, records(4))
    redis.xgroup_create(stream_key(SITE), "billing", id="0")
    redis.xreadgroup("billing", "one", {stream_key(SITE): ">"}, count=10)
    monkeypatch.setattr(stream_erasing, "MOST_PENDING", 9)
    before = everything(redis)
    erasing = StreamErasing(redis, SITE, traces())
    erasing.learn()
    with pytest.raises(HotlineError, match="billing") as refused:
        erasing.erase()
    assert "XACK" in refused.value.cure and everything(redis) == before


def test_nothing_of_the_caller_means_nothing_is_touched(server: RedisServer) -> None:
    redis = server.ask()
    add(redis, [one for one in records(4) if getattr(one, "caller", OTHER) == OTHER and not isinstance(one, CallEnded)])
    before = everything(redis)
    erasing = StreamErasing(redis, SITE, Traces(forms_of("+8613700137000", "CN")))
    erasing.learn()
    assert not any(erasing.erase().values())
    assert everything(redis) == before
