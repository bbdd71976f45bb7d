"""``python -m bench``: arrival to bridge side by side with app_queue, decisions, the simulator; writes RESULTS.md."""

import argparse
import asyncio
import contextlib
import io
import os
import tempfile
import time
from pathlib import Path

from bench import decision
from bench.report import Measured, write
from bench.stopwatch import Stopwatch
from bench.switch import APP_QUEUE, OURS, add_app_queue
from router.adapters.control import Control
from router.cli import run
from router.cli.prompts import build_site_prompts
from router.core.events import AgentSignInAsked, AgentSignOutAsked
from router.drill.callers import Callers, Plan
from router.drill.phones import Behaviour, Phones
from router.flowfile import load_site
from router.line.line import Line
from router.line.ports import free_block
from router.settings import Settings

SITE = Path(__file__).parent / "site"
ROOT = os.environ.get("HOTLINE_ASTERISK_ROOT") or str(SITE.parents[1] / ".hotline" / "asterisk-root")
TALK_MS = 300
SIMULATED_CALLS = 200_000


async def measure(rates: list[int], seconds: int) -> str:
    """Run all rates for both and return the report."""
    block = free_block()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        settings = Settings(home=Path(folder), site=SITE, asterisk_root=ROOT, **block.settings())
        build_site_prompts(settings.site, settings)
        async with Line(settings, load_site(SITE)) as line:
            await line.start_redis()
            await line.start_asterisk()
            await line.start_router()
            await add_app_queue(line)
            stopwatch = Stopwatch()
            await stopwatch.start(*line.ami_address)
            passwords = {name: line.secrets.phone_password(name) for name in line.site.phones}
            behaviour = Behaviour(answer_after_ms=0, talk_ms=TALK_MS)
            phones = Phones(passwords, behaviour, host=settings.host, sip_port=settings.sip_port)
            await phones.start()
            try:
                runs = []
                for rate in rates:
                    for who, number in (("app_queue", APP_QUEUE), ("router", OURS)):
                        await _service(line, signed_in=number == OURS)
                        runs.append(await _run(line, stopwatch, who, number, rate, rate * seconds))
                version = (await line.console("core show version")).split()[1]
            finally:
                await phones.stop()
                await stopwatch.stop()
    block.close()
    print("decisions ...", flush=True)
    decisions = list(decision.runs(quick=True))
    print("simulator ...", flush=True)
    return write(runs, version, len(passwords), decisions, _simulated())


def _simulated() -> tuple[int, float]:
    """How many calls were simulated, and the seconds of CPU it took."""
    words = f"simulate --model --calls-per-hour 200 --aht 180 --agents 14 --calls {SIMULATED_CALLS} --seed 1 --json"
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        run(words.split())
    return SIMULATED_CALLS, time.process_time() - began


async def _run(line: Line, stopwatch: Stopwatch, who: str, number: str, rate: int, count: int) -> Measured:
    print(f"{who}: {count} calls at {rate} a second ...", flush=True)
    stopwatch.arrived.clear()
    plan = Plan(number=number, count=count, per_second=rate, hang_up_after_ms=0)
    callers = Callers(plan, host=line.settings.host, sip_port=line.settings.sip_port)
    await callers.start()
    try:
        async with asyncio.timeout(count / rate + 60):
            made = await callers.finished()
    finally:
        await callers.stop()
    return Measured(who, rate, made["made"], stopwatch.waits_ms(number))


async def _service(line: Line, *, signed_in: bool) -> None:
    """Sign all agents in or out, so that only one of the two gives them calls."""
    async with Control(line.folders.home) as control:
        if signed_in:
            while True:
                phones = (await control.overview())["phones"]
                if all(row["reachable"] and not row["other_calls"] for row in phones):
                    break
                await asyncio.sleep(0.2)
        for agent in line.site.floor.agents.values():
            if signed_in:
                await control.ask(AgentSignInAsked(agent=agent.number, phone=agent.phone))
            else:
                await control.ask(AgentSignOutAsked(agent=agent.number))
    await asyncio.sleep(1)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[5, 20], help="calls a second")
    parser.add_argument("--seconds", type=int, default=15, help="how long callers arrive, per run")
    asked = parser.parse_args()
    print(asyncio.run(measure(asked.rates, asked.seconds)))


if __name__ == "__main__":
    main()
