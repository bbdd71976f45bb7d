"""``hotline surge``: the surge plans: who has joined, what is proposed, what comes next; confirm, decline, release."""

import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from router.cli.options import Json, Language, SiteLang, settings_of
from router.cli.output import print_json, print_table, printable, refuse, span
from router.cli.reach import overview, put, row_of, unknown
from router.cli.surge_words import WORDS
from router.cli.why_stream import event_stream
from router.core.events import SurgeAsked
from router.flowfile import load_site

Plan = Annotated[str, typer.Argument(metavar="[PLAN]", help="the plan's name; needed where there are several")]
_OF_PLANS = frozenset(
    {"SurgeProposed", "SurgeDecided", "SurgeStepTaken", "SurgeStepReleased", "SurgeChanged", "SeatsMissing"}
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Surge plans: who joins when queues grow; confirm, decline, release, stop, start.")

    @group.callback(invoke_without_command=True)
    def surge(context: typer.Context, json: Json = False, lang: SiteLang = None) -> None:
        """Surge plans: who joins when queues grow; confirm, decline, release, stop, start."""
        if context.invoked_subcommand is None:
            show(json, lang)

    for command in (show, history, confirm, decline, release, stop, start):
        group.command(command.__name__)(command)
    app.add_typer(group, name="surge")


def show(json: Json = False, lang: SiteLang = None) -> None:
    """Say how each plan stands: callers waiting, steps taken, what is proposed or due."""
    seen = overview()
    words = _words(lang)
    rows = seen["surges"]
    if json:
        print_json(rows)
        return
    if not rows:
        typer.echo(words["none"])
    for row in rows:
        seats = str(row["seats"]) if row["seats_max"] is None else f"{row['seats']}/{row['seats_max']}"
        typer.echo(
            words["head"].format(
                plan=row["plan"],
                stage=words[f"stage.{row['stage']}"],
                waiting=row["waiting"],
                low=row["low"],
                high=row["high"],
                seats=seats,
                mode=words[f"mode.{row['mode']}"],
            )
        )
        if row["proposal"] is not None:
            proposal = row["proposal"]
            key = "proposed.release" if proposal["release"] else "proposed.step"
            typer.echo(words[key].format(step=proposal["step"], group=proposal["group"]))
        elif row["due"] is not None:
            typer.echo(words[f"due.{row['due']}"].format(span=span(row["due_in_ms"])))
        print_table(
            tuple(words[key] for key in ("step", "group", "seats", "since", "agents", "called")),
            tuple(_step(words, step, seen["now_ms"]) for step in row["steps"]),
            "",
        )
        for key in ("leaving", "night", "spare"):
            if row[key]:
                typer.echo(words[key].format(names=" ".join(row[key])))


def history(
    plan: Plan = "",
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="so many of the newest")] = 50,
    json: Json = False,
    lang: SiteLang = None,
) -> None:
    """Show what the plans have done, the newest last."""
    settings = settings_of()
    site = load_site(settings.site)
    if plan and plan not in site.surges:
        raise unknown("surge plan", plan, [*site.surges])
    words = _words(lang)
    with event_stream(settings, site.name) as stream:
        newest = stream.newest_of(_OF_PLANS, last)
    found = [msgspec.to_builtins(record) for record in newest if not plan or getattr(record, "plan", "") == plan]
    if json:
        print_json(found)
        return
    if not found:
        typer.echo(words["history.none"])
    for record in found:
        at = datetime.datetime.fromtimestamp(record["at_ms"] / 1000, ZoneInfo(site.clock.zone))
        typer.echo(printable(f"{at:%Y-%m-%d %H:%M:%S} {_told(words, record)}"))


def confirm(plan: Plan = "", json: Json = False) -> None:
    """Let what is proposed happen."""
    _ask("confirm", plan, "confirmed", json)


def decline(plan: Plan = "", json: Json = False) -> None:
    """Do not let it happen; it is proposed again if things stay as they are."""
    _ask("decline", plan, "declined", json)


def release(plan: Plan = "", json: Json = False) -> None:
    """Release the step taken last now; each agent goes after the present call."""
    _ask("release", plan, "the last step is released", json)


def stop(plan: Plan = "", json: Json = False) -> None:
    """Release all steps and stop the plan until it is started again."""
    _ask("stop", plan, "the plan is stopped", json)


def start(plan: Plan = "", json: Json = False) -> None:
    """Start a plan that was stopped."""
    _ask("start", plan, "the plan is started", json)


def _ask(ask: str, plan: str, done: str, json: bool) -> None:
    rows = overview()["surges"]
    if plan:
        row_of(rows, "plan", plan, "surge plan")
    elif len(rows) > 1:
        raise refuse("there are several surge plans", f"name one of: {', '.join(row['plan'] for row in rows)}")
    put(SurgeAsked(plan=plan, ask=ask), done, json)


def _words(lang: Language | None) -> dict[str, str]:
    """The words of a language; of the site's where none is named."""
    wanted = lang.value if lang is not None else load_site(settings_of().site).language
    return WORDS.get(wanted, WORDS[Language.EN.value])


def _step(words: dict[str, str], step: dict[str, Any], now_ms: int) -> tuple[object, ...]:
    seats = words["all"] if step["most"] is None else str(step["most"])
    if step["most"] is not None and step["least"] != step["most"]:
        seats = f"{step['least']}-{step['most']}"
    since = "-" if step["taken_at_ms"] is None else span(now_ms - step["taken_at_ms"])
    return (step["step"], step["group"], seats, since, " ".join(step["agents"]), " ".join(step["called"]))


def _told(words: dict[str, str], record: dict[str, Any]) -> str:
    """Tell a record in words."""
    kind = record["type"]
    blanks = {name: " ".join(value) if isinstance(value, list) else value for name, value in record.items()}
    match kind:
        case "SurgeProposed" | "SurgeDecided":
            what = words["what.release" if record["release"] else "what.step"].format(step=record["step"])
            blanks["what"] = what
            if kind == "SurgeDecided":
                blanks["answer"] = words.get(f"answer.{record['answer']}", record["answer"])
        case "SurgeChanged":
            blanks["change"] = words.get(f"change.{record['change']}", record["change"])
        case "SeatsMissing":
            if record.get("missing") is None:
                blanks["missing"] = "-"
        case _:
            pass
    return words[kind].format_map(blanks).rstrip(" :：，,")
