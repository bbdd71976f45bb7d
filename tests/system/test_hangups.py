"""The caller hangs up at every moment there is; afterwards nothing is left (the rig sees to that after each test)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from phones.behaviour import Answer
from system.rig import DIRECT, MAIN, Rig

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def test_in_the_greeting(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await (await rig.caller()).call(MAIN)).answered()
    await asyncio.sleep(0.5)
    await call.hang_up()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["asked"], ended["ended_by"]) == ("self_served", False, "caller")


async def test_before_the_line_is_answered(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await rig.caller()).call(MAIN)
    await call.hang_up()
    assert (await rig.record("CallEnded", after=after))["asked"] is False


async def test_in_the_menu(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await (await rig.caller()).call(MAIN)).answered()
    await rig.record("MenuStep", after=after, node="welcome")
    await asyncio.sleep(0.3)
    await call.hang_up()
    assert (await rig.record("CallEnded", after=after))["outcome"] == "self_served"


async def test_in_the_queue(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    queued = await rig.record("CallQueued", after=after)
    assert (queued["position"], queued["queued"]) == (1, True)
    await asyncio.sleep(0.4)
    await call.hang_up()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["queue"], ended["queued"]) == ("abandoned_short", "quick", True)
    assert ended["wait_ms"] >= 350


async def test_while_the_agents_phone_rings(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(after_ms=None))
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    ringing = await agent.rung()
    await call.hang_up()
    await ringing.ended()
    assert ringing.answered_at is None
    assert (await rig.record("CallEnded", after=after))["outcome"] == "abandoned_short"
    row = await rig.agent_is("1001", "ready")
    assert row["call"] == ""


@pytest.mark.parametrize("offset_ms", [-12, -6, -3, -1, 0, 1, 3, 6, 12])
async def test_in_the_very_moment_of_answer(rig: Rig, offset_ms: int) -> None:
    """The caller's BYE and the agent's 200 cross, a little earlier and a little later."""
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(after_ms=None))
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    ringing = await agent.rung()
    await asyncio.sleep(0.05)

    async def later(pause_ms: int, act: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(pause_ms / 1_000)
        await act()

    await asyncio.gather(later(max(offset_ms, 0), ringing.answer), later(max(-offset_ms, 0), call.hang_up))
    await ringing.ended()
    ended = await rig.record("CallEnded", after=after)
    assert ended["outcome"] in ("answered", "abandoned_short")
    assert ended["ended_by"] == "caller"
    await rig.agent_is("1001", "ready")


async def test_in_talk(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001")
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await call.hang_up()
    await ringing.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"]) == ("answered", "caller")


async def test_many_at_once_at_random_moments(rig: Rig) -> None:
    """Twelve callers for three agents leave 150 ms apart, whatever is just happening to each of them."""
    after = await rig.mark()
    for name in ("1001", "1002", "1003"):
        await rig.agent(name, Answer(after_ms=200))
    caller = await rig.caller()
    calls = [await caller.call(DIRECT) for _ in range(12)]
    for call in calls:
        await asyncio.sleep(0.15)
        await call.hang_up()
    await rig.at_rest()
    ended = await rig.records("CallEnded", after=after)
    assert len(ended) == 12
    assert {row["outcome"] for row in ended} <= {"answered", "abandoned_short", "self_served"}
