"""``hotline queues``: who waits where, who is there to answer, and how good forecasts of the wait are."""

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
    group.command("accuracy")(accuracy)
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


def accuracy(json: Json = False) -> None:
    """Show how good each queue's forecasts of the wait have been, and whether callers are told them.

    Of about the last 300: the share of waits within the range foretold (it promises 80 %), the mean error, the root of
    the mean squared error, and how much longer (or shorter) than foretold waits were in the mean.
    """
    rows = [
        {"queue": row["queue"], "estimate_ms": row["estimate_ms"], **row["estimates"], "told": told(row["estimates"])}
        for row in overview()["queues"]
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ("queue", "wait now", "judged", "within", "error", "rms", "bias", "handling", "patience", "callers"),
        (
            (
                row["queue"],
                "-" if row["estimate_ms"] is None else span(row["estimate_ms"]),
                row["judged"],
                "-" if row["within"] is None else f"{row['within']:.0%}",
                _seconds(row["absolute_s"]),
                _seconds(None if row["squared_s2"] is None else row["squared_s2"] ** 0.5),
                "-" if row["bias_s"] is None else f"{row['bias_s']:+.0f} s",
                span(row["handling_ms"]) if row["handling_seen"] else f"({span(row['handling_ms'])})",
                span(row["patience_ms"]),
                row["told"],
            )
            for row in rows
        ),
        "the site has no queues",
    )


def told(estimates: dict[str, Any]) -> str:
    """Say in words whether callers hear a queue's forecasts, and if not, why."""
    if not estimates["made"]:
        return "none are made"
    if not estimates["announce"]:
        return "not told: announce: no"
    if estimates["judged"] < estimates["min_sample"]:
        return f"not told: {estimates['judged']} of {estimates['min_sample']} judged"
    if not estimates["announced"]:
        return f"not told: fewer than {estimates['least_within']:.0%} within"
    return "told"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"


def ready_count(seen: dict[str, Any], queue: dict[str, Any]) -> int:
    """Count the agents of a queue's groups who could be rung now."""
    groups = set(queue["groups"])
    return sum(1 for agent in seen["agents"] if agent["can_be_rung"] and groups & set(agent["groups"]))
