"""``hotline check``: every mistake in a hotline's YAML, with its place and its cure."""

from pathlib import Path
from typing import Annotated

import typer

from router.cli.options import Json, Lang, Language, settings_of
from router.cli.output import print_json
from router.flowfile import Diagnostic, check_site
from router.flowfile.chinese import in_chinese
from router.flowfile.diagnostics import errors

Where = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PATH]", help="a hotline's folder, a file in it, or a folder of several", show_default=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    path: Where = None,
    json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="count warnings as mistakes")] = False,
    lang: Lang = Language.EN,
) -> None:
    """Check a hotline's YAML (default: the site of the settings) and list every mistake. Exit 1 where there are any.

    Warnings (codes with W) are listed and, without --strict, change nothing else.
    """
    folders = sites_at(path or settings_of().site)
    findings = [finding for folder in folders for finding in check_site(folder)]
    mistakes = len(findings if strict else errors(findings))
    if lang is Language.ZH:
        findings = [in_chinese(finding) for finding in findings]
    if json:
        print_json({"ok": not mistakes, "folders": [str(folder) for folder in folders], **as_builtins(findings)})
    else:
        for finding in findings:
            typer.echo(_said(finding, lang))
        names = ", ".join(str(folder) for folder in folders)
        typer.echo(_summary(names, len(errors(findings)), len(findings) - len(errors(findings)), lang))
    raise typer.Exit(1 if mistakes else 0)


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
    keys = ("file", "line", "column", "code", "message", "hint", "severity")
    return {"diagnostics": [{key: getattr(finding, key) for key in keys} for finding in findings]}


def _said(finding: Diagnostic, lang: Language) -> str:
    text = str(finding)
    return text.replace("\n    hint: ", "\n    建议：") if lang is Language.ZH else text


def _summary(names: str, mistakes: int, warnings: int, lang: Language) -> str:
    if lang is Language.ZH:
        counted = f"{mistakes} 处错误" if mistakes else "没有错误"
        return f"{names}：{counted}" + (f"，{warnings} 处警告" if warnings else "")
    counted = {0: "no mistakes", 1: "1 mistake"}.get(mistakes, f"{mistakes} mistakes")
    if warnings:
        counted += ", 1 warning" if warnings == 1 else f", {warnings} warnings"
    return f"{names}: {counted}"
