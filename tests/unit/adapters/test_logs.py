"""Logs: one JSON object a line with the call's id; callers' numbers and typed keys masked."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.adapters.logs import Logging, mask

log = logging.getLogger("router.x")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("caller +8613800138000 rang", "caller +86*********00 rang"),
        ("from 13800138000", "from *********00"),
        ("agent 1001 at 127.0.0.1:23088", "agent 1001 at 127.0.0.1:23088"),
        ("call demo.12.c345.l1", "call demo.12.c345.l1"),
        ("KeyPressed(channel='A', key='7')", "KeyPressed(channel='A', key='***')"),
        ("pin: 330906", "pin: ***"),
        ("password=hunter2 for 1001", "password=*** for 1001"),
        ('{"digits":"12"}', '{"digits":"***"}'),
    ],
)
def test_masking(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.fixture
def people() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logs(tmp_path: Path, people: io.StringIO) -> Iterator[Logging]:
    root = logging.getLogger()
    before = root.handlers, root.level, logging.getLogger("router").level
    logs = Logging(tmp_path, people=people)
    logs.start()
    yield logs
    logs.stop()
    root.handlers = before[0]
    root.setLevel(before[1])
    logging.getLogger("router").setLevel(before[2])


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "router.jsonl").read_text().splitlines()]


def test_a_line_is_json_with_the_call_and_a_masked_message(logs: Logging, tmp_path: Path, people: io.StringIO) -> None:
    about = {"call_id": "demo.1.c42", "channel": "1700000000.12", "peer": "13800138000"}
    log.warning("%s waits", "+8613800138000", extra=about)
    logs.stop()
    [line] = lines(tmp_path)
    assert line["message"] == "+86*********00 waits"
    assert (line["call_id"], line["channel"]) == ("demo.1.c42", "1700000000.12")
    assert line["peer"] == "*********00"
    assert (line["level"], line["part"]) == ("warning", "router.x")
    assert "[demo.1.c42] +86*********00 waits" in people.getvalue()


def test_a_trace_goes_to_the_file_and_only_its_last_word_to_people(
    logs: Logging, tmp_path: Path, people: io.StringIO
) -> None:
    try:
        raise ValueError("no such thing\x1b[31m")
    except ValueError:
        log.exception("it failed")
    logs.stop()
    [line] = lines(tmp_path)
    assert "Traceback" in str(line["trace"])
    said = people.getvalue()
    assert "Traceback" not in said
    assert "ValueError" in said
    assert "\x1b" not in said
