"""``hotline measures``: the measures of any span, from the archive; and their definitions."""

from typing import Annotated, Any, cast, get_args

import msgspec
import typer

from router.cli.columns import print_columns
from router.cli.options import Json, settings_of
from router.cli.output import did_you_mean, print_json, refuse
from router.cli.past import Past, now_ms, span_of
from router.kpi.definitions import page
from router.kpi.evaluate import By, Cell, Line
from router.kpi.measures import MEASURES
from router.kpi.shown import shown
from router.kpi.terms import SPLITS

_USUAL = (
    "calls",
    "received",
    "offered",
    "answered",
    "abandonment",
    "service_level",
    "asa",
    "late_answers",
    "handling",
    "occupancy",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("measures")(measures)


def measures(
    names: Annotated[list[str] | None, typer.Argument(metavar="[MEASURE]...", help="by name; 'all' for all")] = None,
    since: Annotated[str, typer.Option("--from", help="2026-11-21, 2026-11-21T08:30, 08:30, today (default)")] = "",
    until: Annotated[str, typer.Option("--to", help="the same; a day counts to its end (default: now)")] = "",
    by: Annotated[str, typer.Option(help=f"a line for each: {', '.join(get_args(By))}")] = "",
    split: Annotated[str, typer.Option(help=f"a line for each: {', '.join(SPLITS)}; several by commas")] = "",
    definitions: Annotated[bool, typer.Option("--definitions", help="print how each is defined")] = False,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    json: Json = False,
) -> None:
    """Show measures of a span, counted from the archive (see `hotline archive`)."""
    if definitions:
        typer.echo(page())
        return
    wanted = list(MEASURES) if names == ["all"] else list(names or _USUAL)
    for name in wanted:
        if name not in MEASURES:
            raise refuse(f"there is no measure '{name}'", did_you_mean(name, MEASURES) or "see --definitions")
    if by and by not in get_args(By):
        raise refuse(f"there are no measures by '{by}'", did_you_mean(by, get_args(By)) or ", ".join(get_args(By)))
    parts = tuple(word for word in split.split(",") if word)
    for part in parts:
        if part not in SPLITS:
            raise refuse(f"there are no measures by '{part}'", did_you_mean(part, SPLITS) or ", ".join(SPLITS))
    past = Past(settings_of())
    span = span_of(past, since, until, now_ms())
    lines = past.history(span).evaluate(wanted, span, by=cast(By, by) if by else None, split=parts)
    if json:
        print_json([_plain(line) for line in lines])
    elif len(lines) == 1 and not by and not parts:
        _one(lines[0], wanted, lang)
    else:
        _many(lines, wanted, parts, lang)


def _plain(line: Line) -> dict[str, Any]:
    return cast(dict[str, Any], msgspec.to_builtins(line))


def _title(name: str, lang: str) -> str:
    return MEASURES[name].chinese if lang == "zh" else MEASURES[name].english


def _why(cell: Cell, lang: str) -> str:
    return cell.why_chinese if lang == "zh" else cell.why


def _one(line: Line, wanted: list[str], lang: str) -> None:
    rows = []
    for name in wanted:
        cell, target = line.cells[name], MEASURES[name].target
        rows.append((_title(name, lang), shown(MEASURES[name], cell), target.words if target else "", _why(cell, lang)))
    print_columns(("", "", "target", ""), rows, "")


def _many(lines: list[Line], wanted: list[str], parts: tuple[str, ...], lang: str) -> None:
    print_columns(
        ("", *parts, *(_title(name, lang) for name in wanted)),
        (
            (
                line.period.replace("T", " "),
                *(line.split[part] or "-" for part in parts),
                *(shown(MEASURES[name], line.cells[name]) for name in wanted),
            )
            for line in lines
        ),
        "nothing happened in this span, or it is not archived yet: see `hotline archive status`",
    )
