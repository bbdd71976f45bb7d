"""``hotline publish``: makes changed YAML live; calls under way end on the version they began with."""

from pathlib import Path
from typing import Annotated

import typer

from router.cli.options import Json, settings_of
from router.cli.output import print_json
from router.cli.prompts import build_site_prompts
from router.cli.reach import with_router
from router.flowfile import load_site


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="the hotline's folder", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Check a hotline's YAML, make its prompts, and let new calls use it. With mistakes nothing changes."""
    settings = settings_of()
    folder = (path or settings.site).absolute()
    load_site(folder)  # the mistakes first: no prompt is made of a site that cannot go live
    made = build_site_prompts(folder, settings)
    done = with_router(lambda control: control.publish(folder))
    if json:
        print_json({**done, "prompts": made})
        return
    if made:
        typer.echo(f"{len(made)} prompts made")
    if done["changed"]:
        typer.echo(f"version {done['config']} is live for new calls (before: {done['previous']})")
    else:
        typer.echo(f"version {done['config']} was live already")
    if done["restart_for"]:
        typer.echo(f"changed {', '.join(done['restart_for'])} only come with the next start: hotline up")
