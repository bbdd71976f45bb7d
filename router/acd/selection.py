"""Pure: selection strategies: which of the idle agents is rung first.

A strategy is a key that stays constant while an agent is idle; the smallest key is taken. Ties go to who became idle
first, so the order never depends on anything but the events.
"""

from collections.abc import Callable

from router.acd.agent import AgentStatus
from router.acd.spec import Agent

StrategyKey = Callable[[AgentStatus, Agent, tuple[tuple[str, int], ...]], int]
"""(status, specification, requirement) -> key, lower first."""


def longest_idle(status: AgentStatus, agent: Agent, requirement: tuple[tuple[str, int], ...]) -> int:
    """Who has been without a call for longest."""
    return status.idle_since


def fewest_calls(status: AgentStatus, agent: Agent, requirement: tuple[tuple[str, int], ...]) -> int:
    """Who has taken the fewest calls since signing in."""
    return status.calls_count


def best_skill(status: AgentStatus, agent: Agent, requirement: tuple[tuple[str, int], ...]) -> int:
    """Who has the highest levels in the skills required."""
    levels = dict(agent.skills)
    return -sum(levels.get(skill, 0) for skill, _ in requirement)


STRATEGIES: dict[str, StrategyKey] = {
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "best_skill": best_skill,
}
"""Every strategy by the name the YAML uses."""
