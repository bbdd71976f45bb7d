"""Counts a day's calls from the records in the plainest way, knowing nothing of the board or of its measures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from router.core import records
from router.core.records import Record

ASKED = ("answered", "abandoned", "abandoned_short", "callback_booked", "message_left", "lost")


@dataclass
class Counted:
    """What one queue (or all of them) had since a moment."""

    waits_ms: list[int] = field(default_factory=list)
    outcomes: list[tuple[str, int]] = field(default_factory=list)
    late: int = 0
    picked_up: int = 0
    within: int = 0
    rung: int = 0
    asked_at: dict[str, int] = field(default_factory=dict)
    """Who waits now, and since when."""

    def number(self, outcome: str) -> int:
        """How many calls ended so."""
        return sum(1 for one, _ in self.outcomes if one == outcome)

    def add(
        self, outcome: str, wait_ms: int, answer: records.CallConnected | None, phones: list[tuple[bool, float]]
    ) -> None:
        """One call that asked for a person."""
        self.outcomes.append((outcome, wait_ms))
        self.late += answer is not None and answer.late
        self.add_phones(phones)

    def add_phones(self, phones: list[tuple[bool, float]]) -> None:
        """Agents' phones that rang for it: whether they were picked up, and after how many rings."""
        self.rung += len(phones)
        self.within += sum(1 for picked_up, rings in phones if picked_up and rings <= 3)

    @property
    def offered(self) -> int:
        """Calls that asked for a person and were not turned away."""
        return sum(1 for one, _ in self.outcomes if one in ASKED)

    def level(self, now_ms: int, within_ms: int = 20_000) -> float | None:
        """The service level in percent."""
        good = sum(1 for outcome, wait_ms in self.outcomes if outcome == "answered" and wait_ms <= within_ms)
        missed = sum(1 for at_ms in self.asked_at.values() if now_ms - at_ms > within_ms)
        under = self.offered - self.number("abandoned_short") + missed
        return 100 * good / under if under else None

    def abandonment(self) -> float | None:
        """Abandoned of those offered, short ones left out, in percent."""
        under = self.offered - self.number("abandoned_short")
        return 100 * self.number("abandoned") / under if under else None

    def asa_ms(self) -> float | None:
        """The mean wait of answered calls."""
        waits = [wait_ms for outcome, wait_ms in self.outcomes if outcome == "answered"]
        return sum(waits) / len(waits) if waits else None


def counted(stream: Iterable[Record], since_ms: int, queue: str = "") -> Counted:
    """Count the calls that asked at or after ``since_ms``; of one queue or of all."""
    found = Counted()
    asked: dict[str, tuple[str, int]] = {}
    connected: dict[str, records.CallConnected] = {}
    rung: dict[str, list[tuple[bool, float]]] = {}
    for record in stream:
        match record:
            case records.CallQueued():
                asked.setdefault(record.call_id, (record.queue, record.at_ms))
            case records.CallConnected():
                connected[record.call_id] = record
                rung.setdefault(record.call_id, []).append((True, record.agent_rings))
            case records.AgentMissed():
                rung.setdefault(record.call_id, []).append((False, record.agent_rings))
            case records.CallEnded() if record.call_id in asked:
                name, at_ms = asked.pop(record.call_id)
                phones = rung.pop(record.call_id, [])
                answer = connected.pop(record.call_id, None)
                if at_ms >= since_ms and queue in ("", name):
                    found.add(str(record.outcome), record.wait_ms, answer, phones)
            case _:
                pass
    for call, (name, at_ms) in asked.items():
        if queue and name != queue:
            continue
        answer = connected.get(call)
        if answer is None:
            found.asked_at[call] = at_ms
        elif at_ms >= since_ms:  # still in talk: answered all the same
            found.add("answered", answer.wait_ms, answer, [])
        if at_ms >= since_ms:
            found.add_phones(rung.get(call, []))
    return found


def agents_now(stream: Iterable[Record]) -> dict[str, str]:
    """Return each agent's state."""
    states: dict[str, Any] = {}
    for record in stream:
        if isinstance(record, records.AgentStateChanged):
            states[str(record.agent)] = str(record.state)
    return states
