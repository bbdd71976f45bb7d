"""The survey after the talk on real parts: who is asked, who is not, and what stays the same whatever comes of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from phones.behaviour import Answer
from phones.call import Call
from phones.phone import Phone
from system.boxes import ASKED, NOT_ASKED, URGENT, boxes_line
from system.rig import AGENT_HZ, CALLER_HZ, Rig
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_boxes(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """The line of these tests."""
    async with boxes_line(tmp_path_factory.mktemp("survey"), asterisk_root) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def boxes(shared_boxes: Rig) -> AsyncIterator[Rig]:
    """That line, at rest before and after."""
    router = shared_boxes.line.router
    if router is None or not router.running:
        await shared_boxes.line.start_router()
    yield shared_boxes
    await shared_boxes.clear()


async def talk(rig: Rig, did: str, after: int) -> tuple[Call, Call, Phone]:
    """A caller and agent 1001 talk; returns the caller's call, the agent's, and the agent's phone."""
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    call = await rig.ring(did, speaks=CALLER_HZ)
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after, agent="1001")
    await rig.hears(call, "agent")
    return call, ringing, agent


async def test_the_agent_hangs_up_and_the_caller_gives_a_score(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await ringing.hang_up()
    await rig.agent_is("1001", "wrap_up")
    talked = await rig.record("TalkEnded", after=after)
    await rig.hears(call, "agent", "how_was_it")
    assert call.up
    assert (await rig.agent_is("1001", "wrap_up"))["state"] == "wrap_up"
    call.speak(None)
    await asyncio.sleep(0.5)
    await call.press("4")
    await rig.hears(call, "how_was_it", "thanks", "bye")
    await call.ended()
    score = await rig.record("ScoreGiven", after=after)
    assert (score["question"], score["score"], score["queue"], score["agent"]) == ("satisfaction", 4, "asked", "1001")
    assert score["call_id"] == talked["call_id"]
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"], ended["agent"]) == ("answered", "router", "1001")
    assert ended["talk_ms"] == talked["talk_ms"] < ended["total_ms"] - 500, "the survey is no talk"
    assert talked["ended_by"] == "agent"
    wrap_up = await rig.record("AgentStateChanged", after=after, agent="1001", state="wrap_up")
    assert wrap_up["at_ms"] == talked["at_ms"] < score["at_ms"], "wrap-up begins when the agent hangs up"
    assert len(await rig.records("CallEnded", after=after)) == 1


async def test_who_hangs_up_in_the_survey_has_ended_an_answered_call(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await ringing.hang_up()
    await rig.hears(call, "how_was_it")
    await call.hang_up()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"], ended["detail"]) == ("answered", "caller", "survey")
    assert not await rig.records("ScoreGiven", after=after)


async def test_the_caller_who_hangs_up_first_is_not_asked(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await call.hang_up()
    await ringing.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"], ended["detail"]) == ("answered", "caller", "")


@pytest.mark.parametrize("did", [NOT_ASKED, URGENT])
async def test_neither_a_queue_without_survey_nor_an_emergency_is_asked(boxes: Rig, did: str) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, did, after)
    await ringing.hang_up()
    await call.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["ended_by"]) == ("answered", "agent")
    assert "how_was_it" not in heard(call.heard())


async def test_no_answer_to_the_question_is_no_score_and_ends_the_call(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await ringing.hang_up()
    await rig.hears(call, "how_was_it", "bye", within_s=12)
    await call.ended()
    assert not await rig.records("ScoreGiven", after=after)
    assert (await rig.record("CallEnded", after=after))["outcome"] == "answered"


async def test_the_agent_hangs_up_while_the_router_is_away(boxes: Rig) -> None:
    """The caller hears the question when the router is back, and it is not skipped."""
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await rig.line.kill_router()
    await ringing.hang_up()
    await asyncio.sleep(0.5)
    assert call.up
    await rig.line.start_router()
    await rig.hears(call, "how_was_it", within_s=10)
    call.speak(None)
    await call.press("5")
    await rig.hears(call, "thanks", "bye")
    await call.ended()
    assert (await rig.record("ScoreGiven", after=after))["score"] == 5
    assert (await rig.record("CallEnded", after=after))["outcome"] == "answered"


async def test_the_router_killed_in_the_survey(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call, ringing, _ = await talk(rig, ASKED, after)
    await ringing.hang_up()
    await rig.hears(call, "how_was_it")
    await rig.line.kill_router()
    await rig.line.start_router()
    await asyncio.sleep(0.5)
    await call.press("1")
    await rig.hears(call, "thanks", "bye")
    await call.ended()
    assert (await rig.record("ScoreGiven", after=after, agent="1001"))["score"] == 1
    assert len(await rig.records("CallEnded", after=after)) == 1
