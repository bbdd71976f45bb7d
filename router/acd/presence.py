"""Pure: how many agents of which groups are free, and why the others are not, counted as it changes.

A decision record says how many agents were passed over by which rule. Looking at every agent for that would cost more
than the decision itself; so the states are counted as they change, for each set of groups that was ever asked about.
"""

from collections.abc import Callable, Mapping

from router.acd.agent import AgentStatus, PhoneStatus
from router.acd.spec import Floor
from router.core.ids import AgentId
from router.core.records import AgentState

FREE = "free"

Groups = tuple[str, ...]
Counts = dict[str, dict[str, int]]
"""Agent group -> rule -> how many agents. An agent of several of the groups counts in the first of them."""


def availability(status: AgentStatus, phone: PhoneStatus | None) -> str:
    """Return ``free``, or the first rule by which an agent cannot be rung now.

    A state's word, ``paused:<reason>``, ``phone_unreachable``, ``phone_in_use``, ``held`` (for a callback),
    ``resting``.
    """
    if status.state is AgentState.PAUSED:
        return f"paused:{status.reason}"
    if status.state is not AgentState.READY:
        return status.state.value
    if phone is None or not phone.reachable:
        return "phone_unreachable"
    if not phone.free:
        return "phone_in_use"
    if status.held_for:
        return "held"
    return "resting" if status.resting else FREE


class Presence:
    """Counts of agents by group and rule. Derived from the agents' states; nothing is counted until it is asked for."""

    def __init__(
        self, floor: Floor, agents: Mapping[AgentId, AgentStatus], rule_of: Callable[[AgentStatus], str]
    ) -> None:
        self._floor = floor
        self._agents = agents
        self._rule_of = rule_of
        self._rules: dict[AgentId, str] = {}
        self._counts: dict[Groups, Counts] = {}
        self.counts_anybody = False
        """Whether anybody has asked for counts, so that changes must be told."""
        self._counted_in: dict[AgentId, list[dict[str, int]]] = {}

    def counts(self, groups: Groups) -> Counts:
        """How many agents of each of these groups are free or not, by rule. The caller must not change it."""
        known = self._counts.get(groups)
        return known if known is not None else self._count(groups)

    def forget(self) -> None:
        """Groups have changed: count anew when asked."""
        self._counts.clear()
        self.counts_anybody = False
        self._counted_in.clear()
        self._rules.clear()

    def changed(self, status: AgentStatus) -> None:
        """An agent's state or phone may have changed."""
        counted_in = self._counted_in.get(status.number)
        if counted_in is None:
            return
        rule, was = self._rule_of(status), self._rules[status.number]
        if rule == was:
            return
        self._rules[status.number] = rule
        for counts in counted_in:
            counts[rule] = counts.get(rule, 0) + 1
            if counts[was] == 1:
                del counts[was]
            else:
                counts[was] -= 1

    def _count(self, groups: Groups) -> Counts:
        made = self._counts[groups] = {group: {} for group in groups}
        self.counts_anybody = True
        for number, agent in self._floor.agents.items():
            first = next((group for group in groups if group in agent.groups), None)
            if first is None:
                continue
            status = self._agents.get(number)
            rule = AgentState.SIGNED_OUT.value if status is None else self._rule_of(status)
            self._rules[number] = rule
            counts = made[first]
            counts[rule] = counts.get(rule, 0) + 1
            self._counted_in.setdefault(number, []).append(counts)
        return made
