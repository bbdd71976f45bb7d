"""``hotline up``: starts the line, says how to ring it, keeps it up until it is stopped."""

import asyncio
import json as jsonlib
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from router.adapters.pins import Pins
from router.board.keys import gate_of
from router.cli.options import Json, settings_of
from router.core.ids import AgentId
from router.errors import HotlineError
from router.flowfile import load_site
from router.flowtest import require
from router.line.line import Line
from router.line.progress import Progress
from router.line.supervisor import Supervisor
from router.publishing import build_site_prompts
from router.settings import Settings

Prepare = Annotated[
    bool, typer.Option("--prepare", help="build prompts and write Asterisk's configuration, then end: starts nothing")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(json: Json = False, prepare: Prepare = False) -> None:
    """Start the line (Redis, Asterisk, router) and keep it up until Ctrl-C or `hotline down`.

    With --json one line on stdout says when it is ready and how to reach it: sip, number, redis_url, stream, ari_url,
    board_url, stop. Progress goes to stderr.
    """
    settings = settings_of()
    # a mistake in the YAML or a failing test ends it here, before anything starts
    site = load_site(settings.site)
    require(settings.site, site)
    line = Line(settings, site)
    if prepare:
        build_site_prompts(settings.site, settings)
        typer.echo(f"prompts in {line.folders.prompts}, Asterisk's configuration in {line.render()}")
        return
    run(Supervisor(line, ready=_announce_json if json else announce, before=prompts_of(settings)))


def run(supervisor: Supervisor) -> None:
    """Run a line until it is stopped; leave with 130 where it was stopped before it was up."""
    if not asyncio.run(supervisor.run()):
        raise typer.Exit(130)


def prompts_of(settings: Settings) -> Callable[[Progress], Awaitable[None]]:
    """Return the step that builds a site's prompts."""

    async def build(progress: Progress) -> None:
        with progress.step("Building prompts"):
            await asyncio.to_thread(build_site_prompts, settings.site, settings)

    return build


def addresses(line: Line) -> dict[str, str | None]:
    """Return what a script needs to use the line; ``board_url`` is None where it has no wallboard."""
    return {
        "sip": line.sip,
        "number": line.number,
        "redis_url": line.redis_url,
        "stream": line.stream,
        "ari_url": line.ari_url,
        "board_url": line.board_url if line.settings.board == "own" else None,
        "stop": stop_command(line.folders.home),
    }


def stop_command(home: Path) -> str:
    """Return the shell command that stops the line of a home, from anywhere."""
    beside = Path(sys.executable).with_name("hotline")
    program = str(beside) if beside.exists() else "hotline"
    return shlex.join([program, "--home", str(home), "down"])


def _announce_json(line: Line) -> None:
    print(jsonlib.dumps(addresses(line)), flush=True)


def announce(line: Line) -> None:
    """Tell a person how to ring the line, register a phone, look at it and stop it."""
    host, _, port = line.sip.rpartition(":")
    rows = [("Ring", f"{line.number} at {line.sip}, from any SIP phone on this machine (no password): {_uri(line)}")]
    phone = next(iter(line.site.phones), "")
    if phone:
        rows.append(("Phone", f"register {phone} at {host}, port {port}, password {_password(line, phone)}"))
    agent = next((agent for agent in line.site.floor.agents.values() if agent.phone == phone), None)
    code = next((code for code, action in line.site.codes.items() if action == "sign_in"), "")
    if agent is not None and code:
        rows.append(
            ("Sign in", f"dial {code} on it, then work number {agent.number}# and PIN {_pin(line, agent.number)}#")
        )
    if line.settings.board == "own":
        rows.append(("Wallboard", f"{line.board_url} password {_board_password(line)}"))
    rows.append(("Look", "hotline status, or watch the events: hotline events"))
    rows.append(("Stop", f"Ctrl-C here, or {stop_command(line.folders.home)}"))
    width = max(len(name) for name, _ in rows)
    text = "\n".join(f"  {name.ljust(width)}  {what}" for name, what in rows)
    print(f"\nThe line is up.\n\n{text}\n", flush=True)


def _uri(line: Line) -> str:
    return f"sip:{line.number}@{line.sip}"


def _password(line: Line, phone: str) -> str:
    try:
        return line.secrets.phone_password(phone)
    except HotlineError:
        return "as you set it"


def _board_password(line: Line) -> str:
    return gate_of(line.secrets).shown_password or "as you set it"


def _pin(line: Line, agent: str) -> str:
    try:
        return Pins(line.folders.home, line.secrets.site_key).initial_pin(AgentId(agent))
    except HotlineError:
        return "as you set it"
