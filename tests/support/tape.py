"""A history of a line written down by hand: calls and agents at the second, for counting measures by hand."""

from typing import Any

import msgspec

from router.adapters.record_codec import to_fields
from router.core import records
from router.core.localtime import LocalClock
from router.core.records import AgentState, Outcome, Record

MIDNIGHT = 1_781_971_200_000
"""00:00 of Sunday 2026-06-21 in Shanghai."""
SHANGHAI = LocalClock(zone="Asia/Shanghai", starts_ms=(0,), offsets_ms=(8 * 3_600_000,))
_EMPTY = {str: "", int: 0, bool: False, float: 0.0}


def made(record: type[Record], /, **fields: Any) -> Record:
    """A record with what is not said left empty."""
    values: dict[str, Any] = {"v": 1, "config": "v1", "seq": 0, "at_ms": 0}
    for field in msgspec.structs.fields(record):
        if field.required and field.name not in values:
            base = getattr(field.type, "__supertype__", field.type)
            values[field.name] = _EMPTY.get(base)
    return record(**{**values, **fields})


class Tape:
    """Writes records at seconds since midnight; :meth:`records` gives them in order, numbered."""

    def __init__(self, midnight_ms: int = MIDNIGHT) -> None:
        self.midnight_ms = midnight_ms
        self._noted: list[Record] = []
        self._agents: dict[str, tuple[AgentState, float]] = {}

    def note(self, at_s: float, record: type[Record], /, **fields: Any) -> None:
        """Write one record down."""
        self._noted.append(made(record, at_ms=self.midnight_ms + round(at_s * 1000), **fields))

    def agent(self, at_s: float, agent: str, state: str, *, reason: str = "", call: str = "") -> None:
        """An agent changes state; calls for one agent come in order of time."""
        previous, since = self._agents.get(agent, (AgentState.SIGNED_OUT, at_s))
        self.note(
            at_s,
            records.AgentStateChanged,
            agent=agent,
            state=AgentState(state),
            previous=previous,
            previous_ms=round((at_s - since) * 1000),
            reason=reason,
            call_id=call,
        )
        self._agents[agent] = (AgentState(state), at_s)

    def arrive(self, call: str, at_s: float, *, caller: str = "+8613800138000", line_s: float = 1.0) -> None:
        """A call comes to the line, which is answered after ``line_s``."""
        self.note(at_s, records.CallReceived, call_id=call, did="4001860", caller=caller)
        self.note(
            at_s + line_s, records.LineAnswered, call_id=call, line_ms=round(line_s * 1000), line_rings=line_s / 5
        )

    def ask(
        self,
        call: str,
        at_s: float,
        queue: str = "desk",
        *,
        queued: bool = True,
        cls: str = "standard",
        head_start_s: int = 0,
    ) -> None:
        """It enters a queue."""
        head_start_ms = head_start_s * 1000
        self.note(
            at_s,
            records.CallQueued,
            call_id=call,
            queue=queue,
            call_class=cls,
            queued=queued,
            head_start_ms=head_start_ms,
        )

    def ring(self, call: str, at_s: float, agent: str, queue: str = "desk") -> None:
        """An agent's phone rings for it."""
        self.note(at_s, records.AgentRang, call_id=call, queue=queue, agent=agent)
        self.agent(at_s, agent, "ringing", call=call)

    def miss(self, call: str, at_s: float, agent: str, rang_s: float, why: str = "no_answer") -> None:
        """The agent does not take it."""
        self.note(
            at_s,
            records.AgentMissed,
            call_id=call,
            queue="desk",
            agent=agent,
            why=why,
            rang_ms=round(rang_s * 1000),
            agent_rings=rang_s / 5,
        )
        self.agent(at_s, agent, "not_answering" if why == "no_answer" else "ready")

    def connect(
        self, call: str, at_s: float, agent: str, wait_s: float, queue: str = "desk", *, rang_s: float = 2.0
    ) -> None:
        """Caller and agent talk; late is after 15 s."""
        self.note(
            at_s,
            records.CallConnected,
            call_id=call,
            queue=queue,
            agent=agent,
            wait_ms=round(wait_s * 1000),
            rang_ms=round(rang_s * 1000),
            agent_rings=rang_s / 5,
            queued=False,
            late=wait_s > 15,
        )
        self.agent(at_s, agent, "talking", call=call)

    def talked(
        self,
        call: str,
        at_s: float,
        agent: str,
        talk_s: float,
        *,
        hold_s: float = 0,
        wrap_s: float = 0,
        queue: str = "desk",
    ) -> None:
        """The agent's part is over; ``wrap_s`` of wrap-up follow."""
        self.note(
            at_s,
            records.TalkEnded,
            call_id=call,
            queue=queue,
            agent=agent,
            talk_ms=round(talk_s * 1000),
            hold_ms=round(hold_s * 1000),
        )
        if wrap_s:
            self.agent(at_s, agent, "wrap_up", call=call)
            self.agent(at_s + wrap_s, agent, "ready")
        else:
            self.agent(at_s, agent, "ready")

    def end(self, call: str, at_s: float, outcome: str, **fields: Any) -> None:
        """The call ends. ``asked``, ``wait_ms`` and so on as said."""
        values: dict[str, Any] = {"asked": outcome not in ("self_served", "blocked"), "ended_by": "caller", **fields}
        self.note(at_s, records.CallEnded, call_id=call, outcome=Outcome(outcome), **values)

    def served(
        self,
        call: str,
        at_s: float,
        agent: str,
        *,
        wait_s: float,
        talk_s: float,
        hold_s: float = 0,
        wrap_s: float = 0,
        queue: str = "desk",
        cls: str = "standard",
        kind: str = "",
        caller: str = "+8613800138000",
        queued: bool = True,
        head_start_s: int = 0,
    ) -> None:
        """A whole call: asked 5 s after it arrived at ``at_s``, answered after ``wait_s`` (the last 2 s it rings)."""
        asked = at_s + 5
        self.arrive(call, at_s, caller=caller)
        self.ask(call, asked, queue, queued=queued, cls=cls, head_start_s=head_start_s)
        self.ring(call, asked + wait_s - 2, agent, queue)
        self.connect(call, asked + wait_s, agent, wait_s, queue)
        over = asked + wait_s + talk_s + hold_s
        self.talked(call, over, agent, talk_s, hold_s=hold_s, wrap_s=wrap_s, queue=queue)
        self.end(
            call,
            over,
            "answered",
            queue=queue,
            agent=agent,
            queued=queued,
            wait_ms=round(wait_s * 1000),
            talk_ms=round(talk_s * 1000),
            total_ms=round((over - at_s) * 1000),
            call_type=kind,
        )

    def gave_up(self, call: str, at_s: float, wait_s: float, *, queue: str = "desk", cls: str = "standard") -> None:
        """A whole call that asks 5 s after it arrived and hangs up after ``wait_s``."""
        self.arrive(call, at_s, caller=f"+86138{call:>08}"[:14])
        self.ask(call, at_s + 5, queue, cls=cls)
        outcome = "abandoned_short" if wait_s <= 20 else "abandoned"
        self.end(call, at_s + 5 + wait_s, outcome, queue=queue, queued=True, wait_ms=round(wait_s * 1000))

    def records(self) -> list[Record]:
        """All of it, in order of time, numbered from 1."""
        ordered = sorted(self._noted, key=lambda record: record.at_ms)
        return [msgspec.structs.replace(record, seq=seq) for seq, record in enumerate(ordered, 1)]

    def entries(self) -> list[tuple[str, dict[str, str]]]:
        """The same as they stand in a stream."""
        return [(f"{record.at_ms}-{record.seq}", to_fields(record)) for record in self.records()]
