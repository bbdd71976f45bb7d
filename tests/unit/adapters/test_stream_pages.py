"""Stretches of a stream, page by page, against a real order of ids."""

from typing import Any

import pytest

from router.adapters.stream_pages import Entry, backward, forward
from router.cli.past import entries
from router.cli.streams import readable
from router.errors import HotlineError

IDS = [f"{at}-{seq}" for seq, at in enumerate((5, 5, 7, 9, 12), start=1)]


class Stream:
    """XRANGE and XREVRANGE over five entries; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def xrange(self, key: str, min: str, max: str, count: int) -> list[Entry]:
        return self._between(min, max)[:count]

    def xrevrange(self, key: str, max: str, count: int) -> list[Entry]:
        return self._between("-", max)[::-1][:count]

    def _between(self, low: str, high: str) -> list[Entry]:
        self.asked += 1
        return [(one, {}) for one in IDS if _at_or_behind(one, low) and _at_or_before(one, high)]


def _pair(entry: str) -> tuple[int, ...]:
    return tuple(int(part) for part in entry.split("-"))


def _at_or_behind(entry: str, low: str) -> bool:
    if low == "-":
        return True
    return _pair(entry) > _pair(low[1:]) if low.startswith("(") else _pair(entry) >= _pair(low)


def _at_or_before(entry: str, high: str) -> bool:
    if high == "+":
        return True
    return _pair(entry) < _pair(high[1:]) if high.startswith("(") else _pair(entry) <= _pair(high)


def ids(pages: Any) -> list[list[str]]:
    return [[entry for entry, _ in page] for page in pages]


def test_all_of_it_in_pages_and_none_of_them_empty() -> None:
    assert ids(forward(Stream(), "k", "-", "+", 2)) == [IDS[:2], IDS[2:4], IDS[4:]]
    assert ids(forward(Stream(), "k", "-", "+", 5)) == [IDS]
    assert ids(forward(Stream(), "k", "(12-5", "+", 5)) == []


def test_between_two_ids_without_them() -> None:
    assert ids(forward(Stream(), "k", "(5-1", "(12-5", 10)) == [IDS[1:4]]


def test_the_archive_reads_behind_an_id_or_from_the_first_entry() -> None:
    assert ids(entries(Stream(), "k", "-")) == ids(entries(Stream(), "k", "0-0")) == [IDS]
    assert ids(entries(Stream(), "k", "5-1", before="12-5")) == [IDS[1:4]]


def test_newest_first() -> None:
    assert ids(backward(Stream(), "k", "+", 3)) == [IDS[:1:-1], IDS[1::-1]]
    assert ids(backward(Stream(), "k", "(7-3", 3)) == [IDS[1::-1]]


def test_it_asks_for_a_page_only_when_it_is_wanted() -> None:
    stream = Stream()
    next(forward(stream, "k", "-", "+", 2))
    assert stream.asked == 1


def test_a_stream_that_cannot_be_read_is_told_but_a_closed_pipe_is_not_redis() -> None:
    with pytest.raises(HotlineError, match="the stream k cannot be read: no route"), readable("k"):
        raise OSError("no route")
    with pytest.raises(BrokenPipeError), readable("k"):
        raise BrokenPipeError
