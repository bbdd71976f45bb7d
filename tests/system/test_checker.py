"""The checker says nothing of a sound stream, and finds every way we could think of to spoil one."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from system.checker import check, typed

Rows = list[dict[str, Any]]


def sound() -> Rows:
    """A stream of one served call (after one agent missed it) and one given up in the queue."""
    rows: Rows = []

    def note(at_ms: int, kind: str, **fields: Any) -> None:
        rows.append({"type": kind, "seq": len(rows) + 1, "at_ms": at_ms, "v": 1, "config": "abc", **fields})

    def agent(at_ms: int, name: str, previous: str, state: str) -> None:
        note(at_ms, "AgentStateChanged", agent=name, previous=previous, state=state)

    note(0, "RouterUp", epoch=1, calls=0)
    agent(1, "1001", "signed_out", "ready")
    agent(1, "1002", "signed_out", "ready")
    note(100, "CallReceived", call_id="c1")
    note(104, "LineAnswered", call_id="c1", line_ms=4)
    note(200, "CallQueued", call_id="c1", position=1, waiting=1)
    agent(200, "1001", "ready", "reserved")
    note(200, "AgentRang", call_id="c1", agent="1001", attempt=1, wait_ms=0)
    agent(210, "1001", "reserved", "ringing")
    note(1_200, "AgentMissed", call_id="c1", agent="1001", rang_ms=990)
    agent(1_200, "1001", "ringing", "not_answering")
    agent(1_200, "1002", "ready", "reserved")
    note(1_200, "AgentRang", call_id="c1", agent="1002", attempt=2, wait_ms=1_000)
    agent(1_500, "1002", "reserved", "talking")
    note(1_500, "CallConnected", call_id="c1", agent="1002", wait_ms=1_300, rang_ms=290)
    note(2_000, "CallReceived", call_id="c2")
    note(2_100, "CallQueued", call_id="c2", position=1, waiting=1)
    note(2_500, "TalkKeyPressed", call_id="c1", agent="1002")
    note(3_000, "TalkEnded", call_id="c1", agent="1002", talk_ms=1_300, hold_ms=200)
    agent(3_000, "1002", "talking", "wrap_up")
    note(
        *(3_000, "CallEnded"),
        call_id="c1",
        outcome="answered",
        asked=True,
        total_ms=2_900,
        wait_ms=1_300,
        talk_ms=1_300,
    )
    note(
        *(3_100, "CallEnded"),
        call_id="c2",
        outcome="abandoned_short",
        asked=True,
        total_ms=1_100,
        wait_ms=1_000,
        talk_ms=0,
    )
    return rows


def only(rows: Rows, kind: str, number: int = 0) -> dict[str, Any]:
    return [row for row in rows if row["type"] == kind][number]


def drop(rows: Rows, kind: str, number: int = 0) -> None:
    """Take a record out and number the rest anew, so that nothing but its absence can be noticed."""
    rows.remove(only(rows, kind, number))
    for seq, row in enumerate(rows, 1):
        row["seq"] = seq


def again(rows: Rows, kind: str) -> None:
    rows.append({**only(rows, kind), "seq": len(rows) + 1, "at_ms": rows[-1]["at_ms"]})


def test_a_sound_stream_balances() -> None:
    balance = check(sound())
    assert balance.faults == []
    assert balance.outcomes == {"c1": "answered", "c2": "abandoned_short"}


SPOILS: dict[str, Callable[[Rows], object]] = {
    "a gap": lambda rows: rows.pop(5),
    "two out of order": lambda rows: rows.insert(3, rows.pop(4)),
    "time runs back": lambda rows: only(rows, "CallQueued").update(at_ms=50),
    "no config": lambda rows: rows[0].update(config=""),
    "no end": lambda rows: drop(rows, "CallEnded", 1),
    "two ends": lambda rows: again(rows, "CallEnded"),
    "something after the end": lambda rows: again(rows, "TalkKeyPressed"),
    "received twice": lambda rows: again(rows, "CallReceived"),
    "never received": lambda rows: drop(rows, "CallReceived"),
    "rung before asking": lambda rows: drop(rows, "CallQueued"),
    "rung while another rings": lambda rows: drop(rows, "AgentMissed"),
    "agent has a live call": lambda rows: (
        only(rows, "AgentRang", 1).update(agent="1001") or only(rows, "AgentMissed").update(agent="1009")
    ),
    "agent is not ready": lambda rows: only(rows, "AgentRang").update(agent="1009"),
    "connected to somebody else": lambda rows: only(rows, "CallConnected").update(agent="1001"),
    "talk not ended": lambda rows: drop(rows, "TalkEnded"),
    "wait is wrong": lambda rows: only(rows, "CallConnected").update(wait_ms=1_299),
    "wait of the ended": lambda rows: only(rows, "CallEnded", 1).update(wait_ms=0),
    "talk is wrong": lambda rows: only(rows, "TalkEnded").update(talk_ms=1_500),
    "total is wrong": lambda rows: only(rows, "CallEnded").update(total_ms=1),
    "line answered late": lambda rows: only(rows, "LineAnswered").update(line_ms=0),
    "attempt repeated": lambda rows: only(rows, "AgentRang", 1).update(attempt=1),
    "wrong outcome": lambda rows: only(rows, "CallEnded").update(outcome="abandoned_short"),
    "answered by nobody": lambda rows: only(rows, "CallEnded", 1).update(outcome="answered"),
    "short, but long": lambda rows: only(rows, "CallEnded", 1).update(outcome="abandoned"),
    "self served, but asked": lambda rows: only(rows, "CallEnded", 1).update(outcome="self_served"),
    "position beyond the queue": lambda rows: only(rows, "CallQueued").update(position=2),
    "agent's state jumps": lambda rows: drop(rows, "AgentStateChanged", 2),
    "agent left ringing": lambda rows: (drop(rows, "AgentStateChanged", 5), drop(rows, "AgentStateChanged", 4)),
    "the same epoch twice": lambda rows: again(rows, "RouterUp"),
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS.keys())
def test_a_spoiled_stream_is_noticed(spoil: Callable[[Rows], object]) -> None:
    rows = copy.deepcopy(sound())
    spoil(rows)
    assert check(rows).faults


def test_calls_under_way_are_no_fault_while_the_line_is_busy() -> None:
    rows = sound()
    drop(rows, "CallEnded", 1)
    assert check(rows, quiet=False).faults == []
    assert check(rows, quiet=False).open_calls == ["c2"]


def test_flat_strings_get_their_types() -> None:
    entry = {"type": "CallConnected", "seq": "4", "wait_ms": "12", "agent_rings": "0.5", "late": "0", "agent": "1001"}
    assert typed(entry) == {
        "type": "CallConnected",
        "seq": 4,
        "wait_ms": 12,
        "agent_rings": 0.5,
        "late": False,
        "agent": "1001",
    }


def beyond_agents() -> Rows:
    """A caller given back by a queue and taken by who is on duty, and our own call to them."""
    rows: Rows = []

    def note(at_ms: int, kind: str, **fields: object) -> None:
        rows.append({"type": kind, "seq": len(rows) + 1, "at_ms": at_ms, "v": 1, "config": "a", **fields})

    note(0, "RouterUp", epoch=1, calls=0)
    note(100, "CallReceived", call_id="c1")
    note(200, "CallQueued", call_id="c1", position=1, waiting=1)
    note(1_200, "OutboundRang", call_id="c2")
    note(1_300, "MenuStep", call_id="c2")
    note(1_400, "OutboundEnded", call_id="c2", result="")
    note(2_200, "QueueLeft", call_id="c1", wait_ms=2_000)
    note(2_300, "CallQueued", call_id="c1", position=1, waiting=1)
    note(2_500, "CallTransferred", call_id="c1")
    note(*(3_000, "CallEnded"), call_id="c1", outcome="sent_out", asked=True, total_ms=2_900, wait_ms=2_300, talk_ms=0)
    return rows


BEYOND: dict[str, Callable[[Rows], object]] = {
    "our own call never ended": lambda rows: drop(rows, "OutboundEnded"),
    "our own call never rung": lambda rows: drop(rows, "OutboundRang"),
    "our own call ended twice": lambda rows: again(rows, "OutboundEnded"),
    "asked twice without leaving": lambda rows: drop(rows, "QueueLeft"),
    "wait until given back": lambda rows: only(rows, "QueueLeft").update(wait_ms=1),
    "wait until transferred": lambda rows: only(rows, "CallEnded").update(wait_ms=2_800),
}


def test_calls_that_no_agent_takes_balance_too() -> None:
    assert check(beyond_agents()).faults == []


@pytest.mark.parametrize("spoil", BEYOND.values(), ids=BEYOND.keys())
def test_a_spoiled_stream_without_agents_is_noticed(spoil: Callable[[Rows], object]) -> None:
    rows = beyond_agents()
    spoil(rows)
    faults = [fault for fault in check(rows).faults if "follows seq" not in fault]
    assert faults
