"""``hotline complaints``: open complaints with their two clocks; noting one, saying that it is answered or resolved."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from router.cli.moments import OF_THE_YEAR, on_clock
from router.cli.options import Json, Lang, Language
from router.cli.output import print_json, print_table, span
from router.cli.reach import overview, put, row_of
from router.core.events import ComplaintMoveAsked, ComplaintOpenAsked
from router.core.ids import Ms

commands = typer.Typer(no_args_is_help=True, help="Complaints and the clocks they are answered and resolved by.")
Id = Annotated[str, typer.Argument(metavar="COMPLAINT", help="the complaint's id, or q7 of it", show_default=False)]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "columns": "complaint number kind class agent answer resolve",
        "none": "no complaint is open",
        "done": "answered",
        "left": "{at} (in {span})",
        "late": "{at} (late by {span})",
    },
    "zh": {
        "columns": "编号 号码 种类 类别 话务员 答复期限 办结期限",
        "none": "没有未办结的投诉",
        "done": "已答复",
        "left": "{at}（还有 {span}）",
        "late": "{at}（超时 {span}）",
    },
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="complaints")


@commands.command("list")
def show(lang: Lang = Language.EN, json: Json = False) -> None:
    """List the open complaints, the most urgent first."""
    seen = overview()
    if json:
        print_json(seen["complaints"])
        return
    words = WORDS[lang.value]
    print_table(
        tuple(words["columns"].split()), (_cells(row, seen, words) for row in seen["complaints"]), words["none"]
    )


@commands.command()
def add(
    number: Annotated[str, typer.Argument(help="the caller's number")],
    kind: Annotated[str, typer.Option(help="simple, complex, other_province, other_organisation or one of site.yaml")],
    call_class: Annotated[str, typer.Option("--class", help="the customer's class")] = "",
    agent: Annotated[str, typer.Option(help="work number of who took it")] = "",
    json: Json = False,
) -> None:
    """Note a complaint: its clocks begin now."""
    ask = ComplaintOpenAsked(number=number, kind=kind, call_class=call_class, agent=agent)
    put(ask, f"noted: {kind} of {number}", json)


@commands.command()
def answered(complaint: Id, json: Json = False) -> None:
    """Say that the caller has been answered as promised."""
    put(ComplaintMoveAsked(complaint=_found(complaint), step="answered"), "answered", json)


@commands.command()
def resolved(complaint: Id, json: Json = False) -> None:
    """Say that a complaint is resolved; it is closed."""
    put(ComplaintMoveAsked(complaint=_found(complaint), step="resolved"), "resolved", json)


def _found(name: str) -> str:
    rows: list[dict[str, Any]] = overview()["complaints"]
    short = [row["id"] for row in rows if row["id"].rpartition(".")[2] == name]
    return str(short[0]) if len(short) == 1 else str(row_of(rows, "id", name, "complaint")["id"])


def _cells(row: dict[str, Any], seen: dict[str, Any], words: dict[str, str]) -> tuple[object, ...]:
    zone, now_ms = ZoneInfo(seen["time_zone"]), seen["now_ms"]
    answer = words["done"] if row["answered_ms"] else _due(row["answer_due_ms"], now_ms, zone, words)
    resolve = _due(row["resolve_due_ms"], now_ms, zone, words)
    return (
        row["id"].rpartition(".")[2],
        row["number"],
        row["kind"],
        row["call_class"] or "-",
        row["agent"] or "-",
        answer,
        resolve,
    )


def _due(due_ms: Ms, now_ms: Ms, zone: ZoneInfo, words: dict[str, str]) -> str:
    at = on_clock(due_ms, zone, OF_THE_YEAR)
    return words["left" if due_ms > now_ms else "late"].format(at=at, span=span(abs(due_ms - now_ms)))
