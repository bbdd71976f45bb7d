"""Pure: one agent's state as a table, and what is remembered of them while they are signed in.

Files that every call passes give names of their own to members of these enumerations, and of those in
:mod:`router.control.call`: to look one up by its class costs 50 ns on Python 3.11.
"""

from enum import StrEnum

import msgspec

from router.acd.learnt import Learnt
from router.core.ids import AgentId, CallId, ChannelId, Ms, PhoneName, QueueName
from router.core.records import AgentState


class AgentEvent(StrEnum):
    """What can happen to an agent."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    READY = "ready"
    PAUSE = "pause"
    RESERVE = "reserve"
    RANG = "rang"
    PASSED = "passed"
    """The ring ended without blame: caller gone, phone busy, rejected or unreachable."""
    MISSED = "missed"
    """The ring was not answered (or is forwarded): out of rotation."""
    CONNECTED = "connected"
    CONSULT = "consult"
    """The agent asks somebody while the caller waits on hold."""
    CONSULTED = "consulted"
    """The agent is the one asked, and has picked up."""
    HELD = "held"
    TAKEN_BACK = "taken_back"
    TALK_ENDED = "talk_ended"
    FREED = "freed"
    """The talk is over and there is no wrap-up."""
    WRAPPED_UP = "wrapped_up"
    RETURNED = "returned"
    """``return_after`` has passed since the agent was taken out of rotation."""


_S, _E = AgentState, AgentEvent

AGENT_TABLE: dict[AgentState, dict[AgentEvent, AgentState]] = {
    _S.SIGNED_OUT: {_E.SIGN_IN: _S.READY},
    _S.READY: {_E.SIGN_OUT: _S.SIGNED_OUT, _E.PAUSE: _S.PAUSED, _E.RESERVE: _S.RESERVED},
    _S.RESERVED: {
        _E.RANG: _S.RINGING,
        _E.CONNECTED: _S.TALKING,
        _E.CONSULTED: _S.CONSULTING,
        _E.PASSED: _S.READY,
        _E.MISSED: _S.NOT_ANSWERING,
    },
    _S.RINGING: {
        _E.CONNECTED: _S.TALKING,
        _E.CONSULTED: _S.CONSULTING,
        _E.PASSED: _S.READY,
        _E.MISSED: _S.NOT_ANSWERING,
    },
    _S.TALKING: {
        _E.HELD: _S.HOLDING,
        _E.CONSULT: _S.CONSULTING,
        _E.TALK_ENDED: _S.WRAP_UP,
        _E.FREED: _S.READY,
    },
    _S.HOLDING: {
        _E.TAKEN_BACK: _S.TALKING,
        _E.CONSULT: _S.CONSULTING,
        _E.TALK_ENDED: _S.WRAP_UP,
        _E.FREED: _S.READY,
    },
    _S.CONSULTING: {
        _E.TAKEN_BACK: _S.TALKING,
        _E.CONNECTED: _S.TALKING,
        _E.TALK_ENDED: _S.WRAP_UP,
        _E.FREED: _S.READY,
    },
    _S.WRAP_UP: {
        _E.WRAPPED_UP: _S.READY,
        _E.READY: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.SIGN_OUT: _S.SIGNED_OUT,
    },
    _S.PAUSED: {_E.READY: _S.READY, _E.PAUSE: _S.PAUSED, _E.SIGN_OUT: _S.SIGNED_OUT},
    _S.NOT_ANSWERING: {
        _E.READY: _S.READY,
        _E.RETURNED: _S.READY,
        _E.PAUSE: _S.PAUSED,
        _E.SIGN_OUT: _S.SIGNED_OUT,
    },
}
"""State -> event -> next state; what is not here cannot happen."""

IN_CALL = frozenset({_S.RESERVED, _S.RINGING, _S.TALKING, _S.HOLDING, _S.CONSULTING})
"""States in which a request to pause or sign out is kept until after the call."""

AWAY = frozenset({_S.SIGNED_OUT, _S.PAUSED, _S.NOT_ANSWERING})
"""States in which nobody should wait for an agent."""
BUSY = frozenset({_S.TALKING, _S.HOLDING, _S.CONSULTING, _S.WRAP_UP})
"""States that count as work."""


class AgentStatus(msgspec.Struct, kw_only=True):
    """An agent now. ``since`` is when the state began; ``idle_since`` orders the longest idle.

    ``after_call`` is a request made during a call (``paused`` or ``signed_out``) with its ``after_reason``.
    ``wrap_up_ms`` is the wrap-up of the last call, ``wrapped`` which call that is and ``extended`` whether it was made
    longer. ``open_leg`` is the leg of a phone that stays connected, once it is up. ``resting`` agents are passed over
    for a moment after a ring that failed without blame. ``to_tell`` is set while the agent has not yet been told that
    they were taken out of rotation. ``busy_ms`` is talk, hold and wrap-up since signing in; ``rung_seq`` when they were
    chosen last, ``luck`` a draw made when they became idle (for strategies). ``held_for`` is the callback they are kept
    free for, while its customer rings. ``served_from`` is when the last call was connected, ``served`` its queue while
    it is being written up.
    """

    number: AgentId
    phone: PhoneName = PhoneName("")
    state: AgentState = AgentState.SIGNED_OUT
    since: Ms = 0
    reason: str = ""
    idle_since: Ms = 0
    idle_seq: int = 0
    call: CallId | None = None
    after_call: AgentState | None = None
    after_reason: str = ""
    open_leg: ChannelId | None = None
    resting: bool = False
    wrap_up_ms: Ms = 0
    extended: bool = False
    wrapped: CallId | None = None
    to_tell: bool = False
    calls_count: int = 0
    lifetime_calls_count: int = 0
    busy_ms: Ms = 0
    rung_seq: int = 0
    luck: float = 0.0
    held_for: str = ""
    served_from: Ms = 0
    served: QueueName = QueueName("")


class PhoneStatus(msgspec.Struct, kw_only=True):
    """A phone now: registered and answering qualify, and how many calls it has beside those of its agent's queues.

    ``other_calls`` are not ours; ``our_calls`` are transfers and calls of our own to it.
    """

    name: PhoneName
    reachable: bool = False
    other_calls: int = 0
    our_calls: int = 0

    @property
    def free(self) -> bool:
        """Whether the phone can be rung for a queue."""
        return self.reachable and not self.other_calls and not self.our_calls


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """What a supervisor changed of an agent for now; None: as the YAML has it."""

    groups: tuple[str, ...] | None = None
    skills: tuple[tuple[str, int], ...] | None = None
    until_ms: Ms | None = None


class FloorState(msgspec.Struct, kw_only=True):
    """Everything remembered of agents and phones.

    ``idle_seq`` orders who became idle in the same millisecond and ``rung_seq`` who was rung; ``seed`` and
    ``draw_count`` are for chance. ``overlays`` lie over the YAML; ``closed`` queues were closed by whom. ``learnt`` is
    what each queue's past says of its waits.
    """

    agents: dict[AgentId, AgentStatus] = {}
    phones: dict[PhoneName, PhoneStatus] = {}
    idle_seq: int = 0
    rung_seq: int = 0
    seed: int = 0
    draw_count: int = 0
    overlays: dict[AgentId, Overlay] = {}
    closed: dict[QueueName, str] = {}
    learnt: dict[QueueName, Learnt] = {}

    def learnt_of(self, queue: QueueName) -> Learnt:
        """What a queue has taught so far; kept from here on."""
        found = self.learnt.get(queue)
        if found is None:
            found = self.learnt[queue] = Learnt()
        return found


class IllegalTransition(AssertionError):
    """Our own bug: an event was applied to a state that does not have it."""


def next_state(state: AgentState, event: AgentEvent) -> AgentState:
    """Return the state after ``event``; raises :class:`IllegalTransition` where the table has none."""
    try:
        return AGENT_TABLE[state][event]
    except KeyError:
        raise IllegalTransition(f"agent: {event} in state {state}") from None
