"""What flows ask of the outside, on real parts: a table, web services (slow, down), a login, messages, choices."""

import asyncio

import pytest

from phones import audio
from system.outside_service import OutsideService
from system.rig import CALLER_E164, CALLER_HZ, Rig, until
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

ASKING, ACCOUNT, MESSAGE, WAITING = "4002003", "4002004", "4002005", "4002012"


async def test_a_table_and_a_web_service_answer_and_a_slow_one_is_waited_for_with_sound(
    nodes_rig: Rig, service: OutsideService
) -> None:
    rig = nodes_rig
    service.customers[CALLER_E164] = {"name": "Li", "level": 7}
    call = await rig.ring(ASKING)
    await rig.hears(call, "ask_subject")
    await call.press("1")
    await rig.hears(call, "words/4", "words/2", "your_level", "words/7")
    await rig.hears(call, "one_moment", "bye")
    await call.ended()


async def test_what_no_source_knows_goes_its_way(nodes_rig: Rig, service: OutsideService) -> None:
    rig = nodes_rig
    call = await rig.ring(ASKING)
    await rig.hears(call, "ask_subject")
    await call.press("9")
    await rig.hears(call, "no_desk", "unknown_caller")
    await call.hang_up()


async def test_a_service_that_is_down_leads_to_its_way_at_once(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(ASKING)
    await rig.hears(call, "ask_subject")
    await call.press("1")
    await rig.hears(call, "words/4", "words/2", "service_down")
    await call.ended()
    results = {row["node"]: row["result"] for row in await rig.records("MenuStep", after=after)}
    assert (results["customer"], results["slow"]) == ("failed", "failed")


async def test_account_and_password(nodes_rig: Rig, service: OutsideService) -> None:
    rig = nodes_rig
    service.passwords["123"] = "246813"
    call = await rig.ring(ACCOUNT)
    await rig.hears(call, "ask_account")
    await call.press("123")
    await rig.hears(call, "ask_pin")
    await call.press("111111")
    await rig.hears(call, "wrong_number", "ask_account")
    await call.press("123")
    await rig.hears(call, "wrong_number", "ask_pin")
    await call.press("246813")
    await rig.hears(call, "logged_in")
    await call.ended()
    assert service.got["login"][-1] == {"account": "123", "password": "246813"}


async def test_too_many_wrong_passwords_lock_the_account(nodes_rig: Rig, service: OutsideService) -> None:
    rig = nodes_rig
    service.passwords["777"] = "246813"
    first = await rig.ring(ACCOUNT)
    for _ in range(2):
        asked = heard(first.heard()).count("ask_pin")
        await rig.hears(first, *["ask_account"] * (asked + 1))
        await first.press("777")
        await rig.hears(first, *["ask_account", "ask_pin"] * (asked + 1))
        await first.press("000000")
    await rig.hears(first, "bye")
    await first.ended()
    second = await rig.ring(ACCOUNT)
    await rig.hears(second, "ask_account")
    await second.press("777")
    await rig.hears(second, "ask_pin")
    await second.press("246813")
    await rig.hears(second, "locked", "bye")
    await second.ended()


async def test_a_message_is_recorded_heard_and_kept_and_word_of_it_sent(
    nodes_rig: Rig, service: OutsideService
) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(MESSAGE, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(2.6)
    await call.press("#")
    await rig.hears(call, "review")
    await call.press("2")
    await rig.hears(call, "review", "caller", "review")  # their own voice
    await call.press("1")
    await rig.hears(call, "kept", "bye")
    await call.ended()
    left = await rig.record("MessageLeft", after=after, box="night")
    assert 1_000 <= left["length_ms"] <= 3_500
    assert (await rig.record("CallEnded", after=after))["outcome"] == "message_left"
    spoken = rig.recording(left["recording"])[4_000:12_000]
    assert audio.only_tone(spoken, CALLER_HZ), "the caller's voice is not in the file"

    async def told() -> bool:
        return bool(service.got.get("messages"))

    await until(told, 5.0, lambda: f"word of the message is sent on: {service.got}")
    assert service.got["messages"][0]["recording"] == left["recording"]


async def test_who_hangs_up_after_speaking_has_left_a_message(nodes_rig: Rig, service: OutsideService) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(MESSAGE, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(2.0)
    await call.hang_up()
    left = await rig.record("MessageLeft", after=after)

    async def written() -> bool:
        return len(rig.recording(left["recording"])) > 8_000

    await until(written, 3.0, lambda: f"{left['recording']} is written")


async def test_nobody_there_a_callback_a_voicemail_or_a_score(nodes_rig: Rig) -> None:
    """Three callers at once, each with another choice."""
    rig = nodes_rig
    after = await rig.mark()
    calls = [await rig.ring(WAITING, number=f"1380013800{last}", speaks=CALLER_HZ) for last in range(3)]
    for call, key in zip(calls, "123", strict=True):
        await rig.hears(call, "offer")
        await call.press(key)
    back, voice, score = calls
    await rig.hears(score, "how_was_it")
    await score.press("4")
    await asyncio.sleep(1.5)
    await voice.press("#")
    await rig.hears(back, "your_number", "words/1", "words/3", "words/8", "confirm")
    await back.press("1")
    await rig.hears(back, "noted", "bye")
    await rig.hears(voice, "kept", "bye")
    await rig.hears(score, "thanks", "bye")
    for call in calls:
        await call.ended()
    assert (await rig.record("CallbackBooked", after=after))["number"] == "+8613800138000"
    assert (await rig.record("ScoreGiven", after=after))["score"] == 4
    assert (await rig.record("MessageLeft", after=after))["box"] == "desk"
    outcomes = sorted(row["outcome"] for row in await rig.records("CallEnded", after=after))
    assert outcomes == ["callback_booked", "message_left", "self_served"]
