"""``hotline calls``: the calls there are now."""

import typer

from router.cli.options import Json
from router.cli.output import print_json, print_table, span
from router.cli.reach import overview


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("calls")(calls)


def calls(json: Json = False) -> None:
    """List the calls there are now: where each is, how long, with whom."""
    rows = overview()["calls"]
    if json:
        print_json(rows)
        return
    print_table(
        ("call", "caller", "number", "where", "queue", "place", "waited", "agent", "lasts"),
        (
            (
                row["call"],
                row["caller"] or "withheld",
                row["did"],
                f"{row['stage']} {row['flow']}/{row['node']}" if row["node"] else row["stage"],
                row["queue"] or "-",
                row["position"] or "-",
                span(row["wait_ms"]),
                row["agent"] or "-",
                span(row["total_ms"]),
            )
            for row in rows
        ),
        "no calls",
    )
