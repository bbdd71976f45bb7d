"""The journal on disk: what a line looks like, what damage says, what a full disk does."""

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from router.adapters import journal_segments
from router.adapters.journal import Journal, JournalBusy, journal_lock
from router.adapters.journal_codec import Codec, Entry
from router.adapters.journal_replay import SUFFIX, entries_after
from router.adapters.journal_segments import lines_of, sealed, segments, unsealed
from router.adapters.journal_snapshots import Snapshot, read_snapshot, snapshots, write_snapshot
from router.core import events
from router.core.ids import ChannelId
from router.errors import JournalError

KEY = b"k" * 32
KEYED = events.KeyPressed(channel=ChannelId("A1"), key="7")
ANSWERED = events.CallAnswered(channel=ChannelId("A1"))


def write(folder: Path, *entries: Entry, after: int = 0, segment_bytes: int = 1_000_000) -> Journal:
    journal = Journal(folder, KEY, after, segment_bytes=segment_bytes)
    for entry in entries:
        journal.append([journal.codec.encode(entry)])
    journal.close()
    return journal


def read(folder: Path, done: int = 0) -> list[Entry]:
    return list(entries_after(folder, Codec(KEY), done))


def test_a_line_is_checked_readable_json(tmp_path: Path) -> None:
    write(tmp_path, Entry(5, ANSWERED), Entry(6), Entry(7, ANSWERED, "Bug()"))
    [(_, path)] = segments(tmp_path, SUFFIX)
    header, *lines = path.read_text().splitlines()
    assert json.loads(header[9:]) == {"format": 1, "first": 1}
    assert [json.loads(line[9:]) for line in lines] == [
        [5, {"type": "CallAnswered", "channel": "A1"}],
        [6, None],
        [7, {"type": "CallAnswered", "channel": "A1"}, "Bug()"],
    ]
    assert path.stat().st_mode & 0o777 == 0o600


def test_keys_a_caller_pressed_are_not_readable_on_disk(tmp_path: Path) -> None:
    write(tmp_path, Entry(5, KEYED), Entry(5, KEYED))
    text = segments(tmp_path, SUFFIX)[0][1].read_text()
    assert "KeyPressed" not in text
    assert '"key"' not in text
    first, second = text.splitlines()[1:]
    assert first != second, "the same key twice does not look the same"
    assert read(tmp_path) == [Entry(5, KEYED), Entry(5, KEYED)]


def test_another_key_says_so_with_the_line(tmp_path: Path) -> None:
    write(tmp_path, Entry(5, ANSWERED), Entry(6, KEYED))
    with pytest.raises(JournalError, match=r"000000000001\.journal:3: .*journal key") as caught:
        list(entries_after(tmp_path, Codec(b"x" * 32), 0))
    assert "secrets.json" in caught.value.cure


def test_an_encrypted_line_is_bound_to_its_time() -> None:
    codec = Codec(KEY)
    payload = unsealed(codec.encode(Entry(5, KEYED)))
    assert payload is not None
    with pytest.raises(JournalError):
        codec.decode(payload.replace(b"[5,", b"[6,"), "x:1")


def test_a_key_of_the_wrong_length_says_so() -> None:
    with pytest.raises(JournalError, match="5 bytes, not 32"):
        Codec(b"short")


def test_segments_follow_one_another(tmp_path: Path) -> None:
    closed: list[Path] = []
    journal = Journal(tmp_path, KEY, 0, segment_bytes=60, closed=closed.append)
    for number in range(1, 6):
        journal.append([journal.codec.encode(Entry(number, ANSWERED))] * 2)
    assert [first for first, _ in segments(tmp_path, SUFFIX)] == [1, 3, 5, 7, 9]
    assert [path.name for path in closed] == [f"{first:012d}.journal" for first in (1, 3, 5, 7)]
    journal.close()
    assert [entry.at_ms for entry in read(tmp_path)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [entry.at_ms for entry in read(tmp_path, done=5)] == [3, 4, 4, 5, 5]


def test_a_torn_end_is_forgotten_and_written_over_by_the_next_start(tmp_path: Path) -> None:
    write(tmp_path, Entry(5, ANSWERED), Entry(6, ANSWERED))
    [(_, path)] = segments(tmp_path, SUFFIX)
    path.write_bytes(path.read_bytes()[:-4])
    assert [entry.at_ms for entry in read(tmp_path)] == [5]
    write(tmp_path, Entry(7, ANSWERED), after=1)
    assert [entry.at_ms for entry in read(tmp_path)] == [5, 7]


@pytest.mark.parametrize("kept", [0, 3, 20])
def test_a_segment_with_no_more_than_a_torn_header_is_empty(tmp_path: Path, kept: int) -> None:
    write(tmp_path, Entry(5, ANSWERED))
    [(_, path)] = segments(tmp_path, SUFFIX)
    path.write_bytes(path.read_bytes()[:kept])
    assert read(tmp_path) == []


def test_zeros_after_a_power_cut_are_a_torn_end(tmp_path: Path) -> None:
    write(tmp_path, Entry(5, ANSWERED))
    [(_, path)] = segments(tmp_path, SUFFIX)
    path.write_bytes(path.read_bytes() + b"\0" * 500)
    assert [entry.at_ms for entry in read(tmp_path)] == [5]


def test_damage_in_the_middle_names_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, *(Entry(number, ANSWERED) for number in range(5)))
    [(_, path)] = segments(tmp_path, SUFFIX)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"A1", b"A2")
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=re.escape(f"{path}:4: damaged line")) as caught:
        read(tmp_path)
    assert caught.value.cure


def test_a_missing_segment_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, *(Entry(number, ANSWERED) for number in range(6)), segment_bytes=90)
    found = segments(tmp_path, SUFFIX)
    found[1][1].unlink()
    with pytest.raises(JournalError, match="ends with entry 2, but the next file begins with"):
        read(tmp_path)
    found[0][1].unlink()
    with pytest.raises(JournalError, match="entry 1 is not there"):
        read(tmp_path)


def test_a_newer_format_or_an_unknown_event_says_which_router_to_start(tmp_path: Path) -> None:
    path = tmp_path / "000000000001.journal"
    path.write_bytes(sealed(b'{"format":2,"first":1}'))
    with pytest.raises(JournalError, match="format 2, this router reads 1"):
        read(tmp_path)
    path.write_bytes(sealed(b'{"format":1,"first":1}') + sealed(b'[5,{"type":"MoonRose"}]'))
    with pytest.raises(JournalError, match=r"journal:2: not an entry this router knows: .*MoonRose"):
        read(tmp_path)


def test_one_router_per_journal(tmp_path: Path) -> None:
    with journal_lock(tmp_path):
        with pytest.raises(JournalBusy, match=f"process {os.getpid()} already works"), journal_lock(tmp_path):
            pass
        with journal_lock(tmp_path, "replica"):
            pass
    with journal_lock(tmp_path):
        pass


class FullDisk:
    """Takes ``room`` bytes, then says that the disk is full, having written half of what was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = 1_000_000
        self._pwrite = os.pwrite
        monkeypatch.setattr(journal_segments.os, "pwrite", self.pwrite)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        written = self._pwrite(descriptor, bytes(data)[: self.room], offset)
        self.room -= written
        return written


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(monkeypatch)


def test_a_full_disk_is_said_once_and_nothing_is_lost(
    tmp_path: Path, disk: FullDisk, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, KEY, 0)
    line = journal.codec.encode(Entry(1, ANSWERED))
    journal.append([line])
    disk.room = 25
    for number in range(2, 6):
        journal.append([journal.codec.encode(Entry(number, ANSWERED))])
    assert journal.trouble == "No space left on device"
    assert caplog.text.count("No space left") == 1
    assert [entry.at_ms for entry in read(tmp_path)] == [1], "no half line stays"
    disk.room = 1_000_000
    journal.append([journal.codec.encode(Entry(6, ANSWERED))])
    journal.close()
    assert journal.trouble == ""
    assert [entry.at_ms for entry in read(tmp_path)] == [1, 2, 3, 4, 5, 6]


def test_after_dropped_entries_the_journal_begins_anew_behind_a_snapshot(
    tmp_path: Path, disk: FullDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path, KEY, 0)
    monkeypatch.setattr(journal._writer, "_backlog_limit", 100)
    journal.rescue = lambda entries: Snapshot(entries=entries, last_ms=9, epoch=3, state={"as": "it was"})
    journal.append([journal.codec.encode(Entry(1, ANSWERED))])
    disk.room = 0
    for number in range(2, 10):
        journal.append([journal.codec.encode(Entry(number, ANSWERED))])
    assert not journal.heal(), "the disk still takes nothing"
    disk.room = 1_000_000
    assert journal.heal()
    journal.append([journal.codec.encode(Entry(10, ANSWERED))])
    journal.close()
    assert [entries for entries, _ in snapshots(tmp_path)] == [9]
    assert [entry.at_ms for entry in read(tmp_path, done=9)] == [10]


def test_a_snapshot_comes_back_as_it_was_and_shows_nothing(tmp_path: Path) -> None:
    kept = Snapshot(entries=42, last_ms=7, epoch=3, state={"digits": "123456", "calls": {"t.1.c1": {"n": 1.5}}})
    path = write_snapshot(tmp_path, KEY, kept)
    assert read_snapshot(path, KEY) == kept
    assert b"123456" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["000000000042.snapshot"]


@pytest.mark.parametrize("spoil", ["key", "head", "body"])
def test_a_damaged_snapshot_or_another_key_names_the_file(tmp_path: Path, spoil: str) -> None:
    path = write_snapshot(tmp_path, KEY, Snapshot(entries=1, last_ms=7, epoch=3, state={}))
    data = path.read_bytes()
    if spoil == "head":
        path.write_bytes(data.replace(b'"epoch":3', b'"epoch":4'))
    elif spoil == "body":
        path.write_bytes(data[:-1])
    with pytest.raises(JournalError, match=r"000000000001\.snapshot"):
        read_snapshot(path, b"x" * 32 if spoil == "key" else KEY)


def test_every_event_type_can_be_written_and_read(tmp_path: Path) -> None:
    codec = Codec(KEY)
    for kind in events.Event.__subclasses__():
        event = msgspec.convert(_sample(kind), kind)
        payload = unsealed(codec.encode(Entry(1, event)))  # type: ignore[arg-type]
        assert payload is not None
        assert codec.decode(payload, "x:1").event == event


def _sample(kind: object) -> object:
    described = msgspec.inspect.type_info(kind)
    match described:
        case msgspec.inspect.IntType():
            return 3
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case msgspec.inspect.LiteralType(values=values):
            return values[0]
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            return []
        case msgspec.inspect.DictType():
            return {}
        case msgspec.inspect.StructType(cls=cls, tag=tag):
            required = {f.name: _sample(f.type) for f in msgspec.structs.fields(cls) if f.required}
            return required | ({"type": tag} if tag else {})
        case _:
            return "x"


def test_lines_count_from_one_with_their_offsets(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(sealed(b"head") + sealed(b"one"))
    assert list(lines_of(path)) == [(1, 0, b"head"), (2, 14, b"one")]
