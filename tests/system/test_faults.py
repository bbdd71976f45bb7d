"""Parts that stop, come late, are killed: no call is lost for it, and all is told."""

import asyncio
import json
import os
import signal
import wave
from pathlib import Path

import pytest

from phones import audio
from phones.behaviour import Answer
from system.rig import AGENT_HZ, CALLER_E164, CALLER_HZ, DIRECT, EMERGENCY, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.alone
async def test_redis_stopped_for_ten_seconds_while_calls_connect(rig: Rig) -> None:
    """SIGSTOP: the worst kind of away, the connection stays open. Calls go on; the stream is complete afterwards."""
    after = await rig.mark()
    for name in ("1001", "1002"):
        await rig.agent(name, Answer(50))
    assert rig.line.redis is not None
    redis = rig.line.redis.process.pid
    caller = await rig.caller()
    loop = asyncio.get_running_loop()
    await rig.balance()
    os.kill(redis, signal.SIGSTOP)
    try:
        stopped_until = loop.time() + 10
        served = 0
        while loop.time() < stopped_until:
            call = await (await caller.call(DIRECT)).answered(within_s=2)

            async def connected() -> bool:
                return any(row["stage"] == "talking" for row in (await rig.overview())["calls"])

            await until(connected, 3.0, lambda: "a call connects while Redis is stopped")
            served += 1
            await asyncio.sleep(0.3)
            await call.hang_up()
            await asyncio.sleep(0.4)
    finally:
        os.kill(redis, signal.SIGCONT)
    assert served >= 8
    await rig.at_rest()
    balance = await rig.balance()
    assert not balance.faults, balance.faults
    assert len(await rig.records("CallConnected", after=after)) == served


async def test_router_killed_while_one_waits_and_one_talks(rig: Rig) -> None:
    """Started again, both are still there; the talk was never interrupted and the waiting one is served."""
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(50), speaks=AGENT_HZ)
    caller = await rig.caller(speaks=CALLER_HZ)
    talking = await (await caller.call(DIRECT)).answered()
    ringing = await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    waiting = await (await caller.call(DIRECT)).answered()
    queued = await rig.record("CallQueued", after=after, queued=True)
    epoch = (await rig.overview())["epoch"]

    await rig.line.kill_router()
    await asyncio.sleep(1.0)
    assert talking.up and waiting.up
    assert audio.only_tone(talking.heard(0.5), AGENT_HZ), "the talk is disturbed without a router"
    await rig.line.start_router()

    overview = await rig.overview()
    assert overview["epoch"] == epoch + 1
    assert {row["stage"] for row in overview["calls"]} == {"talking", "waiting"}
    assert talking.up and waiting.up
    assert audio.only_tone(talking.heard(0.3), AGENT_HZ)
    assert audio.only_tone(ringing.heard(0.3), CALLER_HZ)

    await talking.hang_up()
    second = await (await agent.rung()).answered()
    connected = await rig.record("CallConnected", after=after, call_id=queued["call_id"])
    assert connected["wait_ms"] >= 1_000, "the wait before the kill counts"
    await asyncio.sleep(0.8)
    assert audio.only_tone(waiting.heard(0.4), AGENT_HZ), "music under the talk after the restart"
    assert audio.only_tone(second.heard(0.4), CALLER_HZ)


async def test_hung_up_while_the_router_was_away(rig: Rig) -> None:
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(50))
    caller = await rig.caller()
    talking = await (await caller.call(DIRECT)).answered()
    await (await agent.rung()).answered()
    await rig.record("CallConnected", after=after)
    waiting = await (await caller.call(DIRECT)).answered()
    await rig.record("CallQueued", after=after, queued=True)
    await rig.line.kill_router()
    await talking.hang_up()
    await waiting.hang_up()
    await asyncio.sleep(0.3)
    await rig.line.start_router()
    await rig.at_rest()
    ended = await rig.records("CallEnded", after=after)
    assert sorted(row["outcome"] for row in ended) == ["abandoned_short", "answered"]
    await rig.agent_is("1001", "ready")


async def test_killed_while_the_agents_phone_rings(rig: Rig) -> None:
    """Whatever became of the ring meanwhile, the caller is served and nothing is left."""
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(after_ms=None))
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    await agent.rung()
    await rig.line.kill_router()
    agent.behaviour = Answer(50)
    await rig.line.start_router()
    await rig.record("CallConnected", after=after, within_s=10)
    assert call.up


async def test_router_away_caller_leaves_a_message_which_is_found(rig: Rig) -> None:
    after = await rig.mark()
    await rig.line.stop_router()
    try:
        call = await (await (await rig.caller(speaks=CALLER_HZ)).call(DIRECT)).answered(within_s=8)
        await asyncio.sleep(1.0)
        assert audio.loudness(call.heard(0.8)) > 100, "no notice is spoken"
        await asyncio.sleep(9.0)
        await call.hang_up()
    finally:
        await rig.line.start_router()
    found = await rig.record("MessageReceived", after=after, within_s=20)
    assert (found["did"], found["caller"]) == (DIRECT, CALLER_E164)
    assert found["length_ms"] >= 500
    kept = next(rig.line.folders.recordings.rglob(Path(found["recording"]).name + "*"))
    with wave.open(str(kept), "rb") as message:
        assert message.getnframes() / message.getframerate() * 1_000 == pytest.approx(found["length_ms"], abs=100)


async def test_emergency_number_rings_the_duty_phone_when_the_router_is_away(rig: Rig) -> None:
    duty = await rig.phone("1040", Answer(50), speaks=AGENT_HZ)
    await rig.line.stop_router()
    try:
        call = await (await (await rig.caller(speaks=CALLER_HZ)).call(EMERGENCY)).answered(within_s=4)
        ringing = await (await duty.rung()).answered()
        await asyncio.sleep(0.8)
        assert audio.only_tone(call.heard(0.4), AGENT_HZ)
        assert audio.only_tone(ringing.heard(0.4), CALLER_HZ)
        await call.hang_up()
        await ringing.ended()
    finally:
        await rig.line.start_router()


async def test_a_call_in_the_moment_of_a_restart_is_not_sent_away(rig: Rig) -> None:
    """While the router is away for two seconds callers hear ringing, and are served once it is back."""
    after = await rig.mark()
    await rig.agent("1001", Answer(50))
    await rig.line.kill_router()
    call = await (await rig.caller()).call(DIRECT)
    await call.ringing()
    await rig.line.start_router()
    await rig.record("CallConnected", after=after, within_s=8)
    assert call.up


async def test_parts_that_come_late_are_picked_up(own_rig: Rig) -> None:
    """The router first, alone: it says what is missing and takes each part up when it comes."""
    rig = own_rig
    await rig.line.start_router(wait=False)

    async def answers() -> bool:
        try:
            return bool(await rig.health())
        except Exception:
            return False

    await until(answers, 15, lambda: "the router's control socket")
    log = rig.line.folders.logs / "router.log"

    async def told() -> bool:
        text = log.read_text(errors="replace")
        return all(word in text for word in ("Redis", "ARI", "AMI"))

    await until(told, 10, lambda: f"Redis, ARI and AMI named as missing; the log says\n{log.read_text()[-2000:]}")
    await rig.line.start_redis()
    await rig.line.start_asterisk()
    await rig.line.router_ready(within_s=20)
    after = await rig.mark()
    await rig.agent("1001", Answer(50))
    call = await (await (await rig.caller()).call(DIRECT)).answered()
    await rig.record("CallConnected", after=after)
    await call.hang_up()
    await rig.at_rest()
    assert not (await rig.balance()).faults


async def test_wrong_passwords_are_told_and_right_ones_taken(own_rig: Rig) -> None:
    """A router with wrong passwords says which, keeps trying, and never takes the line down."""
    rig = own_rig
    await rig.line.start_redis()
    await rig.line.start_asterisk()
    wrong = {f"HOTLINE_{part}_PASSWORD": "wrong-password" for part in ("ARI", "AMI", "REDIS")}
    await rig.line.start_router(wait=False, extra=wrong)
    log = rig.line.folders.logs / "router.log"

    async def told() -> bool:
        text = log.read_text(errors="replace") if log.exists() else ""
        return all(f"HOTLINE_{part}_PASSWORD" in text for part in ("ARI", "AMI", "REDIS"))

    await until(told, 20, lambda: f"the wrong passwords named; the log says\n{log.read_text()[-3000:]}")
    assert "Traceback" not in log.read_text(errors="replace")
    assert "wrong-password" not in log.read_text(errors="replace")
    assert rig.line.router is not None and rig.line.router.running
    await rig.line.stop_router()
    await rig.line.start_router()


async def test_asterisk_restarted_ends_its_calls_and_takes_new_ones(own_rig: Rig) -> None:
    rig = await own_rig.start()
    after = await rig.mark()
    agent = await rig.agent("1001", Answer(50))
    await (await (await rig.caller()).call(DIRECT)).answered()
    await rig.record("CallConnected", after=after)
    assert rig.line.asterisk is not None
    await rig.line.asterisk.process.kill()
    await rig.line.start_asterisk()
    await rig.line.router_ready(within_s=20)
    await rig.at_rest(within_s=15)
    ended = await rig.record("CallEnded", after=after)
    assert ended["outcome"] == "answered", json.dumps(ended)
    for call in agent.calls:
        call.mark_ended("restart")
    await agent.register()
    await rig.reachable("1001")
    await rig.agent_is("1001", "ready")
    call = await (await (await rig.caller("13800138001")).call(DIRECT)).answered()
    await rig.record("CallConnected", after=ended["seq"])
    await call.hang_up()
    await rig.at_rest()
