"""What agents do by feature codes on their own phones."""

import asyncio

import pytest

from phones.behaviour import Answer
from phones.phone import Phone
from router.adapters.pins import Pins
from router.core.ids import AgentId
from system.command_line import hotline, hotline_json
from system.rig import DIRECT, RETURNING, Rig

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


def pin_of(rig: Rig, agent: str) -> str:
    return Pins(rig.line.folders.home, rig.line.secrets.site_key).initial_pin(AgentId(agent))


async def dial(phone: Phone, code: str) -> None:
    """Dial a code that needs nothing more and wait until the router has hung up."""
    call = await (await phone.call(code)).answered()
    await call.ended(within_s=10)


async def test_sign_in_with_work_number_and_pin_by_phone(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.phone("1007")
    call = await (await phone.call("*11")).answered()
    await asyncio.sleep(0.5)
    await call.press("1008#")
    await asyncio.sleep(0.5)
    await call.press(pin_of(rig, "1008") + "#")
    changed = await rig.record("AgentStateChanged", after=after, agent="1008", state="ready")
    assert (changed["phone"], changed["by"]) == ("1007", "phone")
    await call.ended(within_s=10)

    await (await (await rig.caller()).call(DIRECT)).answered()
    await (await phone.rung()).answered()
    assert (await rig.record("CallConnected", after=after))["agent"] == "1008"


async def test_a_wrong_pin_does_not_sign_in(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.phone("1009")
    pin = pin_of(rig, "1009")
    wrong = str((int(pin[0]) + 1) % 10) + pin[1:]
    call = await (await phone.call("*111009")).answered()
    await asyncio.sleep(0.5)
    await call.press(wrong + "#")
    await asyncio.sleep(1.0)
    assert (await rig.agent_row("1009"))["state"] == "signed_out"
    await call.press(pin + "#")
    await rig.record("AgentStateChanged", after=after, agent="1009", state="ready")
    await call.hang_up()
    stream = str(await rig.rows())
    assert pin not in stream and wrong not in stream


async def test_pause_ready_and_sign_out_by_phone(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.agent("1001", Answer(50))
    await dial(phone, "*142")
    paused = await rig.record("AgentStateChanged", after=after, state="paused")
    assert (paused["reason"], paused["by"]) == ("meeting", "phone")

    call = await (await (await rig.caller()).call(DIRECT)).answered()
    await asyncio.sleep(0.7)
    assert phone.invites == 0, "a paused agent is rung"
    await dial(phone, "*13")
    await rig.record("CallConnected", after=after, agent="1001")
    await call.hang_up()
    await rig.agent_is("1001", "ready")
    await dial(phone, "*12")
    await rig.agent_is("1001", "signed_out")


async def test_wrap_up_is_ended_by_phone(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.agent("1001", Answer(50))
    call = await (await (await rig.caller()).call(RETURNING)).answered()
    await rig.record("CallConnected", after=after)
    await call.hang_up()
    await rig.agent_is("1001", "wrap_up")
    await dial(phone, "*15")
    changed = await rig.record("AgentStateChanged", after=after, previous="wrap_up")
    assert (changed["state"], changed["by"]) == ("ready", "phone")
    assert changed["previous_ms"] < 15_000


async def test_a_call_is_coded_by_phone_and_counted_as_solved_at_once(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.agent("1001", Answer(50))
    for code in ("*172", "*18"):
        call = await (await (await rig.caller()).call(RETURNING)).answered()
        connected = await rig.record("CallConnected", after=after)
        await call.hang_up()
        await rig.agent_is("1001", "wrap_up")
        await dial(phone, code)
        coded = await rig.record("CallCoded", after=after)
        assert (coded["call_id"], coded["queue"], coded["agent"]) == (connected["call_id"], "returning", "1001")
        assert (coded["code"], coded["solved"]) == (("tariff", True) if code == "*172" else ("", False))
        if code == "*172":
            told = await hotline(rig, "agents", "code", "1001", "bill", "--unsolved")
            assert told == (0, "1001 coded the call: bill unsolved\n")
            refused = await hotline(rig, "agents", "code", "1001", "bil")
            assert refused[0] == 1 and "use one of: bill, tariff" in refused[1]
            assert (await hotline(rig, "agents", "code", "1001", "tariff"))[0] == 0  # the last code holds
        after = await rig.mark()
        await dial(phone, "*15")
        await rig.agent_is("1001", "ready")
    assert (await hotline(rig, "archive", "--once"))[0] == 0
    words = ("measures", "coded", "first_call_resolution", "--split", "code", "--from", "yesterday")
    _, lines = await hotline_json(rig, *words)
    told = {line["split"]["code"]: [cell["value"] for cell in line["cells"].values()] for line in lines}
    assert told == {"tariff": [1, 1], "": [1, 0]}


async def test_whoever_is_not_signed_in_is_told_so(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.phone("1010")
    await dial(phone, "*13")
    assert not await rig.records("AgentStateChanged", after=after)
