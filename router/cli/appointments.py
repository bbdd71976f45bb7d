"""``hotline appointments``: wake-up and reminder calls that are booked; booking and cancelling them."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from router.cli.moments import coming_moment, on_clock
from router.cli.options import Json
from router.cli.output import print_json, print_table, refuse
from router.cli.reach import overview, put
from router.core.events import AppointmentAsked
from router.core.lines import Party

commands = typer.Typer(no_args_is_help=True, help="Wake-up and reminder calls.")
Kind = Annotated[str, typer.Option(help="wake_up or reminder")]
Whom = Annotated[str, typer.Argument(help="a phone of ours, or a number outside that may be rung")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="appointments")


@commands.command("list")
def show(json: Json = False) -> None:
    """List what is booked, the next first."""
    seen = overview()
    if json:
        print_json(seen["appointments"])
        return
    zone = ZoneInfo(seen["time_zone"])
    print_table(
        ("at", "kind", "for", "flow", "tries", "by"),
        (
            (on_clock(row["at_ms"], zone), row["kind"], row["party"], row["flow"], row["tries"], row["by"])
            for row in seen["appointments"]
        ),
        "nothing is booked",
    )


@commands.command()
def book(
    whom: Whom,
    at: Annotated[str, typer.Argument(help="when, on the site's clock: 07:30, or 2026-11-22T07:30")],
    flow: Annotated[str, typer.Option(help="the flow that runs when they answer")],
    kind: Kind = "wake_up",
    json: Json = False,
) -> None:
    """Book a call at a time of the next day on which that is still to come, or on a date."""
    seen = overview()
    zone = ZoneInfo(seen["time_zone"])
    at_ms = coming_moment(at, seen["now_ms"], zone)
    ask = AppointmentAsked(kind=_kind(kind), party=_party(whom, seen), flow=flow, at_ms=at_ms)
    put(ask, f"booked: {whom} is rung at {on_clock(at_ms, zone)}", json)


@commands.command()
def cancel(whom: Whom, kind: Kind = "wake_up", json: Json = False) -> None:
    """Cancel all calls of a kind that are booked for somebody."""
    ask = AppointmentAsked(kind=_kind(kind), party=_party(whom, overview()), flow="", at_ms=0, cancel=True)
    put(ask, f"cancelled: {whom}", json)


def _kind(kind: str) -> str:
    if kind not in ("wake_up", "reminder"):
        raise refuse(f"there is no kind '{kind}'", "say wake_up or reminder")
    return kind


def _party(whom: str, seen: dict[str, list[dict[str, str]]]) -> Party:
    is_phone = any(row["phone"] == whom for row in seen["phones"])
    return Party(kind="phone" if is_phone else "outside", number=whom)
