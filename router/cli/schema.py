"""``hotline schema``: the schema of what the router writes, for those who read it."""

import json
from typing import Annotated

import typer

from router.adapters.record_schema import as_json_schema, as_markdown


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Schemas of what the router writes.", no_args_is_help=True)

    @group.callback()
    def schema() -> None:
        """Schemas of what the router writes."""

    group.command("records")(records)
    app.add_typer(group, name="schema")


def records(markdown: Annotated[bool, typer.Option("--markdown", help="as tables for people")] = False) -> None:
    """Print the JSON Schema of the records in the Redis stream."""
    if markdown:
        typer.echo(as_markdown())
    else:
        typer.echo(json.dumps(as_json_schema(), indent=2, ensure_ascii=False))
