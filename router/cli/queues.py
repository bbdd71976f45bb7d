"""``hotline queues``: who waits where, and who is there to answer."""

from typing import Any

import typer

from router.cli.options import Json
from router.cli.output import print_json, print_table, span
from router.cli.reach import overview


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("queues")(queues)


def queues(json: Json = False) -> None:
    """List the queues: callers waiting, the longest wait, talks, agents ready."""
    seen = overview()
    rows = [{**row, "ready": ready_count(seen, row)} for row in seen["queues"]]
    if json:
        print_json(rows)
        return
    print_table(
        ("queue", "waiting", "longest", "talking", "ready", "groups", "strategy"),
        (
            (
                row["queue"],
                row["waiting"],
                span(row["longest_wait_ms"]) if row["waiting"] else "-",
                row["talking"],
                row["ready"],
                " ".join(row["groups"]),
                row["strategy"],
            )
            for row in rows
        ),
        "the site has no queues",
    )


def ready_count(seen: dict[str, Any], queue: dict[str, Any]) -> int:
    """Count the agents of a queue's groups who could be rung now."""
    groups = set(queue["groups"])
    return sum(1 for agent in seen["agents"] if agent["can_be_rung"] and groups & set(agent["groups"]))
