"""Messages on real parts: taken, kept through every fault, worked on by agents, deleted, and heard in a browser."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import async_playwright

from phones import audio
from phones.behaviour import Answer
from router.board.messages_http import add_message_routes
from router.message_source import RouterMessages
from system.boxes import BUSY_BOX, DESK_BOX, NIGHT, boxes_line, leave, message_row, messages, put, written
from system.command_line import hotline
from system.rig import CALLER_E164, CALLER_HZ, Rig, until
from system.tones import heard

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TONE = "?"
"""Asterisk's own tone before a recording: none of our markers."""
COMPLAINING = "13800138009"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_boxes(tmp_path_factory: pytest.TempPathFactory, asterisk_root: Path) -> AsyncIterator[Rig]:
    """The line of these tests."""
    async with boxes_line(tmp_path_factory.mktemp("boxes"), asterisk_root) as rig:
        yield rig


@pytest_asyncio.fixture(loop_scope="session")
async def boxes(shared_boxes: Rig) -> AsyncIterator[Rig]:
    """That line, at rest before and after."""
    router = shared_boxes.line.router
    if router is None or not router.running:
        await shared_boxes.line.start_router()
    yield shared_boxes
    await shared_boxes.clear()


async def test_heard_spoken_anew_and_kept_with_all_that_was_known(boxes: Rig) -> None:
    """Keys 2, 3 and 1 of the review; the first take is not only forgotten but erased."""
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(2.2)
    await call.press("#")
    await rig.hears(call, "review")
    await call.press("2")
    await rig.hears(call, "review", "caller", "review")
    await call.press("3")
    await rig.hears(call, "review", "caller", "review", "leave_message")
    await asyncio.sleep(2.8)
    await call.press("#")
    await rig.hears(call, "leave_message", "review", "leave_message", "review")
    await call.press("1")
    await rig.hears(call, "kept", "bye")
    await call.ended()
    left = await rig.record("MessageLeft", after=after, box="night")
    gone = await rig.record("RecordingDeleted", after=after)
    assert gone["found"] == "1" and gone["recording"] != left["recording"]
    assert not len(rig.recording(gone["recording"]))
    assert json.loads(left["answers"]) == {"subject": "street lamp"}
    assert (left["caller"], left["did"], left["language"]) == (CALLER_E164, NIGHT, "en")
    assert left["at_due_ms"] == left["at_ms"] + 4_000
    assert 1_500 <= left["length_ms"] <= 4_000
    assert audio.only_tone((await written(rig, left["recording"]))[4_000:12_000], CALLER_HZ)
    assert (await rig.record("CallEnded", after=after))["outcome"] == "message_left"
    row = await message_row(rig, left["message"])
    assert row is not None and (row["stage"], row["answers"]) == ("open", {"subject": "street lamp"})


async def test_silence_ends_it_and_who_presses_nothing_has_it_kept(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(1.8)
    call.speak(None)
    await rig.hears(call, "leave_message", "review", within_s=5)
    await rig.hears(call, "review", "kept", "bye", within_s=12)
    await call.ended()
    left = await rig.record("MessageLeft", after=after)
    assert left["length_ms"] >= 1_000


async def test_the_longest_time_ends_it(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message", "review", within_s=9)
    await call.press("1")
    await rig.hears(call, "kept", "bye")
    left = await rig.record("MessageLeft", after=after)
    assert 4_000 <= left["length_ms"] <= 6_000
    samples = await written(rig, left["recording"], 4_000)
    assert len(samples) / 8 <= 6_500


async def test_nothing_said_is_no_message(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    for number in range(3):
        await rig.hears(call, *["leave_message", TONE] * (number + 1))
        await asyncio.sleep(0.4)
        await call.press("#")
        await rig.hears(call, *["too_short"] * (number + 1))
    await call.ended()
    assert not await rig.records("MessageLeft", after=after)
    assert (await rig.record("CallEnded", after=after))["outcome"] == "self_served"


async def test_an_agent_free_before_the_tone_takes_the_caller_and_one_free_later_does_not(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(BUSY_BOX, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(1.0)
    agent = await rig.agent("1001", Answer(50))  # free while the caller speaks: not interrupted
    await asyncio.sleep(1.5)
    assert agent.invites == 0 and "kept" not in heard(call.heard())
    await call.press("#")
    await rig.hears(call, "kept", "bye")
    await rig.record("MessageLeft", after=after, box="desk")
    await call.ended()
    second = await rig.ring(BUSY_BOX, speaks=CALLER_HZ)
    await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after, agent="1001")
    assert "leave_message" not in heard(second.heard())
    await second.hang_up()


async def test_two_claim_at_once_one_wins_and_the_other_is_told_who(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    left = await leave(rig)
    name = left["message"]
    answers = await asyncio.gather(put(rig, name, "claim", "1001"), put(rig, name, "claim", "1002"))
    kinds = sorted(records[0]["type"] for records in answers)
    assert kinds == ["AskRefused", "MessageClaimed"]
    winner = (await rig.record("MessageClaimed", after=after, message=name))["agent"]
    refused = next(records[0] for records in answers if records[0]["type"] == "AskRefused")
    assert f"agent {winner} has message {name}" in refused["reason"]
    other = {"1001": "1002", "1002": "1001"}[winner]
    assert (await put(rig, name, "done", other))[0]["type"] == "AskRefused"
    outsider = (await put(rig, name, "claim", "1003"))[0]
    assert "in no group that answers" in outsider["reason"]
    await put(rig, name, "done", winner, "rang back, solved\x1b[31m")
    done = await rig.record("MessageDone", after=after, message=name)
    assert (done["agent"], done["in_time"], done["note"]) == (winner, "1", "rang back, solved [31m")
    assert (await put(rig, name, "claim", winner))[0]["type"] == "AskRefused"
    await put(rig, name, "reopen")
    await rig.record("MessageReopened", after=after, message=name, change="reopened")
    row = await message_row(rig, name)
    assert row is not None and (row["stage"], row["agent"]) == ("open", "")
    await put(rig, name, "delete")
    await rig.record("MessageDeleted", after=after, message=name, why="asked")


async def test_late_ones_are_told_before_and_after_and_claims_end(boxes: Rig) -> None:
    """The box is to be answered within 4 s, alerts 2 s before, and lets nobody keep a message for more than 3 s."""
    rig = boxes
    after = await rig.mark()
    left = await leave(rig, NIGHT)
    await put(rig, left["message"], "claim", "1001")
    await rig.record("Alert", after=after, kind="message_due", call_id=left["call_id"])
    reopened = await rig.record("MessageReopened", after=after, message=left["message"])
    assert (reopened["agent"], reopened["why"]) == ("1001", "timeout")
    await rig.record("Alert", after=after, kind="message_late", call_id=left["call_id"])
    await put(rig, left["message"], "done", "1002")
    assert (await rig.record("MessageDone", after=after, message=left["message"]))["in_time"] == "0"


async def test_the_router_killed_while_a_caller_speaks_and_hangs_up(boxes: Rig) -> None:
    """kill -9 in the middle; the caller speaks on and is gone before the router is back: the message is work."""
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(1.5)
    await rig.line.kill_router()
    await asyncio.sleep(1.5)
    assert call.up
    await call.hang_up()
    await asyncio.sleep(3.0)
    await rig.line.start_router()
    left = await rig.record("MessageLeft", after=after, within_s=10)
    assert json.loads(left["answers"]) == {"subject": "street lamp"}
    samples = await written(rig, left["recording"])
    assert left["length_ms"] == pytest.approx(len(samples) / 8, abs=50), "it is as long as its file, not as the absence"
    assert 2_000 <= left["length_ms"] <= 4_500
    assert audio.only_tone(samples[4_000:12_000], CALLER_HZ)
    assert (await rig.record("CallEnded", after=after))["outcome"] == "message_left"
    row = await message_row(rig, left["message"])
    assert row is not None and row["stage"] == "open"


async def test_the_router_killed_while_a_caller_speaks_who_then_goes_on(boxes: Rig) -> None:
    """The recording ends while the router is away; the caller is led on when it is back, and nothing is lost."""
    rig = boxes
    after = await rig.mark()
    call = await rig.ring(NIGHT, speaks=CALLER_HZ)
    await rig.hears(call, "leave_message")
    await asyncio.sleep(1.5)
    await rig.line.kill_router()
    await call.press("#")
    await asyncio.sleep(1.0)
    await rig.line.start_router()
    await rig.hears(call, "leave_message", "review", within_s=10)
    await call.press("1")
    await rig.hears(call, "kept", "bye")
    left = await rig.record("MessageLeft", after=after)
    samples = await written(rig, left["recording"])
    assert left["length_ms"] == pytest.approx(len(samples) / 8, abs=50)


async def test_work_and_claims_survive_the_router_and_redis(boxes: Rig) -> None:
    """Redis stands still while the message is left, then the router is killed: work, claim, records: all are there."""
    rig = boxes
    after = await rig.mark()
    await rig.balance()
    assert rig.line.redis is not None
    redis = rig.line.redis.process.pid
    before = {row["message"] for row in await messages(rig)}
    os.kill(redis, signal.SIGSTOP)
    try:
        call = await rig.ring(DESK_BOX, speaks=CALLER_HZ)
        await rig.hears(call, "leave_message")
        await asyncio.sleep(2.0)
        await call.hang_up()

        async def there() -> bool:
            return len({row["message"] for row in await messages(rig)} - before) == 1

        await until(there, 4.0, lambda: "the message is work while Redis is away")
        (name,) = {row["message"] for row in await messages(rig)} - before
        await put(rig, name, "claim", "1001")
        await rig.line.kill_router()
    finally:
        os.kill(redis, signal.SIGCONT)
    await rig.line.start_router()
    row = await message_row(rig, name)
    assert row is not None and (row["stage"], row["agent"]) == ("claimed", "1001")
    await rig.record("MessageLeft", after=after, message=name, within_s=10)
    await rig.record("MessageClaimed", after=after, message=name, agent="1001")


async def test_too_old_they_go_and_complaints_stay(boxes: Rig) -> None:
    """Kept for 6 s: a message and its file are deleted then; one of a complaint stays."""
    rig = boxes
    after = await rig.mark()
    complaint = await leave(rig, number=COMPLAINING)
    other = await leave(rig)
    deleted = await rig.record("MessageDeleted", after=after, message=other["message"], within_s=10)
    assert (deleted["why"], deleted["was"], deleted["recording"]) == ("age", "open", other["recording"])
    await rig.record("RecordingDeleted", after=after, recording=other["recording"])
    await rig.record("Alert", after=after, kind="message_expired")
    assert not len(rig.recording(other["recording"]))
    row = await message_row(rig, complaint["message"])
    assert row is not None and row["call_type"] == "complaint" and await message_row(rig, other["message"]) is None
    assert len(rig.recording(complaint["recording"])) > 8_000


async def test_what_is_to_be_erased_is_erased_by_the_next_router(boxes: Rig) -> None:
    """The file cannot be erased now (its folder is not ours to write); the supervisor is told, a start tries again."""
    rig = boxes
    after = await rig.mark()
    left = await leave(rig)
    path = rig.line.folders.recordings / f"{left['recording']}.wav"
    kept = path.with_suffix(".kept")
    path.rename(kept)
    path.mkdir()  # what stands in its place cannot be erased as a file
    await put(rig, left["message"], "delete")
    alert = await rig.record("Alert", after=after, kind="recording_not_erased")
    assert left["recording"] in alert["detail"]
    await rig.line.stop_router()
    path.rmdir()
    kept.rename(path)
    await rig.line.start_router()
    gone = await rig.record("RecordingDeleted", after=after, recording=left["recording"])
    assert gone["found"] == "1" and not path.exists()


async def test_a_recording_nobody_knows_of_becomes_work(boxes: Rig) -> None:
    """The journal's last second was lost with the machine: the file alone is enough for the next router."""
    rig = boxes
    after = await rig.mark()
    await rig.line.kill_router()
    lost = rig.line.folders.recordings / "boxes.1.c99999.r1.wav"
    audio.write_wave(lost, audio.tone(CALLER_HZ, 3_000))
    await rig.line.start_router()
    found = await rig.record("MessageReceived", after=after, within_s=20)
    assert (found["recording"], found["length_ms"]) == ("boxes.1.c99999.r1", 3_000)
    row = await message_row(rig, found["message"])
    assert row is not None and (row["box"], row["stage"]) == ("away", "open")
    await asyncio.sleep(11.0)
    assert len(await rig.records("MessageReceived", after=after)) == 1, "it is reported once"


async def test_agents_and_supervisors_by_the_command_line(boxes: Rig) -> None:
    rig = boxes
    after = await rig.mark()
    left = await leave(rig, number=COMPLAINING)
    name = left["message"]
    code, said = await hotline(rig, "messages", "list")
    assert code == 0 and name in said and "short" in said
    code, said = await hotline(rig, "messages", "claim", name, "--agent", "1001")
    assert (code, said.strip()) == (0, f"agent 1001 has message {name}")
    code, said = await hotline(rig, "messages", "claim", name, "--agent", "1002")
    assert code == 1 and "agent 1001 has message" in said
    code, said = await hotline(rig, "messages", "show", name, "--json")
    row = json.loads(said)
    assert (row["stage"], row["agent"], row["caller"]) == ("claimed", "1001", "+8613800138009")
    copy = rig.line.folders.home / "copy.wav"
    code, said = await hotline(rig, "messages", "play", name, "--out", str(copy))
    assert code == 0 and audio.only_tone(audio.read_wave(copy)[4_000:12_000], CALLER_HZ)
    code, said = await hotline(rig, "messages", "call-back", name, "--agent", "1001")
    assert code == 2 and "had asked for no queue" in said
    code, said = await hotline(rig, "messages", "call-back", name, "--agent", "1001", "--queue", "asked")
    assert code == 1 and "refused" in said, "this site rings no numbers outside, and callbacks know it"
    code, said = await hotline(rig, "messages", "done", name, "--agent", "1001", "--note", "rang back")
    assert code == 0
    code, said = await hotline(rig, "messages", "list")
    assert name not in said.split()
    code, said = await hotline(rig, "messages", "claim", "m0", "--agent", "1001")
    assert code == 1 and "there is no message 'm0'" in said
    code, said = await hotline(rig, "messages", "delete")
    assert code == 2
    code, said = await hotline(rig, "messages", "delete", "--caller", COMPLAINING, "--by", "lead")
    assert code == 0
    deleted = await rig.record("MessageDeleted", after=after, message=name)
    assert (deleted["why"], deleted["by"], deleted["was"]) == ("caller", "lead", "done")
    assert all(row["caller"] != "+8613800138009" for row in await messages(rig))
    code, said = await hotline(rig, "messages", "delete", "--caller", COMPLAINING)
    assert code == 1 and "has left no message" in said


async def test_heard_in_a_real_browser(boxes: Rig) -> None:
    """Chromium loads the page and the recording by ranges, under the page's own security policy."""
    rig = boxes
    left = await leave(rig, NIGHT)
    app = web.Application()
    source = RouterMessages(rig.line.settings, "Asia/Shanghai")
    add_message_routes(app, source, lambda request, row: row["message"] == left["message"])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            page = await browser.new_page()
            troubles: list[str] = []
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            await page.goto(f"http://127.0.0.1:{port}/messages?lang=zh")
            assert await page.title() == "留言"
            assert await page.locator("audio").count() == 1

            async def audio_is(what: str) -> bool:
                return bool(await page.evaluate(f"document.querySelector('audio').{what}"))

            await until(lambda: audio_is("readyState >= 1"), 10.0, lambda: "the browser knows the recording")
            duration_s = await page.evaluate("document.querySelector('audio').duration")
            assert duration_s == pytest.approx(len(rig.recording(left["recording"])) / 8_000, abs=0.1)
            await page.evaluate("document.querySelector('audio').muted = true")
            await page.evaluate("document.querySelector('audio').play()")
            await until(lambda: audio_is("currentTime > 0.3"), 10.0, lambda: "the browser plays it")
            assert not [text for text in troubles if "favicon" not in text and "404" not in text]
            await browser.close()
    finally:
        await runner.cleanup()
