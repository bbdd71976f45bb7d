"""``hotline check``: every mistake in a hotline's YAML, with its place and its cure."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from router.cli.options import Json, settings_of
from router.cli.output import print_json
from router.flowfile import Diagnostic, check_site

Where = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PATH]", help="a hotline's folder, a file in it, or a folder of several", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(path: Where = None, json: Json = False) -> None:
    """Check a hotline's YAML (default: the site of the settings) and list every mistake. Exit 1 where there are any."""
    folders = sites_at(path or settings_of().site)
    findings = [finding for folder in folders for finding in check_site(folder)]
    if json:
        print_json({"ok": not findings, "folders": [str(folder) for folder in folders], **as_builtins(findings)})
    else:
        for finding in findings:
            typer.echo(str(finding))
        names = ", ".join(str(folder) for folder in folders)
        typer.echo(f"{names}: {_count(len(findings))}")
    raise typer.Exit(1 if findings else 0)


def sites_at(path: Path) -> list[Path]:
    """Return the hotlines' folders a path means: itself, the one a file stands in, or all in a folder of several."""
    if not path.is_dir():
        around = [folder for folder in path.parents if (folder / "site.yaml").is_file()] if path.is_file() else []
        return around[:1] or [path]
    if not (path / "site.yaml").is_file():
        inside = sorted(folder for folder in path.iterdir() if (folder / "site.yaml").is_file())
        return inside or [path]
    return [path]


def as_builtins(findings: list[Diagnostic]) -> dict[str, object]:
    """Return diagnostics as plain values under ``diagnostics``."""
    return {"diagnostics": msgspec.to_builtins(findings)}


def _count(count: int) -> str:
    return {0: "no mistakes", 1: "1 mistake"}.get(count, f"{count} mistakes")
