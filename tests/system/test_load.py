"""Load: 200 calls at 20 a second, 20 agents. Nothing is timed here; nothing may be lost."""

import asyncio
from collections import Counter

import pytest

from router.drill.callers import Callers, Plan
from router.drill.phones import Behaviour, Phones
from system.rig import DIRECT, Rig, told

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.asyncio(loop_scope="session")]

CALLS = 200
AGENTS = [f"10{number:02d}" for number in range(1, 21)]


async def test_two_hundred_calls_at_twenty_a_second_with_twenty_agents(rig: Rig) -> None:
    settings = rig.line.settings
    where = {"host": settings.host, "sip_port": settings.sip_port}
    passwords = {name: rig.line.secrets.phone_password(name) for name in AGENTS}
    phones = Phones(passwords, Behaviour(answer_after_ms=100, talk_ms=400), **where)
    wave = Callers(Plan(number=DIRECT, count=CALLS, per_second=20, hang_up_after_ms=0), **where)
    await phones.start()
    try:
        for name in AGENTS:
            await rig.reachable(name)
            await rig.sign_in(name)
        after = await rig.mark()
        await wave.start()
        async with asyncio.timeout(60):
            made = await wave.finished()
        assert made == {"made": CALLS, "succeeded": CALLS, "failed": 0}, wave.errors()
        await rig.at_rest(within_s=15)
        balance = await rig.balance()
        assert not balance.faults, "\n".join(balance.faults)
        ended = await rig.records("CallEnded", after=after)
        outcomes = Counter(row["outcome"] for row in ended)
        assert outcomes["lost"] == 0, told([row for row in ended if row["outcome"] == "lost"])
        assert outcomes == {"answered": CALLS}, outcomes
        assert not await rig.records("AgentMissed", after=after)
    finally:
        await wave.stop()
        await phones.stop()
