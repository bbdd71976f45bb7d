"""The surge plan and overflow on real parts: SIPp callers, real phones, spans as short as they may be."""

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from phones.behaviour import Answer
from router.adapters.control import Control
from router.core.events import AgentPauseAsked, SurgeAsked
from router.core.ids import AgentId
from router.drill.callers import Callers, Plan
from router.drill.phones import Behaviour, Phones
from router.line.ports import free_block
from system.command_line import hotline, hotline_json
from system.rig import AGENT_HZ, CALLER_HZ, DIRECT, RETURNING, SITE, THREE_RINGS, Rig, told

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.asyncio(loop_scope="session")]

AGENTS = """\
groups: {inbound: {}, experts: {}, outbound: {}, quality: {}, back: {}}
agents:
  "1001": {groups: [inbound]}
  "1002": {groups: [experts]}
  "1003-1005": {groups: [outbound]}
  "1006-1007": {groups: [quality]}
  "1008": {groups: [back]}
  "1040": {groups: [back]}
"""
QUEUES = """\
queues:
  quick:
    groups: [inbound]
    wrap_up: 300ms
  three_rings:
    groups: [back]
    wrap_up: 300ms
    overflow:
      - {nobody: yes, queue: quick}
      - {after: 1500ms, queue: quick}
  returning:
    groups: [back]
    wrap_up: 300ms
    overflow:
      - {waiting_over: 2, queue: quick}
"""
SURGE = """\
plans:
  floor:
    queues: [quick]
    group: inbound
    low: 2
    high: 8
    for: 3s
    dip: 500ms
    fast_step: 1s
    mode: MODE
    seats_max: 6
    steps:
      - {group: experts}
      - {group: outbound, seats: 2-3}
      - {group: quality, seats: 2}
"""
MARGIN_MS = 250
"""How much later than asked for a step may come on a machine that has a lot to do."""


async def _rig(tmp_path: Path, asterisk_root: Path, mode: str) -> AsyncIterator[Rig]:
    site = tmp_path / "surge_site"
    shutil.copytree(SITE, site)
    (site / "agents.yaml").write_text(AGENTS)
    (site / "queues.yaml").write_text(QUEUES)
    (site / "surge.yaml").write_text(SURGE.replace("MODE", mode))
    block = free_block()
    rig = Rig.make(tmp_path / "line", block, asterisk_root, site)
    try:
        yield await rig.start()
    finally:
        for phone in rig.phones:
            await phone.stop()
        await rig.stop()
        block.close()


@pytest_asyncio.fixture(loop_scope="session")
async def automatic(tmp_path: Path, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line whose plan goes by itself."""
    async for rig in _rig(tmp_path, asterisk_root, "automatic"):
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def proposing(tmp_path: Path, asterisk_root: Path) -> AsyncIterator[Rig]:
    """A line whose plan asks the supervisor."""
    async for rig in _rig(tmp_path, asterisk_root, "propose"):
        yield rig


async def plan(rig: Rig) -> dict[str, Any]:
    """The plan's row of the overview."""
    row: dict[str, Any] = (await rig.overview())["surges"][0]
    return row


async def test_steps_join_one_after_another_and_go_in_the_reverse_order(automatic: Rig) -> None:
    """Nine callers and one agent: the others join every 3 s, take callers, and go, the last ones first."""
    rig = automatic
    names = [str(number) for number in range(1001, 1008)]
    where = {"host": rig.line.settings.host, "sip_port": rig.line.settings.sip_port}
    passwords = {name: rig.line.secrets.phone_password(name) for name in names}
    phones = Phones(passwords, Behaviour(answer_after_ms=100, talk_ms=9_000), **where)
    wave = Callers(Plan(number=DIRECT, count=9, per_second=20, hang_up_after_ms=0), **where)
    await phones.start()
    try:
        for name in names:
            await rig.reachable(name)
            if name != "1005":  # of the outbound group one is not in service, and is called upon where wanted
                await rig.sign_in(name)
        after = await rig.mark()
        await wave.start()
        for step in (1, 2, 3):
            await rig.record("SurgeStepTaken", within_s=12, after=after, step=str(step))
        for step in (3, 2, 1):
            await rig.record("SurgeStepReleased", within_s=60, after=after, step=str(step))
        async with asyncio.timeout(60):
            made = await wave.finished()
        assert made == {"made": 9, "succeeded": 9, "failed": 0}, wave.errors()
        await rig.at_rest(within_s=15)
        rows = await rig.rows(after)
    finally:
        await wave.stop()
        await phones.stop()
    rose = next(row["at_ms"] for row in rows if row["type"] == "CallQueued" and row["waiting"] == 3)
    taken = [row for row in rows if row["type"] == "SurgeStepTaken"]
    assert [json.loads(row["agents"]) for row in taken] == [["1002"], ["1003", "1004"], ["1006", "1007"]], told(taken)
    moments = [rose, *(row["at_ms"] for row in taken)]
    for earlier, later in itertools.pairwise(moments):
        assert 3_000 <= later - earlier <= 3_000 + MARGIN_MS, told(taken)
    released = [row for row in rows if row["type"] == "SurgeStepReleased"]
    assert [int(row["step"]) for row in released] == [3, 2, 1]
    for first, second in itertools.pairwise(released):
        assert 3_000 <= second["at_ms"] - first["at_ms"] <= 3_000 + MARGIN_MS, told(released)
    # Nobody is rung for the queue before they have joined, nor once they have gone.
    for row in rows:
        if row["type"] == "AgentRang" and row["agent"] != "1001":
            mine = [r for r in rows if r["type"] == "AgentRegrouped" and r["agent"] == row["agent"]]
            held = [r for r in mine if r["seq"] < row["seq"]]
            assert held and "inbound" in json.loads(held[-1]["groups"]), told([row, *mine])
    outcomes = [row["outcome"] for row in rows if row["type"] == "CallEnded"]
    assert outcomes == ["answered"] * 9
    for agent, group in (("1002", "experts"), ("1003", "outbound"), ("1007", "quality")):
        assert (await rig.agent_row(agent))["groups"] == [group]
    history = (await hotline_json(rig, "surge", "history"))[1]
    assert [row["type"] for row in history] == ["SurgeStepTaken"] * 3 + ["SurgeStepReleased"] * 3
    balance = await rig.balance()
    assert not balance.faults, "\n".join(balance.faults)


async def test_the_supervisor_confirms_and_a_restart_changes_nothing(proposing: Rig) -> None:
    """Steps are proposed, confirmed by command, kept over a restart of the router, and stopped."""
    rig = proposing
    await rig.agent("1001", Answer(after_ms=100), speaks=AGENT_HZ)
    await rig.agent("1002", Answer(after_ms=100), speaks=AGENT_HZ)
    after = await rig.mark()
    calls = [await rig.ring(DIRECT, number=f"1380013800{number}", speaks=CALLER_HZ) for number in range(5)]
    proposed = await rig.record("SurgeProposed", within_s=8, after=after, step="1")
    assert json.loads(proposed["agents"]) == ["1002"]
    assert "1002" not in {row["agent"] for row in await rig.records("AgentRang", after=after)}
    _, said = await hotline(rig, "surge", "show", "--lang", "en")
    assert "proposed: step 1 (experts)" in said
    assert (await hotline(rig, "surge", "confirm", "floor"))[0] == 0
    taken = await rig.record("SurgeStepTaken", after=after, step="1", by="cli")
    await rig.record("CallConnected", after=taken["seq"], agent="1002")
    await rig.line.stop_router()
    await rig.line.start_router()
    row = await plan(rig)
    assert [step["agents"] for step in row["steps"]] == [["1002"], [], []]
    async with Control(rig.line.folders.home) as control:
        refused = await control.ask(SurgeAsked(plan="flor", ask="stop"))
        assert [record["reason"] for record in refused if record["type"] == "AskRefused"] == ["no plan 'flor'"]
    _, said = await hotline(rig, "surge", "stop", "--json")
    assert json.loads(said)["ok"]
    row = await plan(rig)
    assert (row["stage"], row["leaving"]) == ("stopped", ["1002"])  # in a call: goes after it
    for call in calls:
        await call.hang_up()
    await rig.agent_is("1002", "ready")
    assert (await rig.agent_row("1002"))["groups"] == ["experts"]
    assert "已停止" in (await hotline(rig, "surge", "--lang", "zh"))[1]
    await rig.clear()


async def test_callers_are_passed_on_where_nobody_is_and_after_a_wait(automatic: Rig) -> None:
    """Nobody signed in: passed on at once. An agent who is busy: passed on after 1.5 s, at the place they had."""
    rig = automatic
    await rig.agent("1001", Answer(after_ms=100), speaks=AGENT_HZ)
    after = await rig.mark()
    first = await rig.ring(THREE_RINGS, speaks=CALLER_HZ)
    passed = await rig.record("CallOverflowed", after=after, why="nobody", to="quick", queued=False)
    await rig.record("CallConnected", after=passed["seq"], queue="quick", agent="1001")
    assert "passed it on to queue 'quick'" in (await hotline(rig, "why", "--last", "--lang", "en"))[1]
    await rig.agent("1008", Answer(after_ms=100), speaks=AGENT_HZ)
    busy = await rig.ring(THREE_RINGS, number="13800138001")
    await rig.record("CallConnected", after=after, queue="three_rings", agent="1008")
    older = await rig.ring(THREE_RINGS, number="13800138002", speaks=CALLER_HZ)
    await asyncio.sleep(0.5)
    newer = await rig.ring(DIRECT, number="13800138003")
    passed = await rig.record("CallOverflowed", after=after, why="after", to="quick", kept_place=True)
    assert 1_500 <= passed["wait_ms"] <= 1_500 + MARGIN_MS
    await first.hang_up()
    connected = await rig.record("CallConnected", after=passed["seq"], queue="quick", agent="1001")
    assert connected["call_id"] == passed["call_id"]  # before the one who asked later
    await older.hang_up()
    await newer.hang_up()
    await busy.hang_up()
    # All agents of the queue pause: who asks then is passed on at once.
    await rig.agent_is("1008", "ready")
    await rig.ask(AgentPauseAsked(agent=AgentId("1008"), reason="break"))
    after = await rig.mark()
    last = await rig.ring(THREE_RINGS, number="13800138004")
    await rig.record("CallOverflowed", after=after, why="nobody", to="quick")
    await last.hang_up()
    await rig.clear()


async def test_who_waits_already_is_passed_on_once_somebody_can_take_them(automatic: Rig) -> None:
    """Three wait where nobody else is; an agent of the other queue comes: who has two ahead goes there."""
    rig = automatic
    await rig.agent("1008", Answer(after_ms=100), speaks=AGENT_HZ)
    after = await rig.mark()
    busy = await rig.ring(RETURNING, speaks=CALLER_HZ)
    await rig.record("CallConnected", after=after, queue="returning", agent="1008")
    calls = []
    for number in range(3):
        mark = await rig.mark()
        calls.append(await rig.ring(RETURNING, number=f"1380013800{number}", speaks=CALLER_HZ))
        await rig.record("CallQueued", after=mark, queue="returning")
    waiting = await rig.records("CallQueued", after=after)
    assert not await rig.records("CallOverflowed", after=after), "nobody there could take them"
    await rig.agent("1001", Answer(after_ms=100), speaks=AGENT_HZ)
    # the queue is looked at every 10 s
    passed = await rig.record("CallOverflowed", within_s=12, after=after, why="waiting_over", to="quick")
    assert passed["kept_place"] and passed["call_id"] == waiting[-1]["call_id"]
    connected = await rig.record("CallConnected", after=passed["seq"], queue="quick", agent="1001")
    assert connected["call_id"] == passed["call_id"]
    assert connected["wait_ms"] >= passed["at_ms"] - waiting[-1]["at_ms"], "the wait is the caller's, not the queue's"
    await asyncio.sleep(0.5)
    assert len(await rig.records("CallOverflowed", after=after)) == 1, "those with fewer than two ahead stay"
    assert "quick" in (await hotline(rig, "why", passed["call_id"], "--lang", "en"))[1]
    for call in (*calls, busy):
        await call.hang_up()
    await rig.clear()
