"""``hotline callbacks`` and ``hotline complaints``: what they ask of the router, and what they say in two languages."""

import json

import pytest

from router.cli import callbacks, complaints, run
from router.core.events import (
    CallbackAddAsked,
    CallbackCancelAsked,
    CallbackRetryAsked,
    ComplaintMoveAsked,
    ComplaintOpenAsked,
)

NOW_MS = 1_790_000_000_000
"""2026-09-21 22:13:20 in Shanghai."""
ROW = {
    "callback": "t.k7",
    "queue": "desk",
    "number": "+8613800138001",
    "state": "parked",
    "call_class": "vip",
    "position": 0,
    "booked_ms": NOW_MS - 120_000,
    "asked_at_ms": NOW_MS - 180_000,
    "due_ms": 0,
    "wake_ms": NOW_MS + 600_000,
    "expires_ms": NOW_MS + 86_400_000,
    "tries": 1,
    "attempts": 1,
    "last": "no_answer",
    "agent": "",
    "why": "gas smell",
    "call": "",
    "by": "t.1.c1",
    "round": "",
}
COMPLAINT = {
    "id": "t.q8",
    "number": "+8613800138001",
    "kind": "simple",
    "call_class": "",
    "agent": "1001",
    "call": "t.1.c1",
    "opened_ms": NOW_MS - 3_600_000,
    "answer_due_ms": NOW_MS - 60_000,
    "resolve_due_ms": NOW_MS + 3_600_000,
    "answered_ms": 0,
}
SEEN = {
    "now_ms": NOW_MS,
    "time_zone": "Asia/Shanghai",
    "queues": [{"queue": "desk"}],
    "callbacks": [ROW],
    "complaints": [COMPLAINT],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the router was asked."""
    asks: list[object] = []
    monkeypatch.setenv("COLUMNS", "160")
    for module in (callbacks, complaints):
        monkeypatch.setattr(module, "overview", lambda: SEEN)
        monkeypatch.setattr(module, "put", lambda ask, done, as_json: asks.append(ask))
    return asks


def test_callbacks_are_listed(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["callbacks", "list"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    for text in ("k7", "+8613800138001", "parked", "09-21 22:11", "09-21 22:23", "no answer", "gas smell"):
        assert text in line
    assert run(["callbacks", "list", "--lang", "zh"]) == 0
    assert "暂存" in capsys.readouterr().out
    assert run(["callbacks", "list", "--queue", "other"]) == 0
    assert capsys.readouterr().out.strip() == "no callback is open"
    assert run(["callbacks", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [ROW]


def test_one_is_shown(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["callbacks", "show", "k7"]) == 0
    assert "state: parked" in capsys.readouterr().out
    assert run(["callbacks", "show", "t.k9"]) == 2
    assert "there is no callback 't.k9'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["cancel", "k7"], CallbackCancelAsked(callback="t.k7")),
        (["retry", "t.k7"], CallbackRetryAsked(callback="t.k7")),
        (["add", "desk", "13800138002"], CallbackAddAsked(queue="desk", number="13800138002")),
        (
            ["add", "desk", "13800138002", "--at", "23:00", "--why", "meter", "--agent", "1001"],
            CallbackAddAsked(queue="desk", number="13800138002", at_ms=NOW_MS + 2_800_000, why="meter", agent="1001"),
        ),
    ],
)
def test_callbacks_are_changed(asked: list[object], words: list[str], ask: object) -> None:
    assert run(["callbacks", *words]) == 0
    assert asked == [ask]


@pytest.mark.parametrize(
    "words", [["add", "dask", "13800138002"], ["add", "desk", "1", "--at", "25:00"], ["cancel", "x"]]
)
def test_nonsense_is_a_usage_mistake(asked: list[object], words: list[str]) -> None:
    assert run(["callbacks", *words]) == 2
    assert asked == []


def test_complaints_are_listed_with_what_is_late(asked: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["complaints", "list"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert "(late by 1 m 00 s)" in line and "(in 1 h 00 m)" in line
    assert run(["complaints", "list", "--lang", "zh"]) == 0
    assert "超时" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["answered", "q8"], ComplaintMoveAsked(complaint="t.q8", step="answered")),
        (["resolved", "t.q8"], ComplaintMoveAsked(complaint="t.q8", step="resolved")),
        (
            ["add", "13800138001", "--kind", "complex", "--class", "vip", "--agent", "1001"],
            ComplaintOpenAsked(number="13800138001", kind="complex", call_class="vip", agent="1001"),
        ),
    ],
)
def test_complaints_are_changed(asked: list[object], words: list[str], ask: object) -> None:
    assert run(["complaints", *words]) == 0
    assert asked == [ask]
