"""Nodes that ring people, on real parts: transfer, extension, wake-up, reminder, page, consent to recording."""

import asyncio
import time

import pytest

from phones import audio
from phones.behaviour import Answer, Refuse
from router.core.events import AppointmentAsked, ExtensionAsked
from router.core.lines import Party
from system.outside_service import OutsideService
from system.rig import AGENT_HZ, CALLER_HZ, Rig
from system.tones import heard, windows_with

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

SWITCHBOARD, APPOINTMENTS, LEAK, CONSENT = "4002006", "4002007", "4002008", "4002010"


async def test_to_an_extension_and_both_hear_each_other(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    room = await rig.phone("1101", speaks=AGENT_HZ)
    call = await rig.ring(SWITCHBOARD, speaks=CALLER_HZ)
    await rig.hears(call, "which_way")
    await call.press("1")
    ringing = await (await room.rung()).answered()
    await rig.record("CallTransferred", after=after, kind="extension", target="301")
    await asyncio.sleep(1.0)
    assert windows_with(call.heard(0.6), "agent") == windows_with(ringing.heard(0.6), "caller") == 1.0
    assert heard(call.heard(0.6)) == ["agent"] and heard(ringing.heard(0.6)) == ["caller"]
    await ringing.hang_up()
    await call.ended()
    assert (await rig.record("CallEnded", after=after))["outcome"] == "sent_out"


async def test_extensions_that_are_busy_silent_closed_or_none(nodes_rig: Rig) -> None:
    rig = nodes_rig
    await rig.phone("1101", Refuse(486))
    busy, closed, none = [await rig.ring(SWITCHBOARD) for _ in range(3)]
    for call, key in ((busy, "1"), (closed, "7"), (none, "4")):
        await rig.hears(call, "which_way")
        await call.press(key)
    await rig.hears(busy, "is_busy")
    await rig.hears(closed, "is_closed")
    await rig.hears(none, "which_extension")
    await none.press("999")
    await rig.hears(none, "no_such", "which_extension")
    await none.press("302")  # there is one, but no phone is plugged in
    await rig.hears(none, "service_down")
    for call in (busy, closed, none):
        await call.ended()


async def test_do_not_disturb_and_off_again(nodes_rig: Rig) -> None:
    rig = nodes_rig
    room = await rig.phone("1102", Answer(100), speaks=AGENT_HZ)
    await rig.ask(ExtensionAsked(extension="302", do_not_disturb=True))
    quiet = await rig.ring(SWITCHBOARD)
    await rig.hears(quiet, "which_way")
    await quiet.press("4")
    await rig.hears(quiet, "which_extension")
    await quiet.press("302")
    await rig.hears(quiet, "do_not_disturb")
    await quiet.ended()
    assert room.invites == 0
    await rig.ask(ExtensionAsked(extension="302", do_not_disturb=False))
    call = await rig.ring(SWITCHBOARD)
    await rig.hears(call, "which_way")
    await call.press("4")
    await rig.hears(call, "which_extension")
    await call.press("302")
    await (await room.rung()).answered()
    await rig.hears(call, "agent")


async def test_outside_through_the_trunk_and_only_where_allowed(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    assert rig.carrier is not None
    carrier = rig.carrier
    carrier.behaviour, carrier.speaks = Answer(200), AGENT_HZ
    refused = await rig.ring(SWITCHBOARD)
    await rig.hears(refused, "which_way")
    await refused.press("3")
    await rig.hears(refused, "not_allowed")
    assert carrier.invites == 0
    call = await rig.ring(SWITCHBOARD, speaks=CALLER_HZ)
    await rig.hears(call, "which_way")
    await call.press("2")
    outside = await (await carrier.rung()).answered()
    assert outside.invite is not None and "55550001" in outside.invite.start
    assert "4002018" in outside.invite.header("from")
    await rig.record("CallTransferred", after=after, kind="outside")
    await rig.hears(call, "agent")
    await rig.hears(outside, "caller")
    await call.hang_up()
    await outside.ended()


async def test_to_a_queue_and_to_another_flow(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    calls = [await rig.ring(SWITCHBOARD) for _ in range(2)]
    for call, key in zip(calls, "56", strict=True):
        await rig.hears(call, "which_way")
        await call.press(key)
    await rig.record("CallQueued", after=after, waiting=2)
    for call in calls:
        await call.hang_up()


async def test_a_wake_up_call_rings_and_says_its_flow(nodes_rig: Rig) -> None:
    """The reminder's party is not there: it is noted, and tried again later."""
    rig = nodes_rig
    after = await rig.mark()
    room = await rig.phone("1101", Answer(300))
    due = int(time.time() * 1000) + 1_500
    for kind, phone in (("wake_up", "1101"), ("reminder", "1102")):
        party = Party(kind="phone", number=phone)
        await rig.ask(AppointmentAsked(kind=kind, party=party, flow="wake", at_ms=due))
    ringing = await (await room.rung()).answered()
    await rig.hears(ringing, "good_morning_call")
    await ringing.ended()
    await rig.record("AppointmentChanged", after=after, kind="wake_up", change="kept")
    missed = await rig.record("OutboundEnded", after=after, purpose="reminder")
    assert missed["result"] == "unreachable"
    party = Party(kind="phone", number="1102")
    await rig.ask(AppointmentAsked(kind="reminder", party=party, flow="wake", at_ms=0, cancel=True))


async def test_booked_and_cancelled_by_the_caller(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    for key, kind in (("1", "wake_up"), ("3", "reminder")):
        call = await rig.ring(APPOINTMENTS)
        await rig.hears(call, "which_way")
        await call.press(key)
        await rig.hears(call, "ask_time")
        await call.press("0305")
        await rig.hears(call, "booked_for", "confirm")
        await call.press("1")
        await rig.hears(call, "booked", "bye")
        await call.ended()
        await rig.record("AppointmentChanged", after=after, kind=kind, change="booked")
    call = await rig.ring(APPOINTMENTS)
    await rig.hears(call, "which_way")
    await call.press("2")
    await rig.hears(call, "cancelled", "bye")
    await call.ended()
    await rig.record("AppointmentChanged", after=after, kind="wake_up", change="cancelled")
    party = Party(kind="phone", number="1101")
    await rig.ask(AppointmentAsked(kind="reminder", party=party, flow="wake", at_ms=0, cancel=True))


async def test_a_leak_is_told_and_the_second_on_duty_takes_it(nodes_rig: Rig, service: OutsideService) -> None:
    rig = nodes_rig
    after = await rig.mark()
    await rig.phone("1101", Refuse(486))
    second = await rig.phone("1102", Answer(200))
    call = await rig.ring(LEAK)
    on_duty = await (await second.rung()).answered()
    await rig.hears(on_duty, "duty_ask")
    await on_duty.press("1")
    await rig.hears(on_duty, "duty_taken")
    await on_duty.ended()
    await rig.hears(call, "accepted", "words/1", "words/0", "words/2", "bye")
    await call.ended()
    assert service.got["notices"] == [{"text": "leak +8613800138000"}]
    page = await rig.record("PageEnded", after=after)
    assert (page["accepted_by"], page["table"]) == ("1102", "night")


@pytest.mark.alone
async def test_a_talk_is_recorded_where_the_caller_agrees_and_only_there(nodes_rig: Rig) -> None:
    rig = nodes_rig
    agent = await rig.agent("1001", speaks=AGENT_HZ)
    for key, agrees in (("1", True), ("2", False)):
        after = await rig.mark()
        call = await rig.ring(CONSENT, speaks=CALLER_HZ)
        await rig.hears(call, "ask_consent")
        await call.press(key)
        if not agrees:
            await rig.hears(call, "not_recorded")
        ringing = await (await agent.rung()).answered()
        connected = await rig.record("CallConnected", after=after)
        await asyncio.sleep(1.6)
        assert heard(call.heard(0.5)) == ["agent"] and heard(ringing.heard(0.5)) == ["caller"]
        await call.hang_up()
        await ringing.ended()
        await rig.at_rest()
        sides = [rig.recording(f"{connected['call_id']}.talk1-{side}") for side in ("caller", "agent")]
        if not agrees:
            assert not any(len(side) for side in sides), "recorded against the caller's wish"
            continue
        for side, hertz in zip(sides, (CALLER_HZ, AGENT_HZ), strict=True):
            assert audio.only_tone(side[3_200:9_600], hertz), f"{len(side)} samples, not {hertz} Hz alone"
        assert abs(len(sides[0]) - len(sides[1])) <= 800, "the two sides do not go together"
