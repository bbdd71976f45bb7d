"""The outbox: what was appended comes out once, in order, after any stop; sent segments go."""

from pathlib import Path

import pytest

from router.adapters.journal_segments import segments
from router.adapters.outbox import START, SUFFIX, Outbox, Position
from router.adapters.record_codec import to_json
from router.core.records import Record, SiteChanged


def record(seq: int, at_ms: int = 0) -> Record:
    return SiteChanged(seq=seq, at_ms=at_ms or 1_000 + seq, v=1, config="c", previous="p")


def records(first: int, last: int) -> list[Record]:
    return [record(seq) for seq in range(first, last + 1)]


def place(seq: int) -> Position:
    return Position(1_000 + seq, seq)


LINE = len(to_json(record(1))) + 10


def everything(outbox: Outbox, position: Position = START, count: int = 3) -> list[int]:
    seqs: list[int] = []
    while batch := outbox.after(position, count):
        seqs += [found.seq for found in batch]
        position = Position(batch[-1].at_ms, batch[-1].seq)
    return seqs


def test_what_went_in_comes_out_in_order(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.append(records(1, 4))
    outbox.append(records(5, 5))
    assert everything(outbox) == [1, 2, 3, 4, 5]
    assert everything(outbox, place(3)) == [4, 5]
    assert outbox.last == place(5)
    assert outbox.unsent_count == 5
    assert outbox.waiting_since_ms == 1_001


def test_a_new_start_goes_on_behind_what_redis_has(tmp_path: Path) -> None:
    first = Outbox(tmp_path)
    first.append(records(1, 4))
    first.close()
    outbox = Outbox(tmp_path)
    assert outbox.last == place(4)
    outbox.append(records(5, 6))
    outbox.acknowledge(place(2))
    assert everything(outbox, place(2)) == [3, 4, 5, 6]
    assert outbox.unsent_count == 4
    assert outbox.waiting_since_ms is not None


def test_more_than_memory_holds_is_read_from_disk(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, segment_bytes=LINE * 3, memory_count=4)
    outbox.append(records(1, 10))
    taken = outbox.after(START, 3)
    outbox.append(records(11, 20))
    assert [found.seq for found in taken] == [1, 2, 3]
    assert everything(outbox, place(3), count=2) == list(range(4, 21))


def test_a_reader_at_the_end_of_the_disk_finds_what_came_since(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, memory_count=2)
    outbox.append(records(1, 6))
    assert [found.seq for found in outbox.after(START, 100)] == [1, 2, 3, 4, 5, 6]
    outbox.append(records(7, 12))
    assert everything(outbox, place(6)) == [7, 8, 9, 10, 11, 12]


def test_sent_segments_are_removed_and_the_newest_stays(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, segment_bytes=LINE * 2)
    for seq in range(1, 8):
        outbox.append([record(seq)])
    names = [first for first, _ in segments(tmp_path, SUFFIX)]
    assert len(names) >= 3
    outbox.acknowledge(place(names[1] - 1))
    assert [first for first, _ in segments(tmp_path, SUFFIX)] == names, "the first of the next is not there yet"
    outbox.acknowledge(place(7))
    assert [first for first, _ in segments(tmp_path, SUFFIX)] == names[-1:]
    outbox.close()
    assert Outbox(tmp_path, segment_bytes=LINE * 2).last == place(7)


def test_redis_that_lost_something_gets_it_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.append(records(1, 5))
    outbox.acknowledge(place(5))
    assert outbox.unsent_count == 0
    assert outbox.waiting_since_ms is None
    outbox.acknowledge(place(2))
    assert everything(outbox, place(2)) == [3, 4, 5]


def test_a_torn_last_record_is_dropped_and_written_again(tmp_path: Path) -> None:
    first = Outbox(tmp_path)
    first.append(records(1, 3))
    first.close()
    [(_, path)] = segments(tmp_path, SUFFIX)
    path.write_bytes(path.read_bytes()[:-5])
    outbox = Outbox(tmp_path)
    assert outbox.last == place(2)
    outbox.append(records(3, 4))
    assert everything(outbox) == [1, 2, 3, 4]


def test_a_damaged_record_costs_that_one_only_and_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = Outbox(tmp_path)
    first.append(records(1, 3))
    first.close()
    [(_, path)] = segments(tmp_path, SUFFIX)
    path.write_bytes(path.read_bytes().replace(b'"seq":2', b'"seq":9'))
    assert everything(Outbox(tmp_path)) == [1, 3]
    assert f"{path}:3: a damaged line" in caplog.text


async def test_waiting_ends_with_the_next_record(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.append(records(1, 1))
    await outbox.wait()
