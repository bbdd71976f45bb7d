"""What leaves the archive: old days by age, and one caller's data on request. Files are replaced whole."""

from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from router.core.erasure import OWNERS, Traces
from router.kpi import parquet
from router.kpi.archive import Archive

_BESIDE_CALLS = (
    "AppointmentChanged",
    "CallbackBooked",
    "CallbackEnded",
    "CallbackMoved",
    "CallbackTried",
    "CallbackTryEnded",
    "ComplaintMoved",
    "ComplaintOpened",
    "MessageClaimed",
    "MessageDeleted",
    "MessageDone",
    "MessageReopened",
    "OutboundEnded",
    "OutboundRang",
    "RecordingDeleted",
)
"""Records that may be a caller's by another id than their call's."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure changed: how many archived records and how many calls among the facts."""

    caller: str
    at_ms: int
    records: int
    calls: int
    by: str = ""


def learn_caller(archive: Archive, traces: Traces) -> None:
    """Look through the archived records for the ids of what is a caller's."""
    archive.flush()
    for one in parquet.listed(archive.folder / "raw"):
        table = parquet.read(one.path, ("type", "json"))
        table = table.filter(pc.is_in(table.column("type"), pa.array(OWNERS)))
        for json, found in zip(table.column("json").to_pylist(), _mentions(table, traces), strict=True):
            if found:
                traces.learn(msgspec.json.decode(json))


def count_caller(archive: Archive, traces: Traces) -> int:
    """Say how many archived records have a caller's data; nothing is changed."""
    files = parquet.listed(archive.folder / "raw")
    return sum(_cleaned(parquet.read(one.path, ("type", "call_id", "json")), traces)[1] for one in files)


def erase_caller(archive: Archive, number: str, traces: Traces, now_ms: int, by: str = "") -> Erased:
    """Take a caller's data out of every archived record and fact, and leave a tombstone with the number's hash.

    ``number`` is E.164, ``traces`` what their records are found by (:func:`learn_caller` first). Calls stay, as from a
    withheld number. What is taken in has to be written before (:meth:`Archive.flush`).
    """
    archive.flush()
    counts = {"records": 0, "calls": 0}

    def clean_raw(table: pa.Table) -> pa.Table | None:
        texts, changed = _cleaned(table, traces)
        counts["records"] += changed
        column = table.schema.get_field_index("json")
        return table.set_column(column, "json", pa.array(texts, pa.string())) if changed else None

    hashed = archive.facts.hashed(number)

    def clean_calls(table: pa.Table) -> pa.Table | None:
        callers = table.column("caller")
        hits = pc.sum(pc.equal(callers, hashed)).as_py() or 0
        if not hits:
            return None
        counts["calls"] += hits
        theirs = pc.equal(callers, hashed)
        for column, empty in (("caller", pa.scalar("")), ("redial", pa.scalar(False))):
            without = pc.if_else(theirs, empty, table.column(column))
            table = table.set_column(table.schema.get_field_index(column), column, without)
        return table

    # The tombstone first: should we be stopped half-way, the same order again finds what is left.
    tombstone = Erased(caller=hashed, at_ms=now_ms, records=0, calls=0, by=by)
    _append(archive.folder / "erased.jsonl", tombstone)
    for one in parquet.listed(archive.folder / "raw"):
        parquet.change(one.path, clean_raw)
    for one in parquet.listed(archive.folder / "facts" / "calls"):
        parquet.change(one.path, clean_calls)
    for folder in (archive.folder / "raw", archive.folder / "facts" / "calls"):
        parquet.sweep(folder)  # what a merge has left lying still has the number
    _clean_broken(archive.folder / "broken")
    _clean_foreign(archive.folder / "foreign.jsonl", traces)
    archive.forget_caller(hashed)
    return msgspec.structs.replace(tombstone, **counts)


def prune(archive: Archive, raw_before_day: int, facts_before_day: int) -> int:
    """Remove the days before (days since 1970-01-01, local); returns how many files went."""
    gone = 0
    for one in list(parquet.listed(archive.folder / "raw")):
        if one.day < raw_before_day:
            archive.kept.pruned_seq = max(archive.kept.pruned_seq, one.last)
            one.path.unlink()
            gone += 1
    for folder in (archive.folder / "facts").glob("*"):
        for one in parquet.listed(folder):
            if one.day < facts_before_day:
                archive.kept.facts_from_day = facts_before_day
                one.path.unlink()
                gone += 1
    if gone:
        archive.commit()
    return gone


def _mentions(table: pa.Table, traces: Traces) -> list[bool]:
    """Say of each record whether the number may stand in its text."""
    hit = pa.array([False] * len(table), pa.bool_())
    for form in traces.roots:
        if not form.startswith("~"):  # pseudonyms are the public's, not the archive's
            hit = pc.or_(hit, pc.match_substring(table.column("json"), form))
    found: list[bool] = hit.to_pylist()
    return found


def _cleaned(table: pa.Table, traces: Traces) -> tuple[list[str], int]:
    """The records of a table without the caller, and how many read otherwise than before."""
    texts: list[str] = table.column("json").to_pylist()
    calls = pc.is_in(table.column("call_id"), pa.array(sorted(traces.refs), pa.string()))
    beside = pc.is_in(table.column("type"), pa.array(_BESIDE_CALLS))
    candidates = pc.or_(calls, beside).to_pylist()
    changed = 0
    for row, (candidate, mentioned) in enumerate(zip(candidates, _mentions(table, traces), strict=True)):
        if candidate or mentioned:
            fields: dict[str, Any] = msgspec.json.decode(texts[row])
            without = traces.without(fields)
            if without != fields:
                texts[row] = msgspec.json.encode(without).decode()
                changed += 1
    return texts, changed


def _clean_foreign(path: Path, traces: Traces) -> None:
    """Strangers' entries, too, lose the number."""
    if not path.exists():
        return
    text = path.read_text()
    lines = [msgspec.json.encode(traces.without(msgspec.json.decode(line))).decode() for line in text.splitlines()]
    if (cleaned := "".join(f"{line}\n" for line in lines)) != text:
        half = path.with_name(path.name + ".tmp")
        half.write_text(cleaned)
        half.replace(path)


def _clean_broken(folder: Path) -> None:
    """Damaged files cannot be searched: they go."""
    for path in folder.glob("*.parquet") if folder.is_dir() else ():
        path.unlink()


def _append(path: Path, tombstone: Erased) -> None:
    with path.open("ab") as file:
        file.write(msgspec.json.encode(tombstone) + b"\n")
