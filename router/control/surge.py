"""Pure: the surge plans of a site at work: who is moved when, and what the supervisor is told. See ``acd/surge.py``."""

from router.acd.agent import AWAY, IN_CALL
from router.acd.surge import (
    Moved,
    SurgeEvent,
    SurgePlan,
    SurgeStage,
    SurgeState,
    SurgeStep,
    TakenStep,
    count,
    dip_ends_at,
    due_at,
    due_event,
    next_step,
)
from router.control.desk import Desk
from router.control.surge_load import Load, add, present, seats_needed
from router.control.surge_people import SurgePeople
from router.core import events, records
from router.core.ids import AgentId, Ms
from router.core.turn import Turn

_PROPOSED = frozenset({SurgeStage.PROPOSED, SurgeStage.PROPOSED_DIPPING, SurgeStage.RELEASE_PROPOSED})
_ASKS = {
    "confirm": SurgeEvent.CONFIRM,
    "decline": SurgeEvent.DECLINE,
    "release": SurgeEvent.RELEASE,
    "stop": SurgeEvent.STOP,
    "start": SurgeEvent.START,
}


class Surges:
    """The plans. They look at the floor at the end of each turn and whenever one of their clocks has run down."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._people = SurgePeople(desk)
        self._turn: Turn | None = None
        self._read = 0
        """How many outputs of that turn have been counted: a turn may be looked at several times."""

    # --- what happens ---

    def look(self, turn: Turn) -> None:
        """See whether anything has changed that matters to a plan."""
        plans = self._desk.site.surges
        if not plans:
            return
        first = self._read if self._turn is turn else 0
        self._turn, self._read = turn, len(turn.out)
        news = turn.out[first : self._read]
        for plan in plans.values():
            state = self._state(plan)
            load = self._desk.state.loads.setdefault(plan.name, Load(since=turn.now))
            add(load, plan.queues, news, turn.now)
            if state.leaving:
                self._let_go(turn, state)
            for step in state.taken:
                if step.called:
                    self._called_have_come(turn, plan, step)
            waiting = self.waiting(plan)
            if waiting != state.waiting:
                self._count(turn, plan, state, waiting)

    def waiting(self, plan: SurgePlan) -> int:
        """How many callers wait for a person in the plan's queues; callbacks are no callers."""
        total = sum(self._desk.matcher.length(queue) for queue in plan.queues)
        if self._desk.matcher.patient_count:
            total -= self._desk.matcher.patient_in(plan.queues)
        return total

    def timer(self, turn: Turn, name: str, what: str) -> None:
        """A clock of a plan has run down: ``due``, ``dip`` or ``calendar``."""
        plan = self._desk.site.surges[name]
        state = self._state(plan)
        if what == "dip":
            lapsed = state.stage in _PROPOSED
            state.apply(SurgeEvent.DIP_LASTED)
            state.told_at = 0
            if lapsed:
                self._note_decided(turn, plan, state, False, "lapsed", "plan")
        elif what == "due":
            self._due(turn, plan, state)
        else:
            self._calendar(turn, plan, state)
        self._arm(turn, plan, state)

    def asked(self, turn: Turn, event: events.SurgeAsked) -> None:
        """A supervisor confirms, declines, releases, stops or starts."""
        plans = self._desk.site.surges
        plan = plans.get(event.plan) or (next(iter(plans.values())) if len(plans) == 1 and not event.plan else None)
        if plan is None:
            known = ", ".join(plans)
            cure = f"the plans are: {known}" if known else "plans stand in surge.yaml"
            self._refuse(turn, event, f"no plan {event.plan!r}" if event.plan else "which plan?", cure)
            return
        state = self._state(plan)
        wanted = _ASKS.get(event.ask)
        if wanted is None:
            self._refuse(turn, event, f"cannot {event.ask!r}", f"ask one of: {', '.join(_ASKS)}")
        elif not state.allows(wanted):
            self._refuse(turn, event, f"the plan is {state.stage.value}", _CURES[wanted])
        elif wanted is SurgeEvent.RELEASE and not state.taken:
            self._refuse(turn, event, "no step is taken", "see `hotline surge show`")
        else:
            self._carry_out(turn, plan, state, wanted, event.by)
            self._arm(turn, plan, state)

    def joined(self, turn: Turn, agent: AgentId) -> None:
        """An agent has entered service: at night everybody joins."""
        for plan in self._desk.site.surges.values():
            state = self._state(plan)
            if state.stage is SurgeStage.NIGHT:
                self._by_night(turn, plan, state)

    def left(self, turn: Turn, agent: AgentId) -> None:
        """An agent has left service, and what was changed of them is over; they are expected back."""
        for plan in self._desk.site.surges.values():
            state = self._state(plan)
            state.leaving = [moved for moved in state.leaving if moved.agent != agent]
            state.night = [moved for moved in state.night if moved.agent != agent]
            for step in state.taken:
                if any(moved.agent == agent for moved in step.moved):
                    step.moved = [moved for moved in step.moved if moved.agent != agent]
                    step.called.append(agent)
            if state.stage is SurgeStage.NIGHT:
                self._by_night(turn, plan, state)

    def site_changed(self, turn: Turn) -> None:
        """A version of the site is live: plans it does not have let everybody go, the others look at their clocks."""
        plans = self._desk.site.surges
        for name, state in list(self._desk.state.surges.items()):
            if name not in plans:
                self._desk.timers.cancel_all(f"surge:{name}")
                self._people.restore(turn, [*self._helpers(state), *state.night, *state.leaving], "publish")
                del self._desk.state.surges[name]
                self._desk.state.loads.pop(name, None)
        for plan in plans.values():
            state = self._state(plan)
            self._calendar(turn, plan, state)
            self._count(turn, plan, state, self.waiting(plan))
            self._arm(turn, plan, state)

    # --- the machine ---

    def _count(self, turn: Turn, plan: SurgePlan, state: SurgeState, waiting: int) -> None:
        """Take in how many wait, and what follows of it."""
        was, was_high = state.stage, state.is_high
        event = count(plan, state, waiting, turn.now)
        if event is not None:
            if was is SurgeStage.RELEASE_PROPOSED:
                self._note_decided(turn, plan, state, True, "lapsed", "plan")
            state.apply(event)
        if event is not None or state.is_high != was_high:
            self._arm(turn, plan, state)

    def _arm(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> None:
        """Set the plan's clocks by where it is."""
        owner, timers = f"surge:{plan.name}", self._desk.timers
        for name, at in (("due", due_at(plan, state)), ("dip", dip_ends_at(plan, state))):
            if at is None:
                timers.cancel(owner, name)
            else:
                timers.set(owner, name, max(at, turn.now))

    def _due(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> None:
        event = due_event(plan, state)
        step = next_step(plan, state)
        if event is SurgeEvent.PROPOSE and step is not None and not any(self._people.for_step(plan, state, step)[:2]):
            event = SurgeEvent.TAKE  # there is nobody to ask the supervisor for
        if event in (SurgeEvent.PROPOSE, SurgeEvent.PROPOSE_RELEASE):
            self._propose(turn, plan, state, event)
        else:
            self._carry_out(turn, plan, state, event, "plan")

    def _propose(self, turn: Turn, plan: SurgePlan, state: SurgeState, event: SurgeEvent) -> None:
        releases = event is SurgeEvent.PROPOSE_RELEASE
        number, group = self._in_question(plan, state, releases)
        if releases:
            agents = tuple(moved.agent for moved in state.taken[-1].moved)
        else:
            agents = tuple(self._people.choice(plan, state, plan.steps[number - 1]))
        state.apply(event)
        turn.note(
            records.SurgeProposed,
            plan=plan.name,
            step=number,
            group=group,
            release=releases,
            agents=agents,
            waiting=state.waiting,
        )
        kind = "surge_release_proposed" if releases else "surge_step_proposed"
        self._alert(turn, kind, plan.name, f"step {number}: {group} {' '.join(agents)}".rstrip())

    def _carry_out(self, turn: Turn, plan: SurgePlan, state: SurgeState, event: SurgeEvent, by: str) -> None:
        """Let an event happen that the table allows."""
        was = state.stage
        releases = was is SurgeStage.RELEASE_PROPOSED
        if event in (SurgeEvent.CONFIRM, SurgeEvent.DECLINE):
            answer = "confirmed" if event is SurgeEvent.CONFIRM else "declined"
            self._note_decided(turn, plan, state, releases, answer, by)
        state.apply(event)
        match event:
            case SurgeEvent.TAKE:
                self._take(turn, plan, state, by)
            case SurgeEvent.CONFIRM if not releases:
                self._take(turn, plan, state, by)
            case SurgeEvent.RELEASE | SurgeEvent.CONFIRM:
                self._release(turn, plan, state, by)
            case SurgeEvent.DECLINE:
                state.step_at = turn.now
            case SurgeEvent.TELL:
                self._tell(turn, plan, state)
            case SurgeEvent.STOP:
                self._stop(turn, plan, state, by)
            case SurgeEvent.START:
                self._begin(turn, plan, state, "started", by)
            case _:
                pass

    def _stop(self, turn: Turn, plan: SurgePlan, state: SurgeState, by: str) -> None:
        while state.taken:
            self._release(turn, plan, state, by)
        self._to_day(turn, plan, state)
        turn.note(records.SurgeChanged, plan=plan.name, change="stopped", agents=(), by=by)

    def _begin(self, turn: Turn, plan: SurgePlan, state: SurgeState, change: str, by: str) -> None:
        """The plan looks at the floor anew."""
        state.fell_at, state.told_at = turn.now, 0
        turn.note(records.SurgeChanged, plan=plan.name, change=change, agents=(), by=by)
        self._calendar(turn, plan, state)
        self._count(turn, plan, state, self.waiting(plan))

    # --- steps ---

    def _take(self, turn: Turn, plan: SurgePlan, state: SurgeState, by: str) -> None:
        """Take the next step: the agents of its group join, those not in service are called upon.

        A step for which there is nobody takes no time: the next one is due at once.
        """
        step, number = plan.steps[len(state.taken)], len(state.taken) + 1
        chosen, called, new_count = self._people.for_step(plan, state, step)
        taken = TakenStep(number=number, group=step.group, at_ms=turn.now, called=called)
        state.taken.append(taken)
        state.told_at = 0
        if chosen or called:
            state.step_at = turn.now
        turn.note(
            records.SurgeStepTaken,
            plan=plan.name,
            step=number,
            group=step.group,
            agents=tuple(chosen),
            called=tuple(called),
            waiting=state.waiting,
            seats=self._people.seats(plan) + new_count,
            by=by,
        )
        for agent in chosen:
            taken.moved.append(
                self._people.take_back(state, agent) or self._people.move(turn, plan, agent, step.keep_groups)
            )
        told = " ".join(chosen) or ("nobody in service" if called else "nobody there")
        self._alert(turn, "surge_step_taken", plan.name, f"step {number}: {step.group} {told}")
        for agent in called:
            self._alert(turn, "called_upon", agent, f"wanted in {plan.group}")

    def _called_have_come(self, turn: Turn, plan: SurgePlan, step: TakenStep) -> None:
        """Agents who were called upon and have come join."""
        known = self._desk.state.floor.agents
        for agent in [agent for agent in step.called if agent in known and known[agent].state not in AWAY]:
            if not self._people.room(plan):
                return
            step.called.remove(agent)
            spec = plan.steps[step.number - 1] if step.number <= len(plan.steps) else SurgeStep(group=step.group)
            step.moved.append(self._people.move(turn, plan, agent, keep=spec.keep_groups))

    def _release(self, turn: Turn, plan: SurgePlan, state: SurgeState, by: str) -> None:
        """Release the step taken last, and those for which there was nobody with it; who is in a call goes after it."""
        while len(state.taken) > 1 and not (state.taken[-1].moved or state.taken[-1].called):
            self._release_one(turn, plan, state, by)
        self._release_one(turn, plan, state, by)

    def _release_one(self, turn: Turn, plan: SurgePlan, state: SurgeState, by: str) -> None:
        step = state.taken.pop()
        state.step_at, state.told_at = turn.now, 0
        busy = [moved for moved in step.moved if self._people.status(moved.agent).state in IN_CALL]
        turn.note(
            records.SurgeStepReleased,
            plan=plan.name,
            step=step.number,
            group=step.group,
            agents=tuple(moved.agent for moved in step.moved),
            after_call=tuple(moved.agent for moved in busy),
            waiting=state.waiting,
            by=by,
        )
        state.leaving += busy
        self._people.restore(turn, (moved for moved in step.moved if moved not in busy), f"surge:{plan.name}")

    def _let_go(self, turn: Turn, state: SurgeState) -> None:
        """Agents who were to go after their call, and have finished it."""
        done = [moved for moved in state.leaving if self._people.status(moved.agent).state not in IN_CALL]
        if done:
            state.leaving = [moved for moved in state.leaving if moved not in done]
            self._people.restore(turn, done, "surge")

    # --- missing seats ---

    def _tell(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> None:
        """Tell the supervisor how many seats are missing."""
        state.told_at = turn.now
        seen = present(self._desk.state.loads[plan.name], turn.now)
        needed, seats = seats_needed(plan, seen), self._people.seats(plan)
        missing = None if needed is None else max(needed - seats, 0)
        turn.note(
            records.SeatsMissing,
            plan=plan.name,
            waiting=state.waiting,
            seats=seats,
            missing=missing,
            room=None if plan.seats_max is None else self._people.room(plan),
            calls_per_hour=None if seen.calls_per_s is None else round(seen.calls_per_s * 3600, 1),
            handling_ms=seen.handling_ms,
            patience_ms=seen.patience_ms,
            target_share=plan.answer_share,
            within_ms=plan.answer_within_ms,
        )
        told = "not known yet: no talk has ended" if missing is None else f"{missing} missing"
        self._alert(turn, "seats_missing", plan.name, f"{told}; {seats} there, {state.waiting} waiting")

    # --- night and known surges ---

    def _calendar(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> None:
        """See whether the night or a known surge begins or ends, and set the clock for the next time."""
        is_night = bool(plan.night) and self._is_open(turn, plan.night)
        if is_night and state.allows(SurgeEvent.NIGHTFALL):
            if state.stage in _PROPOSED:
                releases = state.stage is SurgeStage.RELEASE_PROPOSED
                self._note_decided(turn, plan, state, releases, "lapsed", "plan")
            state.apply(SurgeEvent.NIGHTFALL)
            joined = self._by_night(turn, plan, state)
            turn.note(records.SurgeChanged, plan=plan.name, change="night", agents=joined, by="plan")
        elif not is_night and state.allows(SurgeEvent.DAYBREAK):
            state.apply(SurgeEvent.DAYBREAK)
            gone = self._to_day(turn, plan, state)
            state.fell_at, state.told_at = turn.now, 0
            turn.note(records.SurgeChanged, plan=plan.name, change="day", agents=gone, by="plan")
            self._count(turn, plan, state, self.waiting(plan))
        now_open = [spare.hours for spare in plan.spare if self._is_open(turn, spare.hours)]
        for spare in plan.spare:
            if spare.hours in now_open and spare.hours not in state.spare:
                told = str(spare.least) if spare.least == spare.most else f"{spare.least}-{spare.most}"
                self._alert(turn, "spare_seats", plan.name, f"{spare.hours}: keep {told} seats in spare")
        state.spare = now_open
        changes = [at for name in (plan.night, *(s.hours for s in plan.spare)) if (at := self._changes_at(turn, name))]
        if changes:
            self._desk.timers.set(f"surge:{plan.name}", "calendar", min(changes))
        else:
            self._desk.timers.cancel(f"surge:{plan.name}", "calendar")

    def _by_night(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> tuple[AgentId, ...]:
        """At night everybody joins but one lead; returns who has joined. A lead who had joined goes back."""
        agents = self._desk.matcher.floor.agents
        yaml = self._desk.site.floor.agents
        there = sorted(self._people.in_service(), key=lambda status: agents[status.number].place)
        lead = next((status.number for status in there if plan.leads in yaml[status.number].groups), None)
        joined: list[AgentId] = []
        for status in there:
            in_group = plan.group in agents[status.number].groups
            ours = next((moved for moved in state.night if moved.agent == status.number), None)
            if status.number == lead and ours is not None:
                state.night.remove(ours)
                if status.state in IN_CALL:
                    state.leaving.append(ours)
                else:
                    self._people.restore(turn, [ours], "surge:night")
            elif status.number != lead and not in_group:
                state.night.append(self._people.move(turn, plan, status.number, keep=True))
                joined.append(status.number)
        return tuple(joined)

    def _to_day(self, turn: Turn, plan: SurgePlan, state: SurgeState) -> tuple[AgentId, ...]:
        """The night is over: who had joined for it goes, after the present call."""
        ours, state.night = state.night, []
        busy = [moved for moved in ours if self._people.status(moved.agent).state in IN_CALL]
        state.leaving += busy
        self._people.restore(turn, (moved for moved in ours if moved not in busy), "surge:night")
        return tuple(moved.agent for moved in ours)

    def _is_open(self, turn: Turn, hours: str) -> bool:
        site = self._desk.site
        calendar = site.hours.get(hours)
        return calendar is not None and calendar.is_open(calendar.local(turn.now, site.clock.at(turn.now)))

    def _changes_at(self, turn: Turn, hours: str) -> Ms | None:
        site = self._desk.site
        calendar = site.hours.get(hours)
        if calendar is None:
            return None
        minutes = calendar.next_change(calendar.local(turn.now, site.clock.at(turn.now)))
        return None if minutes is None else turn.now - turn.now % 60_000 + minutes * 60_000

    # --- inside ---

    @staticmethod
    def _helpers(state: SurgeState) -> list[Moved]:
        return [moved for step in state.taken for moved in step.moved]

    def _state(self, plan: SurgePlan) -> SurgeState:
        return self._desk.state.surges.setdefault(plan.name, SurgeState())

    @staticmethod
    def _in_question(plan: SurgePlan, state: SurgeState, releases: bool) -> tuple[int, str]:
        """The number and group of the step that would be taken or released next."""
        if releases:
            return state.taken[-1].number, state.taken[-1].group
        step = next_step(plan, state)
        return len(state.taken) + 1, step.group if step is not None else ""

    def _note_decided(
        self, turn: Turn, plan: SurgePlan, state: SurgeState, releases: bool, answer: str, by: str
    ) -> None:
        number, _ = self._in_question(plan, state, releases)
        turn.note(records.SurgeDecided, plan=plan.name, step=number, release=releases, answer=answer, by=by)

    @staticmethod
    def _alert(turn: Turn, kind: str, subject: str, detail: str) -> None:
        turn.note(records.Alert, kind=kind, subject=subject, call_id="", detail=detail)

    @staticmethod
    def _refuse(turn: Turn, event: events.SurgeAsked, reason: str, cure: str) -> None:
        turn.note(records.AskRefused, agent="", ask=f"surge {event.ask}", reason=reason, cure=cure)

    # --- looking ---

    def overview(self, now: Ms) -> list[dict[str, object]]:
        """The plans as plain data, for people and tools."""
        rows: list[dict[str, object]] = []
        for plan in self._desk.site.surges.values():
            state = self._desk.state.surges.get(plan.name) or SurgeState()
            at = due_at(plan, state)
            proposal: dict[str, object] | None = None
            if state.stage in _PROPOSED:
                releases = state.stage is SurgeStage.RELEASE_PROPOSED
                number, group = self._in_question(plan, state, releases)
                proposal = {"step": number, "group": group, "release": releases}
            rows.append(
                {
                    "plan": plan.name,
                    "mode": plan.mode,
                    "stage": state.stage.value,
                    "waiting": self.waiting(plan),
                    "low": plan.low,
                    "high": plan.high,
                    "seats": self._people.seats(plan),
                    "seats_max": plan.seats_max,
                    "due_in_ms": None if at is None else max(at - now, 0),
                    "due": None if at is None else due_event(plan, state).value,
                    "proposal": proposal,
                    "steps": [self._step_row(plan, state, number) for number in range(1, len(plan.steps) + 1)],
                    "leaving": [moved.agent for moved in state.leaving],
                    "night": [moved.agent for moved in state.night],
                    "spare": list(state.spare),
                }
            )
        return rows

    @staticmethod
    def _step_row(plan: SurgePlan, state: SurgeState, number: int) -> dict[str, object]:
        spec = plan.steps[number - 1]
        taken = state.taken[number - 1] if number <= len(state.taken) else None
        return {
            "step": number,
            "group": spec.group,
            "least": spec.least,
            "most": spec.most,
            "above_high": spec.above_high,
            "taken_at_ms": taken.at_ms if taken is not None else None,
            "agents": [moved.agent for moved in taken.moved] if taken is not None else [],
            "called": list(taken.called) if taken is not None else [],
        }


_CURES = {
    SurgeEvent.CONFIRM: "nothing is proposed; see `hotline surge show`",
    SurgeEvent.DECLINE: "nothing is proposed; see `hotline surge show`",
    SurgeEvent.RELEASE: "confirm or decline what is proposed first, or start the plan",
    SurgeEvent.STOP: "it is stopped already",
    SurgeEvent.START: "it is not stopped",
}
