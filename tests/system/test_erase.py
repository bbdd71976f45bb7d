"""One caller is erased from a line on real parts: no file of its home and no key of its Redis has the number then."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from phones.behaviour import Answer
from router.adapters.journal_snapshots import read_snapshot, snapshots
from router.adapters.pseudonyms import pseudonyms
from router.adapters.stream_reader import Entry, read
from router.core.events import ComplaintMoveAsked, ComplaintOpenAsked
from router.kpi.archive import raw_rows
from router.line.ports import free_block
from system.boxes import NIGHT, NOT_ASKED, leave, messages, spoken_site
from system.command_line import archive_following, hotline
from system.rig import CALLER, CALLER_HZ, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

GOING, STAYING, COMPLAINING = "13912345678", CALLER, "13800138009"
RECORDED = """\
start: which
person: agents
nodes:
  which: { type: branch, cases: [ { when: "caller == '+8613800138009'", next: tag } ], otherwise: record }
  tag: { type: tag, tag: complaint, next: record }
  record: { type: record, announce: [], next: agents }
  agents: { type: enqueue, queue: not_asked }
"""


@pytest_asyncio.fixture(loop_scope="session")
async def line(tmp_path: Path, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line with boxes, whose talks are recorded, with its archive kept up to date."""
    block = free_block()
    site = spoken_site(tmp_path / "spoken")
    (site / "flows" / "not_asked.yaml").write_text(RECORDED)
    rules = (site / "messages.yaml").read_text()
    (site / "messages.yaml").write_text(f"{rules}talks: {{ keep_for: 1h }}\n")
    rig = Rig.make(tmp_path / "line", block, asterisk_root, site)
    try:
        await rig.start()
        async with archive_following(rig):
            yield rig
    finally:
        for phone in rig.phones:
            await phone.stop()
        await rig.stop()
        block.close()


async def talk(rig: Rig, number: str) -> str:
    """A caller talks with the agent for a second, recorded; returns the call's id."""
    after = await rig.mark()
    call = await rig.ring(NOT_ASKED, number=number, speaks=CALLER_HZ)
    connected = await rig.record("CallConnected", after=after)
    await asyncio.sleep(1.2)
    await call.hang_up()
    await rig.record("CallEnded", after=after, call_id=connected["call_id"])
    await rig.agent_is("1001", "ready")
    return str(connected["call_id"])


def having(folder: Path, *texts: str) -> list[str]:
    """The files below a folder that have a text, or are named by it."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        for text in texts
        if text in path.name or text.encode() in path.read_bytes()
    )


async def in_redis(rig: Rig, *texts: str) -> list[str]:
    """The keys in Redis that have a text anywhere."""
    redis, found = rig.redis(), []
    async for key in redis.scan_iter():
        kind = await redis.type(key)
        read_whole = {"stream": redis.xrange, "hash": redis.hgetall, "set": redis.smembers, "string": redis.get}[kind]
        whole = str(await read_whole(key))
        found += [key for text in texts if text in whole or text in key]
    return found


async def test_nothing_of_the_caller_is_left_and_nobody_else_is_missing(line: Rig) -> None:
    rig, home = line, line.line.folders.home
    site = rig.line.settings.site
    hide = pseudonyms(rig.line.secrets.site_key)
    going = (GOING, hide(f"+86{GOING}"))
    await rig.agent("1001", Answer(after_ms=100))
    gone_call, staying_call = await talk(rig, GOING), await talk(rig, STAYING)
    gone_message = (await leave(rig, NIGHT, GOING))["recording"]
    staying_message = (await leave(rig, NIGHT, STAYING))["recording"]
    complaint_call = await talk(rig, COMPLAINING)
    await rig.ask(ComplaintOpenAsked(number=GOING, kind="simple"))

    async def archived() -> bool:
        code, said = await hotline(rig, "archive", "status", "--json")
        return code == 0 and (json.loads(said)["last_record"] or 0) >= await rig.mark()

    await until(archived, 20.0, lambda: "the archive has it")
    recordings = home / "shared" / "recordings"
    for name in (f"{gone_call}.talk1-caller", f"{staying_call}.talk1-agent", gone_message, staying_message):
        assert (recordings / f"{name}.wav").exists(), name
    assert having(home, GOING) and await in_redis(rig, *going)

    # What is open is named, and nothing is erased.
    before = await rig.mark()
    code, said = await hotline(rig, "erase", GOING, "--json")
    found = json.loads(said)
    assert code == 1 and [one[0] for one in found["open"]] == ["complaint"]
    assert found["counts"]["messages"] == 1 and found["counts"]["recordings"] == 3  # two sides of a talk, one message
    assert await rig.mark() == before and len(await messages(rig)) == 2
    complaint = (await rig.overview())["complaints"][0]["id"]
    await rig.ask(ComplaintMoveAsked(complaint=complaint, step="resolved"))
    code, said = await hotline(rig, "erase", GOING, "--dry-run", "--lang", "zh")
    assert code == 0 and "未作任何更改" in said and having(home, GOING)

    # Erased while calls go on and readers follow.
    first, seen, queue_seen = await rig.mark(), [], []

    async def follow(into: list[int], queue: str | None) -> None:
        reader = Redis.from_url(rig.line.redis_url, decode_responses=True)
        try:
            async for entry in read(reader, rig.line.site.name, queue=queue, block_ms=200):
                assert isinstance(entry, Entry), entry
                into.append(entry.record.seq)
        finally:
            await reader.aclose()

    readers = [asyncio.create_task(follow(seen, None)), asyncio.create_task(follow(queue_seen, "not_asked"))]
    calls = asyncio.create_task(talk(rig, STAYING))
    code, said = await hotline(rig, "erase", f"+86{GOING}", "--by", "data officer", "--json")
    done = json.loads(said)
    assert code == 0 and done["clean"], said
    assert done["counts"]["messages"] == 1 and done["counts"]["recordings"] == 3
    assert done["counts"]["entries"] > 10 and done["counts"]["archived"] > 5 and done["counts"]["facts"] == 2
    await calls
    last = await rig.mark()

    async def read_all() -> bool:
        for task in readers:
            if task.done():
                task.result()
        return bool(seen) and seen[-1] >= last

    await until(read_all, 10.0, lambda: f"record {last}, read up to {seen[-1:]}")
    for task in readers:
        task.cancel()
    assert seen == list(range(1, seen[-1] + 1)) and last > first
    assert len(queue_seen) == len(set(queue_seen)) > 0

    assert having(home, *going) == [] and await in_redis(rig, *going) == []
    assert having(site, GOING) == []
    erased = await rig.record("CallerErased", after=first)
    assert erased["by"] == "data officer" and json.loads(erased["counts"])["messages"] == 1
    left = await messages(rig)
    assert [row["recording"] for row in left] == [staying_message]
    assert {path.stem for path in recordings.glob("*.wav")} >= {f"{staying_call}.talk1-caller", staying_message}
    assert not list(recordings.glob(f"{gone_call}.*"))
    assert await in_redis(rig, STAYING)
    archive = [row.json for row in raw_rows(home / "archive")]  # compressed, so that having() does not see into it
    assert [row for row in archive if STAYING in row] and not [row for row in archive if GOING in row]
    (_, kept), *older = snapshots(home / "journal")  # encrypted
    remembered = str(read_snapshot(kept, rig.line.secrets.journal_key).state)
    assert STAYING in remembered and GOING not in remembered and not older

    # The journal is whole: a router that is killed comes back with the other's message.
    # And the recordings of talks that are too old by now go, but not those of a complaint.
    two_hours_ago = time.time() - 7_200
    for path in (*recordings.glob(f"{staying_call}.talk*"), *recordings.glob(f"{complaint_call}.talk*")):
        os.utime(path, (two_hours_ago, two_hours_ago))
    await rig.line.kill_router()
    await rig.line.start_router()
    assert [row["recording"] for row in await messages(rig)] == [staying_message]
    for side in ("caller", "agent"):
        await rig.record("RecordingDeleted", after=last, recording=f"{staying_call}.talk1-{side}")
    assert not list(recordings.glob(f"{staying_call}.talk*"))
    assert len(list(recordings.glob(f"{complaint_call}.talk1-*.wav"))) == 2
    assert having(home, *going) == [] and await in_redis(rig, *going) == []
    code, said = await hotline(rig, "audit", "--from", "yesterday", "--json")
    assert code == 0 and json.loads(said)["agrees"], said
    await rig.clear()


async def test_files_of_the_site_are_named_and_the_router_must_be_there(line: Rig) -> None:
    rig, site = line, line.line.settings.site
    notes = site / "notes.csv"
    notes.write_text(f"number,class\n95001,x\n{GOING},vip\n")
    code, said = await hotline(rig, "erase", GOING, "--json")
    done = json.loads(said)
    assert code == 1 and done["named"] == [f"{notes}:3"] and not done["left"] and not done["open"], said
    assert notes.read_text().count(GOING) == 1
    assert having(rig.line.folders.home, GOING) == [] and await in_redis(rig, GOING) == []
    assert (await hotline(rig, "erase", "12"))[0] == 2
    await rig.line.stop_router()
    code, said = await hotline(rig, "erase", GOING)
    assert code == 1 and "hotline up" in said
