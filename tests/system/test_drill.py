"""`hotline phones --simulate`: simulated agents in service until stopped."""

import asyncio
import json
import signal

import pytest

from system.command_line import HOTLINE
from system.rig import DIRECT, Rig, until

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]


async def simulate(rig: Rig, count: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(*HOTLINE, "phones", "--simulate", str(count), "--answer-after", "200ms", "--json"),
        env=rig.line.environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.alone
async def test_simulated_phones_serve_until_they_are_stopped(rig: Rig) -> None:
    after = await rig.mark()
    taken = await rig.phone("1001")
    drill = await simulate(rig, 2)
    assert drill.stdout is not None
    try:
        said = json.loads(await asyncio.wait_for(drill.stdout.readline(), 15))
        assert said == {"phones": ["1002", "1003"], "answer_after_ms": 200}
        call = await (await (await rig.caller()).call(DIRECT)).answered()
        connected = await rig.record("CallConnected", after=after)
        assert connected["agent"] == "1002"
        assert 190 <= connected["rang_ms"] <= 600
        await call.hang_up()
        await rig.agent_is("1002", "ready")
    finally:
        drill.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(drill.wait(), 15) == 0
    for name in ("1002", "1003"):
        await rig.agent_is(name, "signed_out")
        await rig.reachable(name, False)
    assert taken.invites == 0


async def test_more_phones_than_the_site_has_is_said_so(rig: Rig) -> None:
    drill = await simulate(rig, 41)
    _, complaint = await asyncio.wait_for(drill.communicate(), 15)
    assert drill.returncode not in (0, None)
    assert b"40 phones" in complaint and b"at most 40" in complaint
    assert b"Traceback" not in complaint

    async def untouched() -> bool:
        return not any(row["reachable"] for row in (await rig.overview())["phones"])

    await until(untouched, 3.0, lambda: "no phone was registered")
