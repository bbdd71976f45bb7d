"""Pure: why nobody else got a call: how many agents were passed over, by group and by the first rule that applied.

The rules in their order: not in a group of the queue, a state or phone that cannot be rung, kept for seniors or for the
agent the caller had before, a skill too low, tried already in this round, kept in reserve, and last: others came first.
"""

from router.acd.matcher import Matcher
from router.acd.presence import FREE, Counts, Presence
from router.acd.waiting import Waiting
from router.core.records import AgentState

ACROSS = ""
"""The key of what is counted over all groups together: rules that apply to agents who are free."""


def passed_over(matcher: Matcher, presence: Presence, waiting: Waiting, *, ringing: bool) -> Counts:
    """Count the agents who do not get a call, by group and rule; ``ringing``: one of the free ones gets it.

    Costs a few dictionary look-ups, however many agents there are.
    """
    prospects = matcher.prospects(waiting)
    counts: Counts = {}
    here_count = free_count = senior_kept = 0
    for group, rules in presence.counts(prospects.groups).items():
        for rule, count in rules.items():
            if rule == FREE:
                free_count += count
                if waiting.senior_groups and group not in waiting.senior_groups:
                    senior_kept += count
            else:
                counts.setdefault(group, {})[rule] = count
            if rule != AgentState.SIGNED_OUT:
                here_count += count
    fit_count = prospects.idle_count - prospects.tried_idle_count - ringing
    across = {
        "other_group": prospects.in_service_count - here_count,
        "seniors": senior_kept,
        "sticky" if waiting.sticky else "skill": free_count - senior_kept - prospects.idle_count,
        "tried": prospects.tried_idle_count,
        "order" if prospects.entitled else "reserve": fit_count,
    }
    some = {rule: count for rule, count in across.items() if count > 0}
    if some:
        counts[ACROSS] = some
    return counts
