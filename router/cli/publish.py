"""``hotline publish``: makes changed YAML live, now or at a time; calls under way end on their version."""

import getpass
import time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from router.adapters.control import Publish
from router.cli.moments import TO_THE_SECOND, coming_moment, on_clock
from router.cli.options import Json, settings_of
from router.cli.output import print_json, refuse
from router.cli.reach import with_router
from router.flowfile import load_site
from router.flowtest import require
from router.publishing import build_site_prompts
from router.site import Site

At = Annotated[
    str, typer.Option("--at", metavar="TIME", help="go live then: '2026-10-01 00:00' or 18:30, on the site's clock")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="the hotline's folder", show_default=False)
    ] = None,
    at: At = "",
    json: Json = False,
) -> None:
    """Check a hotline's YAML, run its tests, make its prompts, and let new calls use it.

    With a mistake or a failing test nothing changes. All files change together; with --at they are kept as they are
    now, and go live then.
    """
    settings = settings_of()
    folder = (path or settings.site).absolute()
    now_ms = round(time.time() * 1000)  # noqa: TID251 - what a person means by 18:30 depends on now
    site = load_site(folder)  # the mistakes first: no prompt is made of a site that cannot go live
    at_ms = coming_moment(at, now_ms, ZoneInfo(site.clock.zone)) if at else 0
    if at and at_ms <= now_ms:
        raise refuse(f"{at} is past", "name a time that is still to come")
    require(folder, site)
    made = build_site_prompts(folder, settings)
    done = with_router(lambda control: control.publish(Publish(path=str(folder), at_ms=at_ms, by=who())))
    if json:
        print_json({**done, "prompts": made})
        return
    if made:
        typer.echo(f"{len(made)} prompts made")
    if done["tests"]:
        typer.echo(f"{done['tests']} tests passed")
    tell(done, site)


def tell(done: dict[str, Any], site: Site | None) -> None:
    """Say what came of a publish or rollback."""
    planned = done.get("planned")
    if done["changed"]:
        typer.echo(f"version {done['config']} is live for new calls (before: {done['previous']})")
    elif planned is None or planned["version"] != done["config"]:
        typer.echo(f"version {done['config']} was live already")
    if planned is not None:
        when = on_clock(planned["at_ms"], ZoneInfo(site.clock.zone) if site else None, TO_THE_SECOND)
        typer.echo(f"version {planned['version']} goes live at {when} (hotline config cancel takes that back)")
    if done["restart_for"]:
        typer.echo(f"changed {', '.join(done['restart_for'])} only come with the next start: hotline up")


def who() -> str:
    """Return who runs this command, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
