"""``hotline try``: walk a flow in the terminal, as a caller: what is said, keys, the clock, answers by hand."""

import sys
import time
from typing import Annotated

import typer

from router.adapters.numbers import caller_from
from router.cli.graph import SiteFolder, flow_at
from router.cli.options import settings_of
from router.cli.output import did_you_mean, refuse
from router.cli.trying import Trial, keyboard, lines
from router.flowfile import load_site
from router.flowfile.prompts import read_prompts
from router.flowfile.rules import as_dialled
from router.flowtest.people import Habits
from router.flowtest.rehearsal import Rehearsal
from router.flowtest.stage import did_of, local_ms
from router.flowtest.words import Words
from router.site import Site

What = Annotated[str, typer.Argument(metavar="FLOW|DID", help="a flow's name or file, or a number callers dial")]
At = Annotated[str, typer.Option("--at", metavar="TIME", help="when the call comes: '2026-10-01 09:30' (default: now)")]
From = Annotated[str, typer.Option("--from", metavar="NUMBER", help="the caller's number, or 'withheld'")]
Diverted = Annotated[str, typer.Option("--diverted-from", metavar="NUMBER", help="whose calls are diverted to us")]
Language = Annotated[str, typer.Option("--lang", help="the language the flow begins in (default: the site's)")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("try")(try_flow)


def try_flow(
    what: What,
    site: SiteFolder = None,
    at: At = "",
    caller: From = "13800138000",
    diverted_from: Diverted = "",
    lang: Language = "",
) -> None:
    """Walk a flow in the terminal. Nothing is rung and nobody is asked: you are the caller, the clock and the services.

    Keys are pressed singly; Enter lets time go on to the next thing that happens; ? lists what else can be done.
    Without a terminal each line of stdin is one of these, so that a walk can be scripted.
    """
    folder, name = (site or settings_of().site, what) if as_dialled(what).isdecimal() else flow_at(what, site)
    compiled = load_site(folder)
    did, flow = _meant(compiled, name)
    if lang and lang not in compiled.script.prompts:
        known = list(compiled.script.prompts)
        raise refuse(f"there is no language '{lang}'", did_you_mean(lang, known) or f"there are: {', '.join(known)}")
    try:
        now = local_ms(compiled, at) if at else round(time.time() * 1000)  # noqa: TID251 - only where the walk begins
    except ValueError:
        raise refuse(f"'{at}' is no date and time", "write --at '2026-10-01 09:30'") from None
    rehearsal = Rehearsal(
        compiled,
        Words(compiled.script, read_prompts(folder)[0]),
        now,
        did=did,
        flow=flow,
        habits=Habits(ask=True),
        language=lang,
    )
    commands = keyboard() if sys.stdin.isatty() else lines(sys.stdin)
    trial = Trial(rehearsal, commands, chinese=lang.partition("-")[0] == "zh")
    trial.run(caller_from(caller, compiled.country), as_dialled(diverted_from))


def _meant(site: Site, what: str) -> tuple[str, str]:
    """Return the number and flow that a number or a flow's name means."""
    number = as_dialled(what)
    if number in site.dids:
        return number, site.dids[number].flow
    if what in site.script.flows:
        return did_of(site, what) or "0", what
    known = [*site.script.flows, *site.dids]
    raise refuse(f"there is no flow or number '{what}'", did_you_mean(what, known) or f"there are: {', '.join(known)}")
