"""``hotline schema``: the schemas of what the router writes, for those who read it, and of what people write for it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from router.adapters.asyncapi import as_yaml
from router.adapters.record_schema import as_json_schema, as_markdown
from router.cli.output import refuse
from router.flowfile.site_schema import site_schemas


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Schemas of what the router writes and reads.", no_args_is_help=True)

    @group.callback()
    def schema() -> None:
        """Schemas of what the router writes and reads."""

    group.command("records")(records)
    group.command("stream")(stream)
    group.command("site")(site)
    app.add_typer(group, name="schema")


def records(markdown: Annotated[bool, typer.Option("--markdown", help="as tables for people")] = False) -> None:
    """Print the JSON Schema of the records in the Redis stream."""
    if markdown:
        typer.echo(as_markdown())
    else:
        typer.echo(json.dumps(as_json_schema(), indent=2, ensure_ascii=False))


def stream() -> None:
    """Print the AsyncAPI 3 document of the streams and the present in Redis."""
    typer.echo(as_yaml(), nl=False)


def site(
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="one kind of file only: site, queues, flows...", show_default=False)
    ] = "",
    into: Annotated[
        Path | None, typer.Option("--into", help="write KIND.schema.json files into this folder", show_default=False)
    ] = None,
) -> None:
    """Print the JSON Schemas of a hotline's YAML by kind of file, for completion in editors."""
    schemas = {name.partition("/")[0].removesuffix(".yaml"): schema for name, schema in site_schemas().items()}
    if kind and kind not in schemas:
        raise refuse(f"there is no kind of file '{kind}'", f"one of: {', '.join(schemas)}")
    chosen = {kind: schemas[kind]} if kind else schemas
    if into is None:
        typer.echo(json.dumps(chosen[kind] if kind else chosen, indent=2, ensure_ascii=False))
        return
    into.mkdir(parents=True, exist_ok=True)
    for name, schema in chosen.items():
        path = into / f"{name}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        typer.echo(path)
