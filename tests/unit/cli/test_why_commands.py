"""``hotline why`` and ``why-not``: which call is meant, what is read from stream and journal, and clear refusals."""

import functools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from router import cli
from router.adapters.journal_codec import Codec
from router.adapters.journal_segments import sealed, segment_path
from router.adapters.journal_snapshots import Snapshot, write_snapshot
from router.adapters.record_codec import to_fields
from router.cli import why as command
from router.cli.why_stream import EventStream
from router.core.events import CallbackAddAsked, CallbackCancelAsked
from router.core.records import Record
from router.line.secrets import Secrets
from support.history import History
from support.sites import NOON, small_site


class FakeRedis:
    """A stream in memory, read as redis-py reads one."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.entries = [(f"{record.at_ms}-{record.seq}", to_fields(record)) for record in records]
        self.read_count = 0

    def xrevrange(self, key: str, max: str = "+", count: int | None = None) -> list[tuple[str, dict[str, str]]]:
        return self._answer([entry for entry in reversed(self.entries) if self._up_to(entry[0], max)], count)

    def xrange(self, key: str, min: str, max: str, count: int | None = None) -> list[tuple[str, dict[str, str]]]:
        after = [entry for entry in self.entries if not self._up_to(entry[0], min, before=True)]
        return self._answer([entry for entry in after if self._up_to(entry[0], max)], count)

    def _answer(self, entries: list[tuple[str, dict[str, str]]], count: int | None) -> list[tuple[str, dict[str, str]]]:
        self.read_count += 1
        return entries[:count]

    @staticmethod
    def _up_to(entry: str, bound: str, before: bool = False) -> bool:
        """Whether an entry lies up to a bound, or ``before`` it as the beginning of a range."""
        if bound in "+-":
            return bound == "+"
        limit = _place(bound.removeprefix("("), 0 if before else 2**64)
        return _place(entry) < limit if bound.startswith("(") != before else _place(entry) <= limit


@functools.cache
def _place(entry: str, seq: int = 0) -> tuple[int, int]:
    ms, _, given = entry.partition("-")
    return int(ms), int(given) if given else seq


@pytest.fixture
def past() -> History:
    """Two calls: 1001 is paused and 1002 takes the first; the second waits in vain."""
    past = History(agent="1001").sign_in("1001", "1002").ask("1001", pause="meal").wait(60)
    past.arrive("A", "4001862").rings("A").wait(4).answers("A").wait(20)
    past.arrive("B", "4001860", caller="+8613911112222", keys="1").wait(30).leave("B").wait(1)
    return past.leave("A").wait(5)


@pytest.fixture
def home(tmp_path: Path, past: History, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the journal of that past, and a stream with its records."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setattr(command, "load_site", lambda folder: small_site())

    @contextmanager
    def stream(*_: object) -> Iterator[EventStream]:
        yield EventStream(FakeRedis(past.records), "hotline:t:events")

    monkeypatch.setattr(command, "event_stream", stream)
    write_journal(tmp_path, past, first=1)
    return tmp_path


def write_journal(home: Path, past: History, first: int) -> None:
    folder = home / "journal"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    codec = Codec(Secrets.load_or_create(home).journal_key)
    lines = [sealed(codec.header(first)), *(codec.encode(entry) for entry in past.entries[first - 1 :])]
    segment_path(folder, first, "journal").write_bytes(b"".join(lines))


def run(*arguments: str) -> int:
    return cli.run(list(arguments))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert run(*arguments, "--json") == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        (("t.1.c1",), "t.1.c1"),
        (("c1",), "t.1.c1"),
        (("--last",), "t.1.c2"),
        (("--from", "13800138000"), "t.1.c1"),
        (("--from", "2222"), "t.1.c2"),
        (("--agent", "1002"), "t.1.c1"),
        (("--agent", "1002", "--at", "14:14"), "t.1.c1"),
    ],
)
def test_the_call_that_is_meant(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], call: str
) -> None:
    assert told(capsys, "why", *arguments)["call"] == call


def test_a_story_for_people(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("why", "c1") == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "Call t.1.c1, 2026-09-21, +8613800138000 to 4001862: answered by 1002 after a wait of 4.0 s\n"
    )
    assert "  14:14:22  1002's phone 1002 is rung (try 1): the only one free who may take it.\n" in out
    assert run("why", "c1", "--lang", "zh") == 0
    assert "唯一可接听的空闲话务员" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("why",), "say which call"),
        (("why", "c1", "--last"), "say one way"),
        (("why", "c9"), "there is no call 'c9' in the stream"),
        (("why", "t.2.c1"), "there is no call 't.2.c1'"),
        (("why", "nonsense"), "there is no call 'nonsense'"),
        (("why", "--from", "555"), "there is no call from '555'"),
        (("why", "--agent", "1010"), "there is no agent '1010'"),
        (("why", "--agent", "1003"), "no call rang 1003"),
        (("why", "--agent", "1002", "--at", "teatime"), "no time of day"),
        (("why", "c1", "--at", "10:42"), "--at needs --agent"),
        (("why-not", "c9", "1001"), "there is no call 'c9'"),
        (("why-not", "c1", "1010"), "there is no agent '1010'"),
    ],
)
def test_mistakes_are_refused_with_a_cure(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], complaint: str
) -> None:
    assert run(*arguments) == 2
    assert complaint in capsys.readouterr().err


def test_why_not_is_recomputed_from_the_journal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in (home / "journal").iterdir()}
    found = told(capsys, "why-not", "c1", "1001")
    assert (found["source"], found["got"]) == ("journal", False)
    assert found["parts"] == [
        {
            "first_ms": NOON + 62_000,
            "last_ms": NOON + 66_000,
            "rules": ["paused"],
            "text": "14:14:22 to 14:14:26: 1001 was paused (meal).",
        }
    ]
    assert run("why-not", "c1", "1001") == 0
    assert capsys.readouterr().out.endswith("For it to go to 1001: 1001 would have to be ready instead of paused.\n")
    assert {path.name: path.read_bytes() for path in (home / "journal").iterdir()} == before


def test_who_got_it_is_told_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "why-not", "c1", "1002")["got"] is True


def test_a_snapshot_from_before_the_call_is_enough(
    home: Path, past: History, capsys: pytest.CaptureFixture[str]
) -> None:
    again = History().sign_in("1001", "1002").ask("1001", pause="meal")
    done = len(again.entries)
    write_journal(home, past, first=done + 1)
    snapshot = Snapshot(entries=done, last_ms=again.now, epoch=1, state=again.core.snapshot())
    write_snapshot(home / "journal", Secrets.load_or_create(home).journal_key, snapshot)
    assert told(capsys, "why-not", "c1", "1001")["source"] == "journal"


def test_after_a_later_snapshot_the_stream_is_all_there_is(
    home: Path, past: History, capsys: pytest.CaptureFixture[str]
) -> None:
    write_journal(home, past, first=len(past.entries))
    snapshot = Snapshot(entries=len(past.entries) - 1, last_ms=past.now, epoch=1, state=past.core.snapshot())
    write_snapshot(home / "journal", Secrets.load_or_create(home).journal_key, snapshot)
    found = told(capsys, "why-not", "c1", "1001")
    assert found["source"] == "stream"
    assert [part["rules"] for part in found["parts"]] == [["paused"]]  # type: ignore[attr-defined]
    assert run("why-not", "c1", "1001") == 0
    assert "The journal no longer reaches back to this call" in capsys.readouterr().out


def test_a_call_that_never_asked_has_no_why_not(home: Path, past: History, capsys: pytest.CaptureFixture[str]) -> None:
    past.arrive("C", "4001860").leave("C")
    assert run("why-not", "c3", "1001") == 1
    assert "never asked for a person" in capsys.readouterr().err


def test_pages_are_followed(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventStream._forward, "__defaults__", ("+", 3))
    monkeypatch.setattr(EventStream._backward, "__defaults__", ("+", 3))
    stream = EventStream(FakeRedis(past.records), "k")
    found = stream.by_id("t.1.c1")
    assert found is not None
    window = stream.window(found)
    assert type(window[0]).__name__ == "CallReceived"
    assert [record.seq for record in window] == list(range(window[0].seq, window[-1].seq + 1))
    assert "CallEnded" in {type(record).__name__ for record in window}


def test_a_call_of_long_ago_is_found_without_reading_everything_since() -> None:
    past = History().sign_in("1001")
    for number in range(60):
        past.arrive(f"A{number}").wait(300).leave(f"A{number}").wait(5)
    redis = FakeRedis(past.records)
    stream = EventStream(redis, "k")
    for number in (1, 33, 60):
        redis.read_count = 0
        found = stream.by_id(f"t.1.c{number}")
        assert found is not None
        own = [record for record in stream.window(found) if getattr(record, "call_id", "") == f"t.1.c{number}"]
        kinds = [type(record).__name__ for record in own]
        assert (kinds[0], "CallEnded" in kinds) == ("CallReceived", True)
        assert redis.read_count < 30
    assert stream.by_id("t.1.c61") is None
    assert stream.by_id("t.0.c1") is None


def test_an_empty_stream_has_no_calls() -> None:
    stream = EventStream(FakeRedis([]), "k")
    assert stream.by_id("c1") is stream.by_id("t.1.c1") is stream.newest() is None


def test_the_story_of_a_callback(home: Path, past: History, capsys: pytest.CaptureFixture[str]) -> None:
    """From its booking to its end, our calls for it among the lines; other calls are left out."""
    past.feed(CallbackAddAsked(queue="desk", number="+8613800138001", why="meter"))
    (callback,) = past.core.desk.state.callbacks
    past.feed(CallbackCancelAsked(callback=callback, by="lead"))
    story = told(capsys, "why", callback.rpartition(".")[2])
    kinds = [line["record"] for line in story["lines"]]
    assert kinds[0] == "CallbackBooked" and kinds[-1] == "CallbackEnded"
    assert (story["call"], story["glance"]) == (callback, "cancelled")
    assert "+8613800138001" in story["lines"][0]["text"]
    assert run("why", callback, "--lang", "zh") == 0
    assert "已取消" in capsys.readouterr().out
    assert run("why", "k99") == 2
    assert "there is no callback 'k99'" in capsys.readouterr().err
