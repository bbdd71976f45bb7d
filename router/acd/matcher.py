"""Pure: who waits, who is idle, and which call goes to which agent next.

Waiting calls are grouped by what they need (queue and requirement); each group keeps its waiting calls and the idle
agents it may use in order, so a decision looks at heads only. Whatever changes marks groups dirty;
:meth:`Matcher.match` works until nothing more fits.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

import msgspec

from router.acd.agent import AgentStatus
from router.acd.selection import STRATEGIES
from router.acd.spec import Agent, Floor, Queue
from router.core.ids import AgentId, CallId, Ms, QueueName

Requirement = tuple[tuple[str, int], ...]
"""Skills with the least level each, sorted by name."""
WaitKey = tuple[int, Ms, int]
"""(tier, asked at minus head start, sequence), lowest first."""


class Waiting(msgspec.Struct, kw_only=True):
    """A call that waits for an agent. ``tried`` are the agents rung in this round; ``offered`` while one rings."""

    call: CallId
    queue: QueueName
    requirement: Requirement
    tier: int
    key_ms: Ms
    seq: int
    asked_at: Ms
    tried: list[AgentId] = []
    round: int = 1
    attempt: int = 0
    offered: bool = False

    @property
    def key(self) -> WaitKey:
        """The order among waiting calls; it changes only by recorded re-keying."""
        return (self.tier, self.key_ms, self.seq)


class _Group:
    """Calls of one queue with one requirement, and the idle agents who may take them."""

    __slots__ = ("idle", "members", "queue", "requirement", "waiting")

    def __init__(self, queue: Queue, requirement: Requirement) -> None:
        self.queue = queue
        self.requirement = requirement
        self.waiting: list[tuple[WaitKey, CallId]] = []
        self.idle: list[tuple[int, int, AgentId]] = []
        self.members: dict[AgentId, tuple[int, int, AgentId] | None] = {}
        """Agents who may serve, with their entry in ``idle`` while they are in it."""


class Matcher:
    """The index of waiting calls and idle agents. Derived from both: a restored core rebuilds it."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._groups: dict[tuple[QueueName, Requirement], _Group] = {}
        self._of_agent: dict[AgentId, list[_Group]] = {}
        self._agents: dict[AgentId, AgentStatus] = {}
        self._waiting: dict[CallId, Waiting] = {}
        self._order: dict[QueueName, list[WaitKey]] = {}
        self._dirty: dict[tuple[QueueName, Requirement], _Group] = {}

    # --- calls ---

    def add(self, waiting: Waiting) -> bool:
        """Let a call wait. Returns whether an idle agent was there for it."""
        group = self._group(waiting.queue, waiting.requirement)
        self._waiting[waiting.call] = waiting
        insort(self._order.setdefault(waiting.queue, []), waiting.key)
        if not waiting.offered:
            insort(group.waiting, (waiting.key, waiting.call))
            self._mark(group)
        return bool(group.idle)

    def remove(self, call: CallId) -> None:
        """Let a call wait no longer (it was connected or is gone)."""
        waiting = self._waiting.pop(call)
        order = self._order[waiting.queue]
        del order[bisect_left(order, waiting.key)]
        if not waiting.offered:
            self._unlist(waiting)

    def offered(self, call: CallId, agent: AgentId) -> None:
        """An agent is being rung for the call; it keeps its place but is not matched meanwhile."""
        waiting = self._waiting[call]
        self._unlist(waiting)
        waiting.offered = True
        waiting.attempt += 1
        waiting.tried.append(agent)

    def not_taken(self, call: CallId) -> None:
        """The agent rung did not take the call: it is matched again, at its old place."""
        waiting = self._waiting[call]
        waiting.offered = False
        group = self._group(waiting.queue, waiting.requirement)
        insort(group.waiting, (waiting.key, waiting.call))
        self._mark(group)

    def position(self, waiting: Waiting) -> int:
        """Return a call's place in its queue, from 1; calls being offered count."""
        return bisect_left(self._order[waiting.queue], waiting.key) + 1

    def length(self, queue: QueueName) -> int:
        """Return how many calls wait in a queue, those being offered included."""
        return len(self._order.get(queue, ()))

    def emergency_waits_for(self, agent: AgentId) -> bool:
        """Say whether an emergency waits that this agent may serve."""
        return any(
            order and order[0][0] == 0
            for group in self._of_agent.get(agent, ())
            if (order := self._order.get(group.queue.name))
        )

    # --- agents ---

    def enrol(self, status: AgentStatus) -> None:
        """An agent entered service: find the groups they may serve."""
        spec = self._floor.agents[status.number]
        self._agents[status.number] = status
        for queue in self._floor.queues.values():
            self._group(queue.name, tuple(sorted(queue.skills)))
        self._of_agent[status.number] = []
        for group in self._groups.values():
            self._join(group, spec)

    def dismiss(self, agent: AgentId) -> None:
        """An agent left service."""
        self.busy(agent)
        for group in self._of_agent.pop(agent, ()):
            group.members.pop(agent, None)
        self._agents.pop(agent, None)

    def idle(self, agent: AgentId) -> None:
        """An agent can be rung (again)."""
        for group in self._of_agent.get(agent, ()):
            if group.members[agent] is None:
                self._list_idle(group, agent)

    def busy(self, agent: AgentId) -> None:
        """An agent can not be rung now."""
        for group in self._of_agent.get(agent, ()):
            entry = group.members[agent]
            if entry is not None:
                del group.idle[bisect_left(group.idle, entry)]
                group.members[agent] = None

    def serving(self, queue: QueueName) -> Iterator[AgentStatus]:
        """The agents in service who may serve a queue."""
        seen: dict[AgentId, None] = {}
        for (name, _), group in self._groups.items():
            if name == queue:
                seen.update(dict.fromkeys(group.members))
        return (self._agents[agent] for agent in seen)

    # --- matching ---

    def match(self) -> Iterator[tuple[Waiting, AgentId]]:
        """Yield pairs until nothing more fits. The taker must call :meth:`offered` and :meth:`busy` for each.

        Among all groups that changed, the call with the lowest key is served first, by its queue's strategy.
        """
        while self._dirty:
            best: tuple[Waiting, AgentId] | None = None
            for name in list(self._dirty):
                pair = self._first_fit(self._dirty[name])
                if pair is None:
                    del self._dirty[name]
                elif best is None or pair[0].key < best[0].key:
                    best = pair
            if best is not None:
                yield best

    def _first_fit(self, group: _Group) -> tuple[Waiting, AgentId] | None:
        """The group's head and the best idle agent it has not rung in this round; all rung: a new round begins.

        A phone that did not take a call rests for a moment (it is not idle), so a round costs time and none is rung in
        a loop, while the head never loses an agent to a call behind it.
        """
        if not group.idle or not group.waiting:
            return None
        waiting = self._waiting[group.waiting[0][1]]
        for _, _, agent in group.idle:
            if agent not in waiting.tried:
                return waiting, agent
        waiting.tried = []
        waiting.round += 1
        return waiting, group.idle[0][2]

    # --- inside ---

    def _group(self, queue: QueueName, requirement: Requirement) -> _Group:
        group = self._groups.get((queue, requirement))
        if group is None:
            group = self._groups[queue, requirement] = _Group(self._floor.queues[queue], requirement)
            for number in self._of_agent:
                self._join(group, self._floor.agents[number])
        return group

    def _join(self, group: _Group, agent: Agent) -> None:
        if group in self._of_agent[agent.number] or not may_serve(agent, group.queue, group.requirement):
            return
        self._of_agent[agent.number].append(group)
        group.members[agent.number] = None
        siblings = self._of_agent[agent.number]
        if any(other.members[agent.number] is not None for other in siblings):
            self._list_idle(group, agent.number)

    def _list_idle(self, group: _Group, agent: AgentId) -> None:
        status = self._agents[agent]
        key = STRATEGIES[group.queue.strategy](status, self._floor.agents[agent], group.requirement)
        entry = (key, status.idle_seq, agent)
        group.members[agent] = entry
        insort(group.idle, entry)
        self._mark(group)

    def _unlist(self, waiting: Waiting) -> None:
        listed = self._group(waiting.queue, waiting.requirement).waiting
        del listed[bisect_left(listed, (waiting.key, waiting.call))]

    def _mark(self, group: _Group) -> None:
        if group.waiting and group.idle:
            self._dirty[group.queue.name, group.requirement] = group


def may_serve(agent: Agent, queue: Queue, requirement: Requirement) -> bool:
    """Say whether an agent is in one of the queue's groups and has every skill at its level."""
    if not any(group in queue.groups for group in agent.groups):
        return False
    levels = dict(agent.skills)
    return all(levels.get(skill, 0) >= level for skill, level in requirement)
