"""``hotline erase``: takes one caller's data out of everything the line keeps, and says what was erased where."""

import sys
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from router.cli.erase_words import WORDS
from router.cli.erasing import COUNTS, Erasing, Outcome
from router.cli.options import Json, Lang, Language, settings_of
from router.cli.output import print_json, print_table, refuse
from router.cli.past import Past
from router.core.numbering import to_e164

Caller = Annotated[str, typer.Argument(metavar="NUMBER", help="the caller's number, +8613800138000 or as dialled")]
By = Annotated[str, typer.Option("--by", help="who asked for it, for the record; never the caller's name")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what there is; change nothing")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase)


def erase(
    caller: Caller, by: By = "cli", dry_run: DryRun = False, lang: Lang = Language.EN, json: Json = False
) -> None:
    """Erase one caller's data: router, streams, archive, messages, recordings, logs. Their calls stay, as nobody's.

    Something of theirs that is still open (a call, a callback, a complaint) is named instead, with what to do first.
    Files of the site that have the number are named, never changed. Exit code 1: something is left to do by hand.
    """
    erase_caller_everywhere(caller, by, dry_run=dry_run, lang=lang, json=json)


def erase_caller_everywhere(caller: str, by: str, *, dry_run: bool, lang: Language, json: bool) -> None:
    """Do it and tell. Raises typer.Exit: 1 where something is left to do, 2 for a number that is none."""
    past = Past(settings_of())
    number = to_e164(caller, past.country)
    if not number:
        raise refuse(f"'{caller}' is no telephone number", "write it as +8613800138000")
    words = WORDS[lang.value]

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=json or not sys.stderr.isatty(),
    ) as progress:
        tasks: list[TaskID] = []

        def watch(step: str) -> None:
            for done in tasks[-1:]:
                progress.update(done, total=1, completed=1)
            tasks.append(progress.add_task(words[f"step.{step}"], total=None))

        def read(count: int) -> None:
            progress.advance(tasks[-1], count)

        outcome = Erasing(past, number, by, watch, read).run(dry_run=dry_run)
    if json:
        print_json({"clean": outcome.clean, **msgspec.to_builtins(outcome)})
    else:
        _tell(outcome, words)
    if not outcome.clean:
        raise typer.Exit(1)


def _tell(outcome: Outcome, words: dict[str, str]) -> None:
    if outcome.open:
        typer.echo(words["open.dry" if outcome.dry_run else "open"], err=not outcome.dry_run)
        for what, name, cure in outcome.open:
            typer.echo(f"  {words[what]} {name}: {words.get(f'cure.{what}', cure)}", err=not outcome.dry_run)
    if outcome.dry_run or not outcome.open:
        typer.echo(words["found" if outcome.dry_run else "done"])
        rows = [(words[name], outcome.counts[name]) for name in COUNTS if name in outcome.counts]
        rows += [(f"  {key}", count) for key, count in outcome.streams.items() if count]
        print_table(tuple(words["columns"].split("|")), rows, "")
    for name, lines in (("named", outcome.named), ("left", outcome.left)):
        if lines:
            typer.echo(words[name])
            for line in lines:
                typer.echo(f"  {line}")
