"""Pure: whether a callback may be promised, and when it may be dialled: numbers, times, limits, opening hours."""

from router.acd.callback import Callback
from router.acd.callback_rules import CallbackRules
from router.control.desk import Desk
from router.core import callable_numbers
from router.core.calendar import Calendar
from router.core.ids import Ms, QueueName
from router.core.numbering import to_e164
from router.core.turn import Turn

ENGAGED_MS: Ms = 15_000
"""How long a callback rests while its number is on the line with us."""
SWITCH_MS: Ms = 5_000
SHUT_MS: Ms = 60_000
DAYS_AHEAD = 14
"""So far ahead is the next open day looked for: beyond the longest holidays."""
_MINUTE_MS: Ms = 60_000
_DAY_MS: Ms = 86_400_000
_DAY_MIN = 1_440
_HOUR_MS: Ms = 3_600_000


class CallbackChecks:
    """What the rules of a site and its queues say of a callback; nothing is changed by asking."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def number_of(self, raw: str) -> str:
        """Return a number in E.164 as it is known by here, "" where it is none."""
        return to_e164(raw, self._desk.site.country) or ""

    def rules(self, queue: str) -> CallbackRules:
        """The rules a queue calls back by."""
        found = self._desk.site.floor.queues.get(QueueName(queue))
        return (found.callbacks if found is not None else None) or CallbackRules()

    def judged(self, turn: Turn, queue: str, raw: str, at_ms: Ms) -> tuple[str, str, str]:
        """Return the number, the same as it is dialled, and why it cannot be booked."""
        site = self._desk.site
        if queue not in site.floor.queues:
            return "", "", "no_queue"
        own = [*site.dids, *([site.outside.show_number] if site.outside and site.outside.show_number else [])]
        rules = site.callback_numbers
        number, reason = callable_numbers.judge(raw, site.country, own, rules.allow, rules.block)
        if reason:
            return "", "", reason
        ways = callable_numbers.as_dialled(number, site.country)
        dial = next((way for way in ways if site.outside is not None and site.outside.may_ring(way)), "")
        if not dial:
            return "", "", "not_dialable"
        return number, dial, self._wrong_time(turn, QueueName(queue), at_ms) if at_ms else ""

    def _wrong_time(self, turn: Turn, queue: QueueName, at_ms: Ms) -> str:
        """Why a callback cannot be booked for a time; "" where it can."""
        rules = self.rules(queue)
        if not rules.slot_count:
            return "no_times"
        if at_ms <= turn.now:
            return "past"
        if self.opening(queue, at_ms) != at_ms:
            return "closed"
        slot = at_ms // rules.slot_ms
        taken = sum(
            cb.queue == queue and bool(cb.at_ms) and cb.at_ms // rules.slot_ms == slot
            for cb in self._desk.state.callbacks.values()
        )
        return "slot_full" if taken >= rules.slot_count else ""

    def limit(self, turn: Turn, queue: QueueName, number: str) -> str:
        """Which limit keeps a number from being promised one more; "" for none."""
        rules, state = self.rules(queue), self._desk.state
        while state.callback_times and state.callback_times[0][2] <= turn.now - _DAY_MS:
            state.callback_times.pop(0)
        times = state.callback_times
        if rules.per_number and sum(one == number for one, _, _ in times) >= rules.per_number:
            return "number_limit"
        in_hour = sum(name == queue and at > turn.now - _HOUR_MS for _, name, at in times)
        return "hour_limit" if rules.per_hour and in_hour >= rules.per_hour else ""

    def opening(self, queue: QueueName, at: Ms) -> Ms | None:
        """The first moment from ``at`` on at which customers of a queue may be rung; None where it never opens."""
        site = self._desk.site
        calendar = self._calendar(queue)
        if calendar is None:
            return at
        local = calendar.local(at, site.clock.at(at))
        if calendar.is_open(local):
            return at
        minutes = calendar.next_change(local)
        return None if minutes is None else at - at % 60_000 + minutes * 60_000

    def next_time(self, queue: QueueName, minute: int, now: Ms) -> Ms | None:
        """The next moment of a time of day at which customers of a queue may be rung; None where it never is open then.

        ``minute`` is since midnight on the site's clock. A time that a clock put on leaves out is passed over.
        """
        clock = self._desk.site.clock
        today = now - now % _MINUTE_MS + (minute - clock.at(now).minute) * _MINUTE_MS
        for day in range(DAYS_AHEAD + 1):
            at = today + day * _DAY_MS
            apart = (minute - clock.at(at).minute + _DAY_MIN // 2) % _DAY_MIN - _DAY_MIN // 2
            at += apart * _MINUTE_MS  # the clock was put on or back between
            if at > now and clock.at(at).minute == minute and self.opening(queue, at) == at:
                return at
        return None

    def _calendar(self, queue: QueueName) -> Calendar | None:
        site = self._desk.site
        spec = site.floor.queues.get(queue)
        return None if spec is None else site.hours.get(self.rules(queue).hours or spec.hours)

    def not_now(self, turn: Turn, cb: Callback) -> tuple[Ms, str]:
        """Until when a callback that is next may not be dialled after all, and why; (0, "") where it may."""
        state, site = self._desk.state, self._desk.site
        opens = self.opening(cb.queue, turn.now)
        if opens is None or opens > turn.now:
            return opens or cb.expires_ms, "closed"
        if not state.switch_up:
            return turn.now + SWITCH_MS, "switch_down"
        if cb.queue in state.floor.closed:
            return turn.now + SHUT_MS, "closed_by_hand"
        if site.outside is None or not site.outside.may_ring(cb.dial):
            return turn.now + _HOUR_MS, "not_dialable"
        if self._engaged(cb):
            return turn.now + ENGAGED_MS, "engaged"
        return 0, ""

    def _engaged(self, cb: Callback) -> bool:
        """Whether a callback's number is on the line with us, or is being rung, or has just been."""
        return any(
            cb.number == call.caller.number or (call.party is not None and call.party.number in (cb.dial, cb.number))
            for call in self._desk.state.calls.values()
        )
