"""Real calls, counted three ways: board, reports and records agree, whatever becomes of the archive's process."""

import asyncio
from collections import Counter

import pytest

from phones.behaviour import Answer, Silent
from router.core.events import ConsultAsked, TransferAsked
from router.core.ids import AgentId
from router.kpi.archive import raw_rows
from system.command_line import archive_following, hotline_json
from system.rig import CALLER_E164, DIRECT, MAIN, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def served(rig: Rig, number: str = "13800138000") -> None:
    """One caller talks to whoever answers, and hangs up."""
    after = await rig.mark()
    call = await rig.ring(DIRECT, number=number)
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.3)
    await call.hang_up()
    await rig.record("CallEnded", after=after, outcome="answered")


async def some_of_everything(rig: Rig) -> None:
    """Served calls, one handed over, one that gives up, one that never asks, a phone that is not picked up."""
    await rig.agent("1001", Answer(after_ms=150))
    await served(rig)
    await served(rig, "13900139000")
    await rig.agent_is("1001", "ready")
    await rig.agent("1002", Answer(after_ms=100))
    after = await rig.mark()
    call = await rig.ring(DIRECT)
    talk = await rig.record("CallConnected", after=after)
    first = talk["agent"]
    second = "1002" if first == "1001" else "1001"
    await rig.ask(ConsultAsked(agent=AgentId(first), kind="agent", target=second))
    await rig.agent_is(second, "consulting")
    await rig.ask(TransferAsked(agent=AgentId(first)))
    await rig.record("CallTransferred", after=after, target=second)
    await rig.agent_is(second, "talking")
    await asyncio.sleep(0.3)
    await call.hang_up()
    await rig.record("CallEnded", after=after)
    await rig.agent_is(second, "ready")
    await rig.agent_is(first, "ready")
    for agent in ("1001", "1002"):
        await rig.sign_out(agent)
    await rig.agent("1003", Silent())
    after = await rig.mark()
    call = await rig.ring(DIRECT)
    await rig.record("AgentRang", after=after, agent="1003")
    await asyncio.sleep(0.4)
    await call.hang_up()
    await rig.record("CallEnded", after=after, outcome="abandoned_short")
    await rig.agent_is("1003", "ready")
    after = await rig.mark()
    call = await rig.ring(MAIN)
    await rig.record("LineAnswered", after=after)
    await call.hang_up()
    await rig.record("CallEnded", after=after, outcome="self_served")


async def sent(rig: Rig) -> int:
    """Wait until Redis has every record; returns the last one's number."""
    await rig.balance()
    return int((await rig.rows())[-1]["seq"])


async def test_board_reports_and_records_agree_after_real_calls(rig: Rig) -> None:
    await some_of_everything(rig)
    last = await sent(rig)
    code, said = await hotline_json(rig, "audit", "--from", "yesterday")
    assert code == 0 and said["agrees"], [total for total in said["totals"] if not total["agrees"]]
    assert said["seq"] >= last
    rows = await rig.rows()
    outcomes = Counter(row["outcome"] for row in rows if row["type"] == "CallEnded")
    totals = {total["what"]: total for total in said["totals"]}
    for outcome, count in outcomes.items():
        assert {totals[outcome][way] for way in ("board", "report", "records")} == {count}, outcome
    assert totals["transfers: sum"]["report"] >= 1
    talked_ms = sum(row["talk_ms"] for row in rows if row["type"] == "TalkEnded")
    assert totals["talk_time: sum"]["board"] == totals["talk_time: sum"]["report"] == talked_ms > 0
    code, lines = await hotline_json(rig, "measures", "answered", "received", "asa", "--from", "yesterday")
    assert code == 0 and lines[0]["cells"]["answered"]["value"] == outcomes["answered"]
    assert lines[0]["cells"]["received"]["value"] == sum(outcomes.values()) - outcomes["blocked"]


async def test_an_archive_killed_again_and_again_has_every_record_once(rig: Rig) -> None:
    folder = rig.line.folders.home / "archive"
    for _ in range(3):
        async with archive_following(rig) as follower:
            await rig.agent("1001", Answer(after_ms=100))
            await served(rig)
            await served(rig)
            follower.kill()
        await rig.clear()
    last = await sent(rig)
    code, said = await hotline_json(rig, "archive", "--once")
    assert code == 0 and said["last_record"] >= last
    numbers = [row.seq for row in raw_rows(folder)]
    assert numbers == list(range(1, len(numbers) + 1)) and numbers[-1] >= last
    rows = {row["seq"]: row["type"] for row in await rig.rows()}
    assert {row.seq: row.type for row in raw_rows(folder) if row.seq <= last} == {
        seq: kind for seq, kind in rows.items() if seq <= last
    }
    code, said = await hotline_json(rig, "audit", "--from", "yesterday")
    assert code == 0 and said["agrees"]


async def test_a_follower_takes_records_in_while_calls_go_on(rig: Rig) -> None:
    async with archive_following(rig):
        await rig.agent("1001", Answer(after_ms=100))
        await served(rig)
        last = await rig.mark()

        async def archived() -> bool:
            code, said = await hotline_json(rig, "archive", "status")
            return code == 0 and (said["last_record"] or 0) >= last

        await until(archived, 20.0, lambda: f"record {last} in the archive")


async def test_one_callers_number_is_erased_from_the_archive(rig: Rig) -> None:
    await rig.agent("1001", Answer(after_ms=100))
    await served(rig)
    await sent(rig)
    folder = rig.line.folders.home / "archive"
    assert (await hotline_json(rig, "archive", "--once"))[0] == 0
    assert [row for row in raw_rows(folder) if CALLER_E164 in row.json]
    code, said = await hotline_json(rig, "archive", "erase", "--caller", CALLER_E164)
    assert code == 0 and said["counts"]["archived"] >= 1
    assert not [row for row in raw_rows(folder) if CALLER_E164.removeprefix("+86") in row.json]


async def test_a_router_killed_in_a_talk_leaves_no_doubt_in_the_books(rig: Rig) -> None:
    after = await rig.mark()
    await rig.agent("1001", Answer(after_ms=100))
    call = await rig.ring(DIRECT)
    await rig.record("CallConnected", after=after)
    await rig.line.kill_router()
    await rig.line.start_router()
    await rig.agent_is("1001", "talking")
    await call.hang_up()
    await rig.record("CallEnded", after=after, outcome="answered")
    await rig.agent_is("1001", "ready")
    await served(rig)
    await sent(rig)
    code, said = await hotline_json(rig, "audit", "--from", "yesterday")
    assert code == 0 and said["agrees"], [total for total in said["totals"] if not total["agrees"]]
    numbers = [row.seq for row in raw_rows(rig.line.folders.home / "archive")]
    assert numbers == list(range(1, len(numbers) + 1))
