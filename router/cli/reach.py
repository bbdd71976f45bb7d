"""How commands speak to the running router."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import typer

from router.adapters.control import AnyAsk, Control
from router.cli.options import settings_of
from router.cli.output import did_you_mean, print_json, refuse
from router.cli.spans import parse_span

T = TypeVar("T")


def with_router(speak: Callable[[Control], Awaitable[T]]) -> T:
    """Run ``speak`` with the router of the settings in force. Raises RouterAway where none answers."""

    async def run() -> T:
        async with Control(settings_of().home) as control:
            return await speak(control)

    return asyncio.run(run())


def overview() -> dict[str, Any]:
    """Return the router's overview."""
    return with_router(lambda control: control.overview())


def row_of(rows: list[dict[str, Any]], column: str, wanted: str, what: str) -> dict[str, Any]:
    """Return the row whose ``column`` is ``wanted``; a word nobody has is a usage mistake, with a suggestion."""
    for row in rows:
        if row[column] == wanted:
            return row
    raise unknown(what, wanted, [row[column] for row in rows])


def unknown(what: str, wanted: str, known: list[str]) -> typer.Exit:
    """Say that there is no such thing, with the nearest one there is; returns the exit to raise."""
    return refuse(f"there is no {what} '{wanted}'", did_you_mean(wanted, known))


def put(ask: AnyAsk, done: str, as_json: bool) -> None:
    """Put an agent's request to the router and say what came of it. Exit 1 where it was refused."""
    records = with_router(lambda control: control.ask(ask))
    refused = [record for record in records if record["type"] == "AskRefused"]
    if as_json:
        print_json({"ok": not refused, "records": records})
    elif refused:
        typer.echo(f"refused: {refused[0]['reason']}", err=True)
        if refused[0]["cure"]:
            typer.echo(f"  try: {refused[0]['cure']}", err=True)
    else:
        typer.echo(done)
    if refused:
        raise typer.Exit(1)


def until(seen: dict[str, Any], text: str) -> int | None:
    """Return the moment (ms UTC) at which a span such as ``90m`` from the router's now ends; None without a span."""
    return int(seen["now_ms"]) + parse_span(text) if text else None
