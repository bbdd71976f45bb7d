"""Pure: who waits, who is idle, and which call goes to which agent next.

Waiting calls are grouped by what they need; each group keeps its calls in order and a line of the idle agents it may
use, so a decision looks at heads only. A call that begins to wait takes the best idle agent of its group; an agent who
becomes idle takes the call with the lowest key of all groups they may serve. Nothing else ever has to be looked at.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Sequence

from router.acd.agent import AgentStatus
from router.acd.idle_line import IdleEntry, IdleLine
from router.acd.selection import STRATEGIES
from router.acd.spec import ANYBODY, Agent, Floor, Need, Queue, Step, both, meets
from router.acd.waiting import GroupKey, Pick, Prospects, Rivals, Waiting, WaitKey
from router.core.ids import AgentId, CallId, Ms, QueueName


class _Group:
    """Calls with the same needs, and the agents who may take them."""

    __slots__ = (
        "favoured",
        "groups",
        "idle",
        "idle_count",
        "key_of",
        "members",
        "need",
        "privileged",
        "queue",
        "sticky",
        "waiting",
    )

    def __init__(self, queue: Queue, key: GroupKey) -> None:
        _, _, _, _, self.sticky, self.privileged, _ = key
        self.queue = queue
        self.key_of = STRATEGIES[queue.strategy]
        self.need: Need = ANYBODY
        self.groups: tuple[str, ...] = ()
        self.favoured: frozenset[str] = frozenset()
        self.waiting: list[tuple[WaitKey, CallId]] = []
        self.idle = IdleLine()
        self.members: dict[AgentId, None] = {}
        self.idle_count = 0


class Matcher:
    """The index of waiting calls and idle agents. Derived from both: a restored core rebuilds it."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._groups: dict[GroupKey, _Group] = {}
        self._of_queue: dict[QueueName, dict[GroupKey, _Group]] = {}
        self._of_agent: dict[AgentId, list[_Group]] = {}
        self._agents: dict[AgentId, AgentStatus] = {}
        self._idle: dict[AgentId, int] = {}
        """Idle agents with how often they have become idle; an entry of another time in a line is stale."""
        self._idle_times: dict[AgentId, int] = {}
        self._unlisted: dict[AgentId, None] = {}
        """Idle agents who are in no line yet."""
        self._waiting: dict[CallId, Waiting] = {}
        self._group_of: dict[CallId, _Group] = {}
        """The group of each waiting call, which need not be looked up by all its needs again and again."""
        self._order: dict[QueueName, list[WaitKey]] = {}
        self._reached: dict[QueueName, int] = {}
        """How many of a queue's steps all its calls have reached by its length or its staff."""
        self._reserves = [queue for queue in floor.queues.values() if queue.reserve_count]
        self._idle_count: dict[QueueName, int] = {}
        """Idle agents in the groups of a queue that keeps some, whatever their skills."""
        self._new_calls: list[tuple[WaitKey, CallId]] = []
        """A heap of calls that have begun to wait in their group; those that do not any more are passed over."""
        self._new_agents: dict[AgentId, None] = {}
        self._ringing_at_few: dict[CallId, None] = {}
        """Calls that ring at fewer phones than their queue wishes."""
        self._touched: dict[QueueName, None] = {}
        self._conditional = {
            queue.name: queue.groups
            for queue in floor.queues.values()
            if any(step.waiting_over or step.signed_in_under for step in queue.steps)
        }
        """Queues with steps by their length or staff, with the groups whose agents are their staff."""
        self.narrowed = False
        """Whether a step has gone since this was last set to False: fewer may serve a queue than before."""
        for queue in floor.queues.values():
            self._group((queue.name, ANYBODY, 0, (), "", True, ()))
        self._patient_count = 0
        """Waiting calls that never give up."""

    @property
    def floor(self) -> Floor:
        """The floor this index is for."""
        return self._floor

    # --- calls ---

    def add(self, waiting: Waiting) -> bool:
        """Let a call wait. Returns whether an idle agent was there for it."""
        group = self._group_of[waiting.call] = self._group(waiting.group)
        self._waiting[waiting.call] = waiting
        self._patient_count += waiting.patient
        insort(self._order.setdefault(waiting.queue, []), waiting.key)
        self._touch(waiting.queue)
        if waiting.offered:
            self._note_few(waiting)
        else:
            self._list(waiting)
        return group.idle_count > 0 and self._has_right(group)

    def remove(self, call: CallId) -> None:
        """Let a call wait no longer (it was connected or is gone)."""
        waiting = self._waiting.pop(call)
        self._patient_count -= waiting.patient
        self._ringing_at_few.pop(call, None)
        order = self._order[waiting.queue]
        del order[bisect_left(order, waiting.key)]
        self._touch(waiting.queue)
        if not waiting.offered:
            self._unlist(waiting)
        del self._group_of[call]

    def offered(self, call: CallId, agent: AgentId) -> None:
        """An agent is being rung for the call; it keeps its place but is not matched meanwhile."""
        waiting = self._waiting[call]
        if not waiting.offered:
            self._unlist(waiting)
        waiting.offered += 1
        waiting.attempt += 1
        waiting.tried.append(agent)
        self._note_few(waiting)

    def not_taken(self, call: CallId) -> None:
        """An agent rung did not take the call; when none rings any more it is matched again, at its old place."""
        waiting = self._waiting[call]
        waiting.offered -= 1
        self._note_few(waiting)
        if not waiting.offered:
            self._list(waiting)

    def taken(self, call: CallId) -> None:
        """Somebody has picked up for a call: no further phone is rung for it."""
        self._ringing_at_few.pop(call, None)

    def _note_few(self, waiting: Waiting) -> None:
        if 0 < waiting.offered < self._floor.queues[waiting.queue].ring_count:
            self._ringing_at_few[waiting.call] = None
        else:
            self._ringing_at_few.pop(waiting.call, None)

    def regroup(
        self, call: CallId, *, step: int | None = None, widen: bool = False, more_groups: tuple[str, ...] = ()
    ) -> None:
        """Change what a waiting call needs: a further ``step``, nobody in particular any more (``widen``).

        ``more_groups`` serve it too from now on.
        """
        waiting = self._waiting[call]
        if not waiting.offered:
            self._unlist(waiting)
        if step is not None:
            waiting.step = step
        if widen:
            waiting.senior_groups, waiting.sticky = (), ""
        waiting.more_groups += tuple(name for name in more_groups if name not in waiting.more_groups)
        self._group_of[call] = self._group(waiting.group)
        if not waiting.offered:
            self._list(waiting)

    @property
    def patient_count(self) -> int:
        """How many waiting calls nobody holds the line for (callbacks)."""
        return self._patient_count

    def patient_in(self, queues: Collection[QueueName]) -> int:
        """Return how many of those who stand in some queues never give up: callbacks."""
        return sum(waiting.patient and waiting.queue in queues for waiting in self._waiting.values())

    def position(self, waiting: Waiting) -> int:
        """Return a call's place in its queue, from 1; calls being offered count."""
        return bisect_left(self._order.get(waiting.queue, ()), waiting.key) + 1

    def length(self, queue: QueueName) -> int:
        """Return how many calls wait in a queue, those being offered included."""
        return len(self._order.get(queue, ()))

    def waits_unoffered(self, queue: QueueName) -> int:
        """Return how many callers wait in a queue for whom no phone rings; callbacks hold no line and do not count."""
        groups = self._of_queue.get(queue, {}).values()
        count = sum(len(group.waiting) for group in groups)
        if self._patient_count:
            count -= sum(self._waiting[call].patient for group in groups for _, call in group.waiting)
        return count

    def has_idle(self, waiting: Waiting) -> bool:
        """Say whether an idle agent may serve a call that does not wait yet."""
        return self._group(waiting.group).idle_count > 0

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
        self._agents[status.number] = status
        agent = self._floor.agents[status.number]
        joined = [group for group in self._groups.values() if self._may_serve(agent, group)]
        self._of_agent[status.number] = joined
        for group in joined:
            group.members[status.number] = None
        self._touch_staff(agent)

    def dismiss(self, agent: AgentId) -> None:
        """An agent left service."""
        self.busy(agent)
        for group in self._of_agent.pop(agent, ()):
            del group.members[agent]
        if self._agents.pop(agent, None) is not None:
            self._touch_staff(self._floor.agents[agent])

    def idle(self, agent: AgentId) -> None:
        """An agent can be rung (again)."""
        if agent in self._idle or agent not in self._agents:
            return
        self._idle[agent] = self._idle_times[agent] = self._idle_times.get(agent, 0) + 1
        self._new_agents[agent] = self._unlisted[agent] = None
        for group in self._of_agent[agent]:
            group.idle_count += 1
        for queue in self._reserving(agent):
            self._idle_count[queue] = self._idle_count.get(queue, 0) + 1
            # One more who is idle may free another who was kept: look at the heads of the queue again.
            for group in self._of_queue[queue].values():
                if group.waiting:
                    heapq.heappush(self._new_calls, group.waiting[0])

    def busy(self, agent: AgentId) -> None:
        """An agent can not be rung now."""
        if self._idle.pop(agent, None) is None:
            return
        self._new_agents.pop(agent, None)
        self._unlisted.pop(agent, None)
        for group in self._of_agent[agent]:
            group.idle_count -= 1
        for queue in self._reserving(agent):
            self._idle_count[queue] -= 1

    def serving(self, queue: QueueName) -> Iterator[AgentStatus]:
        """The agents in service who may serve a queue as it is now, its steps included."""
        seen: dict[AgentId, None] = {}
        for group in self._of_queue.get(queue, {}).values():
            seen.update(group.members)
        return (self._agents[agent] for agent in seen)

    def is_served(self, queue: QueueName) -> bool:
        """Say whether anybody in service may serve a queue as it is now, its steps included."""
        return any(group.members for group in self._of_queue.get(queue, {}).values())

    def anybody_of(self, groups: tuple[str, ...]) -> bool:
        """Say whether somebody of these agent groups is in service."""
        return any(set(self._floor.agents[number].groups) & set(groups) for number in self._agents)

    def may_serve_now(self, agent: AgentId, waiting: Waiting) -> bool:
        """Say whether an agent in service may serve a call as it waits now."""
        return agent in self._group(waiting.group).members

    def prospects(self, waiting: Waiting) -> Prospects:
        """Say how a waiting call stands with the agents."""
        group = self._group(waiting.group)
        groups = group.groups
        if waiting.senior_groups:
            wide = self._groups_of(group.queue, waiting.step)
            groups = (*groups, *(name for name in wide if name not in groups))
        tried = sum(agent in self._idle and agent in group.members for agent in waiting.tried)
        return Prospects(groups, group.idle_count, tried, self._has_right(group), len(self._agents))

    def rivals(self, waiting: Waiting) -> Rivals:
        """Say who stands between a call and an agent. It need not wait here: its key says where it would stand.

        Calls for whom a phone rings have their agent and do not count. Whoever is kept for one agent or for seniors is
        taken as if the time for that were over.
        """
        key: GroupKey = (waiting.queue, waiting.need, waiting.step, (), "", waiting.privileged, waiting.more_groups)
        own = self._groups.get(key) or self._groups.get(waiting.group) or self._base(waiting.queue)
        at = (waiting.key,)
        ahead = patient = 0.0
        for group in self._groups.values():
            listed = group.waiting
            count = bisect_left(listed, at) if listed else 0
            if not count or not group.members:
                continue
            share = 1.0
            if group is not own:
                share = len(own.members.keys() & group.members.keys()) / len(group.members)
            ahead += share * count
            if self._patient_count:
                patient += share * sum(self._waiting[call].patient for _, call in listed[:count])
        return Rivals(tuple(own.members), ahead, patient)

    def needed(self, waiting: Waiting) -> tuple[tuple[str, ...], Need]:
        """Return the agent groups that may serve a waiting call now, and the skills they need."""
        group = self._group(waiting.group)
        return group.groups, group.need

    # --- matching ---

    @property
    def pending(self) -> bool:
        """Whether anything has changed since :meth:`match` last worked until nothing more fitted."""
        return bool(self._new_calls or self._new_agents or self._touched)

    def match(self) -> Iterator[Pick]:
        """Yield picks until nothing more fits. The taker must call :meth:`offered` and :meth:`busy` for each."""
        if self._touched:  # as few queues have steps by their length: saves 1 % of a simulated call
            self._check_conditions()
        while True:
            waiting = self._next_new_call()
            if waiting is not None:
                pick = self._best_agent(waiting)
                if pick is not None and pick.agent in self._new_agents:
                    # The agent has become idle in this very turn: somebody else who waits for them may come first.
                    ahead = self._best_call(pick.agent)
                    if ahead is not None and ahead.waiting is not waiting:
                        heapq.heappush(self._new_calls, (waiting.key, waiting.call))
                        pick = ahead
            elif self._new_agents:
                agent = next(iter(self._new_agents))
                del self._new_agents[agent]
                pick = self._best_call(agent) or self._joining(agent)
                if pick is None:
                    self._list_idle(agent)
            else:
                return
            if pick is not None:
                yield pick

    def _next_new_call(self) -> Waiting | None:
        while self._new_calls:
            key, call = heapq.heappop(self._new_calls)
            waiting = self._waiting.get(call)
            if waiting is not None and waiting.key == key and not waiting.offered:
                return waiting
        return None

    def _joining(self, agent: AgentId) -> Pick | None:
        """A call that is to ring at several phones at once, rings at fewer, and has not rung at this agent's."""
        for call in self._ringing_at_few:
            waiting = self._waiting[call]
            group = self._group_of[call]
            if agent in group.members and agent not in waiting.tried and self._has_right(group):
                return Pick(waiting, agent, "", 1, 0, 0)
        return None

    def more(self, waiting: Waiting) -> Pick | None:
        """Another idle agent for a call that is being offered already, or None."""
        return self._best_agent(waiting, untried_only=True)

    def _best_agent(self, waiting: Waiting, *, untried_only: bool = False) -> Pick | None:
        """The best idle agent for a call that has begun to wait.

        Agents not rung in this round come first; are all rung, a new round begins. A phone that did not take a call
        rests for a moment (it is not idle), so a round costs time and none is rung in a loop.
        """
        group = self._group_of[waiting.call]
        for agent in list(self._unlisted):
            self._list_idle(agent)
        if not group.idle_count or not self._has_right(group):
            return None
        best, following = group.idle.take(self._idle, waiting.tried, untried_only=untried_only)
        if best is None:
            return None
        if best[2] in waiting.tried:
            waiting.tried = []
            waiting.round += 1
        runner_up, runner_up_by = (following[2], following[0]) if following is not None else ("", 0)
        return Pick(waiting, best[2], runner_up, group.idle_count, best[0], runner_up_by)

    def _best_call(self, agent: AgentId) -> Pick | None:
        """The call with the lowest key that an agent who became idle may serve."""
        favours = self._floor.agents[agent].favours
        best: WaitKey | None = None
        second: WaitKey | None = None
        chosen, runner_up = CallId(""), ""
        found_in: _Group | None = None
        for group in self._of_agent[agent]:
            if not group.waiting:
                continue
            key, call = group.waiting[0]
            if favours:
                key = _nearer(key, favours, group)
            if best is None or key < best:
                if self._has_right(group):
                    second, runner_up = best, chosen
                    best, chosen, found_in = key, call, group
            elif (second is None or key < second) and self._has_right(group):
                second, runner_up = key, call
        if best is None or found_in is None:
            return None
        if len(found_in.waiting) > 1:
            key, call = found_in.waiting[1]
            key = _nearer(key, favours, found_in)
            if second is None or key < second:
                second, runner_up = key, call
        waiting = self._waiting[chosen]
        if agent in waiting.tried:
            waiting.tried = []
            waiting.round += 1
        return Pick(waiting, agent, runner_up, 1, best[1], second[1] if second else 0, True)

    # --- checks ---

    def knows(self, waiting: Waiting) -> bool:
        """Say whether this very call waits here."""
        return self._waiting.get(waiting.call) is waiting

    def is_idle(self, agent: AgentId) -> bool:
        """Say whether an agent can be rung, as far as is known here."""
        return agent in self._idle

    def in_service(self, agent: AgentId) -> bool:
        """Say whether an agent is in service, as far as is known here."""
        return agent in self._agents

    def overlooked(self) -> Iterator[CallId]:
        """Calls that wait although somebody idle may take them; after a turn there are none."""
        for group in self._groups.values():
            if group.waiting and group.idle_count and self._has_right(group):
                yield group.waiting[0][1]

    def miscounted_reserves(self) -> Iterator[QueueName]:
        """Queues whose idle agents, of whom some are kept, are not as many as was counted."""
        for queue in self._reserves:
            groups = set(queue.groups)
            idle = sum(not groups.isdisjoint(self._floor.agents[agent].groups) for agent in self._idle)
            if idle != self._idle_count.get(queue.name, 0):
                yield queue.name

    # --- inside ---

    def _touch(self, queue: QueueName) -> None:
        """A queue's length has changed."""
        if queue in self._conditional:
            self._touched[queue] = None

    def _touch_staff(self, agent: Agent) -> None:
        """The staff of some queues has changed: whatever the agent's skills, as staff is counted."""
        for queue, groups in self._conditional.items():
            if any(group in groups for group in agent.groups):
                self._touched[queue] = None

    def _list(self, waiting: Waiting) -> None:
        entry = (waiting.key, waiting.call)
        insort(self._group_of[waiting.call].waiting, entry)
        heapq.heappush(self._new_calls, entry)

    def _unlist(self, waiting: Waiting) -> None:
        listed = self._group_of[waiting.call].waiting
        del listed[bisect_left(listed, (waiting.key, waiting.call))]

    def _list_idle(self, agent: AgentId) -> None:
        if self._unlisted.pop(agent, 0) is None:
            for group in self._of_agent[agent]:
                group.idle.push(self._entry(agent, group), self._idle, group.idle_count)

    def _is_listed(self, agent: AgentId) -> bool:
        return agent in self._idle and agent not in self._unlisted

    def _entry(self, agent: AgentId, group: _Group) -> IdleEntry:
        status = self._agents[agent]
        key = group.key_of(status, self._floor.agents[agent], group.need)
        return (key, status.idle_seq, agent, self._idle[agent])

    def _has_right(self, group: _Group) -> bool:
        """Whether a group's calls may take an idle agent, or those who are idle are kept for others."""
        reserve = group.queue.reserve_count
        if not reserve or group.privileged:
            return True
        return self._idle_count.get(group.queue.name, 0) > reserve

    def _reserving(self, agent: AgentId) -> Sequence[QueueName]:
        """The queues that an agent's groups serve and that keep idle agents for some of their calls."""
        if not self._reserves:
            return ()
        groups = self._floor.agents[agent].groups
        return [queue.name for queue in self._reserves if any(group in queue.groups for group in groups)]

    def _base(self, queue: QueueName) -> _Group:
        """The group of calls that ask for nothing beside their queue; there always is one."""
        return self._groups[(queue, ANYBODY, 0, (), "", True, ())]

    def _group(self, key: GroupKey) -> _Group:
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(self._floor.queues[key[0]], key)
            self._of_queue.setdefault(key[0], {})[key] = group
            self._staff(key, group)
        return group

    def _staff(self, key: GroupKey, group: _Group) -> None:
        """Work out anew whom a group needs and who may serve it."""
        queue, need, step, seniors, _, _, more = key
        reached = max(step, self._reached.get(queue, 0))
        steps = group.queue.steps
        base = steps[reached - 1].need if reached else group.queue.need
        group.need = both(base, need)
        group.favoured = frozenset(skill for skills in group.need for skill, _ in skills)
        group.groups = seniors or self._groups_of(group.queue, step)
        group.groups += tuple(name for name in more if name not in group.groups)
        for number in self._agents:
            serves = self._may_serve(self._floor.agents[number], group)
            if serves == (number in group.members):
                continue
            if serves:
                group.members[number] = None
                self._of_agent[number].append(group)
                group.idle_count += number in self._idle
            else:
                del group.members[number]
                self._of_agent[number].remove(group)
                group.idle_count -= number in self._idle
        # from nothing: what they need may weigh in their places
        group.idle = IdleLine(self._entry(number, group) for number in group.members if self._is_listed(number))

    def _groups_of(self, queue: Queue, step: int) -> tuple[str, ...]:
        """The agent groups that serve calls of a queue which have reached a step by waiting."""
        reached = max(step, self._reached.get(queue.name, 0))
        return (reached and queue.steps[reached - 1].groups) or queue.groups

    def _may_serve(self, agent: Agent, group: _Group) -> bool:
        if group.sticky and agent.number != group.sticky:
            return False
        return may_serve(agent, group.groups, group.need)

    def _check_conditions(self) -> None:
        """Apply the steps that queues reach, or leave, by their length and staff."""
        for queue in list(self._touched):
            del self._touched[queue]
            steps = self._floor.queues[queue].steps
            now = self._reached.get(queue, 0)
            reached = max((n for n, step in enumerate(steps, 1) if self._holds(queue, step, n <= now)), default=0)
            if reached != now:
                self._reached[queue] = reached
                self.narrowed |= reached < now
                for key, group in self._of_queue[queue].items():
                    self._staff(key, group)
                    for waiting in group.waiting:
                        heapq.heappush(self._new_calls, waiting)

    def _holds(self, queue: QueueName, step: Step, held: bool) -> bool:
        """Whether a queue's length or staff calls for a step; one that holds goes only with a margin (hysteresis)."""
        over = step.waiting_over
        if over and self.length(queue) > (over - max(over // 5, 1) if held else over):
            return True
        return bool(step.signed_in_under) and self._staff_count(queue) < step.signed_in_under

    def _staff_count(self, queue: QueueName) -> int:
        """How many agents of the queue's own groups are in service, whatever their skills."""
        groups = set(self._floor.queues[queue].groups)
        return sum(bool(groups & set(self._floor.agents[number].groups)) for number in self._agents)


def _nearer(key: WaitKey, favours: tuple[tuple[str, Ms], ...], group: _Group) -> WaitKey:
    """The key of a group's call for an agent who favours some of the skills it needs."""
    ahead_ms = max((ms for skill, ms in favours if skill in group.favoured), default=0)
    return (key[0], key[1] - ahead_ms, key[2])


def may_serve(agent: Agent, groups: tuple[str, ...], need: Need) -> bool:
    """Say whether an agent is in one of the groups and has what is needed."""
    return any(group in groups for group in agent.groups) and meets(dict(agent.skills), need)
