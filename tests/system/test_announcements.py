"""What callers hear while they wait, on real parts: place, forecast, comfort, music again; an agent in the middle."""

import asyncio

import pytest

from phones.behaviour import Answer
from phones.call import Call
from system.rig import AGENT_HZ, CALLER_HZ, Rig, until
from system.tones import LONG_MS, heard, in_order, windows_with

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

ANNOUNCED, COMFORTED = "4002041", "4002042"


async def hears_music_only(rig: Rig, call: Call) -> None:
    """The queue's own music is heard, and nothing else, from some moment on."""

    async def there() -> bool:
        await asyncio.sleep(0.2)
        return heard(call.heard(0.8)) == ["music"] and windows_with(call.heard(0.8), "music") == 1.0

    await until(there, 3.0, lambda: f"music alone; heard {heard(call.heard(1.0))}")


async def test_place_and_comfort_in_turn_and_music_returns_after_each(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(ANNOUNCED)
    await hears_music_only(rig, call)
    await rig.hears(call, "router/queue_position", "words/number", "words/1", "stay_with_us")
    await hears_music_only(rig, call)
    await rig.hears(call, "stay_with_us", "router/queue_position", "words/number", "words/1", "see_website")
    await hears_music_only(rig, call)
    announced = await rig.records("Announced", after=after)
    begun = [row["at_ms"] for row in announced]
    assert len(begun) == 2 and begun[1] - begun[0] >= 8_000, begun
    streams = {packet.stream for packet in call.audio.received}
    assert len(streams) == 1, "two streams at once"
    await call.hang_up()


async def test_the_wait_is_foretold_judged_and_then_told(nodes_rig: Rig) -> None:
    """Nobody is told a figure before one has been compared with what happened."""
    rig = nodes_rig
    after = await rig.mark()
    agent = await rig.agent("1008", Answer(100), speaks=AGENT_HZ)
    first = await rig.ring(ANNOUNCED, number="13800138001")
    await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    second = await rig.ring(ANNOUNCED, number="13800138002")
    foretold = await rig.record("WaitEstimated", after=after)
    assert (foretold["agents"], foretold["position"], foretold["told"]) == (1, 1, False)
    await rig.hears(second, "router/queue_position", "words/1", "stay_with_us")
    assert "router/wait_up_to" not in heard(second.heard()), "told although none has been judged"
    await first.hang_up()
    judged = await rig.record("EstimateJudged", after=after)
    assert judged["answered"] and judged["made_at_ms"] == foretold["at_ms"], judged
    third = await rig.ring(ANNOUNCED, number="13800138003")
    told = await rig.record("WaitEstimated", after=after, told=True)
    minutes = [f"words/{digit}" for digit in str(told["said_high_min"])]
    await rig.hears(third, "router/queue_position", "words/1", "router/wait_up_to", *minutes, "words/minutes")
    await rig.hears(third, "words/minutes", "stay_with_us")
    await hears_music_only(rig, third)
    await second.hang_up()
    await rig.hears(third, "agent")
    await third.hang_up()


async def test_an_agent_in_a_run_of_prompts_is_connected_at_once_and_the_run_ends(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(COMFORTED, speaks=CALLER_HZ)
    await rig.hears(call, "long_comfort")
    agent = await rig.agent("1008", Answer(100), speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    connected = await rig.record("CallConnected", after=after)
    announced = await rig.record("Announced", after=after)
    span_ms = connected["at_ms"] - announced["at_ms"]
    assert span_ms < LONG_MS["long_comfort"], "the agent came too late to show anything"
    await asyncio.sleep(0.8)
    assert heard(call.heard(0.5)) == ["agent"] and heard(ringing.heard(0.5)) == ["caller"], "the prompt goes on"
    await asyncio.sleep((LONG_MS["long_comfort"] - span_ms) / 1_000 + 1.0)
    names = heard(call.heard())
    assert not in_order(["router/queue_position"], names), "a prompt of the run was heard in the talk"
    assert windows_with(call.heard(1.5), "agent") == windows_with(ringing.heard(1.5), "caller") == 1.0
    await call.hang_up()


async def test_a_router_that_comes_back_in_the_middle_goes_on(nodes_rig: Rig) -> None:
    """The announcement that was under way ends by itself; music and the next one come."""
    rig = nodes_rig
    call = await rig.ring(ANNOUNCED)
    await rig.hears(call, "router/queue_position")
    await rig.line.kill_router()
    await rig.line.start_router()
    await rig.hears(call, "stay_with_us", "router/queue_position", "see_website", within_s=20)
    await hears_music_only(rig, call)
    await call.hang_up()
