"""What leaves the archive: old days by age, and one caller's data on request. Files are replaced whole."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from router.kpi import parquet
from router.kpi.archive import Archive

GONE = "erased"
"""What stands in a text where a number stood."""
_LEAST_DIGITS = 7
"""Shorter numbers are looked for only where they are a whole value: their digits occur in others."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure changed: how many archived records and how many calls among the facts."""

    caller: str
    at_ms: int
    records: int
    calls: int
    by: str = ""


def erase_caller(archive: Archive, number: str, national: str, now_ms: int, by: str = "") -> Erased:
    """Take a caller's number out of every archived record and fact, and leave a tombstone with its hash.

    ``number`` is E.164, ``national`` the same as it is dialled at home ("" for none). Calls stay, as from a withheld
    number. What is taken in has to be written before (:meth:`Archive.flush`).
    """
    archive.flush()
    forms = sorted({number, number.removeprefix("+"), national} - {""}, key=len, reverse=True)
    longer = "|".join(re.escape(form) for form in forms if len(form) >= _LEAST_DIGITS)
    pattern = re.compile(rf"(?<!\d)(?:{longer})(?!\d)") if longer else None
    counts = {"records": 0, "calls": 0}

    def clean_raw(table: pa.Table) -> pa.Table | None:
        jsons = table.column("json")
        hit = pc.match_substring_regex(jsons, "|".join(re.escape(form) for form in forms))
        if not pc.any(hit).as_py():
            return None
        texts = jsons.to_pylist()
        changed = 0
        for row, found in enumerate(hit.to_pylist()):
            if found:
                cleaned = msgspec.json.encode(_clean(msgspec.json.decode(texts[row]), forms, pattern)).decode()
                changed += cleaned != texts[row]
                texts[row] = cleaned
        if not changed:
            return None
        counts["records"] += changed
        return table.set_column(table.schema.get_field_index("json"), "json", pa.array(texts, pa.string()))

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


def _clean(value: Any, forms: Iterable[str], pattern: re.Pattern[str] | None) -> Any:
    """A value without the number: "" where it was nothing else."""
    match value:
        case str():
            if value in forms:
                return ""
            return pattern.sub(GONE, value) if pattern is not None else value
        case dict():
            return {key: _clean(inner, forms, pattern) for key, inner in value.items()}
        case list():
            return [_clean(inner, forms, pattern) for inner in value]
        case _:
            return value


def _clean_broken(folder: Path) -> None:
    """Damaged files cannot be searched: they go."""
    for path in folder.glob("*.parquet") if folder.is_dir() else ():
        path.unlink()


def _append(path: Path, tombstone: Erased) -> None:
    with path.open("ab") as file:
        file.write(msgspec.json.encode(tombstone) + b"\n")
