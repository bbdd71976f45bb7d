"""The lock of a home: one line at a time, and none after its holder has ended."""

import os
from pathlib import Path

import pytest

from router.errors import SetupError
from router.line.lock import LineLock, holder


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "run" / "line.lock"
    first, second = LineLock(path), LineLock(path)
    assert holder(path) == 0
    first.take()
    assert holder(path) == os.getpid()
    with pytest.raises(SetupError, match=f"pid {os.getpid()}") as caught:
        second.take()
    assert "hotline down" in caught.value.cure
    first.give_back()
    assert holder(path) == 0
    second.take()
    second.give_back()
    second.give_back()


def test_a_file_left_by_a_killed_line_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "line.lock"
    path.write_text("4711\n")
    assert holder(path) == 0
    lock = LineLock(path)
    lock.take()
    assert path.read_text() == f"{os.getpid()}\n"
    lock.give_back()
