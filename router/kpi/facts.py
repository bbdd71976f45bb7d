"""Pure: the fold of records into facts. The same for the live board, the archive and the reports; no I/O, no clock.

Give every record once and in order; one given again is passed over by its ``seq``. A fold may begin in the middle of a
stream: what it did not see is taken from what later records say of it, as far as they do.
"""

import hmac
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from router.core import records
from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.core.records import AgentState, Record
from router.kpi import overtaking, promises
from router.kpi.clockwork import Halves, Place
from router.kpi.facts_state import AgentNow, CallSoFar
from router.kpi.facts_state import FactsState as FactsState
from router.kpi.tables import (
    ANSWERED,
    IN_IVR,
    OVERFLOWED,
    WAITING,
    AgentSpanFact,
    AlertFact,
    CallFact,
    Fact,
    LegFact,
    OutboundFact,
    ScoreFact,
    VisitFact,
)

REDIAL_MS: Ms = 30 * 60_000
"""A caller who rings again within this time rings again for the same matter."""
SHORT_MS: Ms = 20_000
"""A wait up to this of a caller whom an agent had sent to a queue is a short one (the router judges all others)."""
_REMEMBER_CALLERS = 10_000
"""How many callers are remembered before those beyond REDIAL_MS are forgotten."""

TALKED = "talked"
ELSEWHERE = "elsewhere"
GONE = "gone"


class Facts:
    """Folds records into rows of :data:`router.kpi.tables.TABLES`."""

    def __init__(
        self,
        clock: LocalClock,
        *,
        groups: Mapping[str, tuple[str, ...]] | None = None,
        key: bytes = b"",
        state: FactsState | None = None,
        touched: Callable[[str], object] = lambda call_id: None,
    ) -> None:
        """Begin, or go on from a kept ``state``.

        ``groups`` are the agents' groups as the YAML has them; ``key`` is what callers' numbers are hashed with.
        ``touched`` is told each call whose rows may have changed.
        """
        self.state = state if state is not None else FactsState()
        self._halves = Halves(clock)
        self._groups = dict(groups or {})
        self._key = key
        self._touched = touched

    def apply(self, record: Record) -> list[Fact]:
        """Fold one record in and return the rows it completes."""
        if record.seq <= self.state.seq:
            return []
        self.pass_over(record.seq, record.at_ms)
        fold = _FOLDS.get(type(record))
        rows = [] if fold is None else fold(self, record)
        return rows + promises.fold(self.state.promises, self._halves, record)

    def pass_over(self, seq: int, at_ms: Ms) -> None:
        """Take note of a record's number and time alone, as of one that cannot be read."""
        state = self.state
        if state.seq:
            state.missing_count += seq - state.seq - 1
        state.seq = seq
        if at_ms < state.at_ms:
            state.backward_count += 1
        state.at_ms = max(state.at_ms, at_ms)

    def present(self, now_ms: Ms | None = None) -> list[Fact]:
        """Return rows of what is under way, as if it were cut off at ``now_ms`` (default: at the last record)."""
        now = self.state.at_ms if now_ms is None else max(now_ms, self.state.at_ms)
        rows = list(self.calls_under_way(self.state.calls, now))
        for agent, status in self.state.agents.items():
            rows += self._spans(agent, status, now, is_open=True)
        rows += promises.present(self.state.promises, now)
        return rows

    def calls_under_way(self, call_ids: Iterable[str], now_ms: Ms) -> Iterator[Fact]:
        """Return rows of those of some calls that are under way, or whose agents are still in wrap-up."""
        for call_id in call_ids:
            if (call := self.state.calls.get(call_id)) is not None:
                yield from self._present_call(call, now_ms)

    # --- calls ---

    def _received(self, record: records.CallReceived) -> list[Fact]:
        place = self._halves.of(record.at_ms)
        caller = self.hashed(record.caller)
        fact = self._new_call(record.call_id, record.at_ms, place)
        fact.did, fact.trunk, fact.caller = record.did, record.trunk, caller
        if caller:
            callers = self.state.callers
            fact.redial = record.at_ms - callers.get(caller, -REDIAL_MS - 1) <= REDIAL_MS
            callers.pop(caller, None)  # the order is that of the last call
            callers[caller] = record.at_ms
            if len(callers) > _REMEMBER_CALLERS:
                beyond_ms = record.at_ms - REDIAL_MS
                for name in list(itertools.takewhile(lambda name: callers[name] < beyond_ms, callers)):
                    del callers[name]
        return []

    def _new_call(self, call_id: str, at_ms: Ms, place: Place) -> CallFact:
        half_ms, off_ms, day = place
        fact = CallFact(
            call_id=call_id,
            at_ms=at_ms,
            half_ms=half_ms,
            off_ms=off_ms,
            day=day,
            arrived_ms=at_ms,
            arrived_half_ms=half_ms,
            arrived_off_ms=off_ms,
            arrived_day=day,
        )
        self.state.calls[call_id] = CallSoFar(fact=fact)
        self._touched(call_id)
        return fact

    def hashed(self, number: str) -> str:
        """Return the keyed hash by which a caller's number stands in the facts; "" for none."""
        return hmac.digest(self._key, number.encode(), "sha256").hex()[:16] if number else ""

    def _call(self, call_id: str, at_ms: Ms, *, begins: bool = True) -> CallSoFar | None:
        """The call of a record; one whose beginning was not seen is taken to begin here. None: a call of our own.

        ``begins`` is false for what may come after a call's end: it makes no call.
        """
        self._touched(call_id)
        call = self.state.calls.get(call_id)
        if call is None and begins and call_id not in self.state.outbound:
            self._new_call(call_id, at_ms, self._halves.of(at_ms))
            call = self.state.calls[call_id]
        return None if call is None or call.ended else call

    def _line_answered(self, record: records.LineAnswered) -> list[Fact]:
        if (call := self._call(record.call_id, record.at_ms)) is not None:
            call.fact.line_ms, call.fact.line_rings = record.line_ms, record.line_rings
        return []

    def _menu_step(self, record: records.MenuStep) -> list[Fact]:
        # A queue that does not take a caller makes no CallQueued: the step through its node is when they asked.
        if record.node_type == "enqueue" and (call := self._call(record.call_id, record.at_ms)) is not None:
            self._ask(call, record.at_ms)
        return []

    def _ask(self, call: CallSoFar, at_ms: Ms) -> None:
        fact = call.fact
        if fact.asked_ms is None:
            fact.asked_ms = fact.at_ms = at_ms
            fact.half_ms, fact.off_ms, fact.day = self._halves.of(at_ms)
            fact.asked = True

    def _queued(self, record: records.CallQueued) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms)
        if call is None:
            return []
        fact = call.fact
        if not call.visits:  # class and queued are those of the first asking, whatever comes later
            fact.call_class, fact.queued = record.call_class, record.queued
        self._ask(call, record.at_ms)
        before = call.visits[-1] if call.visits else None
        if call.in_queue and before is not None:
            self._leave(call, record.at_ms, OVERFLOWED)
        overflowed = before is not None and before.outcome in ("", OVERFLOWED)
        if overflowed and before is not None:
            before.outcome = OVERFLOWED if before.queue != record.queue else "returned"
        half_ms, off_ms, day = self._halves.of(record.at_ms)
        call.visits.append(
            VisitFact(
                call_id=record.call_id,
                at_ms=record.at_ms,
                half_ms=half_ms,
                off_ms=off_ms,
                day=day,
                visit=len(call.visits) + 1,
                queue=record.queue,
                call_class=fact.call_class,
                queued=record.queued,
                overflowed_in=overflowed and before is not None and before.queue != record.queue,
                transferred_in=before is not None and before.outcome == ANSWERED,
            )
        )
        fact.queue, call.in_queue = record.queue, True
        overtaking.joins(self.state.waits, record, fact.asked_ms or record.at_ms)
        return []

    def _leave(self, call: CallSoFar, at_ms: Ms, outcome: str) -> None:
        """The caller is no longer in the queue they entered last; ``outcome`` "" where it is not known yet."""
        call.in_queue = False
        overtaking.leaves(self.state.waits, call.fact.call_id)
        if call.visits:
            visit = call.visits[-1]
            visit.left_ms, visit.wait_ms, visit.outcome = at_ms, max(0, at_ms - visit.at_ms), outcome

    def _queue_left(self, record: records.QueueLeft) -> list[Fact]:
        if (call := self._call(record.call_id, record.at_ms, begins=False)) is not None and call.in_queue:
            if not call.fact.leg_count:
                call.fact.wait_ms = record.wait_ms
            self._leave(call, record.at_ms, "")
        return []

    def _rang(self, record: records.AgentRang) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms)
        if call is not None:
            call.legs.append(self._leg(call, record.call_id, record.agent, record.queue, record.at_ms))
        return []

    def _leg(self, call: CallSoFar, call_id: str, agent: str, queue: str, at_ms: Ms) -> LegFact:
        return LegFact(
            call_id=call_id,
            at_ms=at_ms,
            half_ms=0,
            off_ms=0,
            day=0,
            leg=len(call.legs) + 1,
            agent=agent,
            groups=self._groups_of(agent),
            queue=queue,
            rang_at_ms=at_ms,
        )

    @staticmethod
    def _ringing(call: CallSoFar, agent: str) -> LegFact | None:
        return next((leg for leg in reversed(call.legs) if leg.agent == agent and not leg.result), None)

    @staticmethod
    def _last_talk(call: CallSoFar, agent: str) -> LegFact | None:
        return next((leg for leg in reversed(call.legs) if leg.agent == agent and leg.result == TALKED), None)

    def _missed(self, record: records.AgentMissed) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms, begins=False)
        if call is not None and (leg := self._ringing(call, record.agent)) is not None:
            leg.result, leg.ended_ms = record.why, record.at_ms
            leg.rang_ms, leg.agent_rings = record.rang_ms, record.agent_rings
        return []

    def _connected(self, record: records.CallConnected) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms)
        if call is None:
            return []
        fact = call.fact
        if fact.asked_ms is None:  # its beginning was not seen, or it came to an agent by another way
            self._ask(call, record.at_ms - record.wait_ms)
        leg = self._ringing(call, record.agent)
        if leg is None:
            leg = self._leg(call, record.call_id, record.agent, record.queue, record.at_ms - record.rang_ms)
            call.legs.append(leg)
        leg.result, leg.connected_ms = TALKED, record.at_ms
        leg.rang_ms, leg.agent_rings = record.rang_ms, record.agent_rings
        leg.wait_ms, leg.late, leg.queued = record.wait_ms, record.late, record.queued
        leg.first = not fact.leg_count
        for other in call.legs:
            if not other.result:
                other.result, other.ended_ms = ELSEWHERE, record.at_ms
                other.rang_ms = max(0, record.at_ms - other.rang_at_ms)
        if leg.first:
            fact.wait_ms, fact.late, fact.agent = record.wait_ms, record.late, record.agent
            fact.queued = fact.queued if call.visits else record.queued
        fact.leg_count += 1
        fact.queue = record.queue
        if call.in_queue:
            self._overtakes(record.call_id)
            self._leave(call, record.at_ms, ANSWERED)
            visit = call.visits[-1]
            visit.agent, visit.late, visit.leg_count = record.agent, record.late, 1
        call.talking = True
        return []

    def _overtakes(self, call_id: str) -> None:
        """Callers who stood ahead of one who is connected now, and for whom no phone rings, were overtaken."""
        for other_id, by_ms in overtaking.leaves(self.state.waits, call_id):
            other = self.state.calls.get(other_id)
            if other is not None and by_ms > 0 and all(leg.result for leg in other.legs):
                self._touched(other_id)
                overtaking.note(other.fact, other.visits[-1] if other.visits else None, by_ms)

    def _talk_ended(self, record: records.TalkEnded) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms)
        if call is None:
            return []
        leg = self._last_talk(call, record.agent)
        if leg is None:  # seen from here on only
            leg = self._leg(call, record.call_id, record.agent, record.queue, record.at_ms)
            leg.result, leg.first = TALKED, not call.fact.leg_count
            leg.connected_ms = record.at_ms - record.talk_ms - record.hold_ms
            call.legs.append(leg)
            call.fact.leg_count += 1
        leg.ended_ms = record.at_ms
        leg.talk_ms, leg.hold_ms, leg.held = record.talk_ms, record.hold_ms, leg.held or record.hold_ms > 0
        call.fact.talk_ms += record.talk_ms
        call.fact.hold_ms += record.hold_ms
        visit = next((v for v in reversed(call.visits) if v.outcome == ANSWERED and v.agent == record.agent), None)
        if visit is not None:
            visit.talk_ms += record.talk_ms
            visit.hold_ms += record.hold_ms
        call.talking = False
        return []

    def _held(self, record: records.CallHeld) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms, begins=False)
        if call is not None and (leg := self._last_talk(call, record.agent)) is not None:
            leg.held = True
        return []

    def _transferred(self, record: records.CallTransferred) -> list[Fact]:
        call = self._call(record.call_id, record.at_ms)
        if call is None:
            return []
        if record.kind == "agent" and record.announced:  # they talk already; no queue and no ring of ours between
            leg = self._leg(call, record.call_id, record.target, call.fact.queue, record.at_ms)
            leg.result, leg.connected_ms, leg.handed = TALKED, record.at_ms, True
            call.legs.append(leg)
            call.fact.leg_count += 1
            call.talking = True
        elif record.kind not in ("agent", "queue"):  # these go on waiting: a transfer once somebody takes them
            call.away = True
            if call.in_queue:
                self._leave(call, record.at_ms, records.Outcome.SENT_OUT.value)
            if talked := [leg for leg in call.legs if leg.result == TALKED]:
                talked[-1].transferred = call.fact.transferred = True
        return []

    def _ended(self, record: records.CallEnded) -> list[Fact]:
        seen = record.call_id in self.state.calls
        call = self._call(record.call_id, record.at_ms)
        if call is None:
            return []
        fact = call.fact
        if not seen:
            began_ms = record.at_ms - record.total_ms
            fact.arrived_ms = fact.at_ms = began_ms
            fact.arrived_half_ms, fact.arrived_off_ms, fact.arrived_day = self._halves.of(began_ms)
            fact.half_ms, fact.off_ms, fact.day = self._halves.of(began_ms)
            fact.agent, fact.talk_ms = record.agent, record.talk_ms
        fact.ended_ms, fact.outcome = record.at_ms, record.outcome.value
        fact.asked, fact.queued = record.asked, fact.queued if call.visits else record.queued
        if record.asked:
            fact.wait_ms = record.wait_ms if fact.leg_count == 0 else fact.wait_ms
        fact.queue, fact.call_type = record.queue, record.call_type
        fact.ended_by, fact.detail = record.ended_by, record.detail
        talked = [leg for leg in call.legs if leg.result == TALKED]
        for before, after in itertools.pairwise(talked):
            if before.agent != after.agent:  # a consultation that comes back makes no second talk
                before.transferred = fact.transferred = True
        for leg in call.legs:
            if not leg.result:
                leg.result, leg.ended_ms = GONE, record.at_ms
                leg.rang_ms = max(0, record.at_ms - leg.rang_at_ms)
        if call.in_queue:
            self._leave(call, record.at_ms, "" if fact.outcome == ANSWERED else fact.outcome)
        for visit in call.visits:
            if not visit.outcome and fact.outcome == ANSWERED:  # an agent had sent them there, and nobody took them
                visit.outcome = "abandoned_short" if (visit.wait_ms or 0) <= SHORT_MS else "abandoned"
            visit.outcome = visit.outcome or fact.outcome
            visit.call_type = record.call_type
            visit.transferred = any(
                leg.transferred and leg.agent == visit.agent and leg.queue == visit.queue for leg in talked
            )
        call.ended, call.talking, call.away = True, False, False
        rows: list[Fact] = [fact, *call.visits, *self._placed_scores(call)]
        return rows + self._close(record.call_id, call)

    def _close(self, call_id: str, call: CallSoFar) -> list[Fact]:
        """Give the legs of an ended call out once nobody is in wrap-up for it any more."""
        if not call.ended or call.wrapping:
            return []
        self.state.calls.pop(call_id, None)
        return list(self._placed_legs(call))

    def _placed_legs(self, call: CallSoFar) -> Iterator[LegFact]:
        fact = call.fact
        for leg in call.legs:
            leg.at_ms, leg.half_ms, leg.off_ms, leg.day = fact.at_ms, fact.half_ms, fact.off_ms, fact.day
            leg.call_class, leg.call_type, leg.outcome = fact.call_class, fact.call_type, fact.outcome
            yield leg

    def _placed_scores(self, call: CallSoFar) -> Iterator[ScoreFact]:
        fact = call.fact
        for score in call.scores:
            score.at_ms, score.half_ms, score.off_ms, score.day = fact.at_ms, fact.half_ms, fact.off_ms, fact.day
            score.queue, score.agent = fact.queue, score.agent or fact.agent
            score.groups = self._groups_of(score.agent) if score.agent else ()
            score.call_class, score.call_type = fact.call_class, fact.call_type
            yield score

    def _present_call(self, call: CallSoFar, now: Ms) -> Iterator[Fact]:
        fact = msgspec.structs.replace(call.fact, open=True)
        if not call.ended:
            waits = call.in_queue and fact.leg_count == 0
            if fact.leg_count:
                fact.outcome = ANSWERED
            elif call.away:
                fact.outcome = records.Outcome.SENT_OUT.value
            else:
                fact.outcome = WAITING if call.in_queue else IN_IVR
            if waits and fact.asked_ms is not None:
                fact.wait_ms = now - fact.asked_ms
            yield fact
            for visit in call.visits:
                shown = msgspec.structs.replace(visit, open=True, outcome=visit.outcome or IN_IVR)
                if visit is call.visits[-1] and call.in_queue:
                    shown.outcome, shown.wait_ms = WAITING, now - visit.at_ms
                yield shown
        for leg in self._placed_legs(call):
            shown_leg = msgspec.structs.replace(leg, open=True, outcome=fact.outcome)
            # A talk or wrap-up that goes on has no length yet: it counts when it is over.
            yield shown_leg

    def _coded(self, record: records.CallCoded) -> list[Fact]:
        """A code belongs to its agent's last talk; whether the call is solved the last talk that is coded says."""
        self._touched(record.call_id)
        call = self.state.calls.get(record.call_id)
        if call is not None and (own := self._last_talk(call, record.agent)) is not None:
            own.code = record.code
            if all(later.solved is None for later in call.legs[own.leg :]):
                for earlier in call.legs[: own.leg]:
                    earlier.solved = None
                own.solved = record.solved
        return []

    # --- agents ---

    def _groups_of(self, agent: str) -> tuple[str, ...]:
        status = self.state.agents.get(agent)
        given = status.groups if status is not None else None
        return self._groups.get(agent, ()) if given is None else given

    def _regrouped(self, record: records.AgentRegrouped) -> list[Fact]:
        agent = record.agent
        status = self.state.agents.setdefault(agent, AgentNow(since_ms=record.at_ms))
        rows: list[Fact] = list(self._spans(agent, status, record.at_ms))
        status.since_ms = max(status.since_ms, record.at_ms)
        status.groups = record.groups if record.over_yaml else None
        return rows

    def _agent_changed(self, record: records.AgentStateChanged) -> list[Fact]:
        agent, now = record.agent, record.at_ms
        status = self.state.agents.get(agent)
        if status is None:
            status = self.state.agents[agent] = AgentNow()
        if status.state != record.previous.value:  # what came between was not seen: the record itself says how long
            status.state, status.since_ms, status.reason = record.previous.value, now - record.previous_ms, ""
        rows: list[Fact] = list(self._spans(agent, status, now))
        if status.wrap_leg >= 0:
            rows += self._wrapped_up(status, now)
        status.state, status.since_ms, status.reason = record.state.value, now, record.reason
        if record.state is AgentState.WRAP_UP and (call := self.state.calls.get(record.call_id)) is not None:
            talked = [n for n, leg in enumerate(call.legs) if leg.agent == agent and leg.result == TALKED]
            if talked:
                status.wrap_call, status.wrap_leg, status.wrap_since_ms = record.call_id, talked[-1], now
                call.wrapping.append(talked[-1])
        if record.state is AgentState.SIGNED_OUT and status.groups is None:
            del self.state.agents[agent]
        return rows

    def _wrapped_up(self, status: AgentNow, now: Ms) -> list[Fact]:
        """An agent's wrap-up is over: it belongs to the leg it followed."""
        call_id, index = status.wrap_call, status.wrap_leg
        self._touched(call_id)
        status.wrap_call, status.wrap_leg = "", -1
        call = self.state.calls.get(call_id)
        if call is None or index not in call.wrapping:
            return []
        call.wrapping.remove(index)
        call.legs[index].wrapup_ms += max(0, now - status.wrap_since_ms)
        return self._close(call_id, call)

    def _spans(self, agent: str, status: AgentNow, now: Ms, *, is_open: bool = False) -> Iterator[AgentSpanFact]:
        if status.state == AgentState.SIGNED_OUT.value:
            return
        groups = self._groups_of(agent)
        for start_ms, end_ms, (half_ms, off_ms, day) in self._halves.pieces(status.since_ms, now):
            yield AgentSpanFact(
                at_ms=start_ms,
                half_ms=half_ms,
                off_ms=off_ms,
                day=day,
                open=is_open,
                agent=agent,
                groups=groups,
                state=status.state,
                reason=status.reason,
                start_ms=start_ms,
                end_ms=end_ms,
            )

    # --- beside the calls ---

    def _score(self, record: records.ScoreGiven) -> list[Fact]:
        call = self.state.calls.get(record.call_id)
        half_ms, off_ms, day = self._halves.of(record.at_ms)
        score = ScoreFact(
            at_ms=record.at_ms,
            half_ms=half_ms,
            off_ms=off_ms,
            day=day,
            call_id=record.call_id,
            question=record.question,
            score=record.score,
        )
        if call is None:
            return [score]  # a survey by a call of our own
        if talked := [leg.agent for leg in call.legs if leg.result == TALKED]:
            score.agent = talked[-1]
        call.scores.append(score)
        return list(self._placed_scores(CallSoFar(fact=call.fact, scores=[score]))) if call.ended else []

    def _outbound_rang(self, record: records.OutboundRang) -> list[Fact]:
        half_ms, off_ms, day = self._halves.of(record.at_ms)
        self.state.outbound[record.call_id] = OutboundFact(
            at_ms=record.at_ms,
            half_ms=half_ms,
            off_ms=off_ms,
            day=day,
            call_id=record.call_id,
            purpose=record.purpose,
            ref=record.ref,
            attempt=record.attempt,
        )
        return []

    def _outbound_ended(self, record: records.OutboundEnded) -> list[Fact]:
        fact = self.state.outbound.pop(record.call_id, None)
        if fact is None:
            began_ms = record.at_ms - record.total_ms
            half_ms, off_ms, day = self._halves.of(began_ms)
            fact = OutboundFact(
                at_ms=began_ms,
                half_ms=half_ms,
                off_ms=off_ms,
                day=day,
                call_id=record.call_id,
                purpose=record.purpose,
                ref=record.ref,
            )
        fact.answered, fact.result, fact.total_ms = record.answered, record.result, record.total_ms
        return [fact]

    def _alert(self, record: records.Alert) -> list[Fact]:
        half_ms, off_ms, day = self._halves.of(record.at_ms)
        return [
            AlertFact(
                at_ms=record.at_ms,
                half_ms=half_ms,
                off_ms=off_ms,
                day=day,
                kind=record.kind,
                subject=record.subject,
                call_id=record.call_id,
                detail=record.detail,
            )
        ]


_FOLDS: dict[type[Record], Callable[[Facts, Any], list[Fact]]] = {
    records.CallReceived: Facts._received,
    records.LineAnswered: Facts._line_answered,
    records.MenuStep: Facts._menu_step,
    records.CallQueued: Facts._queued,
    records.QueueLeft: Facts._queue_left,
    records.AgentRang: Facts._rang,
    records.AgentMissed: Facts._missed,
    records.CallConnected: Facts._connected,
    records.TalkEnded: Facts._talk_ended,
    records.CallHeld: Facts._held,
    records.CallTransferred: Facts._transferred,
    records.CallEnded: Facts._ended,
    records.AgentRegrouped: Facts._regrouped,
    records.AgentStateChanged: Facts._agent_changed,
    records.CallCoded: Facts._coded,
    records.ScoreGiven: Facts._score,
    records.OutboundRang: Facts._outbound_rang,
    records.OutboundEnded: Facts._outbound_ended,
    records.Alert: Facts._alert,
}
