"""Pure: why this agent was rung: by which key they won, and who would have been next."""

from router.core.ids import Ms
from router.core.records import AgentRang
from router.why.phrases import Phrases

_SPANS = frozenset({"longest_idle", "least_occupied"})
_COUNTS = frozenset({"fewest_calls", "equal_load", "spare_generalists"})
SHOWN = _SPANS | _COUNTS | {"best_skill"}
"""Strategies whose keys mean something to people."""


def value(words: Phrases, strategy: str, key: float, at: Ms) -> str:
    """Write a strategy's key as it is meant: how long free, how many calls, which level."""
    if strategy == "longest_idle":
        return words.span(max(at - key, 0))
    if strategy in _SPANS:
        return words.span(key)
    return f"{abs(key):g}"


def reason(words: Phrases, rang: AgentRang) -> str:
    """Say why an agent was rung."""
    if rang.agent_came:
        return _came(words, rang)
    if not rang.runner_up:
        return words.say("by.only")
    said = words.say_or(
        f"by.{rang.strategy}",
        "by.other",
        strategy=rang.strategy,
        count=rang.idle_count,
        other=rang.runner_up,
        mine=value(words, rang.strategy, rang.won_by, rang.at_ms),
        theirs=value(words, rang.strategy, rang.runner_up_by, rang.at_ms),
    )
    # Two who became free in the same moment are told apart by who came first; that needs no words.
    tie = rang.won_by == rang.runner_up_by and rang.strategy != "longest_idle"
    return words.say("by.tie", reason=said) if tie else said


def _came(words: Phrases, rang: AgentRang) -> str:
    if not rang.runner_up:
        return words.say("by.came", agent=rang.agent)
    if rang.tier == 0:
        return words.say("by.came.emergency", agent=rang.agent, other=rang.runner_up)
    behind = words.span(max(rang.runner_up_by - rang.won_by, 0))
    return words.say("by.came.runner", agent=rang.agent, other=rang.runner_up, span=behind)
