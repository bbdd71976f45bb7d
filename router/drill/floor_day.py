"""Pure: the records of an invented floor: calls, waits, agents; for demonstrations, tests and load. Nothing is routed.

Deterministic: the same seed and site give the same records. The records are sound: gapless, in order, one end per call.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from router.core import records
from router.core.ids import Ms
from router.core.records import AgentState, Outcome, Record
from router.site import Site

_EMPTY: dict[Any, Any] = {str: "", int: 0, bool: False, float: 0.0}
_SHORT_MS = 20_000


class _Waiting(msgspec.Struct):
    call: str
    queue: str
    asked_ms: Ms
    gone: bool = False
    answered: bool = False


class FloorDay:
    """An invented floor from ``begins_ms`` on; :meth:`run` gives its records.

    ``calls_per_s`` come in, the agents of the site sign in at the beginning; ``talk_ms`` and ``wrap_up_ms`` are means,
    ``rings_ms`` the longest that a phone rings which is picked up. ``miss_share`` of the rings are not picked up, after
    ``pause_share`` of the talks the agent pauses for minutes.
    """

    def __init__(
        self,
        site: Site,
        begins_ms: Ms,
        *,
        seed: int = 1,
        calls_per_s: float = 0.5,
        talk_ms: Ms = 90_000,
        wrap_up_ms: Ms = 15_000,
        patience_ms: Ms = 90_000,
        rings_ms: Ms = 9_000,
        miss_share: float = 0.03,
        pause_share: float = 0.04,
        agents: int | None = None,
        seq: int = 0,
        epoch: int = 1,
    ) -> None:
        self.now = begins_ms
        self._site = site
        self._random = Random(seed)
        self._rate = calls_per_s / 1_000
        self._talk_ms, self._wrap_up_ms, self._patience_ms = talk_ms, wrap_up_ms, patience_ms
        self._rings_ms = rings_ms
        self._miss_share, self._pause_share = miss_share, pause_share
        self._epoch = epoch
        self._seq = seq
        self._numbers = itertools.count(1)
        self._order = itertools.count()
        self._heap: list[tuple[Ms, int, Callable[[], None]]] = []
        self._out: list[Record] = []
        self._waiting: dict[str, deque[_Waiting]] = {str(name): deque() for name in site.floor.queues}
        self._arrivals: dict[str, Ms] = {}
        self._idle: deque[str] = deque()
        self._state: dict[str, tuple[AgentState, Ms]] = {}
        self._chosen = list(site.floor.agents.values())[:agents]
        self._serves = {
            str(agent.number): tuple(
                str(name) for name, queue in site.floor.queues.items() if set(queue.groups) & set(agent.groups)
            )
            for agent in self._chosen
        }

    def start(self) -> list[Record]:
        """Return the records of the beginning: the router is up, phones are there, agents sign in."""
        self._note(
            records.RouterUp, site=self._site.name, epoch=self._epoch, queues=tuple(map(str, self._site.floor.queues))
        )
        for agent in self._chosen:
            number = str(agent.number)
            self._note(records.PhoneChanged, phone=agent.phone or number, agent=number, reachable=True)
            self._agent(number, AgentState.READY)
            self._idle.append(number)
        self._later(self._random.expovariate(self._rate), self._arrives)
        return self._taken()

    def until(self, at_ms: Ms) -> list[Record]:
        """Return the records up to a moment."""
        while self._heap and self._heap[0][0] <= at_ms:
            due_ms, _, happen = heapq.heappop(self._heap)
            self.now = max(self.now, due_ms)
            happen()
        self.now = max(self.now, at_ms)
        return self._taken()

    def run(self, count: int) -> Iterator[Record]:
        """Give so many records, the beginning among them."""
        given = 0
        batch = self.start()
        while True:
            for record in batch:
                if given == count:
                    return
                given += 1
                yield record
            batch = self.until(self._heap[0][0])

    def hang_up_all(self) -> list[Record]:
        """End what goes on, so that the books balance: no new calls; all that wait give up; talks end."""
        self._rate = 0
        for queue in self._waiting.values():
            for call in list(queue):
                self._abandons(call)
        while self._heap:
            self.until(self._heap[0][0])
        return self._taken()

    # --- what happens ---

    def _arrives(self) -> None:
        if self._rate:
            self._later(self._random.expovariate(self._rate), self._arrives)
        else:
            return
        call = f"{self._site.name}.{self._epoch}.c{next(self._numbers)}"
        number = f"+86138{self._random.randrange(10**8):08}"
        self._note(records.CallReceived, call_id=call, did="4001860", caller=number, trunk="carrier")
        self._note(records.LineAnswered, call_id=call, line_ms=0, line_rings=0.0)
        arrived = self.now
        menu_ms = self._random.randrange(1_000, 12_000)
        if self._random.random() < 0.06:
            self._later(menu_ms, lambda: self._ends(call, Outcome.SELF_SERVED, arrived))
            return
        queue = self._random.choice(list(self._waiting))
        self._later(menu_ms, lambda: self._asks(call, queue, arrived))

    def _asks(self, call: str, queue: str, arrived: Ms) -> None:
        waiting = _Waiting(call, queue, self.now)
        line = self._waiting[queue]
        line.append(waiting)
        free = any(queue in self._serves[agent] for agent in self._idle)
        self._note(
            records.CallQueued,
            call_id=call,
            queue=queue,
            call_class="vip" if self._random.random() < 0.1 else "standard",
            position=len(line),
            waiting=len(line),
            queued=not free,
        )
        self._arrivals[call] = arrived
        patience_ms = self._random.expovariate(1 / self._patience_ms)
        self._later(patience_ms, lambda: self._abandons(waiting))
        self._match()

    def _abandons(self, waiting: _Waiting) -> None:
        if waiting.gone or waiting.answered:
            return
        waiting.gone = True
        if waiting in self._waiting[waiting.queue]:
            self._waiting[waiting.queue].remove(waiting)
        wait_ms = self.now - waiting.asked_ms
        outcome = Outcome.ABANDONED_SHORT if wait_ms <= _SHORT_MS else Outcome.ABANDONED
        self._ends(waiting.call, outcome, self._arrivals.pop(waiting.call), queue=waiting.queue, wait_ms=wait_ms)

    def _match(self) -> None:
        asked = {queue for queue, line in self._waiting.items() if line}
        for agent in list(self._idle) if asked else ():
            lines = [self._waiting[queue] for queue in self._serves[agent] if queue in asked]
            if lines:
                oldest = min(lines, key=lambda line: line[0].asked_ms)
                self._idle.remove(agent)
                waiting = oldest.popleft()
                if not oldest:
                    asked.discard(waiting.queue)
                self._rings(agent, waiting)
            if not asked:
                return

    def _rings(self, agent: str, waiting: _Waiting) -> None:
        began = self.now
        self._agent(agent, AgentState.RINGING, call=waiting.call)
        self._note(
            records.AgentRang,
            call_id=waiting.call,
            queue=waiting.queue,
            agent=agent,
            phone=agent,
            leg=f"{waiting.call}.l1",
            attempt=1,
            round=1,
            wait_ms=began - waiting.asked_ms,
            idle_count=1,
            strategy="longest_idle",
        )
        rings_ms = self._random.randrange(self._rings_ms // 9, self._rings_ms)
        if self._random.random() < self._miss_share:
            self._later(self._rings_ms * 5 // 3, lambda: self._misses(agent, waiting, began))
        else:
            self._later(rings_ms, lambda: self._answers(agent, waiting, began))

    def _misses(self, agent: str, waiting: _Waiting, began: Ms) -> None:
        rang_ms = self.now - began
        if not waiting.gone:
            self._note(
                records.AgentMissed,
                call_id=waiting.call,
                queue=waiting.queue,
                agent=agent,
                why="no_answer",
                rang_ms=rang_ms,
                agent_rings=rang_ms / 5_000,
            )
            self._waiting[waiting.queue].appendleft(waiting)
        self._agent(agent, AgentState.NOT_ANSWERING, reason="no_answer")
        self._later(60_000, lambda: self._ready(agent))
        self._match()

    def _answers(self, agent: str, waiting: _Waiting, began: Ms) -> None:
        if waiting.gone:
            self._ready(agent)
            return
        waiting.answered = True
        rang_ms, wait_ms = self.now - began, self.now - waiting.asked_ms
        self._agent(agent, AgentState.TALKING, call=waiting.call)
        self._note(
            records.CallConnected,
            call_id=waiting.call,
            queue=waiting.queue,
            agent=agent,
            wait_ms=wait_ms,
            wait_rings=wait_ms / 5_000,
            rang_ms=rang_ms,
            agent_rings=rang_ms / 5_000,
            queued=True,
            late=wait_ms > 15_000,
        )
        began_talk = self.now
        self._later(
            max(100, self._random.expovariate(1 / self._talk_ms)),
            lambda: self._hangs_up(agent, waiting, began_talk, wait_ms),
        )

    def _hangs_up(self, agent: str, waiting: _Waiting, began: Ms, wait_ms: Ms) -> None:
        talk_ms = self.now - began
        self._note(
            records.TalkEnded,
            call_id=waiting.call,
            queue=waiting.queue,
            agent=agent,
            talk_ms=talk_ms,
            hold_ms=0,
            ended_by="caller",
        )
        self._ends(
            waiting.call,
            Outcome.ANSWERED,
            self._arrivals.pop(waiting.call),
            queue=waiting.queue,
            agent=agent,
            wait_ms=wait_ms,
            talk_ms=talk_ms,
        )
        if self._random.random() < self._pause_share and self._site.floor.pause_reasons:
            self._agent(agent, AgentState.PAUSED, reason=self._random.choice(self._site.floor.pause_reasons))
            self._later(self._random.randrange(60_000, 600_000), lambda: self._ready(agent))
        else:
            self._agent(agent, AgentState.WRAP_UP, call=waiting.call)
            self._later(
                max(50, self._random.expovariate(1 / self._wrap_up_ms)),
                lambda: self._ready(agent),
            )

    def _ready(self, agent: str) -> None:
        self._agent(agent, AgentState.READY)
        self._idle.append(agent)
        self._match()

    def _ends(
        self,
        call: str,
        outcome: Outcome,
        arrived: Ms,
        *,
        queue: str = "",
        agent: str = "",
        wait_ms: Ms = 0,
        talk_ms: Ms = 0,
    ) -> None:
        self._note(
            records.CallEnded,
            call_id=call,
            outcome=outcome,
            queue=queue,
            agent=agent,
            asked=bool(queue),
            queued=bool(queue),
            total_ms=self.now - arrived,
            wait_ms=wait_ms,
            wait_rings=wait_ms / 5_000,
            talk_ms=talk_ms,
            ended_by="caller",
        )

    # --- writing ---

    def _agent(self, agent: str, state: AgentState, *, reason: str = "", call: str = "") -> None:
        previous, since = self._state.get(agent, (AgentState.SIGNED_OUT, self.now))
        self._note(
            records.AgentStateChanged,
            agent=agent,
            phone=self._site.floor.agents[agent].phone or agent,  # type: ignore[index]
            state=state,
            previous=previous,
            previous_ms=self.now - since,
            reason=reason,
            call_id=call,
            queues=self._serves[agent],
        )
        self._state[agent] = (state, self.now)

    def _note(self, kind: type[Record], **fields: Any) -> None:
        self._seq += 1
        self._out.append(_made(kind, seq=self._seq, at_ms=self.now, v=records.SCHEMA_VERSION, config="day", **fields))

    def _later(self, after_ms: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.now + round(after_ms), next(self._order), happen))

    def _taken(self) -> list[Record]:
        out, self._out = self._out, []
        return out


def _made(kind: type[Record], **fields: Any) -> Record:
    """A record with what is not said left empty."""
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in fields:
            base = getattr(field.type, "__supertype__", field.type)
            fields[field.name] = _EMPTY.get(base)
    return kind(**fields)
