"""The archive: every record once, in compressed Parquet by day, and the facts folded from them.

::

    archive/raw/2026-11-21_<first>_<last>.parquet          the records, as they were
    archive/facts/<table>/2026-11-21_<first>_<last>.parquet  the rows that these records completed
    archive/state/<last>.json                              what the fold remembers behind record <last>: the commit
    archive/foreign.jsonl, erased.jsonl, broken/           strangers' entries, erasures, files that were damaged

Records are written first, facts next, the state last; what is behind the newest state after a break is folded again.
So each record counts once however the process ends. One process writes (a lock), any number read.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi import parquet
from router.kpi.clockwork import Halves
from router.kpi.facts import Facts, FactsState
from router.kpi.parquet import DayFile
from router.kpi.records_read import Raw, raw_of, record_of
from router.kpi.store import arrow
from router.kpi.tables import TABLES, Fact, by_table
from router.kpi.turn import Turn

log = logging.getLogger(__name__)

FACTS_VERSION = 3
"""Grows when the fold or a table changes: archives of another one are folded anew from their records."""
BATCH_COUNT = 20_000
"""Records that are written at once at most."""
_FOREIGN_BYTES = 10_000_000
_RAW_SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("at_ms", pa.int64()),
        ("type", pa.string()),
        ("v", pa.int64()),
        ("config", pa.string()),
        ("call_id", pa.string()),
        ("queue", pa.string()),
        ("agent", pa.string()),
        ("json", pa.string()),
    ]
)


class ArchiveError(HotlineError):
    """The archive cannot be read or written as it is."""


class Kept(msgspec.Struct, kw_only=True):
    """The commit of an archive: the fold behind its last record, and what was counted beside it."""

    facts_version: int = FACTS_VERSION
    zone: str = ""
    unread_count: int = 0
    foreign_count: int = 0
    pruned_seq: int = 0
    """Records up to this one are gone by age."""
    facts_from_day: int = 0
    """Facts of the days before (days since 1970-01-01) are gone by age."""
    fold: FactsState = msgspec.field(default_factory=FactsState)


class Range(msgspec.Struct, frozen=True):
    """Records that should be in the archive and are not: behind entry id ``after``, before ``before`` ("" open)."""

    first: int
    last: int
    after: str
    before: str


class Archive:
    """Writes an archive. Use as a context: it holds the lock.

    Args:
        folder: where it is kept.
        clock: the site's clock, for days and half hours.
        groups: the agents' groups as the YAML has them.
        key: what callers' numbers are hashed with in the facts.
        patience_s: how long to wait for another process that writes it; one that follows the stream gives way.
    """

    def __init__(
        self,
        folder: Path,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        key: bytes = b"",
        patience_s: float = 0.0,
    ) -> None:
        self.folder = folder
        self._turn = Turn(folder, patience_s)
        self._clock = clock
        self._groups = dict(groups or {})
        self._key = key
        self._halves = Halves(clock)
        self._raw: list[Raw] = []
        self._facts_rows: list[Fact] = []
        self._first = 0
        self._day = 0
        self.kept = Kept(zone=clock.zone)
        self.facts = Facts(clock, groups=groups, key=key)
        self.put_aside: list[Path] = []
        """Damaged files found when it was opened."""
        self.rebuilt = False
        """Whether the facts were made anew when it was opened."""

    def __enter__(self) -> "Archive":
        """Take the lock, clear what a break left and fold what is behind the newest state.

        Raises:
            ArchiveError: another process writes it, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            taken = self._turn.take()
        except OSError as error:
            raise ArchiveError(f"{self.folder}: {error.strerror}", "choose a folder you may write") from error
        if not taken:
            raise ArchiveError(f"another process writes the archive {self.folder}", "stop it, or wait until it is done")
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._turn.give_back()

    @property
    def wanted(self) -> bool:
        """Whether another process waits for its turn to write."""
        return self._turn.wanted

    # --- writing ---

    @property
    def seq(self) -> int:
        """The last record taken in."""
        return self.facts.state.seq

    @property
    def cursor(self) -> str:
        """The id of the last record's entry in the stream: read on behind it."""
        return f"{self.facts.state.at_ms}-{self.facts.state.seq}" if self.facts.state.seq else "0-0"

    @property
    def waiting_count(self) -> int:
        """Records taken in and not written yet."""
        return len(self._raw)

    def take(self, entries: Iterable[tuple[str, Mapping[str, str]]]) -> None:
        """Take entries of the stream in, in order; those taken before are passed over. Writes full batches.

        Raises:
            ArchiveError: the stream's numbering began anew.
        """
        for entry, fields in entries:
            raw, record = raw_of(entry, fields)
            if raw is None:
                self._foreign(entry, fields)
                continue
            if raw.seq <= self.seq:
                if raw.at_ms > self.facts.state.at_ms:
                    raise ArchiveError(
                        f"the stream's numbering began anew: record {raw.seq} is later than record {self.seq} "
                        f"in {self.folder}",
                        "the line has a new home: give it another archive (HOTLINE_ARCHIVE), or move this one away",
                    )
                continue
            day = max(self._halves.of(raw.at_ms)[2], self._day)
            if day != self._day or len(self._raw) >= BATCH_COUNT:
                self.flush()
                self._day = day
            if not self._raw:
                self._first = raw.seq
            self._raw.append(raw)
            if record is None:
                self.kept.unread_count += 1
                self.facts.pass_over(raw.seq, raw.at_ms)
            else:
                self._facts_rows += self.facts.apply(record)

    def flush(self) -> int:
        """Write what was taken in; returns how many records that were."""
        count = len(self._raw)
        if count:
            last = self._raw[-1].seq
            parquet.write(self.folder / "raw", self._day, self._first, last, _raw_table(self._raw))
            self._write_facts(self._day, self._first, last)
            self._raw = []
            self.commit()
        return count

    def merge(self) -> None:
        """Make one file of each day that is over."""
        for folder in self._folders():
            parquet.merge_days(folder, self._day)

    def _folders(self) -> Iterator[Path]:
        yield self.folder / "raw"
        for name in TABLES:
            yield self.folder / "facts" / name

    def _write_facts(self, day: int, first: int, last: int) -> None:
        for name, rows in by_table(self._facts_rows).items():
            parquet.write(self.folder / "facts" / name, day, first, last, arrow(name, rows))
        self._facts_rows = []

    def commit(self) -> None:
        """Write the state: what was folded up to here counts from now on."""
        self.kept.fold = self.facts.state
        folder = self.folder / "state"
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.seq}.json"
        half = path.with_name(path.name + ".tmp")
        half.write_bytes(msgspec.json.encode(self.kept))
        half.replace(path)
        for old in _states(self.folder)[2:]:
            old.unlink()

    def _foreign(self, entry: str, fields: Mapping[str, str]) -> None:
        """Keep a stranger's entry apart, as far as there is room."""
        self.kept.foreign_count += 1
        path = self.folder / "foreign.jsonl"
        if not path.exists() or path.stat().st_size < _FOREIGN_BYTES:
            with path.open("ab") as file:
                file.write(msgspec.json.encode({"entry": entry, "fields": dict(fields)}) + b"\n")

    def forget_caller(self, hashed: str) -> None:
        """Take a caller's hash out of what the fold remembers, and keep that."""
        self.facts.state.callers.pop(hashed, None)
        for call in self.facts.state.calls.values():
            if call.fact.caller == hashed:
                call.fact.caller, call.fact.redial = "", False
        if self.seq:
            for state in _states(self.folder):
                state.unlink()
            self.commit()

    # --- opening ---

    def _open(self) -> None:
        broken = self.folder / "broken"
        for folder in self._folders():
            self.put_aside += parquet.tidy(folder, broken)
        kept = newest_state(self.folder)
        damaged_facts = any(path.parent.parent.name == "facts" for path in self.put_aside)
        raw = parquet.listed(self.folder / "raw")
        self.kept = kept or self.kept
        if kept is None or kept.facts_version != FACTS_VERSION or kept.zone != self._clock.zone or damaged_facts:
            if raw:
                log.warning("the facts in %s are made anew from its records", self.folder)
            self.rebuild()
            self.rebuilt = True
            return
        self._go_on(kept)
        for folder in self._folders():
            if folder.name != "raw":
                for one in parquet.listed(folder):
                    if one.last > self.seq:
                        one.path.unlink()
        self._fold([one for one in raw if one.last > self.seq])

    def _go_on(self, kept: Kept) -> None:
        self.kept = kept
        self.facts = Facts(self._clock, groups=self._groups, key=self._key, state=kept.fold)
        self._day = self._halves.of(kept.fold.at_ms)[2] if kept.fold.at_ms else 0

    def rebuild(self, watch: Callable[[int, int], None] | None = None) -> int:
        """Fold all records anew, as after a change of a definition; returns how many records there were.

        ``watch`` is told how many files of how many are done. Facts of days whose records are gone by age stay as they
        are.
        """
        self._raw, self._facts_rows = [], []
        fresh = msgspec.structs.replace(self.kept, facts_version=FACTS_VERSION, zone=self._clock.zone, unread_count=0)
        fresh.fold = FactsState()
        for state in _states(self.folder):
            state.unlink()
        raw = parquet.listed(self.folder / "raw")
        from_seq = raw[0].first if raw else 0
        for folder in self._folders():
            if folder.name != "raw":
                for one in parquet.listed(folder):
                    if one.last >= from_seq:
                        one.path.unlink()
        self._go_on(fresh)
        return self._fold(raw, watch)

    def _fold(self, files: Sequence[DayFile], watch: Callable[[int, int], None] | None = None) -> int:
        """Fold archived records that no state knows yet."""
        count = 0
        for done, one in enumerate(files, 1):
            first = max(one.first, self.seq + 1)
            for seq, at_ms, json in _rows(one.path):
                if seq <= self.seq:
                    continue
                count += 1
                record = record_of(json)
                if record is None:
                    self.kept.unread_count += 1
                    self.facts.pass_over(seq, at_ms)
                else:
                    self._facts_rows += self.facts.apply(record)
            self._day = max(self._day, one.day)
            self._write_facts(one.day, first, one.last)
            self.commit()
            if watch is not None:
                watch(done, len(files))
        return count

    # --- what is missing ---

    def missing(self) -> list[Range]:
        """Return the stretches of records that are not in the archive, though later ones are."""
        ranges: list[Range] = []
        before: DayFile | None = None
        for one in parquet.listed(self.folder / "raw"):
            expected = (before.last if before is not None else self.kept.pruned_seq) + 1
            if one.first > expected:
                after = "-" if before is None else _edge(before.path, last=True)
                ranges.append(Range(expected, one.first - 1, after, _edge(one.path, last=False)))
            before = one
        if before is not None and self.seq > before.last:
            ranges.append(Range(before.last + 1, self.seq, _edge(before.path, last=True), ""))
        elif before is None and self.seq > self.kept.pruned_seq:
            ranges.append(Range(self.kept.pruned_seq + 1, self.seq, "-", ""))
        return ranges

    def fill(self, missing: Range, entries: Iterable[tuple[str, Mapping[str, str]]]) -> int:
        """Write records anew whose file was lost; their facts are there already. Returns how many."""
        erased = erasures(self.folder)
        found: dict[int, list[Raw]] = {}
        for entry, fields in entries:
            raw, _ = raw_of(entry, self._without(fields, erased) if erased else fields)
            if raw is not None and missing.first <= raw.seq <= missing.last:
                found.setdefault(self._halves.of(raw.at_ms)[2], []).append(raw)
        for day, rows in found.items():
            parquet.write(self.folder / "raw", day, rows[0].seq, rows[-1].seq, _raw_table(rows))
        return sum(len(rows) for rows in found.values())

    def _without(self, fields: Mapping[str, str], erased: Mapping[str, int]) -> Mapping[str, str]:
        """An entry without the numbers of callers who were erased after it."""

        def gone(name: str, value: str) -> bool:
            until_ms = erased.get(self.facts.hashed(value), -1) if name in ("caller", "number", "party") else -1
            return until_ms >= int(fields.get("at_ms", "0"))

        return {name: "" if gone(name, value) else value for name, value in fields.items()}


def _raw_table(rows: Sequence[Raw]) -> pa.Table:
    columns = zip(*(msgspec.structs.astuple(row) for row in rows), strict=True)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, _RAW_SCHEMA, strict=True)], _RAW_SCHEMA
    )


def _rows(path: Path) -> Iterator[tuple[int, int, str]]:
    for batch in pq.ParquetFile(path).iter_batches(columns=["seq", "at_ms", "json"]):
        columns: list[list[Any]] = [batch.column(number).to_pylist() for number in range(3)]
        yield from zip(*columns, strict=True)


def _edge(path: Path, *, last: bool) -> str:
    """The entry id of the first or last record of a file."""
    table = pq.read_table(path, columns=["seq", "at_ms"])
    row = table.slice(len(table) - 1 if last else 0, 1).to_pylist()[0]
    return f"{row['at_ms']}-{row['seq']}"


def _states(folder: Path) -> list[Path]:
    """The states of an archive, the newest first."""
    found = [path for path in (folder / "state").glob("*.json") if path.stem.isdecimal()]
    return sorted(found, key=lambda path: -int(path.stem))


def newest_state(folder: Path) -> Kept | None:
    """Return the newest state of an archive that can be read; None where there is none."""
    for path in _states(folder):
        try:
            return msgspec.json.decode(path.read_bytes(), type=Kept)
        except (msgspec.MsgspecError, OSError) as error:
            log.warning("%s cannot be read: %s", path, error)
    return None


def erasures(folder: Path) -> dict[str, int]:
    """Return the hashes of the callers whose data were erased, and when (UTC ms, the last time)."""
    path = folder / "erased.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    tombstones = [msgspec.json.decode(line) for line in lines if line]
    return {tombstone["caller"]: tombstone["at_ms"] for tombstone in tombstones}


def raw_rows(folder: Path, from_ms: int = 0, to_ms: int = 2**62) -> Iterator[Raw]:
    """Yield an archive's records of a span, in order."""
    for one in parquet.listed(folder / "raw"):
        for batch in pq.ParquetFile(one.path).iter_batches():
            for row in batch.to_pylist():
                if from_ms <= row["at_ms"] < to_ms:
                    yield Raw(**row)
