"""``hotline report``: a shift, day, week... on one page, for paper, screen or spreadsheet; by mail or in a folder."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from router.cli.options import settings_of
from router.cli.output import did_you_mean, refuse
from router.cli.past import Past, local_text, now_ms
from router.errors import HotlineError
from router.flowfile import load_site
from router.kpi.clockwork import DAY_MS
from router.kpi.history import History
from router.kpi.raw_search import records_of_types
from router.reports import complaints, handover, mail, page, sheets
from router.reports.collect import STEPS, Collector, NoData, begins_ms
from router.reports.content import Report
from router.reports.period import KINDS, Kind, Period, PeriodError, period_of
from router.reports.words import LANGUAGES, Say

FORMATS = {
    "html": ("html", "text/html"),
    "pdf": ("pdf", "application/pdf"),
    "csv": ("csv", "text/csv"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_DRAWN = 2
"""Steps after counting: laying out and writing."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=", ".join(KINDS))],
    date: Annotated[
        str, typer.Option(help="a day in it, or 2026-W47, 2026-11, 2026-Q4... (default: the last one that is over)")
    ] = "",
    shift: Annotated[str, typer.Option(help="which shift of the day, by its name in figures/shifts.csv")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="this queue alone; may be given again")] = None,
    agent: Annotated[list[str] | None, typer.Option(help="this agent alone; may be given again")] = None,
    group: Annotated[list[str] | None, typer.Option(help="this group alone; may be given again")] = None,
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "html",
    out: Annotated[
        str, typer.Option("--out", "-o", help="a file, or a folder (with / at its end): named by its date")
    ] = "",
    mail_to: Annotated[
        list[str] | None, typer.Option("--mail", metavar="TO", help="mail it there; may be given again")
    ] = None,
    table: Annotated[str, typer.Option(help="csv: this table alone, bare")] = "",
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress bar, no word on success")] = False,
) -> None:
    """Make a report from the archive (see `hotline archive`): html, pdf, csv or xlsx."""
    for given, known, what in ((kind, KINDS, "report"), (form, FORMATS, "format"), (lang, LANGUAGES, "language")):
        if given not in known:
            raise refuse(f"there is no {what} '{given}'", did_you_mean(given, known) or f"one of {', '.join(known)}")
    if table and form != "csv":
        raise refuse("--table is for csv", "add --format csv")
    if not out and not mail_to and form != "csv" and sys.stdout.isatty():
        raise refuse(f"{form} is not for a terminal", f"say where to: --out report.{form}, or --out FOLDER/")
    past = Past(settings_of())
    only = {name: tuple(some) for name, some in (("queue", queue), ("agent", agent), ("group", group)) if some}
    now = now_ms()
    try:
        period = period_of(cast(Kind, kind), date, past.clock, now, past.figures().shifts, shift)
    except PeriodError as error:
        raise refuse(str(error), error.cure) from None
    with _progress(STEPS + _DRAWN, quiet) as step:
        made = _made(past, period, only, lang, now, step)
        step(form)
        data = _data(made, form, table, bare=not out and not mail_to)
        step("")
    _deliver(past, made, form, data, out, mail_to or [], lang, quiet)


def _made(
    past: Past,
    period: Period,
    only: Mapping[str, tuple[str, ...]],
    lang: str,
    now: int,
    step: Callable[[str], None],
) -> Report:
    step("")
    history = past.history((begins_ms(period), period.end_ms))
    _refuse_unknown(past, history, only)
    if not history.seq and not past.figures().roster:
        raise NoData(f"the archive {past.archive_folder} is empty", "bring the records into it: hotline archive --once")
    say = Say(lang)
    known = min(now, period.end_ms) if _is_current(past, history) else None
    collector = Collector(history, past.clock, period, only, say, step, known)
    if period.kind != "handover":
        return collector.report(past.name)
    until = min(period.end_ms, max(history.at_ms, now))
    floor = handover.fold(_records(past, period, until), period.start_ms)
    lists = handover.tables(floor, until, say, lambda at_ms: local_text(past, at_ms)[5:16])
    return collector.handover(past.name, lists)


def _records(past: Past, period: Period, until: int) -> list[dict[str, Any]]:
    """The records a hand-over is told from, in order."""
    back = period.start_ms - handover.LOOK_BACK_DAYS * DAY_MS
    long_back = period.start_ms - complaints.LOOK_BACK_DAYS * DAY_MS
    found = [
        *records_of_types(past.archive_folder, past.clock, sorted(handover.WORK), (back, until)),
        *records_of_types(past.archive_folder, past.clock, sorted(complaints.COMPLAINTS), (long_back, until)),
        *records_of_types(past.archive_folder, past.clock, ["Alert"], (period.start_ms, until)),
        *records_of_types(past.archive_folder, past.clock, [handover.STATES], (period.start_ms - DAY_MS, until)),
    ]
    return sorted(found, key=lambda row: row["seq"])


def _is_current(past: Past, history: History) -> bool:
    """Whether the archive has all that the stream has: then what it does not know has not happened."""
    try:
        redis = past.redis()
        try:
            newest = redis.xrevrange(past.stream, count=1)
        finally:
            redis.close()
    except (RedisError, OSError):
        return False
    return bool(newest) and newest[0][0].partition("-")[2] == str(history.seq)


def _refuse_unknown(past: Past, history: History, only: Mapping[str, tuple[str, ...]]) -> None:
    """A queue, agent or group must be in the YAML, or have been in it when calls came."""
    if not only:
        return
    floor = load_site(past.settings.site).floor
    known: dict[str, set[str]] = {
        "queue": set(floor.queues),
        "agent": set(floor.agents),
        "group": {group for groups in past.groups.values() for group in groups},
    }
    column = {
        "queue": "SELECT DISTINCT queue FROM visits",
        "agent": "SELECT DISTINCT agent FROM agent_spans",
        "group": "SELECT DISTINCT unnest(groups) FROM agent_spans",
    }
    for part, names in only.items():
        for name in names:
            if name in known[part]:
                continue
            past_ones = {str(row[0]) for row in history.connection.execute(column[part]).fetchall()}
            if name not in past_ones:
                every = known[part] | past_ones
                raise refuse(
                    f"there is no {part} '{name}'",
                    did_you_mean(name, every) or f"known: {', '.join(sorted(every)[:12])}",
                )


def _data(made: Report, form: str, table: str, *, bare: bool) -> bytes:
    if form == "pdf":
        return page.pdf(made)
    if form == "xlsx":
        return sheets.xlsx_bytes(made)
    if form == "html":
        return page.html(made).encode()
    if table and table not in sheets.table_names(made):
        names = sheets.table_names(made)
        raise refuse(f"there is no table '{table}'", did_you_mean(table, names) or f"one of {', '.join(names)}")
    # spreadsheets know UTF-8 by the mark at its head; programs behind a pipe do not want it
    return sheets.csv_text(made, table).encode("utf-8" if bare else "utf-8-sig")


def _deliver(
    past: Past, made: Report, form: str, data: bytes, out: str, mail_to: list[str], lang: str, quiet: bool
) -> None:
    ending, mime = FORMATS[form]
    if form == "pdf" and lang == "zh" and page.chinese_font_missing():
        typer.echo("no Chinese font is installed, so the PDF shows boxes: apt-get install fonts-noto-cjk", err=True)
    file_name = f"{made.file_name}.{ending}"
    if out:
        path = Path(out) / file_name if out.endswith("/") or Path(out).is_dir() else Path(out)
        _write(path, data)
        if not quiet:
            typer.echo(str(path))
    if mail_to:
        _mail(past, made, file_name, data, mime, [one for some in mail_to for one in some.split(",") if one.strip()])
    elif not out:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise HotlineError(f"{path} cannot be written: {error.strerror}", "choose another place by --out") from error


def _mail(past: Past, made: Report, file_name: str, data: bytes, mime: str, to: list[str]) -> None:
    settings = past.settings
    if not settings.smtp_host or not settings.smtp_from:
        raise HotlineError("no mail server is set", "set smtp_host and smtp_from in settings.toml, see docs/reports.md")
    server = mail.Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=past.secrets.smtp_password() if settings.smtp_user else "",
    )
    text = Say(made.language)("mail.body", made.title, made.site, made.span_text)
    subject = f"{made.title} - {made.site}"
    mail.send(server, mail.message(subject, text + "\n", settings.smtp_from, to, file_name, data, mime))


@contextlib.contextmanager
def _progress(steps: int, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal; say nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=steps)

        def step(words: str) -> None:
            bar.update(task, description=words, advance=1)

        yield step
