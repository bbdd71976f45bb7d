"""Pure: one call and its agent leg as tables, and what is remembered of them."""

from enum import StrEnum
from typing import TypeVar

import msgspec

from router.acd.agent import IllegalTransition
from router.acd.spec import Skills
from router.acd.waiting import Waiting
from router.control.wait_told import WaitTold
from router.core.events import Caller
from router.core.ids import AgentId, BridgeId, CallId, ChannelId, Ms, PlaybackId, QueueName
from router.core.lines import Party
from router.ivr.session import Session


class Stage(StrEnum):
    """Where a call is."""

    DIALLING = "dialling"
    """Outbound: we ring somebody."""
    RINGING = "ringing"
    """At the door: the caller hears ringing, the line is not answered yet."""
    IVR = "ivr"
    WAITING = "waiting"
    OFFERED = "offered"
    """Waiting, while an agent's phone rings for it."""
    CALLING_BACK = "calling_back"
    """An agent has picked up for a callback, and its customer is being rung."""
    CONNECTING = "connecting"
    TALKING = "talking"
    CONSULTING = "consulting"
    """On hold, while the agent asks somebody."""
    TRANSFERRING = "transferring"
    """Somebody who is no agent is being rung for the caller."""
    SURVEY = "survey"
    """The talk is over, the agent has hung up, and the caller is asked how it was."""
    AWAY = "away"
    """Connected to somebody who is no agent."""
    ENDED = "ended"
    """The terminal record is out; legs may still be closing."""


WAITS = frozenset({Stage.WAITING, Stage.OFFERED, Stage.CALLING_BACK, Stage.CONNECTING})
"""Stages in which a call has a place in a queue."""
TALKS = frozenset({Stage.TALKING, Stage.CONSULTING})
"""Stages in which an agent has the caller."""


class CallEvent(StrEnum):
    """What can happen to a call."""

    ANSWERED = "answered"
    ASKED = "asked"
    OFFERED = "offered"
    NOT_TAKEN = "not_taken"
    TAKEN = "taken"
    TAKEN_FIRST = "taken_first"
    """An agent picked up for somebody who is not on the line yet."""
    CONNECTED = "connected"
    NOT_CONNECTED = "not_connected"
    GIVEN_BACK = "given_back"
    """The queue does not keep the call any longer; the flow goes on."""
    CONSULT = "consult"
    TAKEN_BACK = "taken_back"
    """The consultation is over: caller and agent hear each other again."""
    HANDED_OVER = "handed_over"
    """Whom the agent consulted, an agent too, has the caller now."""
    SENT_BACK = "sent_back"
    """An agent sent the caller to a queue, or the transfer came to nothing."""
    TRANSFER = "transfer"
    NOT_TRANSFERRED = "not_transferred"
    TRANSFERRED = "transferred"
    AGENT_LEFT = "agent_left"
    """The agent hung up first, and the caller is to be asked how it was."""
    ENDED = "ended"


CALL_TABLE: dict[Stage, dict[CallEvent, Stage]] = {
    Stage.RINGING: {CallEvent.ANSWERED: Stage.IVR, CallEvent.ENDED: Stage.ENDED},
    Stage.DIALLING: {CallEvent.ANSWERED: Stage.IVR, CallEvent.ENDED: Stage.ENDED},
    Stage.IVR: {
        CallEvent.ASKED: Stage.WAITING,
        CallEvent.TRANSFER: Stage.TRANSFERRING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.TRANSFERRING: {
        CallEvent.TRANSFERRED: Stage.AWAY,
        CallEvent.NOT_TRANSFERRED: Stage.IVR,
        CallEvent.SENT_BACK: Stage.WAITING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.AWAY: {CallEvent.ENDED: Stage.ENDED},
    Stage.WAITING: {
        CallEvent.OFFERED: Stage.OFFERED,
        CallEvent.GIVEN_BACK: Stage.IVR,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.OFFERED: {
        CallEvent.TAKEN: Stage.CONNECTING,
        CallEvent.TAKEN_FIRST: Stage.CALLING_BACK,
        CallEvent.NOT_TAKEN: Stage.WAITING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.CALLING_BACK: {
        CallEvent.ANSWERED: Stage.CONNECTING,
        CallEvent.NOT_CONNECTED: Stage.WAITING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.CONNECTING: {
        CallEvent.CONNECTED: Stage.TALKING,
        CallEvent.NOT_CONNECTED: Stage.WAITING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.TALKING: {
        CallEvent.CONSULT: Stage.CONSULTING,
        CallEvent.TRANSFER: Stage.TRANSFERRING,
        CallEvent.SENT_BACK: Stage.WAITING,
        CallEvent.AGENT_LEFT: Stage.SURVEY,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.CONSULTING: {
        CallEvent.TAKEN_BACK: Stage.TALKING,
        CallEvent.HANDED_OVER: Stage.TALKING,
        CallEvent.TRANSFER: Stage.TRANSFERRING,
        CallEvent.SENT_BACK: Stage.WAITING,
        CallEvent.ENDED: Stage.ENDED,
    },
    Stage.SURVEY: {CallEvent.ENDED: Stage.ENDED},
    Stage.ENDED: {},
}
"""Stage -> event -> next stage; what is not here cannot happen."""


class LegStage(StrEnum):
    """Where an agent's leg is."""

    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    BRIDGED = "bridged"
    CLOSING = "closing"
    """Hung up by us; Asterisk has not said yet that it is gone."""


class LegEvent(StrEnum):
    """What can happen to an agent's leg."""

    RANG = "rang"
    ANSWERED = "answered"
    BRIDGED = "bridged"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"
    """Whoever is on it is brought together with a caller."""


LEG_TABLE: dict[LegStage, dict[LegEvent, LegStage]] = {
    LegStage.DIALLING: {
        LegEvent.RANG: LegStage.RINGING,
        LegEvent.ANSWERED: LegStage.ANSWERED,
        LegEvent.CLOSED: LegStage.CLOSING,
    },
    LegStage.RINGING: {LegEvent.ANSWERED: LegStage.ANSWERED, LegEvent.CLOSED: LegStage.CLOSING},
    LegStage.ANSWERED: {LegEvent.BRIDGED: LegStage.BRIDGED, LegEvent.CLOSED: LegStage.CLOSING},
    LegStage.BRIDGED: {LegEvent.CLOSED: LegStage.CLOSING, LegEvent.HANDED_OVER: LegStage.ANSWERED},
    LegStage.CLOSING: {LegEvent.CLOSED: LegStage.CLOSING},
}
"""Stage -> event -> next stage; a leg that is gone is forgotten."""


class LegFor(StrEnum):
    """Whom a leg is for."""

    AGENT = "agent"
    TRANSFER = "transfer"
    CONSULT = "consult"
    """Somebody an agent consults; ``agent`` is set where it is one of ours."""
    OUTBOUND = "outbound"
    OPEN = "open"
    """That of a phone that stays connected, while it is in no call."""


class Leg(msgspec.Struct, kw_only=True):
    """A leg that we dialled. ``rang_at`` is 0 until the phone said that it rings; ``agent`` is "" where it is for none.

    ``releases`` says that the agent stays ``ringing`` until this leg is gone (the caller left first).
    """

    id: ChannelId
    call: CallId
    purpose: LegFor = LegFor.AGENT
    agent: AgentId = AgentId("")
    phone: str = ""
    stage: LegStage = LegStage.DIALLING
    rang_at: Ms = 0
    answered_at: Ms = 0
    releases: bool = False

    def rang_ms(self, now: Ms) -> Ms:
        """How long the phone has rung (0 where it never said so)."""
        return 0 if not self.rang_at else (self.answered_at or now) - self.rang_at

    def apply(self, event: LegEvent) -> None:
        """Move to the next stage; raises :class:`IllegalTransition` where the table has none."""
        try:
            self.stage = LEG_TABLE[self.stage][event]
        except KeyError:
            raise IllegalTransition(f"leg: {event} in {self.stage}") from None


class MessageDraft(msgspec.Struct, kw_only=True):
    """A message being taken since ``since``; ``length_ms`` is None until its recording is over."""

    box: str
    recording: str
    since: Ms
    min_ms: Ms = 0
    service: str = ""
    fields: dict[str, str] = {}
    length_ms: Ms | None = None


class OfferStep(msgspec.Struct, kw_only=True):
    """Where a waiting caller is in what they are offered; see :mod:`router.control.offering`.

    ``number`` is the one they have confirmed or are asked to, ``typed`` what they are typing, ``silent_count`` how
    often they have said nothing and ``wrong_count`` how often something that cannot be. ``at_ms`` is the time they have
    chosen, until they have confirmed its day.
    """

    stage: str
    number: str = ""
    typed: str = ""
    silent_count: int = 0
    wrong_count: int = 0
    at_ms: Ms = 0


class Consult(msgspec.Struct, kw_only=True):
    """Whom an agent consults, by ``leg``; ``talking_since`` is 0 until both hear each other.

    ``playback`` is the ringing tone the agent hears meanwhile.
    """

    kind: str
    target: str
    leg: ChannelId
    talking_since: Ms = 0
    playback: PlaybackId | None = None


class Call(msgspec.Struct, kw_only=True):
    """A call: a caller's, or one of ours to somebody (``purpose`` says what for, ``ref`` for which task).

    Times are ms UTC, 0 where it has not happened; counters number the ids minted for it. ``whispers`` are the channels
    of what is being whispered, by playback; ``place`` is the place in the queue of a caller who is being brought
    together with somebody on duty, ``handed_over`` the legs of those. ``message`` is one being left, ``lock`` the
    account a password is being asked for; ``record_talk`` says whether a talk is to be recorded (``talk_recording`` is
    the one under way), ``consent`` how the caller came to know; ``show`` is what an agent's phone shows, ``data`` what
    an agent may know of the caller; ``fields`` are the variables the flow of a call of ours begins with. ``consult`` is
    whom its agent asks now; ``sent_by`` the agent who sent it on, ``sent_because`` of what, ``announced`` or not,
    ``sent_at`` when to a queue; ``need`` the skills it asked for and ``language`` what the caller heard, for when its
    flow is over; ``wait_told`` is what was foretold and said to a waiting caller. ``passed`` are the queues that have
    passed it on by their overflow, ``overflowed`` the rules that did (``queue:number``). ``offer`` is what they are
    just offered, ``own_callback`` the open callback whose place they have taken up. Of a callback of ours ``told``
    says whether an agent has heard already whom they call back, ``mark`` what the agent says that it came to.
    """

    id: CallId
    channel: ChannelId
    did: str
    caller: Caller
    trunk: str
    diverted_from: str
    config: str
    arrived_at: Ms
    stage: Stage = Stage.RINGING
    session: Session | None = None
    line_answered_at: Ms = 0
    asked_at: Ms = 0
    queue: QueueName = QueueName("")
    call_class: str = ""
    queued: bool = False
    leg: ChannelId | None = None
    bridge: BridgeId | None = None
    playback: PlaybackId | None = None
    music: bool = False
    agent: AgentId | None = None
    connected_at: Ms = 0
    wait_ms: Ms = 0
    passed: list[QueueName] = []
    overflowed: list[str] = []
    held_at: Ms = 0
    hold_ms: Ms = 0
    talk_ms: Ms = 0
    leg_count: int = 0
    bridge_count: int = 0
    playback_count: int = 0
    connect_failures: int = 0
    whispers: dict[PlaybackId, ChannelId] = {}
    caller_gone: bool = False
    place: Waiting | None = None
    handed_over: list[ChannelId] = []
    request: str = ""
    recording: bool = False
    request_count: int = 0
    tag: str = ""
    purpose: str = ""
    ref: str = ""
    party: Party | None = None
    transfer_kind: str = ""
    transfer_target: str = ""
    consult: Consult | None = None
    sent_at: Ms = 0
    sent_by: str = ""
    sent_because: str = ""
    announced: bool = False
    need: Skills = ()
    language: str = ""
    message: MessageDraft | None = None
    message_left: bool = False
    callback_asked: bool = False
    lock: str = ""
    record_talk: bool = False
    talk_recording: str = ""
    consent: str = ""
    show: str = ""
    data: dict[str, str] = {}
    fields: dict[str, str] = {}
    offer: OfferStep | None = None
    own_callback: str = ""
    told: bool = False
    mark: str = ""
    wait_told: WaitTold | None = None

    @property
    def waits_since(self) -> Ms:
        """When the present wait began: asking for a person, or being sent to a queue by an agent."""
        return self.sent_at or self.asked_at

    def apply(self, event: CallEvent) -> None:
        """Move to the next stage; raises :class:`IllegalTransition` where the table has none."""
        try:
            self.stage = CALL_TABLE[self.stage][event]
        except KeyError:
            raise IllegalTransition(f"call: {event} in {self.stage}") from None


S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def _next(table: dict[S, dict[E, S]], state: S, event: E) -> S:
    try:
        return table[state][event]
    except KeyError:
        raise IllegalTransition(f"{type(state).__name__}: {event} in {state}") from None
