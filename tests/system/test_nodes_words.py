"""What callers type and hear, on real parts: collect, say, set, branch, hours, language, subflow, tag, silent line."""

import asyncio
import datetime
from zoneinfo import ZoneInfo

import pytest

from system.rig import Rig
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

NUMBERS, OFFICE, CALLING, SILENT, FAREWELL = "4002001", "4002002", "4002009", "4002011", "4002020"


async def test_a_number_is_typed_read_back_confirmed_and_reckoned_with(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(NUMBERS)
    await rig.hears(call, "ask_account")
    await call.press("321#")
    await rig.hears(call, "you_typed", "words/3", "words/2", "words/1", "confirm")
    await call.press("1")
    await rig.hears(call, "confirm", "ask_pin")
    await call.press("86758675")
    await rig.hears(call, "double_is", "words/6", "words/4", "words/2", "bye")
    await call.ended()
    ended = await rig.record("CallEnded", after=after)
    assert (ended["outcome"], ended["call_type"], ended["ended_by"]) == ("self_served", "small", "router")


async def test_a_secret_is_nowhere(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(NUMBERS)
    await call.press("60000")  # as many as it may have: complete without the terminator
    await rig.hears(call, "you_typed", "words/6")
    await call.press("1")
    await rig.hears(call, "ask_pin")
    await call.press("41794179")
    await rig.hears(call, "bye")
    await call.ended()
    steps = {row["node"]: row["result"] for row in await rig.records("MenuStep", after=after)}
    assert (steps["account"], steps["pin"]) == ("60000", "***")
    assert (await rig.record("CallEnded", after=after))["call_type"] == "big"
    home = rig.line.folders.home
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".wav"]
    kept = [path for path in files if b"41794179" in path.read_bytes()]
    assert any(b"60000" in path.read_bytes() for path in files), (
        "the account is nowhere either: these are not the files"
    )
    assert not kept, f"the password stands in {kept}"


async def test_wrong_numbers_are_said_to_be_so_and_in_the_end_go_their_way(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(NUMBERS)
    await rig.hears(call, "ask_account")
    await call.press("999#")  # refused by the check
    await rig.hears(call, "ask_account", "wrong_number", "ask_account")
    await call.press("12")  # too short, and the wait for a third key passes
    await rig.hears(call, "wrong_bye")
    await call.ended()
    results = [row["result"] for row in await rig.records("MenuStep", after=after, node="account")]
    assert len(results) == 2 and "key" not in results, results


async def test_nothing_typed_is_asked_again_and_then_goes_its_way(nodes_rig: Rig) -> None:
    rig = nodes_rig
    call = await rig.ring(NUMBERS)
    await rig.hears(call, "ask_account", "no_key_bye")
    await call.ended()
    assert [name for name in heard(call.heard()) if name != "?"] == ["ask_account", "no_key_bye"], "said twice is one"


async def test_star_and_the_person_key_lead_to_a_person_while_typing(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(NUMBERS)
    await call.press("12*0")
    await rig.record("CallQueued", after=after)
    await call.hang_up()


async def test_hours_greeting_and_language(nodes_rig: Rig) -> None:
    rig = nodes_rig
    call = await rig.ring(OFFICE)
    await rig.hears(call, "open_greeting", "which_language", "yue/which_language")
    await call.press("2")
    await rig.hears(call, "yue/hello_there", "hello_there", "bye")
    await call.ended()


async def test_a_language_without_a_prompt_of_its_own_falls_back(nodes_rig: Rig) -> None:
    rig = nodes_rig
    call = await rig.ring(OFFICE)
    await rig.hears(call, "which_language")
    await call.press("1")
    await rig.hears(call, "hello_there", "bye")
    await call.ended()
    assert "yue/hello_there" not in heard(call.heard())


async def test_a_flow_is_called_with_a_value_and_gives_one_back(nodes_rig: Rig) -> None:
    rig = nodes_rig
    call = await rig.ring(CALLING)
    await rig.hears(call, "ask_amount")
    await call.press("7")
    await rig.hears(call, "ask_amount", "double_is", "words/4", "words/7", "bye")
    await call.ended()


async def test_a_called_flow_comes_back_with_another_result(nodes_rig: Rig) -> None:
    """It has no person of its own: the one of the flow that called it."""
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(CALLING)
    await rig.hears(call, "ask_amount")
    await call.press("*0")
    await rig.record("CallQueued", after=after)
    await call.hang_up()


async def test_a_farewell_with_a_wish_before_the_weekend(nodes_rig: Rig) -> None:
    rig = nodes_rig
    local = datetime.datetime.now(ZoneInfo("Asia/Shanghai"))
    weekend = local.isoweekday() > 5 or (local.isoweekday() == 5 and local.hour >= 12)
    call = await rig.ring(FAREWELL)
    await rig.hears(call, "bye")
    await call.ended()
    assert heard(call.heard()) == (["weekend_wish", "bye"] if weekend else ["bye"])


async def test_a_silent_line_is_told_so_and_hung_up(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(SILENT)
    await rig.hears(call, "are_you_there", "no_voice")
    await call.ended()
    assert (await rig.record("CallEnded", after=after))["outcome"] == "self_served"


async def test_a_key_breaks_the_silence(nodes_rig: Rig) -> None:
    rig = nodes_rig
    after = await rig.mark()
    call = await rig.ring(SILENT)
    await rig.hears(call, "are_you_there")
    await asyncio.sleep(0.3)
    await call.press("5")
    await rig.record("CallQueued", after=after)
    await call.hang_up()
