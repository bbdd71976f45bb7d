"""The streams, the present and the metrics of a real line, after real calls and real breaks."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis.exceptions import RedisError

from phones.behaviour import Answer, Refuse
from router.adapters.present_codec import all_fields
from router.adapters.stream_keys import public_key, queue_key
from router.adapters.stream_reader import Entry, NoPresent, Unread, read, read_present
from router.core.present import Present, present_of
from router.core.routing import queues_of
from system.rig import CALLER, DIRECT, MAIN, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def told(rig: Rig, queue: str | None = None, **more: Any) -> list[Entry]:
    found = [entry async for entry in read(rig.redis(), rig.line.site.name, queue=queue, follow=False, **more)]
    assert all(isinstance(entry, Entry) for entry in found)
    return [entry for entry in found if isinstance(entry, Entry)]


async def up_to_date(rig: Rig) -> Present:
    """Wait until the present in Redis stands at the core's last record; it is read once more then, and returned."""
    site = rig.line.site.name

    async def there() -> bool:
        with contextlib.suppress(RedisError, NoPresent):  # it was just started, and old connections are gone
            return (await read_present(rig.redis(), site)).cursor.seq == await rig.mark()
        return False

    await until(there, 10.0, lambda: "the present is at the core's last record")
    return await read_present(rig.redis(), site)


def plain(present: Present) -> dict[str, Any]:
    rows = {name: dict(sorted(rows.items())) for name, rows in msgspec.to_builtins(
        {"calls": present.calls, "agents": present.agents, "phones": present.phones, "queues": present.queues}
    ).items()}  # fmt: skip
    return {**rows, "seq": present.cursor.seq, "config": present.cursor.config, "epoch": present.cursor.epoch}


async def is_the_cores(rig: Rig) -> Present:
    """Compare the present in Redis with the core's overview at the same record, and with the fold of the stream."""
    for _ in range(20):
        present, overview = await up_to_date(rig), await rig.overview()
        if overview["seq"] == present.cursor.seq:
            break
    assert plain(present) == plain(present_of(overview, present.cursor.at_ms))
    folded = Present()
    for entry in await told(rig):
        if entry.record.seq <= present.cursor.seq:
            folded.apply(entry.record)
    assert all_fields(folded) == all_fields(present)
    return present


async def scrape(rig: Rig) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    address = (await rig.health())["metrics"]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert answer.status == 200
        text = await answer.text()
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


async def some_calls(rig: Rig) -> None:
    """Answered, refused and then abandoned, hung up in the menu."""
    await rig.agent("1001", Answer(after_ms=100))
    for _ in range(3):
        after = await rig.mark()
        call = await rig.ring(DIRECT)
        await rig.record("CallConnected", after=after)
        await call.hang_up()
        await rig.agent_is("1001", "ready")
    menu = await rig.ring(MAIN)
    await menu.hang_up()
    await rig.sign_out("1001")
    await rig.agent("1002", Refuse(486))
    after = await rig.mark()
    waits = await rig.ring(DIRECT)
    await rig.record("AgentMissed", after=after, within_s=8.0)
    await is_the_cores(rig)  # while somebody waits
    await waits.hang_up()


async def test_queues_streams_present_and_metrics_agree_after_calls(rig: Rig) -> None:
    before = await scrape(rig)
    seen = {entry.cursor for entry in await told(rig)}
    await some_calls(rig)
    await rig.at_rest()
    present = await is_the_cores(rig)
    total = await told(rig)
    queues = set(rig.line.site.floor.queues)
    assert set(present.queues) == queues
    busy = 0
    for queue in queues:
        wanted = [entry for entry in total if queue in queues_of(entry.record)]
        assert await told(rig, queue) == wanted
        busy += len(wanted) > 20
    assert busy
    # The public sees all of it, but nowhere who called.
    public = await rig.redis().xrange(public_key(rig.line.site.name))
    assert [entry for entry, _ in public] == [entry.cursor for entry in total]
    assert CALLER not in str(public)
    assert any(CALLER in str(entry.fields) for entry in total)
    # What the metrics count since is what the stream has since.
    after = await scrape(rig)
    new = [entry.record for entry in total if entry.cursor not in seen]
    kinds = [type(record).__name__ for record in new]

    def grew(name: str, **labels: str) -> float:
        key = (name, tuple(sorted(labels.items())))
        return after.get(key, 0) - before.get(key, 0)

    for kind in set(kinds):
        assert grew("hotline_records_total", type=kind) == kinds.count(kind), kind
    assert grew("hotline_calls_received_total") == kinds.count("CallReceived") >= 5
    outcomes = [record.outcome.value for record in new if type(record).__name__ == "CallEnded"]  # type: ignore[union-attr]
    assert outcomes.count("answered") == 3
    for outcome in set(outcomes):
        assert grew("hotline_calls_total", outcome=outcome) == outcomes.count(outcome)
    connected = [record for record in new if type(record).__name__ == "CallConnected"]
    by_queue = {record.queue for record in connected}  # type: ignore[union-attr]
    waits = sum(grew("hotline_wait_seconds_count", queue=queue, result="answered") for queue in by_queue)
    assert waits == len(connected) == 3
    assert grew("hotline_stream_sent_records_total") == len(new)
    assert after[("hotline_ari_answer_seconds_count", ())] > before[("hotline_ari_answer_seconds_count", ())]
    assert after[("hotline_core_turn_seconds_count", ())] > 0
    assert after[("hotline_ari_connected", ())] == after[("hotline_redis_connected", ())] == 1


async def test_breaks_of_redis_and_of_the_router_leave_no_gap(own_rig: Rig) -> None:
    rig = await own_rig.start()
    site = rig.line.site.name
    got: list[Entry | Unread] = []

    async def follow() -> None:
        present: Present | None = None
        cursor = ""
        while True:
            with contextlib.suppress(OSError, Exception):
                if present is None:
                    present = await read_present(rig.redis(), site)
                    cursor = present.cursor.entry
                async for entry in read(rig.redis(), site, cursor, block_ms=200):
                    got.append(entry)
                    cursor = entry.cursor
            await asyncio.sleep(0.05)

    reader = asyncio.create_task(follow())
    try:
        await some_calls(rig)
        first = (await up_to_date(rig)).cursor.seq
        assert rig.line.redis is not None
        await rig.line.redis.stop()
        call = await rig.ring(MAIN)  # a call that Redis knows nothing of yet
        ready = f"http://127.0.0.1:{rig.block.metrics}"
        async with aiohttp.ClientSession(ready) as http:
            async with http.get("/readyz") as answer:
                found = await answer.json()
                assert (answer.status, found["ok"]) == (200, True), "Redis away keeps no call out"
            async with http.get("/livez") as answer:
                assert answer.status == 200
        assert (await scrape(rig))[("hotline_redis_connected", ())] == 0
        await call.hang_up()
        await rig.line.start_redis()
        await is_the_cores(rig)
        await rig.line.stop_router()
        await rig.line.start_router()
        present = await is_the_cores(rig)
        assert present.cursor.epoch == 2
        await rig.sign_in("1002")
        present = await is_the_cores(rig)

        async def all_read() -> bool:
            return bool(got) and int(got[-1].cursor.partition("-")[2]) >= present.cursor.seq

        await until(all_read, 10.0, lambda: f"the reader has record {present.cursor.seq}; got {got[-1:]}")
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    seqs = [entry.record.seq for entry in got if isinstance(entry, Entry)]
    assert seqs == list(range(seqs[0], seqs[-1] + 1))
    assert seqs[0] <= first
    for queue in rig.line.site.floor.queues:
        total = await told(rig)
        assert await told(rig, queue) == [entry for entry in total if queue in queues_of(entry.record)]
        assert await rig.redis().exists(queue_key(site, queue))
