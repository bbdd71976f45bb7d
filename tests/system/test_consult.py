"""Agents who consult, take the caller back and hand them over, on real parts; what each side hears is recorded."""

import asyncio

import pytest

from phones import audio
from phones.behaviour import Answer
from router.core.events import ConsultAsked, TakeBackAsked, TransferAsked
from router.core.ids import AgentId
from system.rig import AGENT_HZ, CALLER_HZ, DIRECT, Rig

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

COLLEAGUE_HZ = 1_700
FIRST, SECOND = AgentId("1001"), AgentId("1002")
SETTLED_S = 0.3


async def test_the_caller_hears_music_while_the_agents_speak_and_is_taken_back(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(100), speaks=AGENT_HZ)
    call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    colleague = await rig.agent("1002", Answer(700), speaks=COLLEAGUE_HZ)

    await rig.ask(ConsultAsked(agent=FIRST, kind="agent", target="1002"))
    await asyncio.sleep(0.5)
    assert audio.loudness(ringing.heard(0.3)) > 100, "the agent does not hear that it rings"
    assert not audio.only_tone(ringing.heard(0.3), CALLER_HZ), "the agent still hears the caller"
    asked = await (await colleague.rung()).answered()
    await rig.agent_is("1002", "consulting")
    await rig.agent_is("1001", "consulting")
    await asyncio.sleep(SETTLED_S + 2.0)
    assert audio.only_tone(ringing.heard(0.5), COLLEAGUE_HZ), "the agent hears not the colleague alone"
    assert audio.only_tone(asked.heard(0.5), AGENT_HZ), "the colleague hears not the agent alone"
    waiting = call.heard(0.8)
    assert audio.loudness(waiting) > 50, "the caller on hold hears nothing"
    assert not audio.only_tone(waiting, AGENT_HZ) and not audio.only_tone(waiting, COLLEAGUE_HZ)

    await rig.ask(TakeBackAsked(agent=FIRST))
    await asked.ended()
    await asyncio.sleep(SETTLED_S + 0.6)
    assert audio.only_tone(call.heard(0.4), AGENT_HZ), "the caller hears not the agent alone again"
    assert audio.only_tone(ringing.heard(0.4), CALLER_HZ), "the agent hears not the caller alone again"
    await call.hang_up()
    ended = await rig.record("TalkEnded", after=after)
    assert ended["hold_ms"] >= 2_500
    assert (await rig.record("ConsultEnded", after=after))["result"] == "taken_back"
    assert not await rig.records("CallTransferred", after=after), "a consultation that comes back is no transfer"


async def test_an_announced_transfer_to_a_colleague(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(100), speaks=AGENT_HZ)
    call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    colleague = await rig.agent("1002", Answer(100), speaks=COLLEAGUE_HZ)
    await rig.ask(ConsultAsked(agent=FIRST, kind="agent", target="1002"))
    asked = await (await colleague.rung()).answered()
    await rig.agent_is("1002", "consulting")

    await rig.ask(TransferAsked(agent=FIRST))
    await ringing.ended()
    await rig.agent_is("1002", "talking")
    await asyncio.sleep(SETTLED_S + 0.8)
    assert audio.only_tone(call.heard(0.5), COLLEAGUE_HZ), "the caller hears not the colleague alone"
    assert audio.only_tone(asked.heard(0.5), CALLER_HZ), "the colleague hears not the caller alone"
    await asked.hang_up()
    await call.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["agent"]) == ("answered", "1002")
    talks = await rig.records("TalkEnded", after=after)
    assert [(talk["agent"], talk["ended_by"]) for talk in talks] == [("1001", "transfer"), ("1002", "agent")]
    assert ended["talk_ms"] == sum(talk["talk_ms"] for talk in talks)


async def test_an_agent_who_hangs_up_while_it_rings_leaves_the_caller_to_the_colleague(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(100), speaks=AGENT_HZ)
    call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    colleague = await rig.agent("1002", Answer(900), speaks=COLLEAGUE_HZ)
    await rig.ask(ConsultAsked(agent=FIRST, kind="agent", target="1002"))
    await colleague.rung()
    await ringing.hang_up()
    again = await (await colleague.rung()).answered()
    await rig.record("CallConnected", after=after, agent="1002")
    await asyncio.sleep(SETTLED_S + 0.8)
    assert audio.only_tone(call.heard(0.5), COLLEAGUE_HZ), "the caller hears not the colleague alone"
    await call.hang_up()
    await again.ended()
    assert (await rig.record("CallEnded", after=after))["outcome"] == "answered"
