"""``hotline audit``: the board's totals, the reports' and a plain count of the records, side by side."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer

from router.adapters.record_codec import to_json
from router.cli.columns import print_columns
from router.cli.options import Json, settings_of
from router.cli.output import print_json
from router.cli.past import Past, entries, local_text, now_ms, span_of
from router.core.records import CallReceived, Record
from router.errors import HotlineError
from router.kpi.archive import erasures, raw_rows
from router.kpi.audit import Counter, Finding, Totals, compare, totals
from router.kpi.board_totals import BoardTotals
from router.kpi.clockwork import DAY_MS
from router.kpi.facts import Facts
from router.kpi.history import History
from router.kpi.records_read import raw_of, record_of

_BOARD_TAKES = 50
"""So many records at a time the board takes in."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    since: Annotated[str, typer.Option("--from", help="2026-11-21, 2026-11-21T08:30, 08:30, today (default)")] = "",
    until: Annotated[str, typer.Option("--to", help="the same; a day counts to its end (default: now)")] = "",
    json: Json = False,
) -> None:
    """Prove that board, reports and call records agree on a span. Exit 1 where they do not.

    The board's way takes the stream in as the wallboard does, the reports' way asks the archive, and the records are
    counted one by one by code of its own. All three go up to the archive's last record.
    """
    past = Past(settings_of())
    span = span_of(past, since, until, now_ms())
    _bring_up(past)
    history = past.history(span)
    source, records = _records(past, span, history)
    findings = compare(
        _board(past, span, records),
        totals(history, span),
        Counter(*span).take(_plain(records)).counted(),
    )
    wrong = [finding for finding in findings if not finding.agrees]
    if json:
        rows = [{**msgspec.structs.asdict(finding), "agrees": finding.agrees} for finding in findings]
        print_json({"agrees": not wrong, "from_ms": span[0], "to_ms": span[1], "seq": history.seq, "totals": rows})
    else:
        _show(past, span, history, source, len(records), findings, len(wrong))
    if wrong:
        raise typer.Exit(1)


def _bring_up(past: Past) -> None:
    """Take what the stream has into the archive, unless another process does just that."""
    redis = past.redis()
    try:
        with past.archive() as archive:
            for batch in entries(redis, past.stream, archive.cursor):
                archive.take(batch)
            archive.flush()
    except HotlineError as error:
        typer.echo(f"the archive is as it is: {error}", err=True)
    finally:
        redis.close()


def _records(past: Past, span: tuple[int, int], history: History) -> tuple[str, list[Record]]:
    """The records that matter for a span, up to the archive's last: from the stream, else from the archive."""
    begins = max(0, span[0] - DAY_MS)  # calls and states that reach into the span
    redis = past.redis()
    try:
        found = []
        for batch in entries(redis, past.stream, f"{begins}-0"):
            for entry, fields in batch:
                raw, record = raw_of(entry, fields)
                if record is not None and raw is not None and raw.seq <= history.seq:
                    found.append(record)
        oldest = redis.xrange(past.stream, count=1)
        whole = bool(oldest) and (int(oldest[0][0].split("-")[0]) <= begins or int(oldest[0][0].split("-")[1]) == 1)
    except HotlineError:
        whole = False
    finally:
        redis.close()
    if whole:
        return "the stream", _without_erased(past, found)
    kept = (record_of(raw.json) for raw in raw_rows(past.archive_folder, begins) if raw.seq <= history.seq)
    return "the archive", [record for record in kept if record is not None]


def _without_erased(past: Past, records: list[Record]) -> list[Record]:
    """The stream still has the numbers of callers who were erased from the archive: they count as withheld here too."""
    erased = erasures(past.archive_folder)
    if not erased:
        return records
    hashed = Facts(past.clock, key=past.key).hashed
    return [
        msgspec.structs.replace(record, caller="")
        if isinstance(record, CallReceived) and record.at_ms <= erased.get(hashed(record.caller), -1)
        else record
        for record in records
    ]


def _board(past: Past, span: tuple[int, int], records: list[Record]) -> Totals:
    board = BoardTotals(past.clock, groups=past.groups, key=past.key)
    for first in range(0, len(records), _BOARD_TAKES):
        board.take(records[first : first + _BOARD_TAKES])
    return board.of(span)


def _plain(records: list[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        yield msgspec.json.decode(to_json(record))


def _show(
    past: Past,
    span: tuple[int, int],
    history: History,
    source: str,
    count: int,
    findings: list[Finding],
    wrong_count: int,
) -> None:
    typer.echo(
        f"{local_text(past, span[0])} to {local_text(past, span[1])}, up to record {history.seq}; "
        f"{count} records from {source}"
    )
    print_columns(
        ("", "board", "reports", "records", ""),
        (
            (one.what, one.board, one.report, one.records, "" if one.agrees else "DIFFERS")
            for one in findings
            if any((one.board, one.report, one.records))
        ),
        "nothing to count in this span",
    )
    typer.echo(f"{wrong_count} totals differ" if wrong_count else f"all {len(findings)} totals agree")
