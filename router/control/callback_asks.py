"""Pure: what people ask about callbacks from outside: to add, cancel or try one."""

from router.acd.callback import CallbackState
from router.control.callbacks import Callbacks
from router.control.desk import Desk
from router.core import events, records
from router.core.turn import Turn


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
            cure = (
                "see `hotline callbacks`"
                if reply.status == "open"
                else "name a queue, a number it may ring, a time ahead"
            )
            reason = f"{reply.status} {reply.fields.get('callback', '')}".strip()
            turn.note(records.AskRefused, agent="", ask="callback", reason=reason, cure=cure)

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
