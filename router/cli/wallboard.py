"""``hotline wallboard``: runs the wallboard by itself, or shows and renews the addresses and passwords to it."""

import json as jsonlib
from typing import Annotated

import typer

from router.addresses import board_address
from router.board.board import ALL_ROOM, rooms_of
from router.board.keys import gate_of
from router.cli.options import Json, settings_of
from router.errors import HotlineError
from router.flowfile import load_site
from router.line.secrets import Secrets
from router.wallboard import main

Show = Annotated[bool, typer.Option("--show", help="print the screens' addresses and the password; run nothing")]
NewPassword = Annotated[bool, typer.Option("--password", help="set the password (it is asked for); run nothing")]
Renew = Annotated[bool, typer.Option("--renew", help="new password and tokens, the old ones end; run nothing")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("wallboard")(wallboard)


def wallboard(
    show: Show = False,
    password: NewPassword = False,
    renew: Renew = False,
    json: Json = False,
) -> None:
    """Run the wallboard until Ctrl-C. `hotline up` runs it already; this is for a board of its own.

    A page in the room needs no sign-in: its address holds a token that lets it look at one room and do nothing else.
    """
    settings = settings_of()
    if show or password or renew:
        secrets = Secrets.load_or_create(settings.home)
        if renew:
            secrets.renew_board()
        if password:
            secrets.set_board_password(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
        if renew or password:
            typer.echo("kept; it holds when the wallboard is started again", err=True)
        gate = gate_of(secrets)
        page = board_address(settings)
        rooms = {room: f"{page}room/{room}?token={gate.token(room)}" for room in rooms_of(load_site(settings.site))}
        if json:
            typer.echo(jsonlib.dumps({"page": page, "password": gate.shown_password or None, "rooms": rooms}))
            return
        typer.echo(f"page      {page}")
        typer.echo(f"password  {gate.shown_password or '(as you set it)'}")
        for room, address in rooms.items():
            typer.echo(f"{'all' if room == ALL_ROOM else room:9} {address}")
        return
    code = main(settings)
    if code:
        raise HotlineError("the wallboard could not run", "see above") if code == 1 else typer.Exit(code)
