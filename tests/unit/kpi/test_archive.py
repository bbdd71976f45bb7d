"""The archive: each record once, whatever stops the process, and whatever comes in."""

import datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from router.adapters.record_codec import to_fields
from router.core.erasure import Traces, forms_of
from router.kpi import parquet
from router.kpi.archive import Archive, ArchiveError, erasures, newest_state, raw_rows
from router.kpi.erasing import count_caller, erase_caller, learn_caller, prune
from router.kpi.history import History
from router.kpi.live import Live
from router.kpi.measures import MEASURES
from router.kpi.tables import TABLES
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600
DAY_S = 24 * HOUR
EVER = (0, 2**60)
GROUPS = {"1001": ("inbound",), "1002": ("inbound", "vip")}
CALLER = "+8613800138000"


def tape_of(days: int = 2) -> Tape:
    """Calls over the midnights of some days."""
    tape = Tape()
    for agent in GROUPS:
        tape.agent(HOUR, agent, "ready")
    for number in range(days * 24):
        at = number * HOUR + 3_500
        agent = ("1001", "1002")[number % 2]
        caller = CALLER if number % 3 == 0 else f"+86139001390{number:02d}"
        tape.served(f"s{number}", at, agent, wait_s=number + 2, talk_s=200, wrap_s=30, caller=caller)
        tape.gave_up(f"9{number:03d}", at + 300, number + 2)
    tape.arrive("open", days * DAY_S + 60)
    tape.ask("open", days * DAY_S + 65)
    return tape


def archive(folder: Path) -> Archive:
    return Archive(folder, SHANGHAI, groups=GROUPS, key=b"k")


def seqs(folder: Path) -> list[int]:
    return [row.seq for row in raw_rows(folder)]


def table(folder: Path, by: str | None = None) -> object:
    history = History(folder, SHANGHAI, groups=GROUPS)
    return msgspec.to_builtins(history.evaluate(list(MEASURES), EVER, by=by))  # type: ignore[arg-type]


@pytest.mark.slow
def test_what_the_archive_counts_is_what_the_board_counts(tmp_path: Path) -> None:
    tape = tape_of()
    with archive(tmp_path) as kept:
        kept.take(tape.entries())
        kept.flush()
    live = Live(SHANGHAI, groups=GROUPS, key=b"k")
    live.take(tape.records())
    for by in (None, "half_hour", "day", "month"):
        assert table(tmp_path, by) == msgspec.to_builtins(live.evaluate(list(MEASURES), EVER, by=by))  # type: ignore[arg-type]
    assert seqs(tmp_path) == list(range(1, len(tape.records()) + 1))
    days = [one.path.name[:10] for one in parquet.listed(tmp_path / "raw")]
    assert days == ["2026-06-21", "2026-06-22", "2026-06-23"]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7, 100])
def test_taken_in_pieces_with_a_new_process_for_each_it_is_the_same(tmp_path: Path, size: int) -> None:
    entries = tape_of(1).entries()
    with archive(tmp_path / "whole") as kept:
        kept.take(entries)
        kept.flush()
    for first in range(0, len(entries), max(size, len(entries) // 40)):
        with archive(tmp_path / "pieces") as kept:
            kept.take(entries[max(0, first - 5) : first + max(size, len(entries) // 40)])  # some twice
            kept.flush()
    with archive(tmp_path / "pieces") as kept:
        kept.merge()
    assert seqs(tmp_path / "pieces") == seqs(tmp_path / "whole")
    assert table(tmp_path / "pieces", "hour") == table(tmp_path / "whole", "hour")


@pytest.mark.parametrize("stop_after", ["raw", "facts", "nothing"])
def test_a_process_that_dies_between_two_files_loses_and_doubles_nothing(tmp_path: Path, stop_after: str) -> None:
    entries = tape_of(1).entries()
    half = len(entries) // 2
    with archive(tmp_path) as kept:
        kept.take(entries[:half])
        kept.flush()
        state = next((tmp_path / "state").glob("*.json"))
        kept_state = state.read_bytes()
        kept.take(entries[half:])
        kept.flush()
    for newer in (tmp_path / "state").glob("*.json"):
        newer.unlink()
    state.write_bytes(kept_state)  # the newer state was never written
    if stop_after != "facts":
        for name in TABLES:
            for one in parquet.listed(tmp_path / "facts" / name):
                if one.last > half:
                    one.path.unlink()
    if stop_after == "nothing":
        for one in parquet.listed(tmp_path / "raw"):
            if one.last > half:
                one.path.unlink()
    with archive(tmp_path) as kept:
        assert kept.seq == (half if stop_after == "nothing" else len(entries))
        kept.take(entries)
        kept.flush()
    with archive(tmp_path / "whole") as kept:
        kept.take(entries)
        kept.flush()
    assert seqs(tmp_path) == list(range(1, len(entries) + 1))
    assert table(tmp_path, "hour") == table(tmp_path / "whole", "hour")


def test_a_half_written_file_is_put_aside_and_made_again_from_the_stream(tmp_path: Path) -> None:
    entries = tape_of(1).entries()
    with archive(tmp_path) as kept:
        for first in range(0, len(entries), 100):
            kept.take(entries[first : first + 100])
            kept.flush()
        before = table(tmp_path, "hour")
    broken = parquet.listed(tmp_path / "raw")[1]
    broken.path.write_bytes(broken.path.read_bytes()[:200])
    (tmp_path / "raw" / "2026-06-21_900_950.parquet.tmp").write_bytes(b"PAR1")
    with archive(tmp_path) as kept:
        assert [path.name for path in kept.put_aside] == [broken.path.name]
        missing = kept.missing()
        assert [(one.first, one.last) for one in missing] == [(broken.first, broken.last)]
        assert missing[0].after == entries[broken.first - 2][0] and missing[0].before == entries[broken.last][0]
        assert kept.fill(missing[0], entries) == broken.last - broken.first + 1
        assert not kept.missing()
    assert seqs(tmp_path) == list(range(1, len(entries) + 1))
    assert not list((tmp_path / "raw").glob("*.tmp"))
    assert table(tmp_path, "hour") == before


def test_a_damaged_file_of_facts_makes_them_anew(tmp_path: Path) -> None:
    with archive(tmp_path) as kept:
        kept.take(tape_of().entries())
        kept.flush()
    before = table(tmp_path, "hour")
    one = parquet.listed(tmp_path / "facts" / "calls")[0]
    one.path.write_bytes(b"PAR1 nothing PAR1")
    with archive(tmp_path) as kept:
        assert kept.rebuilt
    assert table(tmp_path, "hour") == before


def test_facts_of_another_version_are_folded_anew(tmp_path: Path) -> None:
    with archive(tmp_path) as kept:
        kept.take(tape_of(1).entries())
        kept.flush()
        before = table(tmp_path)
        kept.kept.facts_version = 0
        kept.commit()
    for one in parquet.listed(tmp_path / "facts" / "calls"):
        parquet.rewrite(one.path, pq.read_table(one.path).slice(0, 1))  # what the older version wrote
    with pytest.raises(ArchiveError, match="are of version 0") as refused:
        History(tmp_path, SHANGHAI)
    assert "hotline archive --once" in refused.value.cure
    with archive(tmp_path) as kept:
        assert kept.rebuilt
    assert table(tmp_path) == before


def test_one_process_writes(tmp_path: Path) -> None:
    with (
        archive(tmp_path),
        pytest.raises(ArchiveError, match="another process writes the archive"),
        archive(tmp_path),
    ):
        pass


def test_strange_entries_are_kept_apart_and_stop_nothing(tmp_path: Path) -> None:
    entries = tape_of(1).entries()
    good = len(entries)
    entries.insert(10, ("1790000000000-0", {"hello": "world"}))
    entries.insert(20, ("1790000000001-7", {"type": "CallEnded", "seq": "8"}))
    with archive(tmp_path) as kept:
        kept.take(entries)
        kept.flush()
        assert kept.kept.foreign_count == 2
    assert seqs(tmp_path) == list(range(1, good + 1))
    assert len((tmp_path / "foreign.jsonl").read_text().splitlines()) == 2


def test_records_of_other_versions(tmp_path: Path) -> None:
    entries = tape_of(1).entries()
    older = next(n for n, (_, fields) in enumerate(entries) if fields["type"] == "CallQueued")
    for field in ("head_start_ms", "waiting", "need"):
        entries[older][1].pop(field)  # an older version did not write these yet
    newer = next(n for n, (_, fields) in enumerate(entries) if fields["type"] == "LineAnswered")
    entries[newer][1]["v"] = "99"
    unknown = next(n for n, (_, fields) in enumerate(entries) if n > newer and fields["type"] == "LineAnswered")
    entries[unknown][1]["type"] = "LineWasAnswered"
    broken = next(n for n, (_, fields) in enumerate(entries) if n > unknown and fields["type"] == "LineAnswered")
    entries[broken][1]["line_ms"] = "soon"
    with archive(tmp_path) as kept:
        kept.take(entries)
        kept.flush()
        assert kept.kept.unread_count == 3
    assert seqs(tmp_path) == list(range(1, len(entries) + 1))
    rows = {row.seq: row for row in raw_rows(tmp_path)}
    assert rows[unknown + 1].type == "LineWasAnswered" and "LineWasAnswered" in rows[unknown + 1].json
    line = History(tmp_path, SHANGHAI).evaluate(("received", "queued"), EVER)[0]
    assert line.cells["received"].value == 49 and line.cells["queued"].value == 49


def test_a_later_version_reads_what_this_one_could_not(tmp_path: Path) -> None:
    entries = tape_of(1).entries()
    at = next(n for n, (_, fields) in enumerate(entries) if fields["type"] == "CallEnded")
    whole = dict(entries[at][1])
    entries[at][1]["v"] = "99"
    with archive(tmp_path) as kept:
        kept.take(entries)
        kept.flush()
        assert kept.kept.unread_count == 1
        one = parquet.listed(tmp_path / "raw")[0]
        rows = pq.read_table(one.path)
        texts = rows.column("json").to_pylist()
        texts[at] = msgspec.json.encode(whole).decode()  # as if "99" were known by now
        index = rows.schema.get_field_index("json")
        parquet.rewrite(one.path, rows.set_column(index, "json", [texts]))
        assert kept.rebuild() == len(entries)
        assert kept.kept.unread_count == 0
    assert History(tmp_path, SHANGHAI).evaluate(("calls",), EVER)[0].cells["calls"].value == 48


def test_a_clock_set_back_and_a_gap_are_noted(tmp_path: Path) -> None:
    records = tape_of(1).records()
    back = msgspec.structs.replace(records[100], at_ms=records[99].at_ms - 3_600_000)
    entries = [(f"{one.at_ms}-{one.seq}", to_fields(one)) for one in (*records[:100], back, *records[105:])]
    with archive(tmp_path) as kept:
        kept.take(entries)
        kept.flush()
        assert kept.facts.state.backward_count == 1
        assert kept.facts.state.missing_count == 4
    cells = History(tmp_path, SHANGHAI).evaluate(list(MEASURES), EVER)[0].cells
    assert all(cell.value is None or cell.value >= 0 for cell in cells.values())


def test_a_numbering_that_began_anew_is_refused(tmp_path: Path) -> None:
    with archive(tmp_path) as kept:
        kept.take(tape_of(1).entries())
        kept.flush()
        later = [(f"{int(e.split('-')[0]) + 10**10}-{e.split('-')[1]}", f) for e, f in tape_of(1).entries()[:1]]
        later[0][1]["at_ms"] = later[0][0].split("-")[0]
        with pytest.raises(ArchiveError, match="numbering began anew"):
            kept.take(later)


def test_erasing_one_caller_leaves_the_calls_and_a_tombstone(tmp_path: Path) -> None:
    entries = tape_of().entries()
    with archive(tmp_path) as kept:
        kept.take(entries)
        kept.flush()
        before = table(tmp_path, "day")
        traces = Traces(forms_of(CALLER, "CN"))
        learn_caller(kept, traces)
        counted = count_caller(kept, traces)
        erased = erase_caller(kept, CALLER, traces, 1_790_000_000_000, by="data officer")
        assert erased.records == counted == 17 and erased.calls == 16  # one call is still under way
        assert erase_caller(kept, CALLER, traces, 1_790_000_000_001).records == 0
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".json", ".jsonl"))
    assert b"13800138000" not in everything
    assert not [row for row in raw_rows(tmp_path) if "13800138000" in row.json]
    after = table(tmp_path, "day")
    for old, new in zip(before, after, strict=True):  # type: ignore[call-overload]
        for name in ("calls", "received", "answered", "asa"):
            assert old["cells"][name] == new["cells"][name]
    with archive(tmp_path) as kept:
        kept.rebuild()
        assert erasures(tmp_path)[erased.caller] == 1_790_000_000_001
        first = parquet.listed(tmp_path / "raw")[0]
        first.path.unlink()
        for missing in kept.missing():
            kept.fill(missing, entries)  # the stream still has the number
    assert seqs(tmp_path) == list(range(1, len(entries) + 1))
    assert not [row for row in raw_rows(tmp_path) if "13800138000" in row.json]


def test_retention_removes_old_days_and_keeps_the_facts_longer(tmp_path: Path) -> None:
    with archive(tmp_path) as kept:
        kept.take(tape_of(3).entries())
        kept.flush()
        day = (datetime.date(2026, 6, 23) - datetime.date(1970, 1, 1)).days
        before = table(tmp_path, "day")
        assert prune(kept, day, day - 1) > 0
        assert parquet.listed(tmp_path / "raw")[0].day == day
        assert not kept.missing()
    lines = History(tmp_path, SHANGHAI, groups=GROUPS).evaluate(("answered",), EVER, by="day")
    assert lines[0].period == "2026-06-22"
    assert before


@pytest.mark.slow
def test_merging_while_somebody_reads(tmp_path: Path) -> None:
    entries = tape_of(2).entries()
    with archive(tmp_path) as kept:
        for first in range(0, len(entries), 60):
            kept.take(entries[first : first + 60])
            kept.flush()
        reader = History(tmp_path, SHANGHAI, groups=GROUPS)
        before = msgspec.to_builtins(reader.evaluate(list(MEASURES), EVER))
        kept.merge()
        kept.merge()
        assert msgspec.to_builtins(reader.evaluate(list(MEASURES), EVER)) == before
    assert len(parquet.listed(tmp_path / "raw")) < len(entries) // 60


def test_an_empty_archive_says_nothing_rather_than_nought(tmp_path: Path) -> None:
    assert newest_state(tmp_path) is None
    cells = History(tmp_path / "none", SHANGHAI).evaluate(("asa", "calls"), (MIDNIGHT, MIDNIGHT + 1))[0].cells
    assert cells["asa"].value is None and cells["calls"].value == 0
