"""``hotline extensions``: which there are, opening and closing them, do-not-disturb."""

from typing import Annotated

import typer

from router.cli.options import Json
from router.cli.output import print_json, print_table
from router.cli.reach import overview, put, row_of
from router.core.events import ExtensionAsked

commands = typer.Typer(no_args_is_help=True, help="Extensions: rooms, departments.")
Number = Annotated[str, typer.Argument(help="the extension's number")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="extensions")


@commands.command("list")
def show(json: Json = False) -> None:
    """List the extensions: their phones, open or closed, do-not-disturb."""
    rows = overview()["extensions"]
    if json:
        print_json(rows)
        return
    print_table(
        ("extension", "phone", "", "", ""),
        (
            (
                row["extension"],
                row["phone"],
                "open" if row["open"] else "closed",
                "do not disturb" if row["do_not_disturb"] else "",
                "" if row["reachable"] else "phone not registered",
            )
            for row in rows
        ),
        "the site has no extensions (extensions.yaml)",
    )


@commands.command("open")
def open_(number: Number, json: Json = False) -> None:
    """Open an extension, as at check-in: it takes calls."""
    _known(number)
    put(ExtensionAsked(extension=number, open=True), f"extension {number} is open", json)


@commands.command()
def close(number: Number, json: Json = False) -> None:
    """Close an extension, as at check-out: it takes no calls, and is not to be disturbed no longer."""
    _known(number)
    put(ExtensionAsked(extension=number, open=False, do_not_disturb=False), f"extension {number} is closed", json)


@commands.command()
def dnd(
    number: Number,
    state: Annotated[str, typer.Argument(help="on or off")] = "on",
    json: Json = False,
) -> None:
    """Set an extension's do-not-disturb, or end it."""
    if state not in ("on", "off"):
        raise typer.BadParameter("say 'on' or 'off'", param_hint="state")
    _known(number)
    done = f"extension {number} is not to be disturbed" if state == "on" else f"extension {number} may be rung again"
    put(ExtensionAsked(extension=number, do_not_disturb=state == "on"), done, json)


def _known(number: str) -> None:
    row_of(overview()["extensions"], "extension", number, "extension")
