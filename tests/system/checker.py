"""Replays a site's whole stream of records and balances it, as an accountant would: every call in and out once.

It knows the records only, none of the router's code that made them: what it says of a stream, any reader can rely on.
Fields are as in the stream, already typed (:func:`typed`).
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]

OF_A_CALL = {
    "CallReceived",
    "LineAnswered",
    "MenuStep",
    "CallQueued",
    "AgentRang",
    "AgentMissed",
    "QueueLeft",
    "CallOverflowed",
    "CallConnected",
    "CallTransferred",
    "TalkKeyPressed",
    "CallHeld",
    "TalkEnded",
    "CallEnded",
}
_ASKED = {
    "answered",
    "abandoned",
    "abandoned_short",
    "callback_booked",
    "message_left",
    "lost",
    "turned_away",
    "sent_out",
}
_REFUSED = {"callback_booked", "message_left", "turned_away", "sent_out"}
"""What becomes of callers whom a queue did not take at all."""
_SHORT_MS = 20_000
_IN_CALL = {"reserved", "ringing", "talking", "holding", "consulting"}
_MAY_NOT_BE_RUNG = {"signed_out", "paused", "wrap_up", "not_answering", *(_IN_CALL - {"reserved"})}


@dataclasses.dataclass
class _Call:
    received_at: int
    answered_at: int | None = None
    queued_at: int | None = None
    attempt: int = 0
    ringing: set[str] = dataclasses.field(default_factory=set)
    talking: str | None = None
    connected_at: int = 0
    wait_ms: int | None = None
    left_ms: int | None = None
    """The wait until a queue gave the caller back, or somebody who is no agent took them."""
    sent_back: bool = False
    """An agent sent the caller to a queue; the wait there is a new one, the call's own is the first."""
    talk_ms: int = 0
    ended: str = ""


@dataclasses.dataclass
class Balance:
    """What came out: ``faults`` in words, empty where all is well; ``outcomes`` by call; ``open_calls`` not ended."""

    faults: list[str] = dataclasses.field(default_factory=list)
    outcomes: dict[str, str] = dataclasses.field(default_factory=dict)
    open_calls: list[str] = dataclasses.field(default_factory=list)
    record_count: int = 0


def check(rows: Iterable[Row], *, quiet: bool = True, several: Collection[str] = ()) -> Balance:
    """Replay records from the first one on. ``quiet``: the line is at rest, so every call must have ended.

    ``several`` are the queues that ring more than one phone at once.
    """
    return _Replay(several).run(rows, quiet=quiet)


def typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return one entry's flat strings with numbers as numbers and the well-known flags as booleans."""
    flags = {
        "withheld",
        "queued",
        "kept_place",
        "release",
        "late",
        "held",
        "asked",
        "reachable",
        "announced",
        "told",
        "solved",
        "answered",
        "within",
    }
    whole = {
        "seq",
        "at_ms",
        "v",
        "position",
        "waiting",
        "attempt",
        "round",
        "epoch",
        "calls",
        "other_calls",
        "rung_count",
        "score",
        "agents",
    }
    row: dict[str, Any] = {}
    for name, value in fields.items():
        if name in flags:
            row[name] = value == "1"
        elif (name in whole or name.endswith(("_ms", "_min"))) and not value.startswith("["):
            row[name] = int(value)
        elif name.endswith("_rings"):
            row[name] = float(value)
        else:
            row[name] = value
    return row


class _Replay:
    def __init__(self, several: Collection[str]) -> None:
        self.several = several
        self.balance = Balance()
        self.calls: dict[str, _Call] = {}
        self.outbound: dict[str, str] = {}
        """Calls we make ourselves, and how they ended ("" while they go on)."""
        self.agents: dict[str, str] = {}
        self.busy: dict[str, str] = {}
        self.seq = 0
        self.at_ms = 0
        self.epoch = 0

    def run(self, rows: Iterable[Row], *, quiet: bool) -> Balance:
        for row in rows:
            self.balance.record_count += 1
            self._number(row)
            kind = row["type"]
            if kind in ("OutboundRang", "OutboundEnded"):
                self._outbound(kind, row)
            elif kind in OF_A_CALL and row["call_id"] not in self.outbound:
                self._of_call(kind, row)
            elif kind == "AgentStateChanged":
                self._agent_state(row)
            elif kind == "RouterUp":
                if row["epoch"] <= self.epoch:
                    self._fault(row, f"epoch {row['epoch']} after {self.epoch}")
                self.epoch = row["epoch"]
        self.balance.open_calls = [name for name, call in self.calls.items() if not call.ended]
        self.balance.open_calls += [name for name, result in self.outbound.items() if not result]
        if quiet:
            self.balance.faults += [f"call {name} never ended" for name in self.balance.open_calls]
            self.balance.faults += [
                f"agent {agent} is left {state}" for agent, state in self.agents.items() if state in _IN_CALL
            ]
        return self.balance

    def _fault(self, row: Row, what: str) -> None:
        subject = row.get("call_id") or row.get("agent") or ""
        self.balance.faults.append(f"seq {row.get('seq')} {row['type']} {subject}: {what}")

    def _number(self, row: Row) -> None:
        if row["seq"] != self.seq + 1:
            self._fault(row, f"follows seq {self.seq}")
        if row["at_ms"] < self.at_ms:
            self._fault(row, f"is {self.at_ms - row['at_ms']} ms earlier than the one before")
        for name in ("v", "config"):
            if not row.get(name):
                self._fault(row, f"has no {name}")
        self.seq, self.at_ms = row["seq"], row["at_ms"]

    def _of_call(self, kind: str, row: Row) -> None:
        name = row["call_id"]
        call = self.calls.get(name)
        if kind == "CallReceived":
            if call is not None:
                self._fault(row, "received twice")
            self.calls[name] = _Call(received_at=row["at_ms"])
            return
        if call is None:
            self._fault(row, "was never received")
            return
        if call.ended:
            self._fault(row, f"had ended already ({call.ended})")
            return
        match kind:
            case "LineAnswered":
                self._expect(row, "line_ms", row["at_ms"] - call.received_at)
                if call.answered_at is not None:
                    self._fault(row, "answered twice")
                call.answered_at = row["at_ms"]
            case "CallQueued":
                if call.queued_at is not None and call.left_ms is None and not call.sent_back:
                    self._fault(row, "asked for a person twice")
                if not 1 <= row["position"] <= row["waiting"]:
                    self._fault(row, f"position {row['position']} of {row['waiting']} waiting")
                call.queued_at, call.left_ms, call.sent_back = call.queued_at or row["at_ms"], None, False
            case "CallOverflowed":
                if (call.queued_at is not None and call.left_ms is None) != row["queued"]:
                    self._fault(row, "says wrongly whether the call waited")
                if row["to_kind"] == "queue" and call.queued_at is not None:
                    call.left_ms = row["at_ms"] - call.queued_at
            case "QueueLeft":
                if call.queued_at is None or call.talking is not None:
                    self._fault(row, "was not waiting")
                    return
                call.left_ms = row["at_ms"] - call.queued_at
                self._expect(row, "wait_ms", call.left_ms)
            case "CallTransferred":
                if call.talking is not None or call.ringing:
                    self._fault(row, f"transferred while {call.talking or sorted(call.ringing)} has the call")
                if row.get("by"):
                    self._sent_on(row, name, call)
                elif call.queued_at is not None:
                    call.left_ms = row["at_ms"] - call.queued_at
            case "AgentRang":
                self._rang(row, name, call)
            case "AgentMissed":
                if row["agent"] not in call.ringing:
                    self._fault(row, f"was not ringing {row['agent']}")
                call.ringing.discard(row["agent"])
                self._free(row["agent"], name)
            case "CallConnected":
                self._connected(row, call)
            case "TalkEnded":
                if call.talking != row["agent"]:
                    self._fault(row, f"was not talking with {row['agent']}")
                self._expect(row, "talk_ms", row["at_ms"] - call.connected_at - row["hold_ms"])
                call.talk_ms += row["talk_ms"]
                call.talking = None
                self._free(row["agent"], name)
            case "CallEnded":
                self._ended(row, name, call)
            case "TalkKeyPressed" | "CallHeld":
                if call.talking != row["agent"]:
                    self._fault(row, f"is not talking with {row['agent']}")

    def _sent_on(self, row: Row, name: str, call: _Call) -> None:
        """An agent handed the caller over: to an agent who has them now, to a queue, or to somebody who is no agent."""
        if call.wait_ms is None:
            self._fault(row, f"sent on by {row['by']} before anybody had the call")
        if row["kind"] == "agent" and row["announced"]:
            call.talking, call.connected_at = row["target"], row["at_ms"]
            self.busy[row["target"]] = name
        elif row["kind"] in ("agent", "queue"):
            call.queued_at, call.attempt, call.sent_back = None, 0, True

    def _outbound(self, kind: str, row: Row) -> None:
        name = row["call_id"]
        if (kind == "OutboundRang") == (name in self.outbound):
            self._fault(row, "rung twice" if kind == "OutboundRang" else "was never rung")
        if self.outbound.get(name):
            self._fault(row, f"had ended already ({self.outbound[name]})")
        self.outbound[name] = "" if kind == "OutboundRang" else row["result"] or "done"

    def _rang(self, row: Row, name: str, call: _Call) -> None:
        agent = row["agent"]
        if call.queued_at is None:
            self._fault(row, "rings an agent before anybody was asked for")
            return
        if agent in call.ringing or (call.ringing and row.get("queue") not in self.several):
            self._fault(row, f"is already ringing {sorted(call.ringing)}")
        if self.busy.get(agent, name) != name:
            self._fault(row, f"agent {agent} has live call {self.busy[agent]}")
        if self.agents.get(agent, "signed_out") in _MAY_NOT_BE_RUNG:
            self._fault(row, f"agent {agent} is {self.agents.get(agent, 'signed_out')}")
        call.attempt += 1
        self._expect(row, "attempt", call.attempt)
        self._expect(row, "wait_ms", row["at_ms"] - call.queued_at)
        call.ringing.add(agent)
        self.busy[agent] = name

    def _connected(self, row: Row, call: _Call) -> None:
        if row["agent"] not in call.ringing:
            self._fault(row, f"connected to {row['agent']} while ringing {sorted(call.ringing)}")
        if call.queued_at is not None:
            self._expect(row, "wait_ms", row["at_ms"] - call.queued_at)
        if not 0 <= row["rang_ms"] <= row["wait_ms"]:
            self._fault(row, f"rang_ms {row['rang_ms']} in a wait of {row['wait_ms']}")
        for loser in call.ringing - {row["agent"]}:  # rung together: they stop, answered elsewhere
            self._free(loser, row["call_id"])
        call.ringing, call.talking = set(), row["agent"]
        call.connected_at = row["at_ms"]
        call.wait_ms = row["wait_ms"] if call.wait_ms is None else call.wait_ms

    def _ended(self, row: Row, name: str, call: _Call) -> None:
        outcome = row["outcome"]
        call.ended = outcome
        self.balance.outcomes[name] = outcome
        if call.talking is not None:
            self._fault(row, f"ended while {call.talking} talks, without TalkEnded")
        for agent in call.ringing:
            self._free(agent, name)
        self._expect(row, "total_ms", row["at_ms"] - call.received_at)
        self._expect(row, "talk_ms", call.talk_ms)
        if call.queued_at is not None or outcome not in _REFUSED:
            self._expect(row, "asked", call.queued_at is not None)
        if (call.wait_ms is not None) != (outcome == "answered"):
            self._fault(row, f"outcome {outcome}, but connected: {call.wait_ms is not None}")
        if call.queued_at is not None:
            waits_ms = (call.wait_ms, call.left_ms, row["at_ms"] - call.queued_at)
            waited_ms = next(wait_ms for wait_ms in waits_ms if wait_ms is not None)
            self._expect(row, "wait_ms", waited_ms)
            if outcome not in _ASKED:
                self._fault(row, f"outcome {outcome} of a caller who asked for a person")
            if outcome in ("abandoned", "abandoned_short") and (outcome == "abandoned") != (waited_ms > _SHORT_MS):
                self._fault(row, f"{outcome} after {waited_ms} ms")
        elif row["wait_ms"] or outcome in ("answered", "abandoned", "abandoned_short"):
            self._fault(row, f"outcome {outcome} after waiting {row['wait_ms']} ms for nobody")

    def _agent_state(self, row: Row) -> None:
        agent, state = row["agent"], row["state"]
        before = self.agents.get(agent, "signed_out")
        if row["previous"] != before:
            self._fault(row, f"says it was {row['previous']}, but it was {before}")
        if state == before:
            self._fault(row, f"is {state} as before")
        self.agents[agent] = state

    def _free(self, agent: str, call: str) -> None:
        if self.busy.get(agent) == call:
            del self.busy[agent]

    def _expect(self, row: Row, field: str, value: object) -> None:
        if row[field] != value:
            self._fault(row, f"{field} is {row[field]}, not {value}")
