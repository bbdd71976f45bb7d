"""Pure: why an agent did not get a call, watched over the whole wait while the journal is replayed."""

from collections.abc import Iterable

import msgspec

from router.control.desk import Desk
from router.core.ids import AgentId, CallId, Ms, QueueName
from router.core.records import AgentRang
from router.why.pair import ORDER, Finding, findings


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the wait in which the same things spoke against the agent. ``won_by`` is the key of who was rung."""

    first: Ms
    last: Ms
    found: tuple[Finding, ...]
    won_by: float | None = None


class Watch:
    """Looks at one agent and one call after each turn of a replay."""

    def __init__(self, call: CallId, agent: AgentId) -> None:
        self.call = call
        self.agent = agent
        self.queue = QueueName("")
        self.stretches: list[Stretch] = []
        self.decisions: list[Stretch] = []
        """The moments in which somebody else was rung for the call."""
        self._won_by: float | None = None

    def see(self, desk: Desk, now: Ms, outputs: Iterable[object]) -> None:
        """Look at the core after a turn at ``now`` that put out ``outputs``."""
        rang = [out for out in outputs if isinstance(out, AgentRang) and out.call_id == self.call]
        found = findings(desk, self.call, self.agent)
        if found is None:
            if self.stretches and self.stretches[-1].found:
                self._add(now, ())
            return
        if (waiting := desk.state.waiting.get(self.call)) is not None:
            self.queue = waiting.queue
        if rang:
            self._won_by = None if rang[-1].agent_came else rang[-1].won_by
        self._add(now, found)
        if any(out.agent != self.agent for out in rang):
            self.decisions.append(Stretch(first=now, last=now, found=found, won_by=self._won_by))

    def _add(self, now: Ms, found: tuple[Finding, ...]) -> None:
        if self.stretches:
            last = self.stretches[-1]
            self.stretches[-1] = msgspec.structs.replace(last, last=now)
            ordered = any(finding.code == ORDER for finding in found)
            if last.found == found and (last.won_by == self._won_by or not ordered):
                return
        self.stretches.append(Stretch(first=now, last=now, found=found, won_by=self._won_by))
