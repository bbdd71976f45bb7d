"""On a real Redis: a stream for each queue and one for the public, the present beside them, and readers who resume."""

import asyncio
import contextlib
import functools
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from properties import test_present_is_the_overview as courses

from router.adapters.outbox import Outbox
from router.adapters.present_codec import all_fields
from router.adapters.pseudonyms import pseudonyms
from router.adapters.record_codec import from_fields, to_fields
from router.adapters.redis_stream import Keep, RedisStream
from router.adapters.stream_keys import foreign_key, present_key, public_key, queue_key, queues_key, stream_key
from router.adapters.stream_reader import Entry, Gap, NoPresent, Unread, read, read_present
from router.core.present import Present
from router.core.records import CallReceived, Record, SiteChanged
from router.core.routing import queues_of
from support.redis_server import PASSWORD, RedisServer

pytestmark = pytest.mark.system

SITE = "t"
KEY = stream_key(SITE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis").start()
    yield server
    server.stop()


@functools.cache
def told(seed: int = 5, steps: int = 400) -> tuple[Record, ...]:
    """What a real core told in a course of events: calls, agents, queues, publishes and restarts."""
    course = courses.Course(seed)
    for _ in range(steps):
        course.step()
    return tuple(course.outside.told)


def folded(records: Sequence[Record]) -> Present:
    present = Present()
    for record in records:
        present.apply(record)
    return present


@contextlib.asynccontextmanager
async def sending(outbox: Outbox, server: RedisServer, **more: Any) -> AsyncIterator[RedisStream]:
    stream = RedisStream(outbox, server.url, PASSWORD, SITE, hide=pseudonyms("key"), answer_within_s=1.0, **more)
    task = asyncio.create_task(stream.run())
    try:
        yield stream
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def settled(stream: RedisStream, server: RedisServer) -> None:
    """Everything is sent, the present with it."""
    async with asyncio.timeout(15):
        await stream.drain()
        while server.ask().hget(present_key(SITE), "seq") != str(stream.present.cursor.seq):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def all_of(server: RedisServer, after: str = "0-0", queue: str | None = None, **more: Any) -> list[Any]:
    redis = server.reader()
    found = [entry async for entry in read(redis, SITE, after, queue, follow=False, **more)]
    await redis.aclose()
    return found


async def present_of(server: RedisServer) -> Present:
    redis = server.reader()
    try:
        return await read_present(redis, SITE)
    finally:
        await redis.aclose()


def same(one: Present, other: Present) -> None:
    ours, theirs = all_fields(one), all_fields(other)
    assert dict(sorted(ours.items())) == dict(sorted(theirs.items()))


async def test_each_queues_stream_is_the_total_one_filtered(server: RedisServer, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox, server) as stream:
        for record in told():
            outbox.append([record])
            if record.seq % 7 == 0:
                await asyncio.sleep(0)
        await settled(stream, server)
    total = await all_of(server)
    assert [entry.record for entry in total] == list(told())
    queues = {queue for record in told() for queue in queues_of(record)}
    assert server.ask().smembers(queues_key(SITE)) == queues
    assert len(queues) == 3
    for queue in queues:
        assert await all_of(server, queue=queue) == [entry for entry in total if queue in queues_of(entry.record)]


async def test_the_present_in_redis_is_the_fold_of_the_stream_at_its_cursor(
    server: RedisServer, tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    records = told()
    async with sending(outbox, server) as stream:
        for start in range(0, len(records), 40):
            outbox.append(records[start : start + 40])
            await asyncio.sleep(0.03)
            with contextlib.suppress(NoPresent):
                present = await present_of(server)
                same(present, folded(records[: present.cursor.seq]))
        await settled(stream, server)
    present = await present_of(server)
    assert present.cursor.seq == len(records)
    same(present, folded(records))
    # A reader folds on from any moment to the same.
    midway = folded(records[: len(records) // 2])
    for entry in await all_of(server, after=midway.cursor.entry):
        midway.apply(entry.record)
    same(midway, present)


async def test_a_router_started_again_goes_on_with_the_present_of_its_core(server: RedisServer, tmp_path: Path) -> None:
    records = told()
    half = len(records) // 2
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox, server) as stream:
        outbox.append(records[:half])
        await settled(stream, server)
    server.ask().hset(present_key(SITE), "agent:ghost", '{"agent":"ghost","state":"ready","since_ms":1}')
    outbox.append(records[half : half + 20])  # what was on disk when it went down
    recovered = folded(records[: half + 20])
    async with sending(outbox, server, present=recovered) as stream:
        await settled(stream, server)
        same(await present_of(server), folded(records[: half + 20]))
        outbox.append(records[half + 20 :])
        await settled(stream, server)
    same(await present_of(server), folded(records))
    assert [entry.record for entry in await all_of(server)] == list(records)


async def test_a_reader_of_a_queue_resumes_without_a_gap_over_a_restart_of_redis(
    server: RedisServer, tmp_path: Path
) -> None:
    records = told()
    outbox = Outbox(tmp_path / "outbox")
    got: list[Entry | Unread] = []

    async def follow() -> None:
        cursor = "0-0"
        while True:
            redis = server.reader()
            try:
                async for entry in read(redis, SITE, cursor, "desk", block_ms=100):
                    got.append(entry)
                    cursor = entry.cursor
            except (OSError, Exception) as error:
                if isinstance(error, AssertionError | Gap):
                    raise
                await asyncio.sleep(0.05)
            finally:
                with contextlib.suppress(Exception):
                    await redis.aclose()

    reader = asyncio.create_task(follow())
    async with sending(outbox, server) as stream:
        outbox.append(records[:150])
        await settled(stream, server)
        server.stop()
        outbox.append(records[150:300])
        await asyncio.sleep(0.3)
        server.start()
        outbox.append(records[300:])
        await settled(stream, server)
        wanted = [record for record in records if "desk" in queues_of(record)]
        async with asyncio.timeout(10):
            while len(got) < len(wanted):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    reader.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reader
    assert [entry.record for entry in got if isinstance(entry, Entry)] == wanted
    same(await present_of(server), folded(records))


async def test_a_reader_ends_even_where_its_cancellation_gets_lost(server: RedisServer) -> None:
    redis, asked, lost = server.reader(), asyncio.Event(), 0

    async def xread(*words: Any, **more: Any) -> Any:
        """What Redis's library does where an answer comes just as its task is cancelled."""
        nonlocal lost
        asked.set()
        try:
            return await real(*words, **more)
        except asyncio.CancelledError:
            lost += 1
            if lost > 1:
                raise
            return []

    real, redis.xread = redis.xread, xread  # type: ignore[method-assign]

    async def follow() -> None:
        async for _ in read(redis, SITE, block_ms=100):
            pass

    reader = asyncio.create_task(follow())
    await asked.wait()
    reader.cancel()
    ended, _ = await asyncio.wait([reader], timeout=3)
    await redis.aclose()
    assert (ended, reader.cancelled(), lost) == ({reader}, True, 1)


async def test_strange_entries_come_out_as_unread_and_lose_nothing(
    server: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    records = told()[:60]
    outbox = Outbox(tmp_path / "outbox")
    redis = server.ask()
    async with sending(outbox, server) as stream:
        outbox.append(records[:20])
        await settled(stream, server)
        last = records[19]
        redis.xadd(KEY, {"hello": "world"}, id=f"{last.at_ms}-{last.seq}9999")  # keeps ours of this millisecond out
        redis.xadd(KEY, {"type": "CallEnded", "seq": "1", "at_ms": "2"}, id="99999999999999-1")  # and all others
        redis.xadd(queue_key(SITE, "desk"), {"x": "y"}, id="99999999999999-5")
        assert [type(entry) for entry in await all_of(server)][-2:] == [Unread, Unread]
        outbox.append(records[20:])
        await settled(stream, server)
    assert [entry.record for entry in await all_of(server)] == list(records)
    wanted = [record for record in records if "desk" in queues_of(record)]
    assert [entry.record for entry in await all_of(server, queue="desk")] == wanted
    moved = [fields for _, fields in redis.xrange(foreign_key(SITE))]
    assert [fields["entry"] for fields in moved].count("99999999999999-1") == 1
    assert any(fields.get("field:hello") == "world" for fields in moved)
    assert stream.foreign_count == 3
    assert "foreign entries stood at the end" in caplog.text


async def test_a_foreign_entry_in_the_way_at_the_start_of_a_router(server: RedisServer, tmp_path: Path) -> None:
    records = told()[:30]
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox, server) as stream:
        outbox.append(records[:20])
        await settled(stream, server)
    server.ask().xadd(KEY, {"hello": "world"}, id="99999999999999-1")
    outbox.append(records[20:])
    async with sending(outbox, server) as stream:
        await settled(stream, server)
    assert [entry.record for entry in await all_of(server)] == list(records)


async def test_older_and_newer_schemas_and_unknown_types(server: RedisServer) -> None:
    redis = server.ask()
    plain = {"at_ms": "5", "v": "1", "config": "c"}
    redis.xadd(KEY, {"type": "RouterUp", "seq": "1", "site": "t", "epoch": "1", "calls": "0", **plain}, id="5-1")
    redis.xadd(KEY, {"type": "MoonRose", "seq": "2", "over": "roof", **plain}, id="5-2")
    redis.xadd(KEY, {"type": "SiteChanged", "seq": "3", "previous": "c", **plain, "v": "99"}, id="5-3")
    redis.xadd(KEY, {"type": "SiteChanged", "seq": "4", **plain}, id="5-4")
    redis.xadd(KEY, {"type": "SiteChanged", "seq": "5", "previous": "c", "colour": "red", **plain}, id="5-5")
    found = await all_of(server)
    assert isinstance(found[0], Entry), "written before queues were named: they are empty then"
    assert [entry.reason for entry in found[1:4]] == ["unknown_type", "newer_version", "damaged"]
    assert [entry.cursor for entry in found] == ["5-1", "5-2", "5-3", "5-4", "5-5"]
    assert found[4].fields["colour"] == "red"


async def test_a_stream_trimmed_past_the_cursor_says_so(server: RedisServer, tmp_path: Path) -> None:
    records = told()
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox, server) as stream:
        outbox.append(records)
        await settled(stream, server)
    redis = server.ask()
    cursors = [f"{record.at_ms}-{record.seq}" for record in records]
    assert len(await all_of(server, after=cursors[99])) == len(records) - 100
    redis.xtrim(KEY, maxlen=len(records) - 100, approximate=False)
    assert len(await all_of(server, after=cursors[99])) == len(records) - 100, "the next is still there"
    with pytest.raises(Gap, match="trimmed past"):
        await all_of(server, after=cursors[98])
    assert await all_of(server, after=cursors[-1]) == []
    assert (await present_of(server)).cursor.entry == cursors[-1]
    desk = queue_key(SITE, "desk")
    entries = [entry for entry, _ in redis.xrange(desk)]
    redis.xtrim(desk, maxlen=len(entries) - 10, approximate=False)
    assert len(await all_of(server, after=entries[10], queue="desk")) == len(entries) - 11
    with pytest.raises(Gap):
        await all_of(server, after=entries[3], queue="desk")
    redis.delete(KEY)
    with pytest.raises(ValueError, match="is no cursor"):
        await all_of(server, after="yesterday")


async def test_a_gap_that_opens_while_reading_is_seen(server: RedisServer, tmp_path: Path) -> None:
    redis = server.reader()
    records = told()[:40]
    for record in records:
        if record.seq not in (17, 18):
            await redis.xadd(KEY, to_fields(record), id=f"{record.at_ms}-{record.seq}")  # type: ignore[arg-type]
    got: list[Any] = []
    with pytest.raises(Gap) as gap:
        async for entry in read(redis, SITE, follow=False):
            got.append(entry)
    assert [entry.record.seq for entry in got] == list(range(1, 17))
    assert gap.value.cursor == got[-1].cursor
    await redis.aclose()


async def test_age_and_size_trim_every_stream(server: RedisServer, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    hour_ms = 3_600_000
    old = [changed(seq, hour_ms + seq) for seq in range(1, 1001)]
    new = [changed(seq, 10 * hour_ms + seq) for seq in range(1001, 1501)]
    async with sending(outbox, server, keep=Keep(10_000, 10_000, 2 * hour_ms)) as stream:
        outbox.append(old)
        await settled(stream, server)
        stream._trimmed_s = float("-inf")
        outbox.append(new)
        await settled(stream, server)
    for key in (KEY, public_key(SITE), queue_key(SITE, "desk")):
        assert 500 <= server.ask().xlen(key) < 700, key
    async with sending(Outbox(tmp_path / "other"), server, keep=Keep(200, 100, 0)) as stream:
        stream._outbox.append([changed(seq, 21 * hour_ms + seq) for seq in range(2001, 3001)])
        await settled(stream, server)
    assert server.ask().xlen(KEY) < 400
    assert server.ask().xlen(queue_key(SITE, "desk")) < 300


def changed(seq: int, at_ms: int) -> Record:
    return SiteChanged(seq=seq, at_ms=at_ms, v=1, config="c", previous="p", queues=("desk",))


async def test_the_public_reads_all_but_who_called_and_nothing_else(server: RedisServer, tmp_path: Path) -> None:
    number = "+8613800138000"
    outbox = Outbox(tmp_path / "outbox")
    async with sending(outbox, server) as stream:
        outbox.append(told())
        await settled(stream, server)
    redis = server.ask()
    assert any(number in str(fields) for _, fields in redis.xrange(KEY))
    public = redis.xrange(public_key(SITE))
    assert [entry for entry, _ in public] == [entry for entry, _ in redis.xrange(KEY)]
    text = str(public) + str(redis.hgetall(present_key(SITE)))
    assert "13800138000" not in text
    callers = {from_fields(fields).caller for _, fields in public if fields["type"] == "CallReceived"}  # type: ignore[attr-defined]
    told_callers = {record.caller for record in told() if isinstance(record, CallReceived)}
    assert len(callers) == len(told_callers), "redials can still be counted"
    assert all(caller.startswith("~") for caller in callers if caller)
    # The user of the docs may read these and nothing else.
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text()
    line = next(line for line in page.splitlines() if line.startswith("ACL SETUSER"))
    redis.execute_command(*line.replace("demo", SITE).replace("PASSWORD", "seen").split())
    reader = server.reader("board", "seen")
    assert (await read_present(reader, SITE)).cursor.seq == len(told())
    found = [entry async for entry in read(reader, SITE, public=True, follow=False)]
    assert len(found) == len(told())
    assert all(isinstance(entry, Entry) for entry in found)
    for forbidden in (("XRANGE", KEY, "-", "+"), ("DEL", present_key(SITE)), ("XADD", public_key(SITE), "*", "a", "b")):
        with pytest.raises(Exception, match="no permissions"):
            await reader.execute_command(*forbidden)
    await reader.aclose()


async def test_the_reader_of_the_docs_is_right_and_begins_again_after_a_gap(
    server: RedisServer, tmp_path: Path
) -> None:
    docs = Path(__file__).parents[2] / "docs"
    source = (docs / "reader.py").read_text()
    assert source in (docs / "events.md").read_text(), "docs/events.md shows docs/reader.py: copy it anew"
    assert len(source.split("def follow")[1].split("if __name__")[0].strip().splitlines()) <= 30
    names: dict[str, Any] = {"__name__": "reader"}
    exec(compile(source, "reader.py", "exec"), names)
    records = told()
    outbox = Outbox(tmp_path / "outbox")
    seen: list[int] = []
    looks_away, goes_on = threading.Event(), threading.Event()
    waiting: dict[str, int] = {}

    class Enough(Exception):
        pass

    def note(fields: dict[str, str]) -> None:
        seen.append(int(fields["seq"]))
        if seen[-1] == 250:
            looks_away.set()
            goes_on.wait(10)
        if seen[-1] == len(records):
            raise Enough

    async with sending(outbox, server) as stream:
        outbox.append(records[:200])
        await settled(stream, server)
        url = server.url.replace("//", f"//:{PASSWORD}@")
        reader = asyncio.create_task(asyncio.to_thread(names["follow"], url, SITE, waiting, note))
        await asyncio.sleep(0.3)
        outbox.append(records[200:250])
        async with asyncio.timeout(10):
            await asyncio.to_thread(looks_away.wait)
        # While it looks away, Redis forgets what comes next, but for the newest.
        outbox.append(records[250 : len(records) - 20])
        await settled(stream, server)
        server.ask().xtrim(KEY, maxlen=40, approximate=False)
        goes_on.set()
        await asyncio.sleep(0.3)
        outbox.append(records[len(records) - 20 :])
        with pytest.raises(Enough):
            await asyncio.wait_for(reader, 20)
    right = {queue.queue: queue.waiting_count for queue in folded(records).queues.values()}
    assert seen == [*range(seen[0], 251), *range(len(records) - 19, len(records) + 1)]
    assert {queue: count for queue, count in waiting.items() if count} == {q: n for q, n in right.items() if n}


async def test_no_present_and_one_of_another_version_say_what_to_do(server: RedisServer) -> None:
    with pytest.raises(NoPresent) as none:
        await present_of(server)
    assert "hotline status" in none.value.cure
    server.ask().hset(present_key(SITE), mapping={"v": "99", "seq": "1"})
    with pytest.raises(NoPresent, match="99"):
        await present_of(server)
    server.ask().hset(present_key(SITE), mapping={"v": "1", "seq": "x"})
    with pytest.raises(NoPresent, match="cannot be read"):
        await present_of(server)
