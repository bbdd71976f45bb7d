"""Pure: agents and their phones: signing in, pausing, wrap-up, being out of rotation, and who can be rung now."""

from collections.abc import Iterable, Iterator, Mapping

from router.acd.agent import AWAY, BUSY, IN_CALL, AgentEvent, AgentStatus, FloorState, PhoneStatus, next_state
from router.acd.matcher import Matcher
from router.acd.presence import Presence, availability
from router.acd.selection import BY_CHANCE
from router.acd.spec import Agent, Floor, Queue
from router.core import chance
from router.core.events import PhoneSeen
from router.core.ids import AgentId, CallId, ChannelId, Ms, PhoneName, QueueName
from router.core.lines import Phone
from router.core.records import AgentState, AgentStateChanged, Alert, AskRefused, PhoneChanged
from router.core.timers import Timers
from router.core.turn import Turn

_ON_CONNECTED = AgentEvent.CONNECTED
_ON_FREED = AgentEvent.FREED
_ON_RESERVE = AgentEvent.RESERVE
_NOT_ANSWERING = AgentState.NOT_ANSWERING
_ON_PASSED = AgentEvent.PASSED
_PAUSED = AgentState.PAUSED
_READY = AgentState.READY
_SIGNED_OUT = AgentState.SIGNED_OUT
_WRAP_UP = AgentState.WRAP_UP
"""Members by name: see :mod:`router.acd.agent`."""


class Agents:
    """Everything that changes an agent's state goes through here, so that the matcher always knows who is idle."""

    def __init__(self, state: FloorState, floor: Floor, phones: Mapping[PhoneName, Phone], timers: Timers) -> None:
        self._state = state
        self._floor = floor
        self._phone_names = phones
        self._draws = any(queue.strategy in BY_CHANCE for queue in floor.queues.values())
        self._connected = frozenset(name for name, phone in phones.items() if phone.stays_connected)
        self._timers = timers
        self.matcher = Matcher(floor)
        self.presence = Presence(floor, state.agents, self._availability)
        self.joined: list[AgentId] = []
        """Who has entered service in this turn; whoever looks at it clears it."""
        self.left: list[AgentId] = []
        """Who has left service in this turn; whoever looks at it clears it."""
        self.thinned = False
        """Whether somebody has gone, pauses or does not answer since this was last looked at (and cleared)."""
        self._on_phone: dict[PhoneName, AgentId] = {}
        self._served: dict[AgentId, tuple[QueueName, ...]] = {}
        for number, status in state.agents.items():
            if status.state is not AgentState.SIGNED_OUT:
                self._on_phone[status.phone] = number
            if status.state is not AgentState.SIGNED_OUT and number in floor.agents:
                self.matcher.enrol(status)
                self._refresh(status)

    # --- asks ---

    def sign_in(self, turn: Turn, agent: AgentId, phone: PhoneName, by: str) -> bool:
        """Enter service on a phone; ready at once. Returns whether it was granted."""
        if agent not in self._floor.agents:
            return self.refuse(turn, agent, "sign_in", "no such work number", "add the agent to agents.yaml")
        if phone not in self._phone_names:
            return self.refuse(turn, agent, "sign_in", f"no phone {phone!r}", "name a phone of agents.yaml")
        status = self._status(agent)
        if status.state in IN_CALL:
            return self.refuse(turn, agent, "sign_in", "in a call", "finish the call first")
        other = self.on_phone(phone)
        if other is not None and other.number != agent:
            if other.state in IN_CALL:
                return self.refuse(
                    turn, agent, "sign_in", f"phone {phone} is in use by {other.number}", "use another phone"
                )
            self._go(turn, other, AgentEvent.SIGN_OUT, reason="replaced", by=by)
        if status.state is not AgentState.SIGNED_OUT:
            if status.phone == phone:
                return status.state is AgentState.READY or self.ready(turn, agent, by)
            self._go(turn, status, AgentEvent.SIGN_OUT, reason="moved", by=by)
        status.phone = phone
        status.calls_count = status.busy_ms = 0
        status.resting = False
        status.to_tell = False
        self.matcher.enrol(status)
        self._on_phone[phone] = agent
        self.joined.append(agent)
        self._go(turn, status, AgentEvent.SIGN_IN, by=by)
        return True

    def sign_out(self, turn: Turn, agent: AgentId, by: str) -> bool:
        """Leave service, after the call if in one."""
        status = self.in_service(turn, agent, "sign_out")
        if status is None:
            return False
        if status.state in IN_CALL:
            status.after_call, status.after_reason = AgentState.SIGNED_OUT, ""
        else:
            self._go(turn, status, AgentEvent.SIGN_OUT, by=by)
        return True

    def ready(self, turn: Turn, agent: AgentId, by: str) -> bool:
        """End wrap-up, a pause or being out of rotation; in a call it takes back a pause asked for."""
        status = self.in_service(turn, agent, "ready")
        if status is None:
            return False
        if status.state in IN_CALL:
            status.after_call = None
        elif status.state is not AgentState.READY:
            self._go(turn, status, AgentEvent.READY, by=by)
        return True

    def pause(self, turn: Turn, agent: AgentId, reason: str, by: str) -> bool:
        """Pause with one of the site's reasons, after the call if in one."""
        status = self.in_service(turn, agent, "pause")
        if status is None:
            return False
        if reason not in self._floor.pause_reasons:
            known = ", ".join(self._floor.pause_reasons)
            return self.refuse(turn, agent, "pause", f"no pause reason {reason!r}", f"use one of: {known}")
        if status.state in IN_CALL:
            status.after_call, status.after_reason = AgentState.PAUSED, reason
        else:
            self._go(turn, status, AgentEvent.PAUSE, reason=reason, by=by)
        return True

    def pause_reason(self, digits: str) -> str | None:
        """Return the pause reason that dialled digits name (1 is the site's first; none dialled too), or None."""
        index = int(digits) - 1 if digits.isdecimal() else 0
        reasons = self._floor.pause_reasons
        return reasons[index] if 0 <= index < len(reasons) else None

    def respecify(self, spec: Agent) -> None:
        """An agent's groups or skills are others from now on."""
        status = self._state.agents.get(spec.number)
        in_service = status is not None and status.state is not AgentState.SIGNED_OUT
        if in_service:
            self.thinned = True
            self.matcher.dismiss(spec.number)  # while the index still counts them where they were
        self._floor.agents[spec.number] = spec
        self._served.pop(spec.number, None)
        self.presence.forget()
        if status is not None and in_service:
            self.matcher.enrol(status)
            self._refresh(status)

    # --- calls ---

    def reserve(self, turn: Turn, agent: AgentId, call: CallId) -> AgentStatus:
        """The agent is chosen for a call: nobody else gets them, and their phone is dialled."""
        status = self._state.agents[agent]
        status.call = call
        self._state.rung_seq += 1
        status.rung_seq = self._state.rung_seq
        self._go(turn, status, _ON_RESERVE)
        return status

    def rang(self, turn: Turn, agent: AgentId) -> None:
        """The agent's phone says that it rings."""
        self._go(turn, self._state.agents[agent], AgentEvent.RANG)

    def passed(self, turn: Turn, agent: AgentId, rest_ms: Ms = 0) -> None:
        """The ring ended without the agent leaving rotation. For ``rest_ms`` all calls pass the phone over."""
        status = self._state.agents[agent]
        status.call = None
        if rest_ms:
            status.resting = True
            self._timers.set(f"agent:{agent}", "rest", turn.now + rest_ms)
        self._go(turn, status, AgentEvent.PASSED)
        self._grant_after_call(turn, status)

    def missed(self, turn: Turn, agent: AgentId, queue: Queue, reason: str) -> None:
        """The agent did not answer, or the phone is forwarded: out of rotation, unless nobody else is there.

        The last ready agent of a queue is never taken out, nor anybody while an emergency waits for them.
        """
        status = self._state.agents[agent]
        call = status.call
        others_ready = any(
            other.state is AgentState.READY and self.phone(other.phone).free
            for other in self.matcher.serving(queue.name)
            if other is not status
        )
        kept = not others_ready or self.matcher.emergency_waits_for(agent)
        kind = "phone_forwarded" if reason == "forwarded" else "agent_not_answering"
        turn.note(
            Alert,
            kind=kind,
            subject=agent,
            call_id=call or "",
            detail="kept_in_rotation" if kept else "out_of_rotation",
        )
        if kept:
            self.passed(turn, agent, queue.round_pause_ms)
            return
        status.call = None
        status.to_tell = True
        self._go(turn, status, AgentEvent.MISSED, reason=reason)
        if status.after_call is not None:
            self._grant_after_call(turn, status)
        elif queue.return_after_ms:
            self._timers.set(f"agent:{agent}", "return", turn.now + queue.return_after_ms)

    def connected(self, turn: Turn, agent: AgentId) -> None:
        """Caller and agent hear each other."""
        status = self._state.agents[agent]
        status.calls_count += 1
        status.lifetime_calls_count += 1
        status.served_from = turn.now
        self._go(turn, status, _ON_CONNECTED)

    def consults(self, turn: Turn, agent: AgentId) -> None:
        """The agent asks somebody while the caller is on hold."""
        self._go(turn, self._state.agents[agent], AgentEvent.CONSULT)

    def consulted(self, turn: Turn, agent: AgentId) -> None:
        """The agent is asked by a colleague, and has picked up."""
        self._go(turn, self._state.agents[agent], AgentEvent.CONSULTED)

    def consult_over(self, turn: Turn, agent: AgentId) -> None:
        """The agent is not asked any longer."""
        status = self._state.agents[agent]
        self._go(turn, status, AgentEvent.FREED)
        status.call = None
        self._grant_after_call(turn, status)

    def held(self, turn: Turn, agent: AgentId, held: bool) -> None:
        """The agent put the caller on hold or took them back."""
        self._go(turn, self._state.agents[agent], AgentEvent.HELD if held else AgentEvent.TAKEN_BACK)

    def extend_wrap_up(self, turn: Turn, agent: AgentId, by: str) -> bool:
        """Make wrap-up longer by its own length, once per call."""
        status = self.in_service(turn, agent, "extend_wrap_up")
        if status is None:
            return False
        if status.state is not AgentState.WRAP_UP or status.extended:
            reason = "already extended" if status.extended else f"not in wrap-up but {status.state.value}"
            return self.refuse(turn, agent, "extend_wrap_up", reason, "wrap-up can be extended once per call")
        status.extended = True
        due = status.since + 2 * status.wrap_up_ms
        name = "overdue" if self._timers.armed(f"agent:{agent}", "overdue") else "wrap_up"
        self._timers.set(f"agent:{agent}", name, due)
        return True

    def in_service(self, turn: Turn, agent: AgentId, ask: str) -> AgentStatus | None:
        """Return an agent who may ask for something; None, and a record says why, where they are not in service."""
        if agent not in self._floor.agents and agent not in self._state.agents:
            self.refuse(turn, agent, ask, "no such work number", "see `hotline agents`")
            return None
        status = self._status(agent)
        if status.state is AgentState.SIGNED_OUT:
            self.refuse(turn, agent, ask, "not signed in", "sign in first")
            return None
        return status

    @staticmethod
    def refuse(turn: Turn, agent: AgentId, ask: str, reason: str, cure: str) -> bool:
        """Note that something asked for is not possible; returns False."""
        turn.note(AskRefused, agent=agent, ask=ask, reason=reason, cure=cure)
        return False

    def talk_ended(self, turn: Turn, agent: AgentId, queue: Queue) -> None:
        """The agent's part in the call is over; wrap-up begins, if there is one."""
        status = self._state.agents[agent]
        spec = self._floor.agents.get(agent)
        own_ms = spec.wrap_up_ms if spec is not None else None
        status.wrap_up_ms, status.extended = queue.wrap_up_ms if own_ms is None else own_ms, False
        status.served = queue.name
        if not status.wrap_up_ms:
            self._learn(turn, status)
            self._go(turn, status, _ON_FREED)
            status.call = None
            self._grant_after_call(turn, status)
            return
        self._go(turn, status, AgentEvent.TALK_ENDED)
        status.wrapped, status.call = status.call, None
        name = "overdue" if queue.wrap_up_until_done else "wrap_up"
        self._timers.set(f"agent:{agent}", name, turn.now + status.wrap_up_ms)

    # --- time and phones ---

    def timer(self, turn: Turn, agent: AgentId, name: str) -> None:
        """A timer of an agent fired: ``wrap_up``, ``overdue``, ``return`` or ``rest``."""
        status = self._state.agents[agent]
        match name:
            case "wrap_up":
                self._wrapped_up(turn, status)
            case "overdue":
                kind = "wrap_up_too_long" if status.state is AgentState.WRAP_UP else "pause_too_long"
                turn.note(Alert, kind=kind, subject=agent, call_id="", detail=status.reason)
            case "return":
                self._go(turn, status, AgentEvent.RETURNED, by="return_after")
            case _:
                status.resting = False
                self._refresh(status)

    def hold(self, agent: AgentId, callback: str) -> None:
        """Keep an agent free for somebody whose phone is being rung, or ("") no longer."""
        status = self._state.agents[agent]
        status.held_for = callback
        self._refresh(status)

    def line_opened(self, agent: AgentId, leg: ChannelId | None) -> None:
        """The phone of an agent that stays connected is connected, or (None) is not any longer."""
        status = self._state.agents[agent]
        status.open_leg = leg
        self._refresh(status)

    def line_closed(self, turn: Turn, agent: AgentId) -> None:
        """It is not any longer: the agent leaves service, after the call if in one."""
        status = self._state.agents[agent]
        status.open_leg = None
        self._refresh(status)
        if status.state is not AgentState.SIGNED_OUT:
            turn.note(Alert, kind="line_closed", subject=agent, call_id=status.call or "", detail=status.phone)
            self.sign_out(turn, agent, "line_closed")

    def in_another_call(self, agent: AgentId) -> bool:
        """Say whether an agent's phone is in a call that is not ours."""
        return self.phone(self._state.agents[agent].phone).other_calls > 0

    def phone_reachable(self, turn: Turn, name: PhoneName, reachable: bool) -> None:
        """A phone's contact came or went."""
        phone = self._phone(name)
        if phone.reachable != reachable:
            phone.reachable = reachable
            self._phone_changed(turn, phone)

    def phone_in_use(self, turn: Turn, name: PhoneName, channels: int) -> None:
        """A phone began or ended calls that are not ours."""
        phone = self._phone(name)
        if phone.other_calls != channels:
            phone.other_calls = channels
            self._phone_changed(turn, phone)

    def phone_engaged(self, turn: Turn, name: PhoneName, by: int) -> None:
        """A transfer or a call of our own to a phone begins (``by`` 1) or is over (-1)."""
        phone = self._phone(name)
        phone.our_calls += by
        status = self.on_phone(name)
        if status is not None:
            self._refresh(status)

    def phones_seen(self, turn: Turn, seen: tuple[PhoneSeen, ...]) -> None:
        """Take every phone's true state over, as asked after a (re)connect; phones not named are unreachable."""
        named = {phone.phone for phone in seen}
        for phone in seen:
            self.phone_reachable(turn, phone.phone, phone.reachable)
            self.phone_in_use(turn, phone.phone, phone.channels)
        for name in list(self._state.phones):
            if name not in named:
                self.phone_reachable(turn, name, False)
                self.phone_in_use(turn, name, 0)

    def phone(self, name: PhoneName) -> PhoneStatus:
        """A phone now; one never heard of is unreachable."""
        return self._state.phones.get(name) or PhoneStatus(name=name)

    def queues_of(self, agent: AgentId) -> tuple[QueueName, ...]:
        """The queues an agent may serve, at whichever step, by their groups now; in the site's order."""
        served = self._served.get(agent)
        if served is None:
            spec = self._floor.agents.get(agent)
            groups = set(spec.groups) if spec is not None else set()
            served = self._served[agent] = tuple(
                name
                for name, queue in self._floor.queues.items()
                if not groups.isdisjoint(queue.groups) or any(not groups.isdisjoint(s.groups) for s in queue.steps)
            )
        return served

    def served(self) -> dict[AgentId, tuple[QueueName, ...]]:
        """The queues that each agent who is signed in may serve."""
        agents = self._state.agents.items()
        return {number: self.queues_of(number) for number, s in agents if s.state is not AgentState.SIGNED_OUT}

    def leave_removed(self, turn: Turn) -> None:
        """Sign out agents whom a new version of the site no longer has, after their call if in one."""
        for number, status in self._state.agents.items():
            if number not in self._floor.agents and status.state is not AgentState.SIGNED_OUT:
                self.sign_out(turn, number, "publish")

    def on_phone(self, phone: PhoneName) -> AgentStatus | None:
        """Return the agent signed in on a phone, or None."""
        agent = self._on_phone.get(phone)
        return None if agent is None else self._state.agents[agent]

    def misfiled(self, agents: Iterable[AgentId]) -> Iterator[AgentId]:
        """Those of these agents whom the index has as idle, or not, in contradiction to their state and phone."""
        for number in agents:
            if number not in self._floor.agents:
                continue
            status = self._state.agents[number]
            in_service = status.state is not AgentState.SIGNED_OUT
            idle = status.state is AgentState.READY and self._can_be_rung(status)
            if self.matcher.in_service(number) != in_service or self.matcher.is_idle(number) != idle:
                yield number

    def told(self, agent: AgentId) -> bool:
        """Say whether the agent has yet to be told that they were taken out of rotation, and remember it as told."""
        status = self._state.agents[agent]
        to_tell, status.to_tell = status.to_tell, False
        return to_tell

    def staff(self, queue: QueueName) -> tuple[int, int]:
        """How many agents could be rung for a queue now, and how many who may serve it are signed in."""
        serving = list(self.matcher.serving(queue))
        ready = sum(status.state is AgentState.READY and self._can_be_rung(status) for status in serving)
        return ready, len(serving)

    def overview(self, now: Ms) -> list[dict[str, object]]:
        """Every agent of the site as plain data, for people and tools."""
        rows: list[dict[str, object]] = []
        for number, spec in self._floor.agents.items():
            status = self._state.agents.get(number) or AgentStatus(number=number)
            phone = self._state.phones.get(status.phone) if status.phone else None
            rows.append(
                {
                    "agent": number,
                    "name": spec.name,
                    "groups": list(spec.groups),
                    "queues": list(self.queues_of(number)),
                    "skills": dict(spec.skills),
                    "over_yaml": number in self._state.overlays,
                    "state": status.state.value,
                    "reason": status.reason,
                    "since_ms": now - status.since if status.since else None,
                    "phone": status.phone or spec.phone,
                    "phone_reachable": bool(phone and phone.reachable),
                    "phone_other_calls": phone.other_calls if phone else 0,
                    "can_be_rung": status.state is AgentState.READY and self._can_be_rung(status),
                    "call": status.call or "",
                    "calls_count": status.calls_count,
                }
            )
        return rows

    # --- inside ---

    def _status(self, agent: AgentId) -> AgentStatus:
        return self._state.agents.setdefault(agent, AgentStatus(number=agent))

    def _phone(self, name: PhoneName) -> PhoneStatus:
        return self._state.phones.setdefault(name, PhoneStatus(name=name))

    def _can_be_rung(self, status: AgentStatus) -> bool:
        phone = self._state.phones.get(status.phone)
        if status.phone in self._connected and status.open_leg is None:
            return False
        return phone is not None and phone.free and not status.resting and not status.held_for

    def _go(self, turn: Turn, status: AgentStatus, event: AgentEvent, reason: str = "", by: str = "") -> None:
        """Apply an event by the table, note it, and keep timers and the matcher true to the new state."""
        previous, was = status.state, status.since
        status.state = state = next_state(previous, event)
        status.reason = reason
        status.since = turn.now
        if previous in BUSY:
            status.busy_ms += turn.now - was
        if state is _READY and event is not _ON_PASSED:
            self._state.idle_seq += 1
            status.idle_since, status.idle_seq = turn.now, self._state.idle_seq
            if self._draws:
                self._state.draw_count += 1
                status.luck = chance.exponential(self._state.seed, self._state.draw_count)
        if previous is _WRAP_UP:
            self._learn(turn, status)
        if previous is _WRAP_UP or previous is _PAUSED:
            for name in ("wrap_up", "overdue"):
                self._timers.cancel(f"agent:{status.number}", name)
        elif previous is _NOT_ANSWERING:
            self._timers.cancel(f"agent:{status.number}", "return")
        if turn.wants(AgentStateChanged):
            turn.note(
                AgentStateChanged,
                agent=status.number,
                phone=status.phone,
                state=status.state,
                previous=previous,
                previous_ms=turn.now - was if was else 0,
                reason=reason,
                by=by,
                call_id=status.call or "",
                queues=self.queues_of(status.number),
            )
        if state is _PAUSED and (limit_ms := self._floor.pause_limits.get(reason)):
            self._timers.set(f"agent:{status.number}", "overdue", turn.now + limit_ms)
        if state in AWAY:
            self.thinned = True
        if state is _SIGNED_OUT:
            self.matcher.dismiss(status.number)
            self.presence.changed(status)
            self.left.append(status.number)
            del self._on_phone[status.phone]
            status.phone, status.after_call = PhoneName(""), None
        elif state is _READY or previous is _READY or self.presence.counts_anybody:
            self._refresh(status)

    def _learn(self, turn: Turn, status: AgentStatus) -> None:
        """A call is handled to its end: its queue learns how long that took."""
        queue, status.served = status.served, QueueName("")
        if queue and status.served_from:
            self._state.learnt_of(queue).handling.take(turn.now - status.served_from)

    def _availability(self, status: AgentStatus) -> str:
        return availability(status, self._state.phones.get(status.phone))

    def _refresh(self, status: AgentStatus) -> None:
        if self.presence.counts_anybody:
            self.presence.changed(status)
        if status.state is _READY and self._can_be_rung(status):
            self.matcher.idle(status.number)
        else:
            self.matcher.busy(status.number)

    def _grant_after_call(self, turn: Turn, status: AgentStatus) -> None:
        wish, status.after_call = status.after_call, None
        if wish is _SIGNED_OUT:
            self._go(turn, status, AgentEvent.SIGN_OUT, by="asked_in_call")
        elif wish is _PAUSED:
            self._go(turn, status, AgentEvent.PAUSE, reason=status.after_reason, by="asked_in_call")

    def _wrapped_up(self, turn: Turn, status: AgentStatus) -> None:
        if status.after_call is None:
            self._go(turn, status, AgentEvent.WRAPPED_UP)
        else:
            self._grant_after_call(turn, status)

    def _phone_changed(self, turn: Turn, phone: PhoneStatus) -> None:
        status = self.on_phone(phone.name)
        turn.note(
            PhoneChanged,
            phone=phone.name,
            agent=status.number if status else "",
            reachable=phone.reachable,
            other_calls=phone.other_calls,
        )
        if status is not None:
            self._refresh(status)
