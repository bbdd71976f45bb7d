"""``hotline demo``: the line with simulated callers and agents, to see it live within a minute."""

import asyncio
import time
from typing import Annotated, Any

import typer

from router.adapters.control import Control
from router.cli.options import settings_of
from router.cli.up import announce, prompts_of, run
from router.drill.callers import Callers, Plan
from router.drill.phones import Behaviour
from router.drill.simulate import simulated_agents
from router.errors import HotlineError
from router.flowfile import load_site
from router.line.line import Line
from router.line.supervisor import Supervisor

_MANY = 1_000_000
_LOOK_S = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    agents: Annotated[int, typer.Option(min=1, help="how many simulated agents answer")] = 8,
    per_minute: Annotated[float, typer.Option(min=1, max=600, help="how many simulated callers ring a minute")] = 20,
    keys: Annotated[str, typer.Option(help="what each caller presses")] = "1",
    talk: Annotated[int, typer.Option(min=1, help="seconds a caller stays after the last key")] = 15,
) -> None:
    """Start the line, let simulated agents answer and simulated callers ring (SIPp), and show what happens."""
    settings = settings_of()
    line = Line(settings, load_site(settings.site))

    async def play(line: Line) -> None:
        plan = Plan(number=line.number, count=_MANY, per_second=per_minute / 60, keys=keys, key_after_ms=4_000,
                    hang_up_after_ms=talk * 1_000)  # fmt: skip
        behaviour = Behaviour(answer_after_ms=2_000)
        async with simulated_agents(settings, agents, behaviour) as names:
            typer.echo(f"agents {names[0]} to {names[-1]} are signed in; {per_minute:g} callers a minute ring\n")
            callers = Callers(plan, host=settings.host, sip_port=settings.sip_port)
            await callers.start()
            try:
                await _show(line)
            finally:
                await callers.stop()

    run(Supervisor(line, ready=announce, before=prompts_of(settings), alongside=play))


async def _show(line: Line) -> None:
    """Print a line whenever the floor looks different."""
    last = ""
    while True:
        try:
            async with Control(line.folders.home) as control:
                now = _floor(dict(await control.overview()))
        except HotlineError:
            # the router is being started again; the supervisor says so
            now = ""
        if now and now != last:
            typer.echo(f"{time.strftime('%H:%M:%S')}  {now}")
            last = now
        await asyncio.sleep(_LOOK_S)


def _floor(overview: dict[str, Any]) -> str:
    waiting = sum(queue["waiting"] for queue in overview["queues"])
    talking = sum(queue["talking"] for queue in overview["queues"])
    states = [agent["state"] for agent in overview["agents"] if agent["state"] != "signed_out"]
    counted = ", ".join(f"{states.count(state)} {state.replace('_', '-')}" for state in sorted(set(states)))
    served = sum(agent["calls_count"] for agent in overview["agents"])
    return f"calls {len(overview['calls'])}: waiting {waiting}, talking {talking}; agents: {counted}; taken {served}"
