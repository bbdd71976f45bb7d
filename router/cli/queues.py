"""``hotline queues``: who waits where, and who is there to answer."""

from typing import Annotated, Any

import typer

from router.cli.options import Json
from router.cli.output import print_json, print_table, span
from router.cli.reach import overview, put, row_of, until
from router.core.events import QueueCloseAsked

Name = Annotated[str, typer.Argument(metavar="QUEUE", help="the queue's name", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Queues: who waits where; close and open one by hand.")

    @group.callback(invoke_without_command=True)
    def queues(context: typer.Context, json: Json = False) -> None:
        """Queues: who waits where; close and open one by hand."""
        if context.invoked_subcommand is None:
            show(json)

    group.command("list")(show)
    group.command("close")(close)
    group.command("open")(open_)
    app.add_typer(group, name="queues")


def close(
    queue: Name,
    span_: Annotated[str, typer.Option("--for", help="for how long, 90m or 2h; else until it is opened")] = "",
    json: Json = False,
) -> None:
    """Close a queue: new callers go where their flow says, those who wait are kept or given back as the queue says."""
    seen = overview()
    row_of(seen["queues"], "queue", queue, "queue")
    put(QueueCloseAsked(queue=queue, closed=True, until_ms=until(seen, span_)), f"{queue} is closed", json)


def open_(queue: Name, json: Json = False) -> None:
    """Open a queue that was closed by hand."""
    row_of(overview()["queues"], "queue", queue, "queue")
    put(QueueCloseAsked(queue=queue, closed=False), f"{queue} is open", json)


def show(json: Json = False) -> None:
    """List the queues: callers waiting, the longest wait, talks, agents ready."""
    seen = overview()
    rows = [{**row, "ready": ready_count(seen, row)} for row in seen["queues"]]
    if json:
        print_json(rows)
        return
    print_table(
        ("queue", "", "waiting", "longest", "talking", "ready", "groups", "strategy"),
        (
            (
                row["queue"],
                f"closed by {row['closed_by']}" if row["closed_by"] else "",
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
