"""The floor's rules on real parts: emergencies, people on duty, limits of a queue, changes for now, a router killed."""

import asyncio

import pytest

from phones.behaviour import Answer
from router.core.events import AgentRegroupAsked, QueueCloseAsked
from router.core.ids import AgentId
from system.rig import AGENT_HZ, CALLER_HZ, Rig, until
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

SWITCHBOARD, URGENT, LIMITED, REGROUPED, PLAIN = "4002006", "4002015", "4002016", "4002017", "4002018"


@pytest.mark.alone
async def test_an_emergency_nobody_takes_is_alarmed_and_taken_by_who_is_on_duty(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    duty = await rig.phone("1101", Answer(200), speaks=AGENT_HZ)
    call = await rig.ring(URGENT, speaks=CALLER_HZ)
    alert = await rig.record("Alert", after=after, kind="emergency_waiting")
    queued = await rig.record("CallQueued", after=after)
    assert 1_000 <= alert["at_ms"] - queued["at_ms"] <= 1_500
    on_duty = await (await duty.rung()).answered()
    await rig.hears(on_duty, "duty_ask")
    assert call.up and "agent" not in heard(call.heard()), "joined before it was accepted"
    await on_duty.press("1")
    await rig.record("CallTransferred", after=after, kind="duty", target="1101")
    await asyncio.sleep(0.8)
    assert heard(call.heard(0.4)) == ["agent"] and heard(on_duty.heard(0.4)) == ["caller"]
    await call.hang_up()
    await on_duty.ended()
    assert (await rig.record("PageEnded", after=after))["accepted_by"] == "1101"


async def test_an_emergency_an_agent_takes_bothers_nobody_else_on_duty(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    duty = await rig.phone("1101", Answer(None))
    call = await rig.ring(URGENT)
    ringing = await duty.rung()
    agent = await rig.agent("1008", Answer(50))
    await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after, agent="1008")
    await ringing.hang_up()  # who is on duty does not take it: nobody else is bothered
    page = await rig.record("PageEnded", after=after)
    assert (page["rung_count"], page["accepted_by"]) == (1, "")
    await call.hang_up()


@pytest.mark.alone
async def test_one_may_wait_the_second_is_sent_on_and_the_first_goes_on_after_its_time(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    first = await rig.ring(LIMITED)
    queued = await rig.record("CallQueued", after=after)
    second = await rig.ring(LIMITED, number="13800138001")
    await rig.hears(second, "is_full")
    await second.ended()
    left = await rig.record("QueueLeft", after=after, why="timeout", call_id=queued["call_id"])
    assert 2_000 <= left["wait_ms"] <= 2_500
    await rig.hears(first, "too_long")
    await first.ended()
    outcomes = {row["call_id"]: row["outcome"] for row in await rig.records("CallEnded", after=after)}
    assert set(outcomes.values()) == {"turned_away"}, outcomes


async def test_a_queue_closed_by_hand_and_opened_again(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    await rig.ask(QueueCloseAsked(queue="regrouped", closed=True))
    shut_out = await rig.ring(REGROUPED)
    await rig.hears(shut_out, "is_closed")
    await shut_out.ended()
    assert not await rig.records("CallQueued", after=after)
    await rig.ask(QueueCloseAsked(queue="regrouped", closed=False))
    call = await rig.ring(REGROUPED)
    await rig.record("CallQueued", after=after)
    await call.hang_up()


async def test_an_agent_put_into_another_group_gets_the_caller_who_waits_there(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    call = await rig.ring(REGROUPED)
    await rig.record("CallQueued", after=after, queued=True)
    await asyncio.sleep(0.5)
    assert agent.invites == 0, "an agent of another group was rung"
    await rig.ask(AgentRegroupAsked(agent=AgentId("1001"), groups=("field",)))
    await rig.record("CallConnected", after=after, agent="1001", queue="regrouped")
    await rig.hears(call, "agent")
    await call.hang_up()


async def test_router_killed_with_a_connected_phone_in_talk_and_a_caller_transferred(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    phone = await rig.phone("1007", Answer(100), speaks=AGENT_HZ)
    room = await rig.phone("1101", Answer(100), speaks=AGENT_HZ)
    await rig.sign_in("1007")
    open_line = await (await phone.rung()).answered()

    async def connected() -> bool:
        return bool((await rig.agent_row("1007"))["can_be_rung"])

    await until(connected, 5.0, lambda: "1007 can be rung")
    talking = await rig.ring(PLAIN, speaks=CALLER_HZ)
    await rig.record("CallConnected", after=after, agent="1007")
    away = await rig.ring(SWITCHBOARD, number="13800138001", speaks=CALLER_HZ)
    await rig.hears(away, "which_way")
    await away.press("1")
    in_room = await (await room.rung()).answered()
    await rig.record("CallTransferred", after=after)

    await rig.line.kill_router()
    await asyncio.sleep(0.5)
    await rig.line.start_router()
    for call in (talking, away):
        assert call.up and heard(call.heard(0.4)) == ["agent"]
    for leg in (open_line, in_room):
        assert leg.up and heard(leg.heard(0.4)) == ["caller"]

    await in_room.hang_up()
    await away.ended()
    await talking.hang_up()
    await rig.agent_is("1007", "ready")
    await asyncio.sleep(0.3)
    assert open_line.up, "the connected phone went with the call"
    mark = await rig.mark()
    again = await rig.ring(PLAIN, speaks=CALLER_HZ)
    await rig.record("CallConnected", after=mark, agent="1007")
    await rig.hears(again, "agent")
    assert phone.invites == 1
    await again.hang_up()
    await rig.agent_is("1007", "ready")
    await rig.sign_out("1007")
    await open_line.ended()


async def test_router_killed_while_a_transfer_rings_and_a_connected_phone_is_idle(nodes_rig: Rig) -> None:
    rig = nodes_rig
    phone = await rig.phone("1007", Answer(100), speaks=AGENT_HZ)
    room = await rig.phone("1101", Answer(None), speaks=AGENT_HZ)
    await rig.sign_in("1007")
    open_line = await (await phone.rung()).answered()
    away = await rig.ring(SWITCHBOARD, number="13800138001", speaks=CALLER_HZ)
    await rig.hears(away, "which_way")
    await away.press("1")
    in_room = await room.rung()
    await rig.line.kill_router()
    await rig.line.start_router()
    assert away.up and open_line.up and not in_room.over
    after = await rig.mark()
    await in_room.answer()
    await rig.hears(away, "agent")
    await rig.hears(in_room, "caller")
    call = await rig.ring(PLAIN, speaks=CALLER_HZ)
    await rig.record("CallConnected", after=after, agent="1007")
    await rig.hears(call, "agent")
    assert phone.invites == 1
    await call.hang_up()
    await away.hang_up()
    await rig.agent_is("1007", "ready")
    await rig.sign_out("1007")
    await open_line.ended()
