"""Pure: selection strategies: which of the idle agents is rung first.

A strategy is a key that stays constant while an agent is idle; the smallest key is taken. Ties go to who became idle
first, so the order never depends on anything but the events.
"""

from collections.abc import Callable

from router.acd.agent import AgentStatus
from router.acd.spec import Agent, Need

StrategyKey = Callable[[AgentStatus, Agent, Need], float]
"""(status, specification, what the calls of the group need) -> key, lower first."""


def longest_idle(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who has been without a call for longest."""
    return status.idle_since


def fewest_calls(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who has taken the fewest calls since signing in."""
    return status.calls_count


def equal_load(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who has taken the fewest calls ever, whoever signed in when: for phones that must carry the same."""
    return status.lifetime_calls_count


def least_occupied(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who has been busy (talk, hold, wrap-up) for the least time since signing in, as it was when they became idle."""
    return status.busy_ms


def best_skill(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who has the highest levels in the skills needed; of several ways to meet the need, the best counts."""
    levels = dict(agent.skills)
    return -max(sum(levels.get(skill, 0) for skill, _ in skills) for skills in need)


def round_robin(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who was rung longest ago; the memory lasts over sign-out."""
    return status.rung_seq


def in_order(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who comes first in agents.yaml."""
    return agent.place


def at_random(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Anybody, with the same chance."""
    return status.luck


def weighted_random(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Anybody, with a chance in proportion to their ``share`` (exponential clocks: the first to ring wins)."""
    return status.luck / agent.share


def spare_generalists(status: AgentStatus, agent: Agent, need: Need) -> float:
    """Who can do the least else, so that those who can do everything stay free."""
    return len(agent.skills) + len(agent.groups)


STRATEGIES: dict[str, StrategyKey] = {
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "equal_load": equal_load,
    "least_occupied": least_occupied,
    "best_skill": best_skill,
    "round_robin": round_robin,
    "in_order": in_order,
    "random": at_random,
    "weighted_random": weighted_random,
    "spare_generalists": spare_generalists,
}
"""Every strategy by the name the YAML uses."""

BY_CHANCE = frozenset({"random", "weighted_random"})
"""Those that need a draw whenever an agent becomes idle."""
