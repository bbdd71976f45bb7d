"""Pure: the people of a surge plan: who may join its group, how they are moved there and back."""

from collections.abc import Iterable, Iterator

from router.acd.agent import AWAY, AgentStatus, Overlay
from router.acd.surge import Moved, SurgePlan, SurgeState, SurgeStep
from router.control.desk import Desk
from router.core.ids import AgentId
from router.core.records import AgentState
from router.core.turn import Turn

_ORDER = {AgentState.READY: 0, AgentState.WRAP_UP: 1, AgentState.TALKING: 2, AgentState.HOLDING: 2}
"""Who joins first: the free, then those who soon are; within a state by their place in agents.yaml."""


class SurgePeople:
    """Chooses and moves agents; when that is due is the plan's matter."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def for_step(self, plan: SurgePlan, state: SurgeState, step: SurgeStep) -> tuple[list[AgentId], list[AgentId], int]:
        """Who would join now, who would be called upon, and how many of the former are not there already."""
        chosen, wanted = self.choice(plan, state, step), self._wanted(plan, state, step)
        called = self._absent(plan, step) if wanted is None else self._absent(plan, step)[: wanted - len(chosen)]
        new_count = len({*chosen} - {moved.agent for moved in state.leaving})
        return chosen, called[: max(self.room(plan) - new_count, 0)], new_count

    def choice(self, plan: SurgePlan, state: SurgeState, step: SurgeStep) -> list[AgentId]:
        """Who of a step's group would join now, in that order."""
        agents = self._desk.matcher.floor.agents
        leaving = {moved.agent for moved in state.leaving}
        there = [
            status
            for status in self.in_service()
            if status.state not in AWAY
            and step.group in agents[status.number].groups
            and (plan.group not in agents[status.number].groups or status.number in leaving)
        ]
        there.sort(key=lambda status: (_ORDER.get(status.state, 3), agents[status.number].place))
        back = sum(status.number in leaving for status in there)
        wanted = self._wanted(plan, state, step)
        most = self.room(plan) + back
        return [status.number for status in there[: most if wanted is None else min(wanted, most)]]

    def _absent(self, plan: SurgePlan, step: SurgeStep) -> list[AgentId]:
        """Who of a step's group is not there (signed out, pausing, not answering), in the order of agents.yaml."""
        known = self._desk.state.floor.agents
        return [
            number
            for number, agent in self._desk.matcher.floor.agents.items()
            if step.group in agent.groups
            and plan.group not in agent.groups
            and (number not in known or known[number].state in AWAY)
        ]

    def _wanted(self, plan: SurgePlan, state: SurgeState, step: SurgeStep) -> int | None:
        """How many agents a step asks for now; None: all there are."""
        return step.most if step.most is None or state.is_high else step.least

    def seats(self, plan: SurgePlan) -> int:
        """How many agents in service are in the plan's group."""
        return sum(plan.group in self._desk.matcher.floor.agents[s.number].groups for s in self.in_service())

    def room(self, plan: SurgePlan) -> int:
        """How many more may join."""
        return 1_000_000 if plan.seats_max is None else max(plan.seats_max - self.seats(plan), 0)

    def in_service(self) -> Iterator[AgentStatus]:
        """All who are signed in and in agents.yaml."""
        agents = self._desk.matcher.floor.agents
        for status in self._desk.state.floor.agents.values():
            if status.state is not AgentState.SIGNED_OUT and status.number in agents:
                yield status

    def status(self, agent: AgentId) -> AgentStatus:
        """How an agent is now."""
        return self._desk.state.floor.agents[agent]

    def move(self, turn: Turn, plan: SurgePlan, agent: AgentId, keep: bool) -> Moved:
        """Put an agent into the plan's group, for now."""
        before = self._desk.state.floor.overlays.get(agent)
        own = self._desk.matcher.floor.agents[agent].groups if keep else ()
        groups = (plan.group, *(group for group in own if group != plan.group))
        laid = Overlay(groups=groups, skills=before.skills if before is not None else None)
        self._desk.overlays.lay(turn, agent, laid, f"surge:{plan.name}")
        return Moved(agent=agent, groups=groups, before=before)

    def take_back(self, state: SurgeState, agent: AgentId) -> Moved | None:
        """Keep an agent who was about to go, unless a supervisor has moved them elsewhere meanwhile."""
        found = next((moved for moved in state.leaving if moved.agent == agent), None)
        if found is None:
            return None
        state.leaving.remove(found)
        overlay = self._desk.state.floor.overlays.get(agent)
        return found if overlay is not None and overlay.groups == found.groups else None

    def restore(self, turn: Turn, moved: Iterable[Moved], by: str) -> None:
        """Let agents be as they were, but for those a supervisor has moved elsewhere meanwhile."""
        for one in list(moved):
            overlay = self._desk.state.floor.overlays.get(one.agent)
            if overlay is not None and overlay.groups == one.groups:
                self._desk.overlays.lay(turn, one.agent, one.before, by)
