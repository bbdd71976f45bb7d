"""Pure: what people ask about callbacks from outside: to add, cancel or try one."""

from router.acd.callback import CallbackState
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.core import events, records
from router.core.turn import Turn

_NUMBER = "write the number as it is dialled, or with its country code: +8613800138000"
CURES = {
    "open": "it is open already: see `hotline callbacks`",
    "no_queue": "name a queue of queues.yaml",
    "no_number": _NUMBER,
    "not_a_number": _NUMBER,
    "emergency_number": "nobody is called back there; name the caller's own number",
    "own_number": "that is this hotline; name the caller's own number",
    "foreign_number": "allow its country code under callbacks in site.yaml: allow: ['+86', '+44']",
    "blocked_number": "see allow and block under callbacks in site.yaml",
    "premium_number": "allow it by name under callbacks in site.yaml, if the cost is meant",
    "not_dialable": "let a trunk ring it: outside in trunks.yaml, its allow and its trunk",
    "not_a_time": "write the time as 15:30",
    "past": "name a time ahead",
    "closed": "name a time within the hours of the queue, or of its callbacks",
    "no_times": "book it in turn, or give the queue's callbacks times: slots: {every: 30m, count: 4}",
    "slot_full": "name another time, or raise count of the slots in queues.yaml",
    "number_limit": "wait a day, or raise per_number of the queue's callbacks in queues.yaml",
    "hour_limit": "wait an hour, or raise per_hour of the queue's callbacks in queues.yaml",
}
"""What to do where a callback cannot be promised, by the reason."""


class CallbackAsks:
    """Each ask is carried out, or refused with the reason."""

    def __init__(self, desk: Desk, callbacks: Callbacks) -> None:
        self._desk = desk
        self._callbacks = callbacks

    def add(self, turn: Turn, event: events.CallbackAddAsked) -> None:
        """Somebody books a callback by hand."""
        reply = self._callbacks.book(
            turn, event.queue, event.number, at_ms=event.at_ms, why=event.why, agent=event.agent, by=event.by
        )
        if reply.status != "ok":
            reason = f"{reply.status} {reply.fields.get('callback', '')}".strip()
            turn.note(records.AskRefused, agent="", ask="callback", reason=reason, cure=CURES[reply.status])

    def cancel(self, turn: Turn, event: events.CallbackCancelAsked) -> None:
        """Somebody cancels a callback."""
        cb = self._desk.state.callbacks.get(event.callback)
        if cb is None or cb.state is CallbackState.TALKING:
            self._refuse(turn, "cancel", event.callback, "no such callback" if cb is None else "in talk")
        else:
            self._callbacks.cancel(turn, cb, "asked", event.by)

    def retry(self, turn: Turn, event: events.CallbackRetryAsked) -> None:
        """Somebody wants a callback tried at once, or says that a machine answered."""
        cb = self._desk.state.callbacks.get(event.callback)
        if cb is None:
            self._refuse(turn, "retry", event.callback, "no such callback")
        elif cb.state is CallbackState.TALKING and cb.call is not None:
            self._callbacks.mark(turn, self._desk.state.calls[cb.call])
        elif cb.state is CallbackState.PARKED and cb.live is None:
            self._callbacks.try_now(turn, cb, "asked")
        else:
            self._refuse(turn, "retry", event.callback, f"{cb.state.value} already")

    @staticmethod
    def _refuse(turn: Turn, ask: str, callback: str, reason: str) -> None:
        cure = "see `hotline callbacks list`"
        turn.note(records.AskRefused, agent="", ask=f"callback_{ask}", reason=f"{callback}: {reason}", cure=cure)
