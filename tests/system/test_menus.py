"""Menus: barge-in, time-outs, keys that are none."""

import asyncio

import pytest

from phones import audio
from system.rig import AGENT_HZ, CALLER_HZ, MAIN, PROMPTS_HZ, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def test_a_key_during_the_prompt_cuts_it(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", speaks=AGENT_HZ)
    call = await (await (await rig.caller(speaks=CALLER_HZ)).call(MAIN)).answered()
    await rig.record("MenuStep", after=after, node="welcome")

    async def menu_heard() -> bool:
        return audio.only_tone(call.heard(0.2), PROMPTS_HZ["menu"])

    await until(menu_heard, 1.0, lambda: "the menu is heard alone")
    await call.press("0")
    ringing = await (await agent.rung(within_s=1)).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.7)
    assert audio.only_tone(call.heard(0.4), AGENT_HZ), "the prompt goes on"
    assert audio.only_tone(ringing.heard(0.4), CALLER_HZ)


async def test_a_key_in_the_greeting_counts_in_the_menu(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001")
    call = await (await (await rig.caller()).call(MAIN)).answered()
    await asyncio.sleep(0.3)
    await call.press("0")
    await (await agent.rung(within_s=1)).answered()
    steps = await rig.records("MenuStep", after=after)
    assert [step["node"] for step in steps][:1] == ["welcome"]
    await rig.record("CallConnected", after=after)


async def test_no_key_says_the_menu_twice_more_and_then_leads_to_a_person(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await (await rig.caller()).call(MAIN)).answered()
    await rig.record("CallQueued", after=after, within_s=15)
    steps = [step["result"] for step in await rig.records("MenuStep", after=after, node="choices")]
    assert steps == ["no_key", "no_key", "no_key"]
    await call.hang_up()


async def test_a_key_that_is_none_is_said_to_be_so(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await (await rig.caller()).call(MAIN)).answered()
    await rig.record("MenuStep", after=after, node="welcome")
    await call.press("9")
    await rig.record("MenuStep", after=after, node="choices", result="invalid")
    await asyncio.sleep(0.3)
    assert not audio.only_tone(call.heard(0.2), PROMPTS_HZ["menu"]), "nothing is said about the wrong key"
    await call.press("0")
    await rig.record("CallQueued", after=after)
    await call.hang_up()


async def test_one_key_or_two_are_told_apart_by_the_pause(rig: Rig) -> None:
    after = await rig.mark()
    caller = await rig.caller()
    first = await (await caller.call(MAIN)).answered()
    await rig.record("MenuStep", after=after, node="welcome")
    await first.press("1")
    await rig.record("MenuStep", after=after, node="choices", result="1")
    await rig.record("CallQueued", after=after)
    await first.hang_up()
    await rig.record("CallEnded", after=after)

    after = await rig.mark()
    second = await (await caller.call(MAIN)).answered()
    await rig.record("MenuStep", after=after, node="welcome")
    await second.press("12")
    await rig.record("MenuStep", after=after, node="choices", result="12")
    await second.ended(within_s=10)
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"]) == ("self_served", "router")
