"""Pure: a promise to call back as a table, and what is remembered of it.

A callback keeps the place its caller had. It stands in the heap of waiting calls only while it may be dialled (state
``waiting``); otherwise it is parked, with its place unchanged.
"""

from enum import StrEnum

import msgspec

from router.acd.agent import IllegalTransition
from router.acd.waiting import Waiting
from router.core.ids import CallId, Ms, QueueName

PURPOSE = "callback"
"""What our calls for a callback are for, as their records say."""


class CallbackState(StrEnum):
    """Where a callback is."""

    PARKED = "parked"
    """Not to be dialled now: outside the hours, before its time, after a failed try, or its caller rings us."""
    WAITING = "waiting"
    """In line with the callers who wait, at its own place."""
    DIALLING_AGENT = "dialling_agent"
    """Agent first: an agent's phone rings for it."""
    DIALLING_CUSTOMER = "dialling_customer"
    CONFIRMING = "confirming"
    """Customer first: somebody has answered and is asked to press 1."""
    LIVE = "live"
    """Customer first: the customer is on the line and waits at the old place."""
    TALKING = "talking"
    KEPT = "kept"
    TAKEN_UP = "taken_up"
    """The caller rang again and talked with an agent at the callback's place."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CallbackEvent(StrEnum):
    """What can happen to a callback."""

    WOKEN = "woken"
    """It may be dialled (again)."""
    HELD_BACK = "held_back"
    """It may not be dialled any longer: closed, or its caller is on the line with us."""
    AGENT_RUNG = "agent_rung"
    NO_AGENT = "no_agent"
    CUSTOMER_RUNG = "customer_rung"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    """The customer pressed 1."""
    CONNECTED = "connected"
    NOT_REACHED = "not_reached"
    """The try came to nothing: busy, no answer, refused, a voicemail, nobody pressed 1, an agent who hung up."""
    TALKED = "talked"
    TAKEN_UP = "taken_up"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_S, _E = CallbackState, CallbackEvent

CALLBACK_TABLE: dict[CallbackState, dict[CallbackEvent, CallbackState]] = {
    _S.PARKED: {
        _E.WOKEN: _S.WAITING,
        _E.TAKEN_UP: _S.TAKEN_UP,
        _E.EXPIRED: _S.EXPIRED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.WAITING: {
        _E.HELD_BACK: _S.PARKED,
        _E.AGENT_RUNG: _S.DIALLING_AGENT,
        _E.CUSTOMER_RUNG: _S.DIALLING_CUSTOMER,
        _E.EXPIRED: _S.EXPIRED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.DIALLING_AGENT: {
        _E.NO_AGENT: _S.WAITING,
        _E.CUSTOMER_RUNG: _S.DIALLING_CUSTOMER,
        _E.NOT_REACHED: _S.PARKED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.DIALLING_CUSTOMER: {
        _E.ANSWERED: _S.CONFIRMING,
        _E.CONNECTED: _S.TALKING,
        _E.NOT_REACHED: _S.PARKED,
        _E.EXPIRED: _S.EXPIRED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.CONFIRMING: {
        _E.ACCEPTED: _S.LIVE,
        _E.NOT_REACHED: _S.PARKED,
        _E.EXPIRED: _S.EXPIRED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.LIVE: {
        _E.CONNECTED: _S.TALKING,
        _E.NOT_REACHED: _S.PARKED,
        _E.EXPIRED: _S.EXPIRED,
        _E.CANCELLED: _S.CANCELLED,
    },
    _S.TALKING: {
        _E.TALKED: _S.KEPT,
        _E.NOT_REACHED: _S.PARKED,
        _E.EXPIRED: _S.EXPIRED,
    },
    _S.KEPT: {},
    _S.TAKEN_UP: {},
    _S.EXPIRED: {},
    _S.CANCELLED: {},
}
"""State -> event -> next state; what is not here cannot happen."""

OVER = frozenset(state for state, following in CALLBACK_TABLE.items() if not following)
"""States in which a callback is told of and forgotten."""


class Callback(msgspec.Struct, kw_only=True):
    """A callback. ``number`` is E.164, ``dial`` as the trunk wants it.

    ``place`` is the place in the queue, with the callback's id in the place of a call's. ``at_ms`` is the time it was
    booked for (0: as soon as it is its turn). ``tries`` counts those that count; ``attempts`` all. ``call`` is our call
    for it now, ``live`` the caller's own who has rung again, ``held`` the agent who is kept for it while the customer's
    phone rings. ``booked_by`` is the call it was booked in, or who asked. ``why`` is what the agent is shown and
    ``round`` names the round it belongs to.
    """

    id: str
    queue: QueueName
    number: str
    dial: str
    place: Waiting
    state: CallbackState = CallbackState.PARKED
    call_class: str = ""
    language: str = ""
    booked_ms: Ms
    booked_by: str = ""
    at_ms: Ms = 0
    wake_ms: Ms = 0
    expires_ms: Ms = 0
    tries: int = 0
    attempts: int = 0
    last: str = ""
    call: CallId | None = None
    live: CallId | None = None
    held: str = ""
    agent: str = ""
    why: str = ""
    tag: str = ""
    did: str = ""
    data: dict[str, str] = {}
    record_talk: bool = False
    consent: str = ""
    round: str = ""

    def apply(self, event: CallbackEvent) -> None:
        """Move to the next state; raises :class:`IllegalTransition` where the table has none."""
        try:
            self.state = CALLBACK_TABLE[self.state][event]
        except KeyError:
            raise IllegalTransition(f"callback: {event} in {self.state}") from None
