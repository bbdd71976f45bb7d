"""``hotline archive``: brings the stream of records into Parquet by day, keeps it tidy, erases what must go."""

import contextlib
import os
import signal
import sys
import time
from typing import Annotated, Any, cast

import typer
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import Progress

from router.adapters.redis_stream import cure_of
from router.adapters.stream_pages import Entry
from router.cli.columns import print_columns
from router.cli.erase import erase_caller_everywhere
from router.cli.options import Json, Language, settings_of
from router.cli.output import print_json, refuse
from router.cli.past import PATIENCE_S, Past, day_before, entries, local_text
from router.core.calendar import day_text
from router.kpi import parquet
from router.kpi.archive import Archive, newest_state
from router.kpi.erasing import prune

FLUSH_EVERY_S = 5.0
TIDY_EVERY_S = 300.0
_BLOCK_MS = 1_000
_RETRY_S = 2.0
NICER = 10
"""So much one that follows the stream stands back for the calls and the wallboard: nobody waits for the archive."""
GIVE_WAY_S = 0.3
"""How long one that follows the stream stands back for another who wants to write."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The archive: every record, in Parquet by day, for measures and reports over years.")

    @group.callback(invoke_without_command=True)
    def archive(
        context: typer.Context,
        once: Annotated[bool, typer.Option("--once", help="take what there is and end (for a timer)")] = False,
        follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what happens, until stopped")] = False,
        json: Json = False,
    ) -> None:
        """The archive: every record, in Parquet by day, for measures and reports over years."""
        if context.invoked_subcommand is not None:
            return
        if once == follow:
            raise refuse("say either --once or --follow", "or see `hotline archive status`")
        run(once, json)

    group.command("status")(status)
    group.command("rebuild")(rebuild)
    group.command("erase")(erase)
    group.command("prune")(prune_)
    app.add_typer(group, name="archive")


def run(once: bool, json: bool) -> None:
    """Bring the archive up to the stream; go on with it unless ``once``."""
    past = Past(settings_of())
    redis = past.redis()
    if not once:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was taken in is written, as after Ctrl-C
        with contextlib.suppress(OSError):
            os.nice(NICER)
    try:
        patience_s = PATIENCE_S if once else 0.0  # two that follow would only hinder each other
        while not _turn(past, redis, once, json, patience_s):
            time.sleep(GIVE_WAY_S)
            patience_s = PATIENCE_S
    finally:
        redis.close()


def _turn(past: Past, redis: Any, once: bool, json: bool, patience_s: float) -> bool:
    """Write the archive until there is nothing more to do; false where another process was given its turn."""
    with past.archive(patience_s) as archive:
        before = archive.seq
        for path in archive.put_aside:
            typer.echo(f"put aside as damaged: {path}", err=True)
        _catch_up(past, redis, archive)
        if not once and _follow(past, redis, archive):
            return False
        _report(past, archive, before, json)
    return True


def _catch_up(past: Past, redis: Any, archive: Archive) -> None:
    for batch in entries(redis, past.stream, archive.cursor):
        archive.take(batch)
    archive.flush()
    _refill(past, redis, archive)
    _tidy(past, archive)


def _refill(past: Past, redis: Any, archive: Archive) -> None:
    """Get records again whose file was damaged, as far as the stream still has them."""
    filled = 0
    for missing in archive.missing():
        for batch in entries(redis, past.stream, missing.after, missing.before):
            filled += archive.fill(missing, batch)
    if filled and archive.rebuilt:  # the facts were made anew without them
        archive.rebuild()
    for missing in archive.missing():
        typer.echo(f"records {missing.first} to {missing.last} are no longer in the stream: they are missing", err=True)


def _follow(past: Past, redis: Any, archive: Archive) -> bool:
    """Go on with the stream until stopped, or (true) until another process wants to write the archive."""
    flushed = tidied = time.monotonic()
    away, position = "", archive.cursor
    try:
        while True:
            try:
                found = redis.xread({past.stream: position}, block=_BLOCK_MS, count=1_000)
                for _, batch in cast(list[tuple[str, list[Entry]]], found or ()):
                    archive.take(batch)
                    position = batch[-1][0]  # a stranger's entry may lie behind our last record
                away = ""
            except (RedisError, OSError) as error:
                words = f"{' '.join(str(error).split())}; {cure_of(error)}"
                if words != away:
                    typer.echo(f"waiting for the stream: {words}", err=True)
                away = words
                position = archive.cursor
                time.sleep(_RETRY_S)
            now = time.monotonic()
            if now - flushed >= FLUSH_EVERY_S:
                archive.flush()
                flushed = now
            if archive.wanted:
                archive.flush()
                return True
            if now - tidied >= TIDY_EVERY_S:
                _tidy(past, archive)
                tidied = now
    except KeyboardInterrupt:
        archive.flush()
    return False


def _tidy(past: Past, archive: Archive) -> None:
    archive.merge()
    settings = past.settings
    prune(archive, day_before(past, settings.archive_keep_days), day_before(past, settings.facts_keep_days))


def _report(past: Past, archive: Archive, before: int, json: bool) -> None:
    facts = _about(past, archive.folder)
    if json:
        print_json({**facts, "taken": archive.seq - before})
    else:
        typer.echo(f"{archive.seq - before} records taken; the archive goes up to record {archive.seq}")


def status(json: Json = False) -> None:
    """Show what the archive holds, and what is missing in it."""
    past = Past(settings_of())
    facts = _about(past, past.archive_folder)
    if json:
        print_json(facts)
        return
    print_columns(("", ""), [(name.replace("_", " "), value) for name, value in facts.items()], "there is no archive")


def _about(past: Past, folder: Any) -> dict[str, Any]:
    kept = newest_state(folder)
    raw = parquet.listed(folder / "raw")
    facts = [one for path in (folder / "facts").glob("*") for one in parquet.listed(path)]
    fold = kept.fold if kept is not None else None
    return {
        "folder": str(folder),
        "first_record": raw[0].first if raw else None,
        "last_record": fold.seq if fold is not None else None,
        "last_at": local_text(past, fold.at_ms) if fold is not None and fold.seq else None,
        "days": len({one.day for one in raw}),
        "first_day": day_text(raw[0].day) if raw else None,
        "records_bytes": sum(one.path.stat().st_size for one in raw),
        "facts_bytes": sum(one.path.stat().st_size for one in facts),
        "never_came": fold.missing_count if fold is not None else 0,
        "unread": kept.unread_count if kept is not None else 0,
        "foreign": kept.foreign_count if kept is not None else 0,
        "calls_under_way": sum(not call.ended for call in fold.calls.values()) if fold is not None else 0,
    }


def rebuild(json: Json = False) -> None:
    """Count all facts anew from the records, as after a change of a definition."""
    past = Past(settings_of())
    with past.archive() as archive:
        with Progress(console=Console(stderr=True), disable=json or not sys.stderr.isatty()) as progress:
            task = progress.add_task("folding days anew")
            count = archive.rebuild(lambda done, of: progress.update(task, completed=done, total=of))
        archive.merge()
    if json:
        print_json({"records": count})
    else:
        typer.echo(f"facts made anew from {count} records")


def erase(
    caller: Annotated[str, typer.Option("--caller", help="the caller's number, +8613800138000 or as dialled at home")],
    by: Annotated[str, typer.Option(help="who asked for it, for the record")] = "cli",
    json: Json = False,
) -> None:
    """The same as `hotline erase NUMBER`: the archive alone would be half of it."""
    erase_caller_everywhere(caller, by, dry_run=False, lang=Language.EN, json=json)


def prune_(json: Json = False) -> None:
    """Remove the days that are older than archive_keep_days and facts_keep_days."""
    past = Past(settings_of())
    settings = past.settings
    with past.archive() as archive:
        gone = prune(archive, day_before(past, settings.archive_keep_days), day_before(past, settings.facts_keep_days))
    if json:
        print_json({"files": gone})
    else:
        typer.echo(f"{gone} files removed")
