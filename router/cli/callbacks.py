"""``hotline callbacks``: whom we have promised to call back: list, show, add, cancel, try now."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from router.cli.moments import OF_THE_YEAR, coming_moment, on_clock
from router.cli.options import Json, Lang, Language
from router.cli.output import print_json, print_table
from router.cli.reach import overview, put, row_of
from router.core.events import CallbackAddAsked, CallbackCancelAsked, CallbackRetryAsked

commands = typer.Typer(no_args_is_help=True, help="Callbacks: whom we have promised to call back.")
Id = Annotated[str, typer.Argument(metavar="CALLBACK", help="the callback's id, or k7 of it", show_default=False)]


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "columns": "callback queue number state next booked tries last agent why",
        "none": "no callback is open",
        "parked": "parked",
        "waiting": "in line",
        "dialling_agent": "agent rings",
        "dialling_customer": "customer rings",
        "confirming": "asked for 1",
        "live": "on the line",
        "talking": "talking",
    },
    "zh": {
        "columns": "编号 队列 号码 状态 下次 预约 次数 上次 话务员 事由",
        "none": "没有待回的电话",
        "parked": "暂存",
        "waiting": "排队中",
        "dialling_agent": "话务员振铃",
        "dialling_customer": "客户振铃",
        "confirming": "请客户按一",
        "live": "客户在线",
        "talking": "通话中",
    },
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="callbacks")


@commands.command("list")
def show_all(
    queue: Annotated[str, typer.Option(help="of one queue only")] = "", lang: Lang = Language.EN, json: Json = False
) -> None:
    """List the open callbacks, in the order of their places."""
    seen = overview()
    rows = [row for row in seen["callbacks"] if queue in ("", row["queue"])]
    if json:
        print_json(rows)
        return
    words = WORDS[lang.value]
    print_table(tuple(words["columns"].split()), (_cells(row, seen, words) for row in rows), words["none"])


@commands.command()
def show(callback: Id, lang: Lang = Language.EN, json: Json = False) -> None:
    """Show one open callback."""
    seen = overview()
    row = _found(seen, callback)
    if json:
        print_json(row)
        return
    words = WORDS[lang.value]
    for name, cell in zip(words["columns"].split(), _cells(row, seen, words), strict=True):
        typer.echo(f"{name}: {cell}")


@commands.command()
def add(
    queue: Annotated[str, typer.Argument(help="the queue whose people call back")],
    number: Annotated[str, typer.Argument(help="the number to call")],
    at: Annotated[str, typer.Option(help="when, on the site's clock: 15:30, or 2026-11-22T15:30; else in turn")] = "",
    why: Annotated[str, typer.Option(help="what the agent is shown")] = "",
    agent: Annotated[str, typer.Option(help="work number of whose matter it is")] = "",
    json: Json = False,
) -> None:
    """Promise a callback, in turn or at a time."""
    seen = overview()
    row_of(seen["queues"], "queue", queue, "queue")
    at_ms = coming_moment(at, seen["now_ms"], ZoneInfo(seen["time_zone"])) if at else 0
    ask = CallbackAddAsked(queue=queue, number=number, at_ms=at_ms, why=why, agent=agent)
    put(ask, f"{number} is called back by {queue}", json)


@commands.command()
def cancel(callback: Id, json: Json = False) -> None:
    """Cancel an open callback; a phone that rings for it stops."""
    row = _found(overview(), callback)
    put(CallbackCancelAsked(callback=row["callback"]), f"cancelled: {row['number']}", json)


@commands.command()
def retry(callback: Id, json: Json = False) -> None:
    """Try a parked callback at once; of one in talk it says that a machine answered: it is tried again later."""
    row = _found(overview(), callback)
    put(CallbackRetryAsked(callback=row["callback"]), f"tried again: {row['number']}", json)


def _found(seen: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the callback of an id, or of the end of one."""
    rows: list[dict[str, Any]] = seen["callbacks"]
    short = [row for row in rows if row["callback"].rpartition(".")[2] == name]
    return short[0] if len(short) == 1 else row_of(rows, "callback", name, "callback")


def _cells(row: dict[str, Any], seen: dict[str, Any], words: dict[str, str]) -> tuple[object, ...]:
    zone = ZoneInfo(seen["time_zone"])
    due = row["wake_ms"] or row["due_ms"]
    return (
        row["callback"].rpartition(".")[2],
        row["queue"],
        row["number"],
        words.get(row["state"], row["state"]),
        on_clock(due, zone, OF_THE_YEAR)
        if due and row["state"] == "parked"
        else f"{row['position']}."
        if row["position"]
        else "-",
        on_clock(row["booked_ms"], zone, OF_THE_YEAR),
        row["tries"],
        row["last"].replace("_", " ") or "-",
        row["agent"] or "-",
        row["why"] or "-",
    )
