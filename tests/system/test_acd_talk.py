"""Ringing and talking by the rules of the ACD, on real parts: whisper, work number, connected phones, several rung."""

import asyncio

import pytest

from phones.behaviour import Answer
from system.rig import AGENT_HZ, CALLER_HZ, Rig, until
from system.tones import heard, mixed, windows_with

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

TOLD, MANY, PLAIN = "4002013", "4002014", "4002018"


@pytest.mark.alone
async def test_the_agent_is_whispered_to_and_the_caller_told_the_number_while_both_talk(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(200), speaks=AGENT_HZ)
    call = await rig.ring(TOLD, speaks=CALLER_HZ)
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(3.0)

    at_agent, at_caller = mixed(ringing.heard()), mixed(call.heard(2.9))
    assert {frozenset({"caller", "class/vip"}), frozenset({"caller", "whisper_note"})} <= at_agent, at_agent
    told = {
        frozenset({"agent", "router/agent_number"}),
        frozenset({"agent", "words/0"}),
        frozenset({"agent", "words/1"}),
    }
    assert told <= at_caller, at_caller
    assert not any("router/agent_number" in names or "words/0" in names for names in at_agent), "the caller's words"
    assert not any("class/vip" in names or "whisper_note" in names for names in at_caller), "the agent's words"
    assert windows_with(ringing.heard(2.7), "caller") > 0.97, "the agent does not hear the caller all the time"
    assert windows_with(call.heard(2.7), "agent") > 0.97, "the caller does not hear the agent all the time"
    assert heard(call.heard(0.3)) == ["agent"] and heard(ringing.heard(0.3)) == ["caller"], "the words do not end"
    await call.hang_up()
    await ringing.ended()


async def test_hung_up_in_the_middle_of_the_whisper_leaves_nothing(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    agent = await rig.agent("1001")
    call = await rig.ring(TOLD)
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.25)
    await ringing.hang_up()
    await call.ended()
    await rig.at_rest()


@pytest.mark.alone
async def test_a_connected_phone_is_bridged_without_a_ring_and_kept(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    phone = await rig.phone("1007", Answer(100), speaks=AGENT_HZ)
    await rig.sign_in("1007")
    open_line = await (await phone.rung()).answered()
    await can_be_rung(rig, "1007")
    for number in ("13800138001", "13800138002"):
        mark = await rig.mark()
        call = await rig.ring(PLAIN, number=number, speaks=CALLER_HZ)
        connected = await rig.record("CallConnected", after=mark, agent="1007")
        assert connected["rang_ms"] == 0 and connected["wait_ms"] < 500, connected
        await asyncio.sleep(0.8)
        assert heard(call.heard(0.4)) == ["agent"] and heard(open_line.heard(0.4)) == ["caller"]
        await call.hang_up()
        await rig.agent_is("1007", "ready")
        await asyncio.sleep(0.3)
        assert open_line.up, "the phone was hung up with the call"
        assert heard(open_line.heard(0.2)) == [] and len(open_line.heard(0.2)) > 800, "nothing is sent between calls"
    assert phone.invites == 1, "it was rung for a call"
    assert not await rig.records("AgentMissed", after=after)
    await rig.sign_out("1007")
    await open_line.ended()


async def test_who_hangs_up_a_connected_phone_leaves_service(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    phone = await rig.phone("1007", Answer(100), speaks=AGENT_HZ)
    await rig.sign_in("1007")
    open_line = await (await phone.rung()).answered()
    await can_be_rung(rig, "1007")
    call = await rig.ring(PLAIN)
    await rig.record("CallConnected", after=after, agent="1007")
    await open_line.hang_up()
    await call.ended()
    await rig.agent_is("1007", "signed_out")
    assert (await rig.record("CallEnded", after=after))["ended_by"] == "agent"


async def test_several_ring_and_the_others_see_answered_elsewhere(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    phones = {name: await rig.agent(name, Answer(None), speaks=AGENT_HZ) for name in ("1001", "1002", "1003")}
    call = await rig.ring(MANY, speaks=CALLER_HZ)
    ringing = {name: await phone.rung() for name, phone in phones.items()}
    await ringing["1002"].answer()
    await rig.record("CallConnected", after=after, agent="1002")
    for name in ("1001", "1003"):
        await ringing[name].ended()
        reason = ringing[name].end_reason
        assert "cause=200" in reason or "cause=26" in reason, f"{name} was told: {reason!r}"
        await rig.agent_is(name, "ready")
    assert not await rig.records("AgentMissed", after=after)
    await rig.hears(call, "agent")
    await rig.hears(ringing["1002"], "caller")


async def test_who_answers_in_the_same_moment_and_loses_is_not_blamed(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    phones = {name: await rig.agent(name, Answer(None)) for name in ("1001", "1002")}
    call = await rig.ring(MANY)
    ringing = [await phone.rung() for phone in phones.values()]
    await asyncio.gather(*(leg.answer() for leg in ringing))
    winner = (await rig.record("CallConnected", after=after))["agent"]
    loser, lost = next((name, leg) for name, leg in zip(phones, ringing, strict=True) if name != winner)
    await lost.ended()
    assert "cause=200" in lost.end_reason or "cause=26" in lost.end_reason, lost.end_reason
    await rig.agent_is(loser, "ready")
    assert not await rig.records("AgentMissed", after=after)
    assert len(await rig.records("CallConnected", after=after)) == 1
    await call.hang_up()


async def test_a_phone_is_asked_to_answer_by_itself(nodes_rig: Rig) -> None:
    rig = nodes_rig
    agent = await rig.agent("1006")
    call = await rig.ring(PLAIN)
    ringing = await agent.rung()
    assert ringing.invite is not None
    headers = {name: value for name, value in ringing.invite.headers if name in ("alert-info", "call-info")}
    assert any("auto" in value.lower() or "answer-after=0" in value for value in headers.values()), headers
    await call.hang_up()


async def can_be_rung(rig: Rig, agent: str) -> None:
    """Wait until an agent may be given calls."""

    async def may() -> bool:
        return bool((await rig.agent_row(agent))["can_be_rung"])

    await until(may, 5.0, lambda: f"{agent} can be rung")
