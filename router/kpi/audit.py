"""Proves that three ways to the same totals agree: the board's, the reports', and a plain count of the records.

The plain count shares no code with the other two: it goes through the records once, adding up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from router.kpi.evaluate import Line

COUNTED = (
    "received",
    "asked",
    "answered",
    "self_served",
    "abandoned",
    "abandoned_short",
    "callback_booked",
    "message_left",
    "turned_away",
    "sent_out",
    "lost",
    "blocked",
    "queued",
    "redials",
    "distinct_callers",
    "phones_rung",
    "not_answered",
    "asa",
    "late_answers",
    "line_rings",
    "talk_time",
    "hold_time",
    "after_call_work",
    "transfers",
    "satisfaction",
    "first_call_resolution",
    "own_calls",
)
"""Measures of the whole centre that are compared; of those that divide, both parts are."""
HOURS = ("signed_in_hours", "idle_hours", "talk_hours", "hold_hours", "wrap_up_hours", "paused_hours")
BY_QUEUE = ("received", "answered", "abandoned", "overflowed_out")
BY_AGENT = ("answered",)
_STATES = {
    "idle_hours": ("ready", "reserved", "ringing"),
    "talk_hours": ("talking",),
    "hold_hours": ("holding", "consulting"),
    "wrap_up_hours": ("wrap_up",),
    "paused_hours": ("paused",),
}
_REDIAL_MS = 30 * 60_000
_SHORT_MS = 20_000

Totals = dict[str, float]
"""A total by what it is of, such as ``answered`` or ``answered / queue gas``."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One total, counted three ways; None: that way has no such total."""

    what: str
    board: float | None
    report: float | None
    records: float | None

    @property
    def agrees(self) -> bool:
        """Whether all three are the same."""
        return self.board == self.report == self.records


def compare(board: Totals, report: Totals, records: Totals) -> list[Finding]:
    """Lay the three ways side by side; a total that a way does not have counts as 0."""
    found = []
    for what in sorted({*board, *report, *records}):
        found.append(
            Finding(
                what=what,
                board=round(board.get(what, 0), 3),
                report=round(report.get(what, 0), 3),
                records=round(records.get(what, 0), 3),
            )
        )
    return found


class Evaluates(Protocol):
    """The board's way or the reports'."""

    def evaluate(self, names: Iterable[str], span: tuple[int, int], *, split: Sequence[str] = ()) -> list[Line]:
        """Count measures."""


def totals(counted: Evaluates, span: tuple[int, int]) -> Totals:
    """Return the totals that one way counts: numerators and denominators as they were divided."""
    centre = counted.evaluate([*COUNTED, *HOURS], span)
    queues = counted.evaluate(BY_QUEUE, span, split=("queue",))
    agents = counted.evaluate(BY_AGENT, span, split=("agent",))
    found: Totals = {}
    for line in centre:
        for name, cell in line.cells.items():
            if name in HOURS or cell.under is None:
                found[name] = cell.over or 0
            else:
                found[f"{name}: sum"], found[f"{name}: of"] = cell.over or 0, cell.under
    for lines, word in ((queues, "queue"), (agents, "agent")):
        for line in lines:
            for name, cell in line.cells.items():
                if cell.over and line.split[word]:
                    found[f"{name} / {word} {line.split[word]}"] = cell.over
    return found


class Counter:
    """The plain count of records; give them in order, ``counted`` gives the totals of a span."""

    def __init__(self, from_ms: int, to_ms: int) -> None:
        self._from_ms, self._to_ms = from_ms, to_ms
        self._calls: dict[str, dict[str, Any]] = {}
        self._agents: dict[str, tuple[str, int]] = {}
        self._wraps: dict[str, str] = {}
        self._rang_ms: dict[str, int] = {}
        self._last_ms = 0
        self._sum: Totals = defaultdict(float)

    def take(self, rows: Iterable[Mapping[str, Any]]) -> "Counter":
        """Go through records as plain typed fields."""
        for row in rows:
            self._last_ms = max(self._last_ms, row["at_ms"])
            self._take(row)
        return self

    def _take(self, row: Mapping[str, Any]) -> None:
        kind, at_ms = row["type"], row["at_ms"]
        call = self._calls.get(row.get("call_id", ""))
        if kind == "CallReceived":
            self._calls[row["call_id"]] = {
                "arrived": at_ms,
                "asked": None,
                "caller": row["caller"],
                "talks": [],
                "visits": [],
                "rung": [],
                "missed": 0,
                "wrapping": 0,
                "wrap_ms": 0,
                "scores": [],
            }
            return
        if kind == "OutboundRang" and self._inside(at_ms):
            self._rang_ms[row["call_id"]] = at_ms
        if kind == "OutboundEnded" and row["call_id"] in self._rang_ms:
            self._sum["own_calls"] += 1
        if kind == "AgentStateChanged":
            self._agent(row)
        if call is None:
            if kind == "ScoreGiven" and self._inside(at_ms):  # a survey by a call of our own
                self._sum["satisfaction: sum"] += row["score"] >= 4
                self._sum["satisfaction: of"] += 1
            return
        match kind:
            case "LineAnswered":
                call["line_rings"] = row["line_rings"]
            case "CallQueued":
                call["asked"] = call["asked"] or at_ms
                call.setdefault("queued", row["queued"])
                if call["visits"] and call["visits"][-1]["end"] == "given_back":
                    before = call["visits"][-1]
                    before["end"] = "overflowed_out" if before["queue"] != row["queue"] else "returned"
                call["visits"].append({"queue": row["queue"], "at": at_ms, "end": ""})
            case "MenuStep" if row["node_type"] == "enqueue":
                call["asked"] = call["asked"] or at_ms
            case "CallOverflowed" if row["to_kind"] == "queue" and row["queued"]:
                call["visits"][-1]["end"] = "overflowed_out"
            case "QueueLeft":
                call["visits"][-1]["end"] = "given_back"
                call["visits"][-1]["waited"] = row["wait_ms"]
            case "AgentRang":
                call["rung"].append(row["agent"])
            case "AgentMissed":
                call["missed"] += row["why"] in ("no_answer", "forwarded")
            case "CallConnected":
                if call["visits"] and not call["visits"][-1]["end"]:
                    call["visits"][-1]["end"] = "answered"
                call["talks"].append(dict(row))
            case "CallHeld" | "CallCoded":
                for talk in [talk for talk in call["talks"] if talk["agent"] == row["agent"]][-1:]:
                    talk.update({"held": True} if kind == "CallHeld" else {"solved": row["solved"]})
            case "TalkEnded":
                talk = call["talks"][-1]
                talk.update(talk_ms=row["talk_ms"], hold_ms=row["hold_ms"])
                talk["held"] = talk.get("held") or row["hold_ms"] > 0
            case "CallTransferred":
                if row["kind"] == "agent" and row["announced"]:
                    call["talks"].append({"agent": row["target"]})
                elif row["kind"] not in ("agent", "queue"):
                    call["sent_on"], call["away"] = bool(call["talks"]), True
            case "ScoreGiven":
                call["scores"].append(row["score"])
            case "CallEnded":
                call["ended"] = row
            case _:
                pass

    def _agent(self, row: Mapping[str, Any]) -> None:
        agent, at_ms = row["agent"], row["at_ms"]
        if row["previous"] != "signed_out":
            self._stretch(row["previous"], at_ms - row["previous_ms"], at_ms)
        if row["previous"] == "wrap_up" and (call := self._calls.get(self._wraps.pop(agent, ""))) is not None:
            call["wrapping"] -= 1
            call["wrap_ms"] += row["previous_ms"]
        call = self._calls.get(row["call_id"]) if row["state"] == "wrap_up" else None
        if call is not None and any(talk["agent"] == agent for talk in call["talks"]):
            call["wrapping"] += 1
            self._wraps[agent] = row["call_id"]
        self._agents[agent] = (row["state"], at_ms)

    def _stretch(self, state: str, start_ms: int, end_ms: int) -> None:
        ms = max(0, min(end_ms, self._to_ms) - max(start_ms, self._from_ms))
        if ms:
            self._sum["signed_in_hours"] += ms
            for name, states in _STATES.items():
                if state in states:
                    self._sum[name] += ms

    def _inside(self, at_ms: int) -> bool:
        return self._from_ms <= at_ms < self._to_ms

    def counted(self) -> Totals:
        """Return the totals; what is under way counts up to the last record. Call once."""
        for state, since_ms in self._agents.values():
            if state != "signed_out":
                self._stretch(state, since_ms, self._last_ms)
        rung_at: dict[str, int] = {}
        seen: set[str] = set()
        for call in self._calls.values():
            self._arrival(call, rung_at, seen)
            if self._inside(call["asked"] or call["arrived"]):
                self._call(call)
            for visit in call["visits"]:
                if self._inside(visit["at"]):
                    self._visit(call, visit)
        self._sum["distinct_callers"] = len(seen)
        return dict(self._sum)

    def _arrival(self, call: Mapping[str, Any], rung_at: dict[str, int], seen: set[str]) -> None:
        caller, arrived = call["caller"], call["arrived"]
        outcome = call["ended"]["outcome"] if "ended" in call else ""
        if self._inside(arrived):
            self._sum["received"] += outcome != "blocked"
            self._sum["blocked"] += outcome == "blocked"
            self._sum["self_served"] += outcome == "self_served"
            if caller:
                seen.add(caller)
                self._sum["redials"] += arrived - rung_at.get(caller, -_REDIAL_MS - 1) <= _REDIAL_MS
            if "line_rings" in call:
                self._sum["line_rings: sum"] += round(call["line_rings"] * 1000)
                self._sum["line_rings: of"] += 1
        if caller:
            rung_at[caller] = arrived

    def _call(self, call: Mapping[str, Any]) -> None:
        count, talks, ended = self._sum, call["talks"], call.get("ended")
        outcome = ended["outcome"] if ended else "answered" if talks else "sent_out" if call.get("away") else ""
        if outcome and outcome not in ("blocked", "self_served"):
            count[outcome] += 1
        count["asked"] += bool(ended["asked"] if ended else call["asked"])
        asked_free = talks[0].get("queued") if talks else False
        count["queued"] += bool(call.get("queued", ended["queued"] if ended else asked_free))
        count["phones_rung"] += len(call["rung"])
        count["not_answered"] += call["missed"]
        for score in call["scores"]:
            if ended:
                count["satisfaction: sum"] += score >= 4
                count["satisfaction: of"] += 1
        if talks:
            count["asa: sum"] += talks[0]["wait_ms"]
            count["late_answers: sum"] += talks[0]["late"]
            passed_on = len({talk["agent"] for talk in talks}) > 1 or call.get("sent_on", False)
            count["transfers: sum"] += passed_on
            for of in ("asa", "late_answers", "transfers"):
                count[f"{of}: of"] += 1
        coded = [talk["solved"] for talk in talks if "solved" in talk]
        count["first_call_resolution: sum"] += bool(coded and coded[-1])
        count["first_call_resolution: of"] += bool(coded)
        for talk in talks:
            count[f"answered / agent {talk['agent']}"] += 1
            if "talk_ms" in talk:
                count["talk_time: sum"] += talk["talk_ms"]
                count["talk_time: of"] += 1
                if talk["held"]:
                    count["hold_time: sum"] += talk["hold_ms"]
                    count["hold_time: of"] += 1
        if ended and talks and not call["wrapping"]:
            count["after_call_work: sum"] += call["wrap_ms"]
            count["after_call_work: of"] += len(talks)

    def _visit(self, call: Mapping[str, Any], visit: Mapping[str, Any]) -> None:
        queue = visit["queue"]
        self._sum[f"received / queue {queue}"] += 1
        end = visit["end"]
        if end == "overflowed_out":
            self._sum[f"overflowed_out / queue {queue}"] += 1
        elif end == "answered":
            self._sum[f"answered / queue {queue}"] += 1
        elif "ended" in call and end in ("", "given_back"):
            outcome, waited = call["ended"]["outcome"], visit.get("waited", 0)
            if outcome == "abandoned" or (outcome == "answered" and waited > _SHORT_MS):  # sent there by an agent
                self._sum[f"abandoned / queue {queue}"] += 1
