"""What the next shift lead is told: what is open, and nothing that is done."""

from pathlib import Path

import pytest

from router.adapters.record_codec import RECORD_TYPES
from router.core import records
from router.kpi.archive import Archive
from router.kpi.raw_search import records_of_types
from router.reports.complaints import COMPLAINTS
from router.reports.content import Table
from router.reports.handover import STATES, WORK, fold, tables
from router.reports.handover_parts import masked
from router.reports.words import Say
from support.tape import MIDNIGHT, SHANGHAI, Tape

HOUR = 3_600


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Table]:
    """A morning from 08:00, told at 16:00, from an archive."""
    tape = Tape()
    note = tape.note
    note(7 * HOUR, records.Alert, kind="agent_not_answering", subject="1009")
    for minute in range(3):
        note(9 * HOUR + minute * 60, records.Alert, kind="agent_not_answering", subject="1001", detail="c7")
    tape.agent(8 * HOUR, "1001", "ready")
    tape.agent(8 * HOUR + 1, "1002", "ready")
    tape.agent(8 * HOUR + 2, "1003", "ready")
    tape.agent(9 * HOUR, "1001", "not_answering", reason="no_answer")
    tape.agent(10 * HOUR, "1002", "paused", reason="lunch")
    tape.agent(11 * HOUR, "1003", "paused")
    tape.agent(12 * HOUR, "1003", "signed_out")
    note(9 * HOUR, records.MessageLeft, call_id="m1", box="faults", recording="r1", caller="+8613800138000")
    note(9 * HOUR, records.CallbackBooked, callback="k1", queue="desk", number="+8613900139000")
    note(9 * HOUR, records.CallbackBooked, callback="k2", queue="desk")
    note(12 * HOUR, records.CallbackEnded, callback="k2", queue="desk", result="kept")
    note(10 * HOUR, records.QueueChanged, queue="vip", closed=True, until_ms=None, by="lead")
    note(10 * HOUR, records.QueueChanged, queue="desk", closed=True, until_ms=None, by="lead")
    note(11 * HOUR, records.QueueChanged, queue="desk", closed=False, until_ms=None, by="lead")
    until = MIDNIGHT + 15 * HOUR * 1000
    note(10 * HOUR, records.QueueChanged, queue="night", closed=True, until_ms=until, by="lead")
    over = {"skills": {"bill": 3}, "over_yaml": True, "until_ms": None, "by": "lead"}
    note(10 * HOUR, records.AgentRegrouped, agent="1002", groups=("vip",), **over)
    note(10 * HOUR, records.AgentRegrouped, agent="1003", groups=("vip",), **over)  # signed out since
    with Archive(tmp_path, SHANGHAI) as archive:
        archive.take(tape.entries())
        archive.flush()
    span = (MIDNIGHT, MIDNIGHT + 16 * HOUR * 1000)
    rows = list(records_of_types(tmp_path, SHANGHAI, [*WORK, STATES, "Alert"], span))
    assert rows == sorted(rows, key=lambda row: row["seq"])
    floor = fold(rows, MIDNIGHT + 8 * HOUR * 1000)
    return {table.name: table for table in tables(floor, span[1], Say("en"), lambda at: str((at - MIDNIGHT) // 60_000))}


def texts(table: Table) -> list[list[str]]:
    return [[entry.text for entry in row] for row in table.rows]


def test_alerts_of_the_shift_are_told_once_each_with_how_often(told: dict[str, Table]) -> None:
    assert texts(told["alerts"]) == [["542", "agent not answering", "1001", "c7", "3"]]


def test_open_work_is_told_with_the_end_of_the_number_only(told: dict[str, Table]) -> None:
    assert texts(told["messages"]) == [["540", "faults", "…8000", "open", "", ""]]
    assert texts(told["callbacks"]) == [["540", "desk", "…9000", "booked", "", ""]]
    assert masked("110") == "110" and masked("") == ""


def test_agents_who_take_no_calls_are_named(told: dict[str, Table]) -> None:
    assert texts(told["agents"]) == [
        ["540", "1001", "out of rotation", "no_answer"],
        ["600", "1002", "paused", "lunch"],
    ]


def test_overrides_are_told_while_they_hold(told: dict[str, Table]) -> None:
    assert texts(told["overrides"]) == [
        ["600", "queue closed by hand", "vip", "", "", "lead"],
        ["600", "agent's groups or skills changed for now", "1002", "vip, bill 3", "sign-out", "lead"],
    ]


def test_work_and_surge_go_through_their_lives() -> None:
    """As the records of callbacks, messages and surge plans tell it, here as plain fields."""
    rows = [
        {"type": "CallbackBooked", "at_ms": 1, "callback": "k1", "queue": "desk", "due_ms": 50},
        {"type": "CallbackBooked", "at_ms": 2, "callback": "k2", "queue": "desk", "due_ms": 0},
        {"type": "CallbackEnded", "at_ms": 3, "callback": "k2", "queue": "desk"},
        {"type": "MessageLeft", "at_ms": 1, "message": "m1", "box": "faults", "at_due_ms": 90, "caller": ""},
        {"type": "MessageClaimed", "at_ms": 2, "message": "m1", "agent": "1001"},
        {"type": "MessageLeft", "at_ms": 3, "message": "m2", "box": "faults", "caller": ""},
        {"type": "MessageClaimed", "at_ms": 4, "message": "m2", "agent": "1001"},
        {"type": "MessageReopened", "at_ms": 5, "message": "m2", "agent": "1001"},
        {"type": "MessageLeft", "at_ms": 6, "message": "m3", "box": "faults", "caller": ""},
        {"type": "MessageDone", "at_ms": 7, "message": "m3"},
        {
            "type": "SurgeStepTaken",
            "at_ms": 8,
            "plan": "p",
            "step": 1,
            "group": "flying",
            "agents": ["7"],
            "called": [],
        },
        {
            "type": "SurgeStepTaken",
            "at_ms": 9,
            "plan": "p",
            "step": 2,
            "group": "quality",
            "agents": [],
            "called": ["8"],
        },
        {"type": "SurgeStepReleased", "at_ms": 10, "plan": "p", "step": 2, "group": "quality"},
        {"type": "SeatsMissing", "at_ms": 11, "plan": "p", "missing": 4},
    ]
    found = {table.name: table for table in tables(fold(rows, 0), 60, Say("en"), str)}
    assert texts(found["callbacks"]) == [["1", "desk", "", "booked", "", "50 (overdue)"]]
    assert texts(found["messages"]) == [
        ["3", "faults", "", "open", "", ""],
        ["1", "faults", "", "taken on", "1001", "90"],
    ]
    assert texts(found["surge"]) == [["8", "p", "step 1: flying joined", "7"], ["11", "p", "4 seats missing", ""]]


def test_complaints_that_are_not_resolved_are_told_the_most_urgent_first() -> None:
    opened = {"type": "ComplaintOpened", "kind": "simple", "number": "+8613800138000", "agent": "1001", "at_ms": 5}
    moved = {"type": "ComplaintMoved", "kind": "simple", "at_ms": 9}
    rows = [
        {**opened, "complaint": "t.q1", "call_class": "", "answer_due_ms": 80, "resolve_due_ms": 200},
        {**opened, "complaint": "t.q2", "call_class": "vip", "answer_due_ms": 50, "resolve_due_ms": 200},
        {**opened, "complaint": "t.q3", "call_class": "", "answer_due_ms": 20, "resolve_due_ms": 55},
        {**opened, "complaint": "t.q4", "call_class": "", "answer_due_ms": 20, "resolve_due_ms": 90},
        {**moved, "complaint": "t.q3", "step": "answered"},
        {**moved, "complaint": "t.q4", "step": "answered"},
        {**moved, "complaint": "t.q4", "step": "resolved"},
        {**moved, "complaint": "t.q9", "step": "resolved"},
    ]
    found = {table.name: table for table in tables(fold(rows, 0), 60, Say("en"), str)}["complaints"]
    assert texts(found) == [
        ["5", "q2", "simple, vip", "…8000", "1001", "50 (overdue)", "200"],
        ["5", "q3", "simple", "…8000", "1001", "answered", "55 (overdue)"],
        ["5", "q1", "simple", "…8000", "1001", "80", "200"],
    ]
    assert found.rows[0][5].mark == "bad" and not found.rows[2][5].mark
    none = {table.name: table for table in tables(fold([], 0), 60, Say("zh"), str)}["complaints"]
    assert none.title == "未办结的投诉" and none.empty == "无。"


def test_it_reads_records_that_exist() -> None:
    assert set(RECORD_TYPES) >= {*WORK, *COMPLAINTS, STATES, "Alert"}
