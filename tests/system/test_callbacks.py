"""Offers to those who wait, and callbacks, on real parts: each key, both ways, not reached, restarts in the middle."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from phones import audio
from phones.behaviour import Answer, Refuse
from phones.call import Call
from router.core.events import CallbackAddAsked
from system.rig import AGENT_HZ, CALLER_HZ, Rig, until
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

AGENT_FIRST, CUSTOMER_FIRST = "4003001", "4003002"
CUSTOMER = "+8613800138001"


async def add(rig: Rig, queue: str = "agent_first", number: str = CUSTOMER) -> None:
    await rig.ask(CallbackAddAsked(queue=queue, number=number))


async def only(rig: Rig) -> dict[str, Any]:
    """The one open callback."""
    (row,) = (await rig.overview())["callbacks"]
    return dict(row)


async def is_in(rig: Rig, state: str, within_s: float = 8.0) -> None:
    seen: dict[str, Any] = {}

    async def there() -> bool:
        seen.update(next(iter((await rig.overview())["callbacks"]), {"state": "gone"}))
        return bool(seen["state"] == state)

    await until(there, within_s, lambda: f"the callback is {state}; it is {seen}")


def carrier(rig: Rig, behaviour: Answer | Refuse) -> Any:
    """The customer's phone, behind the carrier."""
    assert rig.carrier is not None
    rig.carrier.behaviour, rig.carrier.speaks = behaviour, CALLER_HZ
    return rig.carrier


async def offered(rig: Rig, did: str = AGENT_FIRST, number: str = "13800138001") -> Call:
    """A caller who is just being offered not to wait."""
    call = await rig.ring(did, number=number, speaks=CALLER_HZ)
    await rig.hears(call, "router/offer_wait")
    return call


async def test_each_key_of_the_offer(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    waits, back, speaks = [await offered(rig, number=f"1380013810{last}") for last in range(3)]
    queued = await rig.records("CallQueued", after=after)
    await waits.press("1")
    await back.press("2")
    await speaks.press("3")
    await rig.hears(back, "router/callback_number", "words/1", "words/0", "words/1", "router/callback_choices")
    await rig.hears(speaks, "leave_message")
    await back.press("1")
    await rig.hears(back, "router/callback_noted")
    await back.ended()
    await rig.hears(speaks, "kept", "bye", within_s=12)  # a recording has its longest time
    await rig.record("OfferTaken", after=after, choice="wait")
    booked = await rig.record("CallbackBooked", after=after)
    assert (booked["number"], booked["position"]) == ("+8613800138101", 2)
    assert booked["asked_at_ms"] == queued[1]["at_ms"], "the place is the one they had"
    assert (await rig.record("CallEnded", after=after, outcome="callback_booked"))["call_id"] == booked["call_id"]
    await rig.record("CallEnded", after=after, outcome="message_left")
    assert waits.up
    await waits.hang_up()


async def test_a_time_that_is_over_today_is_one_of_tomorrow(callbacks_rig: Rig) -> None:
    """The caller hears which day it is, takes another time after all, and then the first one."""
    rig = callbacks_rig
    after = await rig.mark()
    call = await offered(rig)
    await call.press("23")
    await rig.hears(call, "router/callback_ask_time")
    over = datetime.now(ZoneInfo("Asia/Shanghai")).replace(second=0, microsecond=0)
    for key in ("2", "1"):
        await call.press(f"{over:%H%M}")
        await rig.hears(call, "router/callback_when", "router/tomorrow", "router/confirm")
        await call.press(key)
        if key == "2":
            await rig.hears(call, "router/callback_ask_time")
    await rig.hears(call, "router/callback_noted")
    await call.ended()
    booked = await rig.record("CallbackBooked", after=after)
    assert booked["due_ms"] == round((over + timedelta(days=1)).timestamp() * 1000)
    row = await only(rig)
    assert (row["state"], row["wake_ms"]) == ("parked", booked["due_ms"])


async def test_an_agent_who_comes_free_in_a_long_prompt_wins_at_once(callbacks_rig: Rig) -> None:
    """The offer lasts 20 s; a second into it an agent signs in, and from the answer on only they are heard."""
    rig = callbacks_rig
    after = await rig.mark()
    call = await offered(rig)
    await asyncio.sleep(1.0)
    agent = await rig.agent("1001", Answer(0), speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    connected = await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.9)
    assert heard(call.heard(0.6)) == ["agent"], "the offer goes on beside the agent"
    assert connected["wait_ms"] < 15_000
    assert audio.only_tone(ringing.heard(0.4), CALLER_HZ)
    await call.press("2")
    await asyncio.sleep(0.3)
    assert not (await rig.overview())["callbacks"]
    await call.hang_up()


async def test_while_a_number_is_typed_the_agent_wins(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    call = await offered(rig)
    await call.press("22")
    await rig.hears(call, "router/callback_type")
    await call.press("138")
    agent = await rig.agent("1001", Answer(0), speaks=AGENT_HZ)
    await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    await asyncio.sleep(0.9)
    assert heard(call.heard(0.5)) == ["agent"]
    await call.hang_up()


async def test_numbers_that_cannot_be_are_refused_politely(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    call = await offered(rig)
    await call.press("22")
    await rig.hears(call, "router/callback_type")
    for typed, reason in (("110#", "emergency_number"), (f"{AGENT_FIRST}#", "own_number")):
        await call.press(typed)
        await rig.record("CallbackRefused", after=after, reason=reason)
        await rig.hears(call, "router/callback_bad_number", "router/callback_type")
    await call.press("075555550001#")
    await rig.hears(call, "router/callback_number", "router/callback_choices")
    await call.press("1")
    await call.ended(within_s=8)
    assert (await only(rig))["number"] == "+8675555550001"


async def test_agent_first_to_the_customer(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Answer(400))
    await add(rig)
    agent = await rig.agent("1001", Answer(100), speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    assert ringing.invite is not None and "Callback" in ringing.invite.header("from")
    await rig.hears(ringing, "router/callback_agent", "words/8", "words/6", "words/1")
    customer = await (await phone.rung(within_s=12)).answered()
    assert customer.invite is not None and "13800138001" in customer.invite.start
    await is_in(rig, "talking")
    await asyncio.sleep(0.9)
    assert heard(customer.heard(0.5)) == ["agent"] and heard(ringing.heard(0.5)) == ["caller"]
    await customer.hang_up()
    ended = await rig.record("CallbackEnded", after=after)
    assert (ended["result"], ended["agent"], ended["tries"]) == ("kept", "1001", "1")
    assert (await rig.record("OutboundEnded", after=after))["purpose"] == "callback"
    await rig.agent_is("1001", "ready")


async def test_agent_first_busy_then_no_answer_then_given_up(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Refuse(486))
    await add(rig)
    key = (await only(rig))["asked_at_ms"]
    await rig.agent("1001", Answer(50))
    busy = await rig.record("CallbackTryEnded", after=after, within_s=10)
    assert (busy["result"], busy["attempt"]) == ("busy", 1)
    await is_in(rig, "parked")
    assert (await only(rig))["asked_at_ms"] == key
    await rig.agent_is("1001", "ready")
    phone.behaviour = Answer(None)
    second = await rig.record("CallbackTryEnded", after=busy["seq"], within_s=25)
    assert (second["result"], second["attempt"]) == ("no_answer", 2)
    ended = await rig.record("CallbackEnded", after=after)
    assert (ended["result"], ended["why"]) == ("expired", "tries")
    await rig.record("Alert", after=after, kind="callback_expired")
    assert phone.invites == 2


async def test_customer_first_presses_one(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Answer(300))
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    await add(rig, "customer_first")
    customer = await (await phone.rung(within_s=12)).answered()
    assert not agent.invites, "no agent is rung before somebody has answered"
    await rig.hears(customer, "router/callback_here", "router/callback_press")
    await customer.press("1")
    ringing = await (await agent.rung()).answered()
    await is_in(rig, "talking")
    await asyncio.sleep(3.5)  # the agent hears whose callback it is, beside the talk
    assert heard(customer.heard(0.5)) == ["agent"] and heard(ringing.heard(0.5)) == ["caller"]
    await ringing.hang_up()
    assert (await rig.record("CallbackEnded", after=after))["result"] == "kept"
    await customer.ended()


async def test_customer_first_busy_and_nobody_presses_one(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Refuse(603))
    agent = await rig.agent("1001", Answer(50))
    await add(rig, "customer_first")
    first = await rig.record("CallbackTryEnded", after=after, within_s=10)
    assert first["result"] == "rejected"
    phone.behaviour = Answer(100)
    second = await rig.record("CallbackTryEnded", after=first["seq"], within_s=40)
    assert second["result"] == "not_confirmed"
    assert (await rig.record("CallbackEnded", after=after))["why"] == "tries"
    assert not agent.invites


async def test_the_agent_marks_a_machine(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    carrier(rig, Answer(100))
    await add(rig)
    agent = await rig.agent("1001", Answer(50))
    ringing = await (await agent.rung()).answered()
    await is_in(rig, "talking", within_s=12)
    with contextlib.suppress(TimeoutError):  # the line is hung up while the key is still held
        await ringing.press("*")
    assert (await rig.record("CallbackTryEnded", after=after))["result"] == "voicemail"
    await is_in(rig, "parked")


async def test_a_caller_who_rings_again_stands_at_the_callbacks_place(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    call = await offered(rig)
    await call.press("2")
    await rig.hears(call, "router/callback_choices")
    await call.press("1")
    await call.ended(within_s=8)
    first = await rig.ring(AGENT_FIRST, number="13800138007")
    again = await rig.ring(AGENT_FIRST, number="13800138001", speaks=CALLER_HZ)
    queued = await rig.record("CallQueued", after=after, position=1, waiting=2)
    row = await only(rig)
    assert (row["state"], row["call"]) == ("parked", queued["call_id"])
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after, call_id=queued["call_id"])
    await first.hang_up()
    await ringing.hang_up()
    await again.ended()
    assert (await rig.record("CallbackEnded", after=after))["result"] == "taken_up"


async def test_router_killed_while_the_customer_rings(callbacks_rig: Rig) -> None:
    """Started again it goes on where it was: one dial, one talk."""
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Answer(None))
    await add(rig)
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    ringing = await (await agent.rung()).answered()
    customer = await phone.rung(within_s=12)
    await customer.ringing()
    await rig.line.kill_router()
    await rig.line.start_router()
    assert ringing.up
    await customer.answer()
    await is_in(rig, "talking")
    await asyncio.sleep(0.9)
    assert heard(customer.heard(0.5)) == ["agent"]
    assert phone.invites == 1, "dialled twice"
    await customer.hang_up()
    assert (await rig.record("CallbackEnded", after=after))["result"] == "kept"


async def test_router_killed_in_the_middle_of_an_offer(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    call = await offered(rig)
    await call.press("2")
    await rig.hears(call, "router/callback_choices")
    await rig.line.kill_router()
    await rig.line.start_router()
    assert call.up
    await call.press("1")
    await call.ended(within_s=8)
    row = await only(rig)
    assert row["number"] == CUSTOMER
    await rig.line.kill_router()
    await rig.line.start_router()
    assert (await only(rig))["asked_at_ms"] == row["asked_at_ms"], "its place is kept"


async def test_redis_and_asterisk_restarted_in_the_middle(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    phone = carrier(rig, Answer(None))
    await add(rig)
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    await (await agent.rung()).answered()
    await (await phone.rung(within_s=12)).ringing()
    assert rig.line.redis is not None and rig.line.asterisk is not None
    await rig.line.redis.process.kill()
    await rig.line.start_redis()
    await rig.forget_redis()
    await rig.line.asterisk.process.kill()
    for call in (*agent.calls, *phone.calls):
        call.mark_ended("restart")
    await rig.line.start_asterisk()
    await rig.line.router_ready(within_s=20)
    row = await only(rig)
    assert row["state"] in ("parked", "waiting", "dialling_agent"), row
    phone.behaviour = Answer(100)
    await agent.register()
    await rig.reachable("1001")
    await is_in(rig, "talking", within_s=60)
    for call in phone.calls:
        if call.up:
            await call.hang_up()
    assert (await rig.record("CallbackEnded", after=after, within_s=10))["result"] == "kept"


async def test_fifty_callbacks_and_five_agents_without_one_double_dial(callbacks_rig: Rig) -> None:
    rig = callbacks_rig
    after = await rig.mark()
    customers = carrier(rig, Answer(50))
    for number in range(50):
        await add(rig, number=f"+86138001390{number:02}")
    booked = await rig.records("CallbackBooked", after=after)
    assert len(booked) == 50

    async def hang_up(call: Call) -> None:
        with contextlib.suppress(TimeoutError):
            await call.answered()
            await asyncio.sleep(0.4)
            await call.hang_up()

    async def talk() -> None:
        async with asyncio.TaskGroup() as talks:
            while True:
                talks.create_task(hang_up(await customers.rung(within_s=60)))

    talking = asyncio.create_task(talk())
    try:
        for agent in ("1001", "1002", "1003", "1004", "1005"):
            await rig.agent(agent, Answer(20))

        await rig.so_many(50, "CallbackEnded", 120.0, after=after)
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
    live: set[str] = set()
    numbers = {row["callback"]: row["number"] for row in booked}
    for row in await rig.rows(after):
        if row["type"] == "CallbackTried":
            assert row["number"] not in live, f"{row['number']} is dialled twice at once"
            live.add(row["number"])
            assert len(live) <= 5, "more dials than agents"
        elif row["type"] == "CallbackTryEnded":
            live.discard(numbers[row["callback"]])
    ended = await rig.records("CallbackEnded", after=after)
    assert len(ended) == 50
    assert {row["number"] for row in ended if row["result"] == "kept"} == set(numbers.values())
