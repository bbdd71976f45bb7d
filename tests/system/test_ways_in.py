"""Ways in: trunk and phones on one address, callers whose number is a work number, numbers nobody has."""

import asyncio

import pytest

from phones.behaviour import Answer
from phones.phone import Phone
from router.adapters.control import Control
from system.rig import BY_CARRIER, CALLER_E164, DIRECT, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def test_a_trunk_and_phones_on_one_address(rig: Rig) -> None:
    """The carrier calls from the very address where phones register; both are taken for what they are."""
    after = await rig.mark()
    carrier = Phone("13800138000", sip_port=rig.line.settings.sip_port, port=rig.block.spare_first)
    rig.phones.append(await carrier.start())
    await rig.agent("1001", Answer(50))
    await (await carrier.call(BY_CARRIER)).answered()
    received = await rig.record("CallReceived", after=after)
    assert (received["trunk"], received["did"], received["caller"]) == ("carrier", BY_CARRIER, CALLER_E164)
    await rig.record("CallConnected", after=after, agent="1001")


async def test_only_a_trunk_that_is_asked_whether_it_is_there_can_be_down(rig: Rig) -> None:
    """Nobody stands behind the carrier's trunk. The other one names no host to ask: callers may come by it."""

    async def down() -> bool:
        await rig.line.console("pjsip qualify trunk-carrier")
        await asyncio.sleep(0.2)
        async with Control(rig.line.folders.home) as control:
            unreachable: list[str] = (await control.health())["trunks_unreachable"]
        assert set(unreachable) <= {"carrier"}
        return unreachable == ["carrier"]

    await until(down, 20.0, lambda: "the carrier's trunk is down")


async def test_a_caller_whose_number_is_a_work_number(rig: Rig) -> None:
    """From: <sip:1001@...> from outside is a caller, not phone 1001: no password is asked for."""
    after = await rig.mark()
    await rig.agent("1002", Answer(50))
    stranger = await rig.caller("1001")
    call = await (await stranger.call(DIRECT)).answered()
    assert 401 not in call.statuses
    await rig.record("CallConnected", after=after, agent="1002")
    assert (await rig.record("CallReceived", after=after))["trunk"] == "local"


async def test_the_agents_own_phone_may_ring_the_hotline(rig: Rig) -> None:
    after = await rig.mark()
    phone = await rig.agent("1001", Answer(50))
    await rig.agent("1002", Answer(50))
    call = await (await phone.call(DIRECT)).answered()
    await rig.record("CallConnected", after=after)
    await call.hang_up()


async def test_a_withheld_number_is_a_value_of_its_own(rig: Rig) -> None:
    after = await rig.mark()
    caller = await rig.caller()
    hidden = (("privacy", "id"), ("p-asserted-identity", "<sip:13800138000@127.0.0.1>"))
    call = await caller.call(DIRECT, caller_id="anonymous", extra=hidden)
    await call.answered()
    received = await rig.record("CallReceived", after=after)
    assert (received["withheld"], received["caller"]) == (True, "")
    await call.hang_up()


async def test_one_caller_however_written(rig: Rig) -> None:
    after = await rig.mark()
    caller = await rig.caller()
    for written in ("13800138000", "+8613800138000", "008613800138000"):
        call = await (await caller.call(DIRECT, caller_id=written)).answered()
        await call.hang_up()
    await rig.at_rest()
    assert [row["caller"] for row in await rig.records("CallReceived", after=after)] == [CALLER_E164] * 3


async def test_the_diverted_number_is_known(rig: Rig) -> None:
    after = await rig.mark()
    caller = await rig.caller()
    diversion = (("diversion", "<sip:4009990000@127.0.0.1>;reason=unconditional"),)
    call = await (await caller.call(DIRECT, extra=diversion)).answered()
    assert (await rig.record("CallReceived", after=after))["diverted_from"].endswith("4009990000")
    await call.hang_up()


async def test_a_number_nobody_has_is_refused(rig: Rig) -> None:
    after = await rig.mark()
    call = await (await rig.caller()).call("4009999999")
    await call.ended()
    assert call.status in (401, 403, 404)
    assert await rig.mark() == after, "the router heard of it"
