"""The line of idle agents against the plainest thing that does the same: look at everybody, every time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from router.acd.idle_line import SPARE_ENTRIES, IdleEntry, IdleLine
from router.core.ids import AgentId

AGENTS = [AgentId(str(number)) for number in range(1001, 1009)]


class Lines(RuleBasedStateMachine):
    """Agents become idle and busy; now and then the line's group does not serve for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.line = IdleLine()
        self.idle: dict[AgentId, int] = {}
        self.members: dict[AgentId, None] = dict.fromkeys(AGENTS)
        self.there: dict[AgentId, IdleEntry] = {}
        self.times = 0

    def push(self, agent: AgentId) -> None:
        count = sum(other in self.members for other in self.idle)
        self.line.push(self.there[agent], self.idle, count)

    @rule(agent=st.sampled_from(AGENTS), key=st.integers(0, 5))
    def becomes_idle(self, agent: AgentId, key: int) -> None:
        if agent not in self.idle:
            self.times += 1
            self.idle[agent] = self.times
            self.there[agent] = (key, self.times, agent, self.times)
            if agent in self.members:
                self.push(agent)

    @rule(agent=st.sampled_from(AGENTS))
    def becomes_busy(self, agent: AgentId) -> None:
        self.idle.pop(agent, None)

    @rule(agent=st.sampled_from(AGENTS))
    def serves_or_not(self, agent: AgentId) -> None:
        if agent in self.members:
            del self.members[agent]
        else:
            self.members[agent] = None
        self.line = IdleLine(self.there[other] for other in self.idle if other in self.members)

    @rule(tried=st.lists(st.sampled_from(AGENTS), unique=True), untried_only=st.booleans())
    def one_is_taken(self, tried: list[AgentId], untried_only: bool) -> None:
        there = sorted(self.there[agent] for agent in self.idle if agent in self.members)
        again = [entry for entry in there if entry[2] in tried]
        fresh = [entry for entry in there if entry[2] not in tried]
        best, following = self.line.take(self.idle, tried, untried_only=untried_only)
        if fresh:
            assert best == fresh[0]
            behind = [entry for entry in there if entry > fresh[0]]
            assert following == (behind or again or [None])[0]
        elif again and not untried_only:
            assert best == again[0]
            assert following == ([*again[1:], None])[0]
        else:
            assert best is None
        if best is not None:
            del self.idle[best[2]]

    @invariant()
    def it_does_not_grow_without_end(self) -> None:
        assert len(self.line._entries) <= 3 * len(AGENTS) + 2 * SPARE_ENTRIES + 2


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
