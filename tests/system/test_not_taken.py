"""Agents who do not take the call: the next one is rung, the caller keeps the head of the queue."""

import asyncio
import time

import pytest

from phones.behaviour import Answer, Refuse, Silent
from phones.phone import Phone
from system.rig import DIRECT, RETURNING, THREE_RINGS, Rig

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

NEVER = Answer(after_ms=None)


async def signed_in_order(rig: Rig, *names_and_behaviours: tuple[str, Answer | Refuse | Silent]) -> list[Phone]:
    """Sign agents in one after another: the first has been idle longest and is rung first."""
    phones = []
    for name, behaviour in names_and_behaviours:
        phones.append(await rig.agent(name, behaviour))
        await asyncio.sleep(0.01)
    return phones


@pytest.mark.alone
async def test_two_do_not_answer_and_a_third_does(rig: Rig) -> None:
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", NEVER), ("1002", NEVER), ("1003", Answer(100)))
    await (await (await rig.caller()).call(DIRECT)).answered()
    connected = await rig.record("CallConnected", after=after, within_s=8)
    assert connected["agent"] == "1003"
    assert 3_000 <= connected["wait_ms"] <= 4_000, "two rings of 1.5 s"
    missed = await rig.records("AgentMissed", after=after)
    assert [(row["agent"], row["why"]) for row in missed] == [("1001", "no_answer"), ("1002", "no_answer")]
    assert all(1_450 <= row["rang_ms"] <= 1_700 for row in missed), missed
    assert [phone.invites for phone in phones] == [1, 1, 1]
    for name in ("1001", "1002"):
        row = await rig.agent_is(name, "not_answering")
        assert row["reason"] == "no_answer"
    assert len(await rig.records("Alert", after=after, kind="agent_not_answering")) == 2
    for phone in phones[:2]:
        assert phone.calls[0].over, "the phone rings on"


@pytest.mark.alone
async def test_a_phone_rings_for_three_rings_of_the_country(rig: Rig) -> None:
    """Fifteen seconds in China, counted from the phone's own ringing."""
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", NEVER), ("1002", Answer(50)))
    await (await (await rig.caller()).call(THREE_RINGS)).answered()
    ringing = await phones[0].rung()
    await ringing.ended(within_s=17)
    assert ringing.rang_at is not None and ringing.ended_at is not None
    assert 14.8 <= ringing.ended_at - ringing.rang_at <= 15.5
    missed = await rig.record("AgentMissed", after=after)
    assert missed["agent_rings"] == pytest.approx(3, abs=0.05)
    assert (await rig.record("CallConnected", after=after))["agent"] == "1002"


async def test_all_reject_and_are_rung_again(rig: Rig) -> None:
    """Busy and rejected are passed over, stay ready, and the next round rings them anew."""
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", Refuse(486)), ("1002", Refuse(603)), ("1003", Refuse(486)))
    await (await (await rig.caller()).call(DIRECT)).answered()
    for number in range(3):
        await rig.record("AgentMissed", after=after, agent=f"100{number + 1}")
    missed = await rig.records("AgentMissed", after=after)
    assert [(row["agent"], row["why"]) for row in missed[:3]] == [
        ("1001", "busy"),
        ("1002", "rejected"),
        ("1003", "busy"),
    ]
    assert not await rig.records("AgentStateChanged", after=after, state="not_answering")
    phones[1].behaviour = Answer(50)
    connected = await rig.record("CallConnected", after=after, within_s=12)
    assert connected["agent"] == "1002"
    again = await rig.records("AgentRang", after=after, agent="1002")
    assert again[-1]["round"] >= 2


async def test_a_phone_unplugged_while_it_rings(rig: Rig) -> None:
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", NEVER), ("1002", Answer(50)))
    await (await (await rig.caller()).call(DIRECT)).answered()
    await phones[0].rung()
    phones[0].unplug()
    connected = await rig.record("CallConnected", after=after, within_s=8)
    assert connected["agent"] == "1002"
    await rig.reachable("1001", False, within_s=8)


async def test_a_phone_unplugged_before_it_is_rung_is_unreachable_within_two_seconds(rig: Rig) -> None:
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", Silent()), ("1002", Answer(50)))
    await (await (await rig.caller()).call(DIRECT)).answered()
    connected = await rig.record("CallConnected", after=after, within_s=8)
    assert connected["agent"] == "1002"
    # Two seconds for the phone that says nothing, well before a ring would have been given up (15 s).
    assert 1_900 <= connected["wait_ms"] <= 6_000
    missed = await rig.record("AgentMissed", after=after, agent="1001")
    assert missed["why"] == "unreachable"
    assert missed["rang_ms"] == 0
    assert phones[0].invites >= 1


async def test_an_unplugged_phone_is_not_rung_at_all_once_it_is_known(rig: Rig) -> None:
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", Answer(50)), ("1002", Answer(50)))
    phones[0].unplug()
    await rig.reachable("1001", False, within_s=8)
    await (await (await rig.caller()).call(DIRECT)).answered()
    assert (await rig.record("CallConnected", after=after))["agent"] == "1002"
    assert not await rig.records("AgentRang", after=after, agent="1001")


async def test_a_redirect_towards_a_trunk_is_not_followed(rig: Rig) -> None:
    """The phone forwards all calls to a number outside: no INVITE goes there, and the agent is out of rotation."""
    after = await rig.mark()
    carrier = Phone("carrier", sip_port=rig.line.settings.sip_port, port=rig.block.spare_first)
    rig.phones.append(await carrier.start())
    forwarded = f"sip:13900139000@127.0.0.1:{carrier.port}"
    await signed_in_order(rig, ("1001", Refuse(302, forwarded)), ("1002", Answer(50)))
    await (await (await rig.caller()).call(DIRECT)).answered()
    assert (await rig.record("CallConnected", after=after))["agent"] == "1002"
    missed = await rig.record("AgentMissed", after=after)
    assert (missed["agent"], missed["why"]) == ("1001", "forwarded")
    row = await rig.agent_is("1001", "not_answering")
    assert row["reason"] == "forwarded"
    await rig.record("Alert", after=after, kind="phone_forwarded", subject="1001")
    await asyncio.sleep(0.5)
    assert carrier.invites == 0


async def test_the_last_ready_agent_is_rung_again(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.agent("1001", NEVER)
    await (await (await rig.caller()).call(DIRECT)).answered()
    await rig.record("AgentMissed", after=after, agent="1001")
    phone.behaviour = Answer(50)
    connected = await rig.record("CallConnected", after=after, within_s=8)
    assert connected["agent"] == "1001"
    assert phone.invites == 2


async def test_who_did_not_answer_is_back_after_return_after(rig: Rig) -> None:
    after = await rig.mark()
    await signed_in_order(rig, ("1001", NEVER), ("1002", Answer(50)))
    call = await (await (await rig.caller()).call(RETURNING)).answered()
    await rig.record("CallConnected", after=after, agent="1002")
    await rig.agent_is("1001", "not_answering")
    started = time.monotonic()
    await rig.agent_is("1001", "ready")
    assert time.monotonic() - started > 1.0
    changed = await rig.record("AgentStateChanged", after=after, agent="1001", previous="not_answering")
    assert changed["previous_ms"] == pytest.approx(2_000, abs=100)
    await call.hang_up()


async def test_a_phone_in_another_call_is_not_rung(rig: Rig) -> None:
    """Agent 1001 has been idle longest but is on the phone (signing in anew): AMI tells, by the phone's channel."""
    after = await rig.mark()
    phones = await signed_in_order(rig, ("1001", Answer(50)), ("1002", Answer(50)))
    own = await (await phones[0].call("*11")).answered()
    await rig.record("PhoneChanged", after=after, phone="1001", other_calls=1)
    await (await (await rig.caller()).call(DIRECT)).answered()
    assert (await rig.record("CallConnected", after=after))["agent"] == "1002"
    await own.hang_up()
    await rig.record("PhoneChanged", after=after, phone="1001", other_calls=0)
    assert not await rig.records("AgentRang", after=after, agent="1001")
