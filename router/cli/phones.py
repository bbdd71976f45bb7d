"""``hotline phones``: which phones are registered; with ``--simulate``, agents' phones that answer by themselves."""

import asyncio
from typing import Annotated

import typer

from router.cli.options import Json, settings_of
from router.cli.output import print_json, print_table
from router.cli.reach import overview
from router.cli.spans import parse_span
from router.drill.simulate import simulate_phones


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("phones")(phones)


def phones(
    simulate: Annotated[
        int | None, typer.Option(min=1, metavar="COUNT", help="register so many simulated phones, until stopped")
    ] = None,
    answer_after: Annotated[str, typer.Option(help="how long a simulated phone rings: 200ms, 3s")] = "1s",
    every: Annotated[bool, typer.Option("--all", help="list phones that are not registered too")] = False,
    json: Json = False,
) -> None:
    """List the registered phones, or simulate agents' phones that sign in and answer."""
    if simulate is not None:
        _simulate(simulate, answer_after, json)
        return
    seen = overview()
    agents = {agent["phone"]: agent["agent"] for agent in seen["agents"] if agent["state"] != "signed_out"}
    rows = [{**row, "agent": agents.get(row["phone"], "")} for row in seen["phones"] if every or row["reachable"]]
    if json:
        print_json(rows)
        return
    print_table(
        ("phone", "", "agent", "other calls"),
        (
            (
                row["phone"],
                "registered" if row["reachable"] else "not registered",
                row["agent"] or "-",
                row["other_calls"],
            )
            for row in rows
        ),
        "no phone is registered (hotline agents phone 1001 says how to register one)",
    )


def _simulate(count: int, answer_after: str, json: bool) -> None:
    answer_after_ms = parse_span(answer_after)

    def in_service(names: tuple[str, ...]) -> None:
        if json:
            print_json({"phones": list(names), "answer_after_ms": answer_after_ms})
        else:
            typer.echo(f"{len(names)} phones are in service: {names[0]} to {names[-1]}; Ctrl-C ends them")

    asyncio.run(simulate_phones(settings_of(), count, answer_after_ms, on_ready=in_service))
