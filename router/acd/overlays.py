"""Pure: what supervisors change at run time lies over the YAML: agents' groups and skills, queues closed by hand."""

from collections.abc import Mapping

import msgspec

from router.acd.agent import AgentStatus, FloorState, Overlay
from router.acd.agents import Agents
from router.acd.spec import Agent, Floor
from router.core import events, records
from router.core.ids import AgentId, QueueName
from router.core.timers import Timers
from router.core.turn import Turn


def laid_over(agent: Agent, overlay: Overlay | None) -> Agent:
    """Return an agent as the YAML and what lies over it make them."""
    if overlay is None:
        return agent
    return msgspec.structs.replace(
        agent,
        groups=agent.groups if overlay.groups is None else overlay.groups,
        skills=agent.skills if overlay.skills is None else overlay.skills,
    )


class Overlays:
    """Changes for now. They survive a publish and a restart, and are shown as what they are."""

    def __init__(self, state: FloorState, yaml: Floor, agents: Agents, timers: Timers) -> None:
        self._state = state
        self._yaml = yaml
        self._agents = agents
        self._timers = timers

    def regroup(self, turn: Turn, event: events.AgentRegroupAsked) -> None:
        """Change an agent's groups or skills for now, or let the YAML hold again."""
        reason = self._refusal(event)
        if reason:
            cure = "name an agent, groups and skills of agents.yaml, and levels from 1 to 5"
            turn.note(records.AskRefused, agent=event.agent, ask="regroup", reason=reason, cure=cure)
            return
        if event.groups is None and event.skills is None:
            self.end(turn, event.agent, event.by)
            return
        skills = None if event.skills is None else tuple(sorted(event.skills.items()))
        self._state.overlays[event.agent] = Overlay(groups=event.groups, skills=skills, until_ms=event.until_ms)
        if event.until_ms is not None:
            self._timers.set(f"overlay:{event.agent}", "end", event.until_ms)
        self._apply(turn, event.agent, event.by)

    def _refusal(self, event: events.AgentRegroupAsked) -> str:
        """Why an agent cannot be regrouped so; "" where they can. A mistyped name must make no new group or skill."""
        agents = self._yaml.agents.values()
        groups = {group for agent in agents for group in agent.groups}
        needs = [need for queue in self._yaml.queues.values() for need in (queue.need, *(s.need for s in queue.steps))]
        skills = {skill for agent in agents for skill, _ in agent.skills}
        skills |= {skill for need in needs for one in need for skill, _ in one}
        if event.agent not in self._yaml.agents:
            return "no such work number"
        for group in event.groups or ():
            if group not in groups:
                return f"no group {group!r}"
        for skill, level in (event.skills or {}).items():
            if skill not in skills:
                return f"no skill {skill!r}"
            if not 1 <= level <= 5:
                return f"level {level} of {skill!r} is not 1 to 5"
        return ""

    def lay(self, turn: Turn, agent: AgentId, overlay: Overlay | None, by: str) -> None:
        """Put a change in place of the one an agent has, or (None) let the YAML hold again."""
        if overlay is None:
            self.end(turn, agent, by)
            return
        self._state.overlays[agent] = overlay
        self._timers.cancel_all(f"overlay:{agent}")
        if overlay.until_ms is not None:
            self._timers.set(f"overlay:{agent}", "end", max(overlay.until_ms, turn.now))
        self._apply(turn, agent, by)

    def end(self, turn: Turn, agent: AgentId, by: str) -> None:
        """The YAML holds again for an agent."""
        if self._state.overlays.pop(agent, None) is not None:
            self._timers.cancel_all(f"overlay:{agent}")
            self._apply(turn, agent, by)

    def close(self, turn: Turn, event: events.QueueCloseAsked) -> None:
        """Close or open a queue by hand."""
        queue = QueueName(event.queue)
        if queue not in self._yaml.queues:
            turn.note(
                records.AskRefused,
                agent="",
                ask="close",
                reason=f"no queue {event.queue!r}",
                cure="see `hotline queues`",
            )
            return
        self._timers.cancel_all(f"closing:{queue}")
        if event.closed:
            self._state.closed[queue] = event.by
            if event.until_ms is not None:
                self._timers.set(f"closing:{queue}", "end", event.until_ms)
        else:
            self._state.closed.pop(queue, None)
        turn.note(records.QueueChanged, queue=queue, closed=event.closed, until_ms=event.until_ms, by=event.by)

    def timer(self, turn: Turn, kind: str, subject: str) -> None:
        """What was changed until now is over."""
        if kind == "overlay":
            self.end(turn, AgentId(subject), "time")
        else:
            self.close(turn, events.QueueCloseAsked(queue=subject, closed=False, by="time"))

    def _apply(self, turn: Turn, agent: AgentId, by: str) -> None:
        if agent not in self._yaml.agents:
            return  # a new version has removed them meanwhile
        spec = laid_over(self._yaml.agents[agent], self._state.overlays.get(agent))
        before = self._agents.queues_of(agent)
        self._agents.respecify(spec)
        self._tell(turn, spec, before, by)

    def published(self, turn: Turn, served: Mapping[AgentId, tuple[QueueName, ...]]) -> None:
        """A new version is live: say which of the agents in service now serve other queues than they ``served``."""
        for number, before in served.items():
            if self._agents.queues_of(number) != before:
                spec = self._yaml.agents.get(number) or Agent(number=number)
                self._tell(turn, laid_over(spec, self._state.overlays.get(number)), before, "publish")

    def _tell(self, turn: Turn, spec: Agent, before: tuple[QueueName, ...], by: str) -> None:
        overlay = self._state.overlays.get(spec.number)
        queues = self._agents.queues_of(spec.number)
        status = self._state.agents.get(spec.number) or AgentStatus(number=spec.number)
        turn.note(
            records.AgentRegrouped,
            agent=spec.number,
            groups=spec.groups,
            skills=dict(spec.skills),
            over_yaml=overlay is not None,
            until_ms=overlay.until_ms if overlay is not None else None,
            by=by,
            queues=queues,
            queues_left=tuple(queue for queue in before if queue not in queues),
            state=status.state.value,
            state_ms=turn.now - status.since if status.since else 0,
        )
