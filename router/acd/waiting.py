"""Pure: a call that waits for an agent, and what a decision about it says."""

from typing import NamedTuple

import msgspec

from router.acd.spec import ANYBODY, Need
from router.core.ids import AgentId, CallId, Ms, QueueName

WaitKey = tuple[int, Ms, int]
"""(tier, asked at minus head start, sequence), lowest first."""
GroupKey = tuple[QueueName, Need, int, tuple[str, ...], str, bool, tuple[str, ...]]
"""(queue, what the call itself needs, step by waiting time, senior groups, sticky agent, may use reserved agents,
groups that serve it too)."""


class Waiting(msgspec.Struct, kw_only=True):
    """A call that waits for an agent.

    ``need`` is what the call asks for beside its queue; ``step`` how many of the queue's steps it has reached by
    waiting; ``senior_groups`` and ``sticky`` narrow who may serve it for now, ``more_groups`` serve it beside those of
    the queue. ``tried`` are the agents rung in this round; ``offered`` counts those who are being rung. ``since`` is
    when it entered this queue; a ``patient`` call is one that nobody holds the line for (a callback): it never gives
    up.
    """

    call: CallId
    queue: QueueName
    need: Need = ANYBODY
    tier: int
    key_ms: Ms
    seq: int
    asked_at: Ms
    step: int = 0
    senior_groups: tuple[str, ...] = ()
    sticky: str = ""
    privileged: bool = False
    more_groups: tuple[str, ...] = ()
    tried: list[AgentId] = []
    round: int = 1
    attempt: int = 0
    offered: int = 0
    since: Ms = 0
    patient: bool = False

    @property
    def key(self) -> WaitKey:
        """The order among waiting calls; it changes only by recorded re-keying."""
        return (self.tier, self.key_ms, self.seq)

    @property
    def group(self) -> GroupKey:
        """The group of calls with the same needs."""
        return (self.queue, self.need, self.step, self.senior_groups, self.sticky, self.privileged, self.more_groups)


class Pick(msgspec.Struct, frozen=True):
    """A call and the agent it goes to; ``runner_up`` would have been next, ``idle_count`` could have been taken.

    ``won_by`` and ``runner_up_by`` are the keys that decided, lower first: of two agents, or of two calls where the
    agent came to the calls (``agent_came``).
    """

    waiting: Waiting
    agent: AgentId
    runner_up: str
    idle_count: int
    won_by: float
    runner_up_by: float
    agent_came: bool = False


class Rivals(NamedTuple):
    """Who stands between a waiting call and an agent: the agents in service who may serve it by and by, and how many
    calls will take one of them before it. A call that may take others too counts as the share of its agents that are
    among these. ``patient`` of those ``ahead`` never give up.
    """

    agents: tuple[AgentId, ...]
    ahead: float
    patient: float


class Prospects(NamedTuple):
    """How a waiting call stands with the agents.

    ``groups`` are those whose agents may serve it by and by; ``idle_count`` agents could be rung for it now,
    ``tried_idle_count`` of them have been in this round; ``entitled`` says whether it may take them, or they are kept
    for others. ``in_service_count`` is everybody's.
    """

    groups: tuple[str, ...]
    idle_count: int
    tried_idle_count: int
    entitled: bool
    in_service_count: int
