"""Pure: entering a queue, waiting in it and being given back: classes and places, the rules at each end, steps."""

from router.acd.agent import AWAY
from router.acd.spec import CallClass, Queue, need_text
from router.acd.standing import STANDARD, class_of, strongest
from router.acd.waiting import Waiting
from router.control import waits
from router.control.announcing import ANNOUNCE
from router.control.call import Call, CallEvent, LegFor, LegStage, Stage
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.control.overflow import Overflowing, Rule
from router.core import records
from router.core.commands import HangUpReason
from router.core.ids import AgentId, Ms, QueueName
from router.core.turn import Turn
from router.ivr.effects import Enqueue
from router.ivr.orders import Reply

_ON_ASKED = CallEvent.ASKED
OFFER_DUE = "offer:due"
"""The name of a waiting call's timer for the next offer."""


class Queueing:
    """Callers who ask for a person, as long as no phone rings for them."""

    def __init__(self, desk: Desk, callbacks: Callbacks) -> None:
        self._desk = desk
        self._callbacks = callbacks
        self.overflowing = Overflowing(desk, self._is_closed)
        self.overflowing.estimate = self._estimate_ms

    def ask(self, turn: Turn, call: Call, effect: Enqueue) -> Reply | None:
        """The caller asks for a person. Returns the reply where the queue does not take them."""
        desk = self._desk
        asked_before = bool(call.asked_at)
        call.asked_at = call.asked_at or turn.now
        call.queue, call.call_class = QueueName(effect.queue), self._furthest(call, effect)
        queue, call.need = desk.queue_of(call), tuple(sorted(effect.skills))
        waiting = self._waiting(turn, call, queue, effect)
        while queue.overflow and (rule := self.overflowing.on_asking(turn, call, queue, waiting)) is not None:
            self.overflowing.passed_on(turn, call, rule, queued=False)
            if rule.rule.to_kind == "groups":
                waiting.more_groups += rule.rule.groups
            elif rule.rule.to_kind == "queue":
                queue, waiting = self._in_queue(turn, call, waiting, rule)
            else:
                return self.overflowing.reply(rule.rule)
        if waiting.tier and (refusal := self._refusal(turn, call, queue, waiting)):
            return Reply(status=refusal)
        desk.state.wait_seq += 1
        desk.stop_playback(turn, call)
        if desk.state.callbacks and waiting.tier:
            self._callbacks.taken_up(turn, call, waiting)
        call.apply(_ON_ASKED)
        self._wait(turn, call, queue, waiting, asked_before=asked_before)
        if not waiting.tier:
            desk.timers.set(f"call:{call.id}", "alarm", turn.now + queue.alarm_after_ms)
        return None

    def _wait(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting, *, asked_before: bool) -> None:
        """A call stands in a queue from now on."""
        desk = self._desk
        desk.state.waiting[call.id] = waiting
        queued = not desk.matcher.add(waiting)
        call.queued = queued or (asked_before and call.queued)
        self._arm(turn, call, queue, waiting)
        if turn.wants(records.CallQueued):
            self._note_queued(turn, call, queue, waiting, queued)
        self._entertain(turn, call, queue, waiting)

    def _in_queue(self, turn: Turn, call: Call, waiting: Waiting, rule: Rule) -> tuple[Queue, Waiting]:
        """Where and how a call stands that is passed on to another queue: at its place there, or at the end."""
        desk = self._desk
        call.passed.append(call.queue)
        call.queue = rule.rule.queue
        queue = desk.queue_of(call)
        call_class = class_of(call.call_class, desk.site_of(call).floor.classes)
        kept = rule.rule.keep_place
        if not kept:
            desk.state.wait_seq += 1
        return queue, Waiting(
            call=call.id,
            queue=queue.name,
            need=waiting.need,
            tier=waiting.tier,
            key_ms=waiting.key_ms if kept else turn.now - call_class.head_start_ms - queue.weight_ms,
            seq=waiting.seq if kept else desk.state.wait_seq,
            asked_at=waiting.asked_at if kept else turn.now,
            since=turn.now,
            patient=waiting.patient,
            privileged=not queue.reserve_count or call_class.tier == 0 or call_class.name in queue.reserve_for,
        )

    def _pass_on(self, turn: Turn, call: Call, rule: Rule) -> Reply | None:
        """A queue passes a waiting caller on. Returns the reply where the flow goes on."""
        desk, old = self._desk, self._desk.state.waiting[call.id]
        self.overflowing.passed_on(turn, call, rule, queued=True)
        if rule.rule.to_kind == "groups":
            desk.matcher.regroup(call.id, more_groups=rule.rule.groups)
            return None
        if rule.rule.to_kind != "queue":
            return self._give_back(turn, call, self.overflowing.reply(rule.rule))
        self._disarm(call)
        waits.broken_off(desk, turn, call, lost_patience=False)
        desk.stop_playback(turn, call)
        desk.leave_queue(call)
        music = desk.queue_of(call).music
        queue, waiting = self._in_queue(turn, call, old, rule)
        if call.music and queue.music == music:
            self._wait(turn, call, queue, waiting, asked_before=True)
            desk.needs_music.pop(call.id, None)
            return None
        self._desk.stop_music(turn, call)
        self._wait(turn, call, queue, waiting, asked_before=True)
        return None

    def changed(self, turn: Turn, why: str) -> list[tuple[Call, Reply]]:
        """There is ``nobody`` any more for some queues, or they close (``closing``): callers are passed on."""
        given: list[tuple[Call, Reply]] = []
        for call, rule in self.overflowing.on_change(turn, why):
            reply = self._pass_on(turn, call, rule)
            if reply is not None:
                given.append((call, reply))
        return given

    def _estimate_ms(self, turn: Turn, call: Call, waiting: Waiting) -> Ms | None:
        """How long somebody who enters a call's queue now will wait; None where that is not known well enough."""
        return waits.estimate_ms(self._desk, turn.now, self._desk.site_of(call).floor.queues[waiting.queue])

    def _note_queued(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting, queued: bool) -> None:
        desk = self._desk
        desk.note_call(
            turn,
            call,
            records.CallQueued,
            queue=queue.name,
            call_class=call.call_class,
            position=desk.matcher.position(waiting),
            waiting=desk.matcher.length(queue.name),
            queued=queued,
            head_start_ms=waiting.asked_at - waiting.key_ms,
            emergency=waiting.tier == 0,
            need=need_text(waiting.need),
            kept_for=waiting.sticky or " ".join(waiting.senior_groups),
            passed_over=desk.passed_over(waiting, ringing=False) if queued and turn.wants(records.AgentRang) else {},
            waited_ms=turn.now - call.asked_at,
        )

    def ask_again(self, turn: Turn, call: Call, name: QueueName, kept_for: AgentId) -> None:
        """An agent sent the caller to a queue (and there to one agent at first), or a transfer came to nothing.

        They keep the key of when they asked, so those who came later stay behind them; no rule gives them back, for
        their flow is over.
        """
        desk = self._desk
        call.queue, call.sent_at = name, turn.now
        queue = desk.queue_of(call)
        effect = Enqueue(queue=name, call_class=call.call_class, skills=call.need, sticky=kept_for)
        waiting = self._waiting(turn, call, queue, effect)
        if kept_for:
            waiting.sticky = kept_for
        desk.state.wait_seq += 1
        call.apply(CallEvent.SENT_BACK)
        desk.state.waiting[call.id] = waiting
        call.queued = not desk.matcher.add(waiting)
        if waiting.sticky:
            desk.timers.set(f"call:{call.id}", "widen", turn.now + (queue.sticky_ms or queue.answer_within_ms))
        if not waiting.tier:
            desk.timers.set(f"call:{call.id}", "alarm", turn.now + queue.alarm_after_ms)
        self._arm_step(call, queue, waiting)
        self._note_queued(turn, call, queue, waiting, call.queued)
        self._entertain(turn, call, queue, waiting)

    def _entertain(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting) -> None:
        """What a caller who begins to wait hears: music, and announcements in time."""
        waits.entered(self._desk, turn, call, waiting, queue)
        if queue.offer is not None and waiting.tier and queue.offer.first_look_ms:
            self._desk.timers.set(f"call:{call.id}", OFFER_DUE, turn.now + queue.offer.first_look_ms)
        if queue.announcements is not None:
            self._desk.timers.set(f"call:{call.id}", ANNOUNCE, turn.now + queue.announcements.first_after_ms)
        self._desk.want_music(call)

    def _waiting(self, turn: Turn, call: Call, queue: Queue, effect: Enqueue) -> Waiting:
        """How a call will wait: its place, and who may serve it."""
        desk = self._desk
        call_class = class_of(call.call_class, desk.site_of(call).floor.classes)
        seniors = call_class.senior_groups if call_class.senior_for_ms else ()
        return Waiting(
            call=call.id,
            queue=queue.name,
            need=(call.need,),
            tier=call_class.tier,
            key_ms=call.asked_at - call_class.head_start_ms - queue.weight_ms,
            seq=desk.state.wait_seq + 1,
            asked_at=call.asked_at,
            since=turn.now,
            senior_groups=seniors if seniors and desk.matcher.anybody_of(seniors) else (),
            sticky=effect.sticky if self._may_wait_for(effect.sticky, queue, call_class) else "",
            privileged=not queue.reserve_count or call_class.tier == 0 or call_class.name in queue.reserve_for,
        )

    def _may_wait_for(self, agent: str, queue: Queue, call_class: CallClass) -> bool:
        """Say whether a caller is kept for one agent for a while: one in service, and never in an emergency."""
        if not agent or not queue.sticky_ms or call_class.tier == 0:
            return False
        serving = self._desk.matcher.serving(queue.name)
        return any(status.number == agent and status.state not in AWAY for status in serving)

    def _furthest(self, call: Call, effect: Enqueue) -> str:
        """Which of a caller's classes puts them furthest ahead."""
        classes = self._desk.site_of(call).floor.classes
        named = [name for name in (effect.call_class, *effect.classes) if name != STANDARD]
        return strongest(named or self._desk.known_classes(call), classes).name

    def _refusal(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting) -> str:
        """Why a queue does not take a call that is no emergency; "" where it does."""
        matcher = self._desk.matcher
        if self._is_closed(turn, call, queue):
            return "closed"
        if not queue.join_empty and not matcher.is_served(queue.name):
            return "nobody"
        full = queue.capacity is not None and matcher.waits_unoffered(queue.name) >= queue.capacity
        return "full" if full and not matcher.has_idle(waiting) else ""

    def _is_closed(self, turn: Turn, call: Call, queue: Queue) -> bool:
        """Whether a queue takes no calls now: by its hours, or because a supervisor has closed it."""
        if queue.name in self._desk.state.floor.closed:
            return True
        calendar = self._desk.site_of(call).hours.get(queue.hours)
        if calendar is None:
            return False
        return not calendar.is_open(calendar.local(turn.now, self._desk.site_of(call).clock.at(turn.now)))

    def closed(self, turn: Turn) -> list[tuple[Call, Reply]]:
        """Queues that have closed and keep nobody give their callers back, those just being rung excepted."""
        given: list[tuple[Call, Reply]] = []
        for waiting in list(self._desk.state.waiting.values()):
            call = self._desk.state.calls[waiting.call]
            queue = self._desk.queue_of(call)
            may_leave = waiting.tier and call.session is not None and call.stage is Stage.WAITING
            leaves = may_leave and not queue.keep_at_closing
            if leaves and self._is_closed(turn, call, queue):
                given.append((call, self._give_back(turn, call, Reply(status="closed"))))
        return given

    def _closes_in_ms(self, turn: Turn, call: Call, queue: Queue) -> Ms | None:
        """How long a queue stays open by its hours; None where that does not matter to a caller who waits."""
        return None if queue.keep_at_closing else self._changes_in_ms(turn, call, queue)

    def _changes_in_ms(self, turn: Turn, call: Call, queue: Queue) -> Ms | None:
        """How long until a queue opens or closes by its hours; None where it never does."""
        site = self._desk.site_of(call)
        calendar = site.hours.get(queue.hours)
        if calendar is None:
            return None
        minutes = calendar.next_change(calendar.local(turn.now, site.clock.at(turn.now)))
        return None if minutes is None else minutes * 60_000 - turn.now % 60_000

    def _arm(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting) -> None:
        """Set the timers of a call that begins to wait."""
        owner, timers = f"call:{call.id}", self._desk.timers
        if queue.overflow:
            self.overflowing.arm(turn, call, queue, waiting, self._changes_in_ms(turn, call, queue))
        if queue.max_wait_ms and waiting.tier:
            timers.set(owner, "max_wait", turn.now + queue.max_wait_ms)
        if waiting.tier and (closes_in_ms := self._closes_in_ms(turn, call, queue)) is not None:
            timers.set(owner, "closing", turn.now + closes_in_ms)
        kept_ms = [queue.sticky_ms] if waiting.sticky else []
        if waiting.senior_groups:
            kept_ms.append(self._desk.site_of(call).floor.classes[call.call_class].senior_for_ms)
        if kept_ms:
            timers.set(owner, "widen", turn.now + min(kept_ms))
        self._arm_step(call, queue, waiting)

    def _arm_step(self, call: Call, queue: Queue, waiting: Waiting) -> None:
        if not queue.steps:  # as in most queues: saves 0.4 % of a simulated call
            return
        for number, step in enumerate(queue.steps[waiting.step :], waiting.step + 1):
            if step.after_ms is not None:
                self._desk.timers.set(f"call:{call.id}", f"step:{number}", waiting.asked_at + step.after_ms)
                return

    def timer(self, turn: Turn, call: Call, name: str) -> Reply | None:
        """A timer of a waiting call fired. Returns the reply where the queue gives the caller back to the flow."""
        kind, _, number = name.partition(":")
        match kind:
            case "widen":
                self._desk.matcher.regroup(call.id, widen=True)
            case "step":
                self._desk.matcher.regroup(call.id, step=int(number))
                self._arm_step(call, self._desk.queue_of(call), self._desk.state.waiting[call.id])
            case "overflow":
                rule = self.overflowing.on_timer(turn, call, int(number))
                return None if rule is None else self._pass_on(turn, call, rule)
            case "max_wait" | "closing" if call.stage is Stage.WAITING:
                return self._give_back(turn, call, Reply(status="timeout" if kind == "max_wait" else "closed"))
            case _:
                # A phone rings for them in this very moment: they stay, and are given back if it is not taken.
                self._desk.timers.set(f"call:{call.id}", kind, turn.now + 1_000)
        return None

    def _disarm(self, call: Call) -> None:
        """Take the timers of waiting off a call; an emergency's alarm stays."""
        queue = self._desk.queue_of(call)
        for name in (
            "max_wait",
            "closing",
            "widen",
            ANNOUNCE,
            OFFER_DUE,
            *(f"step:{n}" for n in range(1, len(queue.steps) + 1)),
        ):
            self._desk.timers.cancel(f"call:{call.id}", name)
        self.overflowing.disarm(call, queue)

    def _give_back(self, turn: Turn, call: Call, reply: Reply) -> Reply:
        """The queue keeps the call no longer: its flow goes on."""
        self._disarm(call)
        self._desk.timers.cancel(f"call:{call.id}", "offer:key")
        call.offer = call.offer if reply.status == "callback" else None
        waits.broken_off(self._desk, turn, call, lost_patience=False)
        self._desk.stop_playback(turn, call)
        self._desk.leave_queue(call)
        call.wait_ms = turn.now - call.asked_at
        self._desk.stop_music(turn, call)
        call.apply(CallEvent.GIVEN_BACK)
        self._desk.note_call(
            turn, call, records.QueueLeft, queue=call.queue, why=reply.status, wait_ms=turn.now - call.asked_at
        )
        return reply

    def give_up_place(self, turn: Turn, call: Call, why: str) -> Reply:
        """The caller has chosen something else than to wait; a phone that rings for them stops: answered elsewhere."""
        for leg in self._desk.legs_of(call):
            if leg.purpose is LegFor.AGENT and leg.stage in (LegStage.DIALLING, LegStage.RINGING):
                leg.releases = True
                self._desk.close_leg(turn, leg, HangUpReason.ELSEWHERE)
                for name in ("reach", "ring"):
                    self._desk.timers.cancel(f"call:{call.id}", f"{name}:{leg.id}")
        if call.stage is Stage.OFFERED:
            call.apply(CallEvent.NOT_TAKEN)
        return self._give_back(turn, call, Reply(status=why))

    def staff_left(self, turn: Turn) -> list[tuple[Call, Reply]]:
        """Nobody is signed in any more: queues that do not keep callers then give them back."""
        given: list[tuple[Call, Reply]] = []
        for waiting in list(self._desk.state.waiting.values()):
            call = self._desk.state.calls[waiting.call]
            queue = self._desk.queue_of(call)
            may_leave = waiting.tier and call.session is not None and call.stage is Stage.WAITING
            empty = may_leave and not queue.stay_empty
            if empty and not self._desk.matcher.is_served(queue.name):
                given.append((call, self._give_back(turn, call, Reply(status="nobody"))))
        return given
