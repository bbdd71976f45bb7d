"""Pure: callers whom a queue passes on: when a rule of its ``overflow`` holds, and where they go.

Each rule passes a caller on once, and no caller comes back to a queue that has passed them on: so nobody goes to and
fro, whatever the YAML says. An emergency goes to other agents only, never to a message, a flow or outside, and never
because too many wait: it stands before them.

Where a queue grows, who asks is passed on before they wait. Those who wait already are looked at by a timer of their
own, and go to people only: the last of them first, for each counts those ahead alone.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from router.acd.agent import AWAY
from router.acd.spec import Overflow, Queue
from router.acd.waiting import Waiting
from router.control import waits
from router.control.call import Call, Stage
from router.control.desk import Desk
from router.core import records
from router.core.ids import Ms, QueueName
from router.core.turn import Turn
from router.ivr.orders import Reply

AGAIN_MS: Ms = 10_000
"""How long a caller whom nobody takes now waits until it is tried again, and how often it is seen how a queue grows."""
OFFERED_AGAIN_MS: Ms = 1_000
"""The same for one for whom a phone rings in this very moment."""
_GROWING = frozenset({"waiting_over", "estimate"})
"""Conditions that come and go while a caller waits."""
_TO_PEOPLE = frozenset({"queue", "groups", "outside"})
"""Targets for which a queue that grows may pass on a caller it has taken: who waits is not sent away."""
STATUS = "overflow"
"""What the flow's node is told when a queue passes a caller on to somewhere that is no queue."""

Estimate = Callable[[Turn, Call, Waiting], Ms | None]
"""How long a caller will wait, or None where no honest estimate can be given."""


def no_estimate(turn: Turn, call: Call, waiting: Waiting) -> Ms | None:
    """Know nothing of waits."""
    return None


class Rule(NamedTuple):
    """A rule of a queue with its number, from 1."""

    number: int
    rule: Overflow


class Overflowing:
    """Finds the rule by which a caller is passed on. Who moves them is :class:`router.control.queueing.Queueing`."""

    def __init__(self, desk: Desk, is_closed: Callable[[Turn, Call, Queue], bool]) -> None:
        self._desk = desk
        self._is_closed = is_closed
        self.estimate: Estimate = no_estimate
        """Of one who asks now."""
        self.left: Estimate = self._left_ms
        """Of one who waits already."""
        self._known_reasons: dict[str, frozenset[str]] = {}

    def on_asking(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting) -> Rule | None:
        """The rule by which a caller who asks now is passed on before they wait, or None."""
        for rule in self._open_rules(call, queue, waiting):
            asking = rule.rule.after_ms is None and self._holds(turn, call, queue, waiting, rule.rule)
            if asking and self._is_taken_there(turn, call, waiting, rule.rule):
                return rule
        return None

    def on_timer(self, turn: Turn, call: Call, number: int) -> Rule | None:
        """The rule whose time has come for a waiting caller, where it holds and they are taken there; else None.

        It is tried again by and by, as long as the caller waits; and so is a rule that a growing queue may make hold.
        """
        queue, waiting = self._desk.queue_of(call), self._desk.state.waiting[call.id]
        rule = next((rule for rule in self._open_rules(call, queue, waiting) if rule.number == number), None)
        if rule is None:
            return None
        if not self._holds(turn, call, queue, waiting, rule.rule):
            if _is_looked_at_again(rule.rule):
                self._desk.timers.set(f"call:{call.id}", f"overflow:{number}", turn.now + AGAIN_MS)
            return None
        if call.stage is Stage.WAITING and self._is_taken_there(turn, call, waiting, rule.rule):
            return rule
        again_ms = AGAIN_MS if call.stage is Stage.WAITING else OFFERED_AGAIN_MS
        self._desk.timers.set(f"call:{call.id}", f"overflow:{number}", turn.now + again_ms)
        return None

    def on_change(self, turn: Turn, why: str) -> Iterator[tuple[Call, Rule]]:
        """Waiting callers who are passed on because there is ``nobody`` any more, or because of ``closing``."""
        for waiting in list(self._desk.state.waiting.values()):
            call = self._desk.state.calls[waiting.call]
            if call.purpose or why not in self._reasons(call.config):  # a callback of ours is nobody's to pass on
                continue
            queue = self._desk.queue_of(call)
            for rule in self._open_rules(call, queue, waiting):
                if rule.rule.why == why and (found := self.on_timer(turn, call, rule.number)) is not None:
                    yield call, found
                    break

    def arm(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting, closes_in_ms: Ms | None) -> None:
        """Set the timers of the rules that come with time."""
        for number, rule in self._open_rules(call, queue, waiting):
            name = f"overflow:{number}"
            if rule.after_ms is not None:
                self._desk.timers.set(f"call:{call.id}", name, max(waiting.asked_at + rule.after_ms, turn.now))
            elif rule.why in ("closing", "nobody") and self._holds(turn, call, queue, waiting, rule):
                self._desk.timers.set(f"call:{call.id}", name, turn.now + AGAIN_MS)
            elif rule.why == "closing" and closes_in_ms is not None:
                self._desk.timers.set(f"call:{call.id}", name, turn.now + closes_in_ms)
            elif _is_looked_at_again(rule):
                self._desk.timers.set(f"call:{call.id}", name, turn.now + AGAIN_MS)

    def disarm(self, call: Call, queue: Queue) -> None:
        """Take the timers off a call that leaves a queue."""
        for number in range(1, len(queue.overflow) + 1):
            self._desk.timers.cancel(f"call:{call.id}", f"overflow:{number}")

    def passed_on(self, turn: Turn, call: Call, found: Rule, *, queued: bool) -> None:
        """Note that a caller is passed on; the rule does so once."""
        number, rule = found
        call.overflowed.append(f"{call.queue}:{number}")
        self._desk.note_call(
            turn,
            call,
            records.CallOverflowed,
            queue=call.queue,
            rule=number,
            to_kind=rule.to_kind,
            to=rule.to,
            why=rule.why,
            wait_ms=turn.now - call.asked_at,
            kept_place=rule.keep_place if rule.to_kind == "queue" else rule.to_kind == "groups",
            queued=queued,
        )

    @staticmethod
    def reply(rule: Overflow) -> Reply:
        """What the flow's node is told."""
        fields = {rule.to_kind: rule.to, "then": rule.then, "ring_ms": str(rule.ring_ms)}
        return Reply(status=STATUS, fields=fields)

    # --- inside ---

    def _open_rules(self, call: Call, queue: Queue, waiting: Waiting) -> Iterator[Rule]:
        """The rules of a queue that have not passed this caller on yet, and may."""
        for number, rule in enumerate(queue.overflow, 1):
            if call.session is None and rule.to_kind not in ("queue", "groups"):
                continue  # an agent has sent them on: their flow is over, and they wait for people
            people = rule.to_kind in ("queue", "groups") and rule.why in ("after", "nobody", "closing")
            if (waiting.tier > 0 or people) and f"{queue.name}:{number}" not in call.overflowed:
                yield Rule(number, rule)

    def _reasons(self, config: str) -> frozenset[str]:
        """For what a version of the site has any rules."""
        known = self._known_reasons.get(config)
        if known is None:
            queues = self._desk.site_named(config).floor.queues.values()
            known = self._known_reasons[config] = frozenset(rule.why for queue in queues for rule in queue.overflow)
        return known

    def _holds(self, turn: Turn, call: Call, queue: Queue, waiting: Waiting, rule: Overflow) -> bool:
        """Whether a rule's condition holds for a caller."""
        matcher, waits_already = self._desk.matcher, call.id in self._desk.state.waiting
        match rule.why:
            case "after":
                assert rule.after_ms is not None
                return turn.now >= waiting.asked_at + rule.after_ms
            case "waiting_over":
                others = matcher.waits_unoffered(queue.name)
                if waits_already:  # those behind do not count: who came first is not passed on for who came later
                    others -= 1 + matcher.length(queue.name) - matcher.position(waiting)
                return others >= rule.waiting_over and not matcher.has_idle(waiting)
            case "estimate":
                estimate_ms = (self.left if waits_already else self.estimate)(turn, call, waiting)
                return estimate_ms is not None and estimate_ms > rule.estimate_over_ms
            case "nobody":
                return not self._anybody(queue.name)
            case _:
                return self._is_closed(turn, call, queue)

    def _left_ms(self, turn: Turn, call: Call, waiting: Waiting) -> Ms | None:
        return waits.left_ms(self._desk, turn.now, self._desk.queue_of(call), waiting)

    def _anybody(self, queue: QueueName) -> bool:
        return any(status.state not in AWAY for status in self._desk.matcher.serving(queue))

    def _is_taken_there(self, turn: Turn, call: Call, waiting: Waiting, rule: Overflow) -> bool:
        """Whether a caller gets anywhere by a rule: to a queue that is open and has people and room."""
        if rule.to_kind == "groups":
            return self._desk.matcher.anybody_of(rule.groups)
        if rule.to_kind != "queue":
            return True
        target = self._desk.site_of(call).floor.queues[rule.queue]
        if target.name not in self._desk.matcher.floor.queues:
            return False  # a newer version has no such queue any more
        if target.name == call.queue or target.name in call.passed or self._is_closed(turn, call, target):
            return False
        if not self._anybody(target.name) and not (rule.why == "closing" and target.join_empty and waiting.tier):
            return False
        matcher = self._desk.matcher
        full = target.capacity is not None and matcher.waits_unoffered(target.name) >= target.capacity
        return not (full and waiting.tier and not any(True for _ in self._idle(target.name)))

    def _idle(self, queue: QueueName) -> Iterator[str]:
        matcher = self._desk.matcher
        return (status.number for status in matcher.serving(queue) if matcher.is_idle(status.number))


def _is_looked_at_again(rule: Overflow) -> bool:
    """Whether a rule that does not hold for a caller who asks is looked at while they wait."""
    return rule.why in _GROWING and rule.to_kind in _TO_PEOPLE
