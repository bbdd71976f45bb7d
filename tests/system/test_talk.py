"""The call as it should go: greeting, menu, queue, agent, talk; what each side hears is proven by what it recorded."""

import asyncio
from pathlib import Path

import pytest

from phones import audio
from phones.baresip import Baresip
from phones.behaviour import Answer
from system.rig import AGENT_HZ, CALLER_E164, CALLER_HZ, DIRECT, MAIN, PROMPTS_HZ, Rig

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.asyncio(loop_scope="session")]

SETTLED_S = 0.3
"""What was under way when the two were joined has been heard by then."""


async def test_happy_path_with_audio_both_ways(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(after_ms=600), speaks=AGENT_HZ)
    caller = await rig.caller(speaks=CALLER_HZ)

    call = await caller.call(MAIN)
    await call.ringing(within_s=0.5)
    await call.answered(within_s=5)
    assert call.statuses[:2] in ([100, 180], [180, 200]), call.statuses
    await asyncio.sleep(0.8)
    assert audio.only_tone(call.heard(0.4), PROMPTS_HZ["hello"]), "the greeting is not heard alone"
    await rig.record("MenuStep", after=after, node="welcome", result="done")
    await asyncio.sleep(0.6)
    assert audio.only_tone(call.heard(0.3), PROMPTS_HZ["menu"]), "the menu is not heard alone"

    await call.press("1")
    ringing = await agent.rung()
    await ringing.answered()
    connected = await rig.record("CallConnected", after=after)
    await asyncio.sleep(SETTLED_S + 1.5)
    assert audio.only_tone(call.heard(1.5), AGENT_HZ), "the caller hears not the agent alone"
    assert audio.only_tone(ringing.heard(1.5), CALLER_HZ), "the agent hears not the caller alone"

    await call.hang_up()
    await ringing.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["agent"], ended["ended_by"]) == ("answered", "1001", "caller")
    assert connected["wait_ms"] >= 600
    assert 550 <= connected["rang_ms"] <= connected["wait_ms"]
    assert connected["queued"] is False
    assert ended["wait_rings"] == round(ended["wait_ms"] / 5_000, 2)
    received = await rig.record("CallReceived", after=after)
    assert (received["caller"], received["trunk"], received["did"]) == (CALLER_E164, "local", MAIN)
    await rig.record("AgentStateChanged", after=after, agent="1001", state="wrap_up")
    wrapped = await rig.record("AgentStateChanged", after=after, agent="1001", previous="wrap_up", state="ready")
    assert 300 <= wrapped["previous_ms"] <= 800


async def test_music_while_waiting_and_none_under_the_talk(rig: Rig) -> None:
    after = await rig.mark()
    caller = await rig.caller(speaks=CALLER_HZ)
    call = await (await caller.call(DIRECT)).answered()
    await asyncio.sleep(2.5)  # the shipped music begins softly
    waiting = call.heard(1.0)
    assert audio.loudness(waiting) > 100, "no music while waiting"
    assert not audio.only_tone(waiting, AGENT_HZ)

    agent = await rig.agent("1001", speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(SETTLED_S + 1.0)
    assert audio.only_tone(call.heard(1.0), AGENT_HZ), "music goes on under the talk"
    assert audio.only_tone(ringing.heard(1.0), CALLER_HZ), "the agent hears more than the caller"
    streams = {packet.stream for packet in call.audio.received if packet.at > asyncio.get_running_loop().time() - 1.0}
    assert len(streams) == 1, "two streams at once"


async def test_keys_in_talk_are_events_and_not_heard(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", speaks=AGENT_HZ)
    caller = await rig.caller(speaks=CALLER_HZ)
    call = await (await caller.call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(SETTLED_S)

    await call.press("7#")
    await ringing.press("42")
    await rig.record("TalkKeyPressed", after=after, by="agent", key="2")
    pressed = await rig.records("TalkKeyPressed", after=after)
    assert [(row["by"], row["key"]) for row in pressed] == [
        ("caller", "7"),
        ("caller", "#"),
        ("agent", "4"),
        ("agent", "2"),
    ]
    assert (call.keys, ringing.keys) == ("", "")
    await asyncio.sleep(0.5)
    assert audio.only_tone(call.heard(0.4), AGENT_HZ)
    assert audio.only_tone(ringing.heard(0.4), CALLER_HZ)


async def test_the_agent_hangs_up(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001")
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.3)
    await ringing.hang_up()
    await call.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"]) == ("answered", "agent")
    assert (await rig.record("TalkEnded", after=after))["talk_ms"] >= 250


async def test_hold_is_recorded_and_left_out_of_talk(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", speaks=AGENT_HZ)
    call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await ringing.hold()
    await rig.record("CallHeld", after=after, held=True)
    await rig.agent_is("1001", "holding")
    await asyncio.sleep(0.7)
    await ringing.hold(False)
    await rig.record("CallHeld", after=after, held=False)
    await asyncio.sleep(SETTLED_S + 0.5)
    assert audio.only_tone(call.heard(0.4), AGENT_HZ), "after the hold the caller does not hear the agent alone"
    await call.hang_up()
    ended = await rig.record("TalkEnded", after=after)
    assert ended["hold_ms"] >= 700


async def test_a_phone_that_is_not_ours(rig: Rig, tmp_path: Path) -> None:
    """baresip registers as an agent's phone, answers by itself; both sides are heard."""
    password = rig.line.secrets.phone_password("1005")
    phone = Baresip(
        *(tmp_path / "baresip", "1005", password),
        sip_port=rig.line.settings.sip_port,
        speaks=AGENT_HZ,
        port=rig.block.spare_first + 30,
    )
    await phone.start()
    try:
        await rig.reachable("1005")
        await rig.sign_in("1005")
        after = await rig.mark()
        call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered()
        await rig.record("CallConnected", after=after, agent="1005")
        await asyncio.sleep(SETTLED_S + 1.5)
        assert audio.only_tone(call.heard(1.0), AGENT_HZ), "the caller does not hear baresip alone"
        await call.hang_up()
        await rig.agent_is("1005", "ready")
    finally:
        await phone.stop()
    heard = phone.heard()
    assert len(heard) > 8_000, phone.log()
    assert audio.only_tone(heard[-8_000:], CALLER_HZ), "baresip does not hear the caller alone"
