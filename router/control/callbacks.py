"""Pure: callbacks from booking to their end: the place they keep, when they go in line, tries, and their records."""

from typing import Any

import msgspec

from router.acd.callback import PURPOSE, Callback, CallbackEvent, CallbackState
from router.acd.spec import CallClass, Queue
from router.acd.standing import strongest
from router.acd.waiting import Waiting
from router.control.call import Call
from router.control.callback_checks import CallbackChecks
from router.control.desk import CallbackOver, Desk
from router.control.ending import Ending
from router.core import records
from router.core.ids import AgentId, CallId, Ms, QueueName
from router.core.lines import Party
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr.orders import Reply

BRIEF_MS: Ms = 30_000
"""How long a callback rests after a try that came to nothing for no fault of the customer's."""
_SHOWN_LENGTH = 40

_UNCOUNTED = frozenset({"agent_left", "caller_rang", "connect_failed", "not_dialable"})
"""Results that say nothing of the customer: the try does not count."""
_DIALLED = frozenset(
    {CallbackState.DIALLING_CUSTOMER, CallbackState.CONFIRMING, CallbackState.LIVE, CallbackState.TALKING}
)
_ON_THE_LINE = _DIALLED - {CallbackState.DIALLING_CUSTOMER}
IN_LINE = frozenset({CallbackState.PARKED, CallbackState.WAITING})
"""States in which nobody is being rung for a callback."""


class Callbacks:
    """The promises to call back. One is open per number and queue at most."""

    def __init__(self, desk: Desk, ending: Ending) -> None:
        self._desk = desk
        self._ending = ending
        self.checks = CallbackChecks(desk)
        self._open = {(cb.number, cb.queue): cb.id for cb in desk.state.callbacks.values()}

    # --- booking ---

    def book(
        self,
        turn: Turn,
        queue: str,
        raw: str,
        *,
        call: Call | None = None,
        place: Waiting | None = None,
        at_ms: Ms = 0,
        why: str = "",
        agent: str = "",
        round_name: str = "",
        by: str = "",
    ) -> Reply:
        """Promise a callback to a number, at a place (that of a call that waits) or behind those who wait now.

        Replies ``ok`` or, where one is open for this number and queue, ``open``, with its id as ``callback``; else the
        reason of a :class:`router.core.records.CallbackRefused`, and nothing is stored.
        """
        number, dial, reason = self.checks.judged(turn, queue, raw, at_ms)
        if reason:
            return self._refuse(turn, queue, raw, reason, call, by)
        name = QueueName(queue)
        if (known := self._open.get((number, name))) is not None:
            return Reply(status="open", fields={"callback": known})
        if not round_name and (limit := self.checks.limit(turn, name, number)):
            return self._refuse(turn, queue, raw, limit, call, by)
        cb = self._make(turn, name, number, dial, call, place, at_ms)
        cb.why, cb.agent, cb.round, cb.booked_by = why, agent, round_name, by or (call.id if call else "")
        if agent:
            cb.place.sticky = agent
        self._keep(turn, cb, call)
        return Reply(status="ok", fields={"callback": cb.id})

    def judge(self, turn: Turn, queue: str, raw: str, at_ms: Ms = 0) -> str:
        """Say why a callback could not be booked so; "" where it could, or is open already."""
        number, _, reason = self.checks.judged(turn, queue, raw, at_ms)
        if reason or (number, queue) in self._open:
            return reason
        return self.checks.limit(turn, QueueName(queue), number)

    def refuse(self, turn: Turn, call: Call, queue: str, raw: str, reason: str) -> None:
        """Keep it visible that a caller was refused a callback."""
        self._refuse(turn, queue, raw, reason, call, "")

    def open_for(self, number: str, queue: str) -> Callback | None:
        """Return the open callback of a number in a queue, or None."""
        found = self._open.get((number, QueueName(queue)))
        return None if found is None else self._desk.state.callbacks[found]

    def _make(
        self, turn: Turn, queue: QueueName, number: str, dial: str, call: Call | None, place: Waiting | None, at_ms: Ms
    ) -> Callback:
        desk, site = self._desk, self._desk.site
        desk.state.task_count += 1
        name = f"{site.name}.k{desk.state.task_count}"
        spec = site.floor.queues[queue]
        call_class = self._class(number, call)
        if place is None:
            desk.state.wait_seq += 1
            asked_at = (call.asked_at if call is not None else 0) or turn.now
            place = Waiting(
                call=CallId(name),
                queue=queue,
                tier=call_class.tier,
                key_ms=asked_at - call_class.head_start_ms - spec.weight_ms,
                seq=desk.state.wait_seq,
                asked_at=asked_at,
                privileged=not spec.reserve_count or call_class.tier == 0 or call_class.name in spec.reserve_for,
            )
        else:
            place = msgspec.structs.replace(place, call=CallId(name), offered=0, attempt=0, tried=[], round=1)
            place.senior_groups, place.sticky = (), ""
        place.patient = True
        if at_ms:
            place.key_ms = at_ms
        cb = Callback(
            id=name,
            queue=queue,
            number=number,
            dial=dial,
            place=place,
            call_class=call_class.name,
            language=site.language,
            booked_ms=turn.now,
            at_ms=at_ms,
        )
        if call is not None:
            cb.language = call.session.language if call.session is not None else site.language
            cb.tag, cb.did, cb.data = call.tag, call.did, dict(call.data)
            cb.record_talk, cb.consent, cb.why = call.record_talk, call.consent, call.show
        return cb

    def _class(self, number: str, call: Call | None) -> CallClass:
        site = self._desk.site
        if call is not None and call.call_class:
            return site.floor.classes.get(call.call_class, CallClass(name=call.call_class))
        customer = site.customers.get(number)
        known = self._desk.known_classes(call) if call is not None else customer.classes if customer else ()
        return strongest(known, site.floor.classes)

    def _keep(self, turn: Turn, cb: Callback, call: Call | None) -> None:
        """It is promised: from here on it survives everything."""
        desk, rules = self._desk, self.checks.rules(cb.queue)
        first = self.checks.opening(cb.queue, max(turn.now, cb.at_ms))
        cb.expires_ms = (turn.now if first is None else first) + rules.expire_ms
        desk.state.callbacks[cb.id] = cb
        self._open[(cb.number, cb.queue)] = cb.id
        if not cb.round:
            desk.state.callback_times.append((cb.number, cb.queue, turn.now))
        turn.note(
            records.CallbackBooked,
            callback=cb.id,
            call_id=call.id if call is not None else "",
            queue=cb.queue,
            number=cb.number,
            caller=(call.caller.number or call.caller.raw) if call is not None else "",
            call_class=cb.call_class,
            asked_at_ms=cb.place.asked_at,
            head_start_ms=cb.place.asked_at - cb.place.key_ms if not cb.at_ms else 0,
            position=desk.matcher.position(cb.place) if first == turn.now else 0,
            due_ms=cb.at_ms,
            expires_ms=cb.expires_ms,
            agent_first=rules.agent_first,
            by=cb.booked_by,
        )
        desk.timers.set(f"callback:{cb.id}", "expire", cb.expires_ms)
        self._wake_at(turn, cb, max(turn.now, cb.at_ms), "booked")

    def _refuse(self, turn: Turn, queue: str, raw: str, reason: str, call: Call | None, by: str) -> Reply:
        typed = "".join(mark for mark in raw if mark.isprintable())[:_SHOWN_LENGTH]
        call_id = call.id if call is not None else ""
        turn.note(records.CallbackRefused, call_id=call_id, queue=queue, number=typed, reason=reason, by=by)
        return Reply(status=reason)

    # --- when it may be dialled ---

    def _wake_at(
        self, turn: Turn, cb: Callback, at: Ms, why: str, previous: CallbackState = CallbackState.PARKED
    ) -> None:
        """Let a parked callback go in line at a moment, or when the queue opens after it."""
        if cb.queue not in self._desk.site.floor.queues:
            self._without_queue(turn, cb)
            return
        opens = self.checks.opening(cb.queue, at)
        if opens is not None and opens <= turn.now:
            self._wake(turn, cb, why)
            return
        cb.wake_ms = max(cb.expires_ms if opens is None else opens, turn.now + 1_000)
        self._desk.timers.set(f"callback:{cb.id}", "wake", cb.wake_ms)
        self._note_moved(turn, cb, previous, why)

    def _wake(self, turn: Turn, cb: Callback, why: str) -> None:
        cb.wake_ms = 0
        queue = self._desk.site.floor.queues[cb.queue]
        waited_ms = turn.now - cb.place.asked_at
        reached = [
            n for n, step in enumerate(queue.steps, 1) if step.after_ms is not None and step.after_ms <= waited_ms
        ]
        cb.place.step = min(max([cb.place.step, *reached]), len(queue.steps))
        if cb.place.sticky and not self._serves(cb.place.sticky, queue):
            cb.place.sticky = ""
        self._go(turn, cb, CallbackEvent.WOKEN, why)
        self._desk.matcher.add(cb.place)

    def _serves(self, agent: str, queue: Queue) -> bool:
        return any(status.number == agent for status in self._desk.matcher.serving(queue.name))

    def park(self, turn: Turn, cb: Callback, at: Ms, why: str) -> None:
        """Take a callback out of the line until a moment; its place stays."""
        previous = cb.state
        self._leave_line(cb)
        cb.apply(CallbackEvent.HELD_BACK)
        opens = self.checks.opening(cb.queue, at)
        cb.wake_ms = max(cb.expires_ms if opens is None else opens, turn.now + 1_000)
        self._desk.timers.set(f"callback:{cb.id}", "wake", cb.wake_ms)
        self._note_moved(turn, cb, previous, why)

    # --- time ---

    def timer(self, turn: Turn, name: str, kind: str) -> None:
        """A callback is to go in line (``wake``) or is given up (``expire``)."""
        cb = self._desk.state.callbacks[name]
        if kind == "wake" and cb.state is CallbackState.PARKED and cb.live is None:
            self._wake_at(turn, cb, turn.now, "due")
        elif kind == "expire" and cb.state in IN_LINE and cb.live is None:
            self.end(turn, cb, CallbackEvent.EXPIRED, "time")
        elif kind == "widen":
            self._widen(cb)
        # Else it is being tried: when that comes to nothing it is given up then.

    def _widen(self, cb: Callback) -> None:
        """It has waited long enough for one agent: anybody may take it."""
        if cb.state is CallbackState.WAITING:
            self._desk.matcher.regroup(cb.place.call, widen=True)
        else:
            cb.place.sticky = ""

    # --- tries ---

    def tried(self, turn: Turn, call: Call, result: str) -> None:
        """A call of ours for a callback is over."""
        cb = self._desk.state.callbacks.get(call.ref)
        if cb is None or cb.call != call.id:
            return
        dialled = cb.state in _DIALLED
        talked = cb.state is CallbackState.TALKING and not call.mark
        result = "kept" if talked else call.mark or result
        counted = dialled and result not in _UNCOUNTED
        self._note_try(turn, cb, call, result, dialled=dialled, counted=counted)
        cb.call, cb.last = None, result
        self.release(cb)
        cb.tries += counted
        if talked:
            cb.agent = call.agent or ""
            self.end(turn, cb, CallbackEvent.TALKED, "", to_talk_ms=call.connected_at - cb.booked_ms)
        elif result == "not_wanted":
            self.end(turn, cb, CallbackEvent.CANCELLED, result, by="customer")
        elif result == "no_agent":
            self._go(turn, cb, CallbackEvent.NO_AGENT, result)
            if turn.now >= cb.expires_ms:
                self.end(turn, cb, CallbackEvent.EXPIRED, "time")
            else:
                self._desk.matcher.add(cb.place)
        elif dialled and cb.tries >= self.checks.rules(cb.queue).tries:
            self.end(turn, cb, CallbackEvent.EXPIRED, "tries")
        elif dialled and turn.now >= cb.expires_ms:
            self.end(turn, cb, CallbackEvent.EXPIRED, "time")
        else:
            previous = cb.state
            cb.apply(CallbackEvent.NOT_REACHED)
            rest_ms = self.checks.rules(cb.queue).spacing_ms if counted else BRIEF_MS
            self._wake_at(turn, cb, turn.now + rest_ms, result, previous)

    def release(self, cb: Callback) -> None:
        """The agent who was kept for a callback is kept no longer."""
        held, cb.held = cb.held, ""
        if held:
            self._desk.agents.hold(AgentId(held), "")

    def release_for_emergencies(self) -> None:
        """No agent is kept free for a callback while an emergency waits."""
        if any(waiting.tier == 0 and not waiting.offered for waiting in self._desk.state.waiting.values()):
            for cb in self._desk.state.callbacks.values():
                self.release(cb)

    # --- the caller rings again ---

    def taken_up(self, turn: Turn, call: Call, waiting: Waiting) -> None:
        """A caller asks for a person who has an open callback here: it rests, and they wait at its place."""
        cb = self.open_for(call.caller.number or "", waiting.queue)
        if cb is None or cb.live is not None or cb.at_ms > turn.now or cb.state in _ON_THE_LINE:
            return
        if cb.call is not None:
            ours = self._desk.state.calls[cb.call]
            self._ending.end(turn, ours, Outcome.SELF_SERVED, "router", "caller_rang")
            self.tried(turn, ours, "caller_rang")
        previous = cb.state
        if cb.state is CallbackState.WAITING:
            self._leave_line(cb)
            cb.apply(CallbackEvent.HELD_BACK)
        if cb.state is not CallbackState.PARKED:
            return
        self._desk.timers.cancel(f"callback:{cb.id}", "wake")
        cb.live, call.own_callback, cb.wake_ms = call.id, cb.id, 0
        if cb.place.key < waiting.key:
            waiting.tier, waiting.key_ms, waiting.seq = cb.place.key
        self._note_moved(turn, cb, previous, "caller_rang")

    def caller_done(self, turn: Turn, callback: str, call: Call, outcome: Outcome) -> None:
        """The call of somebody who had rung again is over: the callback is done with, or goes on."""
        cb = self._desk.state.callbacks.get(callback)
        if cb is None or cb.live != call.id:
            return
        if outcome in (Outcome.ANSWERED, Outcome.SENT_OUT):
            cb.agent = call.agent or ""
            self.end(turn, cb, CallbackEvent.TAKEN_UP, outcome.value, to_talk_ms=turn.now - cb.booked_ms)
            return
        cb.live = None
        if turn.now >= cb.expires_ms:
            self.end(turn, cb, CallbackEvent.EXPIRED, "time")
        else:
            self._wake_at(turn, cb, turn.now + BRIEF_MS, "caller_left")

    # --- people want ---

    def try_now(self, turn: Turn, cb: Callback, why: str) -> None:
        """Let a parked callback go in line at once, or when its queue opens."""
        self._desk.timers.cancel(f"callback:{cb.id}", "wake")
        self._wake_at(turn, cb, turn.now, why)

    def cancel(self, turn: Turn, cb: Callback, why: str, by: str) -> None:
        """Call nobody back: a try under way is ended. One in talk is just being kept: nothing is left to cancel."""
        if cb.state is CallbackState.TALKING:
            return
        ours = self._desk.state.calls.get(cb.call) if cb.call is not None else None
        if ours is not None:
            dialled = cb.state in _DIALLED
            self._note_try(turn, cb, ours, "cancelled", dialled=dialled, counted=False)
            cb.call = None
            self._ending.end(turn, ours, Outcome.SELF_SERVED, "router", "cancelled")
        self.end(turn, cb, CallbackEvent.CANCELLED, why, by=by)

    def mark(self, turn: Turn, call: Call) -> None:
        """An agent heard a machine: the talk is over and the callback is tried again later."""
        call.mark = "voicemail"
        self._ending.end(turn, call, Outcome.ANSWERED, "agent", call.mark)

    def site_changed(self, turn: Turn) -> None:
        """Callbacks of queues that a new version of the site no longer has cannot be kept; the supervisor is told."""
        for cb in list(self._desk.state.callbacks.values()):
            if cb.queue not in self._desk.site.floor.queues and cb.state in IN_LINE:
                self._without_queue(turn, cb)

    def _without_queue(self, turn: Turn, cb: Callback) -> None:
        turn.note(records.Alert, kind="callback_without_queue", subject=cb.number, call_id="", detail=cb.queue)
        self.end(turn, cb, CallbackEvent.CANCELLED, "queue_removed", by="publish")

    # --- the end and the records ---

    def end(
        self, turn: Turn, cb: Callback, event: CallbackEvent, why: str, *, by: str = "", to_talk_ms: Ms = 0
    ) -> None:
        """A callback is over: its terminal record, and it is forgotten."""
        self._leave_line(cb)
        self.release(cb)
        cb.apply(event)
        self._desk.timers.cancel_all(f"callback:{cb.id}")
        del self._desk.state.callbacks[cb.id]
        del self._open[(cb.number, cb.queue)]
        if cb.live is not None and (caller := self._desk.state.calls.get(cb.live)) is not None:
            caller.own_callback = ""
        self._desk.callbacks_over.append(CallbackOver(cb.id, cb.number, cb.state.value, cb.round))
        turn.note(
            records.CallbackEnded,
            callback=cb.id,
            queue=cb.queue,
            number=cb.number,
            result=cb.state.value,
            why=why,
            tries=cb.tries,
            agent=cb.agent,
            span_ms=turn.now - cb.booked_ms,
            to_talk_ms=to_talk_ms,
            round_name=cb.round,
            by=by,
        )
        if event is CallbackEvent.EXPIRED:
            turn.note(records.Alert, kind="callback_expired", subject=cb.number, call_id="", detail=f"{cb.queue} {why}")

    def go(self, turn: Turn, cb: Callback, event: CallbackEvent, why: str = "") -> None:
        """Move a callback on and note it."""
        self._go(turn, cb, event, why)

    def leave_line(self, cb: Callback) -> None:
        """It is being dialled: it stands in line no longer."""
        self._leave_line(cb)

    def _leave_line(self, cb: Callback) -> None:
        if cb.state is CallbackState.WAITING and self._desk.matcher.knows(cb.place):
            self._desk.matcher.remove(cb.place.call)

    def _go(self, turn: Turn, cb: Callback, event: CallbackEvent, why: str) -> None:
        previous = cb.state
        cb.apply(event)
        self._note_moved(turn, cb, previous, why)

    def _note_moved(self, turn: Turn, cb: Callback, previous: CallbackState, why: str) -> None:
        turn.note(
            records.CallbackMoved,
            callback=cb.id,
            queue=cb.queue,
            state=cb.state.value,
            previous=previous.value,
            why=why,
            until_ms=cb.wake_ms if cb.state is CallbackState.PARKED and cb.live is None else 0,
            call_id=cb.call or cb.live or "",
        )

    def _note_try(self, turn: Turn, cb: Callback, call: Call, result: str, *, dialled: bool, counted: bool) -> None:
        turn.note(
            records.CallbackTryEnded,
            callback=cb.id,
            call_id=call.id,
            queue=cb.queue,
            attempt=cb.attempts,
            result=result,
            dialled=dialled,
            counted=counted,
            agent=call.agent or cb.held or cb.agent,
            talk_ms=call.talk_ms,
        )

    def rows(self, now: Ms) -> list[dict[str, Any]]:
        """Every open callback as plain data, in the order of their places."""
        rows = []
        for cb in sorted(self._desk.state.callbacks.values(), key=lambda one: (one.queue, one.place.key)):
            waiting = cb.state is CallbackState.WAITING
            rows.append(
                {
                    "callback": cb.id,
                    "queue": cb.queue,
                    "number": cb.number,
                    "state": cb.state.value,
                    "call_class": cb.call_class,
                    "position": self._desk.matcher.position(cb.place) if waiting else 0,
                    "booked_ms": cb.booked_ms,
                    "asked_at_ms": cb.place.asked_at,
                    "due_ms": cb.at_ms,
                    "wake_ms": cb.wake_ms,
                    "expires_ms": cb.expires_ms,
                    "tries": cb.tries,
                    "attempts": cb.attempts,
                    "last": cb.last,
                    "agent": cb.agent or cb.held,
                    "why": cb.why,
                    "call": cb.call or cb.live or "",
                    "by": cb.booked_by,
                    "round": cb.round,
                }
            )
        return rows


def party_of(cb: Callback) -> Party:
    """Whom a callback rings."""
    return Party(kind="outside", number=cb.dial)


def is_callback(call: Call) -> bool:
    """Say whether a call of ours is one for a callback."""
    return call.purpose == PURPOSE
