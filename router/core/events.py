"""Pure: events, the facts that reach the core. Past tense; they never order anything.

Every event is plain data, so the journal can keep it and a replay can feed it again. Spans are in milliseconds,
ids as in :mod:`router.core.ids`. The time an event happened is not in it: the engine passes ``now`` beside it.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from router.core.ids import AgentId, BridgeId, CallId, ChannelId, Ms, PhoneName, PlaybackId
from router.core.lines import Party


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type", omit_defaults=True):
    """Base of all events."""


# --- the router itself ------------------------------------------------------------------------------------


class RouterStarted(Event, frozen=True, kw_only=True):
    """The router came up. ``epoch`` grows by one at each start; ``config`` is the site version in force."""

    epoch: int
    config: str
    seed: int = 0


class SiteLoaded(Event, frozen=True, kw_only=True):
    """A new version of the site's YAML was published; calls under way finish on theirs."""

    config: str


class SwitchLost(Event, frozen=True, kw_only=True):
    """The connection to Asterisk dropped. Calls stay up there; we hear nothing until :class:`SwitchSeen`."""


class SeenChannel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One channel of our application as Asterisk reports it after a (re)connect.

    ``arrived`` tells how it came in where it is a caller's, so that one whose arrival was missed can be taken up.
    """

    channel: ChannelId
    up: bool
    arrived: "CallArrived | None" = None


class SwitchSeen(Event, frozen=True, kw_only=True):
    """What Asterisk has now, asked after every (re)connect: the truth that settles what was missed meanwhile.

    ``playbacks`` are those of the core's open playbacks that still exist.
    """

    channels: tuple[SeenChannel, ...]
    bridges: tuple[BridgeId, ...] = ()
    playbacks: tuple[PlaybackId, ...] = ()
    recorded: "tuple[RecordingFinished, ...]" = ()
    """Those of the core's open recordings that are over, as their files have them."""


# --- the caller's leg -------------------------------------------------------------------------------------


class Caller(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who rings. ``number`` is E.164 (``+8613800138000``), or None where withheld or not a number."""

    number: str | None = None
    withheld: bool = False
    name: str = ""
    raw: str = ""


class CallArrived(Event, frozen=True, kw_only=True):
    """A call reached a way in of the hotline and waits in Stasis, not yet answered."""

    channel: ChannelId
    did: str
    caller: Caller
    trunk: str = ""
    diverted_from: str | None = None


class CallAnswered(Event, frozen=True, kw_only=True):
    """Asterisk has answered the caller's leg, as ordered by ``AnswerCall``."""

    channel: ChannelId


class CallerHungUp(Event, frozen=True, kw_only=True):
    """The caller's leg is gone. ``cause`` is the Q.850 cause."""

    channel: ChannelId
    cause: int = 16


class KeyPressed(Event, frozen=True, kw_only=True):
    """A DTMF key was released on either leg: one of ``0123456789*#ABCD``. Encrypted in the journal."""

    channel: ChannelId
    key: str
    duration_ms: Ms = 0


class PlaybackFinished(Event, frozen=True, kw_only=True):
    """A playback ended by itself or was stopped; ``failed`` where the file could not be played."""

    playback: PlaybackId
    failed: bool = False


class HoldChanged(Event, frozen=True, kw_only=True):
    """A party put the other on hold (or took it back) by its phone."""

    channel: ChannelId
    held: bool


# --- the agent's leg --------------------------------------------------------------------------------------


class LegEnd(StrEnum):
    """Why an agent's leg ended, in the words of the trade."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    FORWARDED = "forwarded"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    """We took the ring back (caller gone, answered elsewhere, our own time-out)."""
    HUNG_UP = "hung_up"
    """It had been answered and the agent hung up."""


class AgentLegRinging(Event, frozen=True, kw_only=True):
    """The agent's phone says it rings (SIP 180)."""

    leg: ChannelId


class AgentLegAnswered(Event, frozen=True, kw_only=True):
    """The agent picked up."""

    leg: ChannelId


class AgentLegEnded(Event, frozen=True, kw_only=True):
    """The agent's leg is gone, whatever the reason. ``cause`` is Q.850, ``tech_cause`` the SIP status or 0."""

    leg: ChannelId
    why: LegEnd
    cause: int = 16
    tech_cause: int = 0


class LegsConnected(Event, frozen=True, kw_only=True):
    """Both legs are in the bridge, as ordered by ``ConnectLegs``."""

    bridge: BridgeId


class CommandFailed(Event, frozen=True, kw_only=True):
    """Asterisk refused or did not answer an order. ``target`` is the playback, leg, bridge or channel it was for."""

    command: str
    call: CallId
    target: str
    status: int = 0
    reason: str = ""


# --- agents' phones and what agents do --------------------------------------------------------------------


class CodeDialled(Event, frozen=True, kw_only=True):
    """A registered phone dialled a feature code (``*11``...); the channel waits in Stasis, not yet answered."""

    channel: ChannelId
    phone: PhoneName
    code: str


class PinChecked(Event, frozen=True, kw_only=True):
    """The answer to ``CheckPin``."""

    call: CallId
    agent: AgentId
    correct: bool
    locked: bool = False


class PhoneReachabilityChanged(Event, frozen=True, kw_only=True):
    """A phone's contact came or went (registration and qualify, by AMI)."""

    phone: PhoneName
    reachable: bool


class PhoneUseChanged(Event, frozen=True, kw_only=True):
    """A phone began or ended calls that are not ours; ``channels`` is how many it has now."""

    phone: PhoneName
    channels: int


class PhoneSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One phone as Asterisk reports it after a (re)connect."""

    phone: PhoneName
    reachable: bool
    channels: int = 0


class PhonesSeen(Event, frozen=True, kw_only=True):
    """Every phone's state, asked after each (re)connect of AMI; phones not named are unreachable."""

    phones: tuple[PhoneSeen, ...]


class AgentSignInAsked(Event, frozen=True, kw_only=True):
    """An agent (or a supervisor for them) asks to enter service on a phone. ``by``: ``phone``, ``cli``..."""

    agent: AgentId
    phone: PhoneName
    by: str = "cli"


class AgentSignOutAsked(Event, frozen=True, kw_only=True):
    """An agent asks to leave service; a call under way is finished first."""

    agent: AgentId
    by: str = "cli"


class AgentReadyAsked(Event, frozen=True, kw_only=True):
    """An agent says ready: ends wrap-up, a pause, or being out of rotation."""

    agent: AgentId
    by: str = "cli"


class AgentRegroupAsked(Event, frozen=True, kw_only=True):
    """A supervisor puts an agent into other groups or gives them other skills for now; None leaves them as they are.

    It lies over the YAML until the agent signs out or ``until_ms``, and survives a publish. With neither groups nor
    skills the YAML holds again.
    """

    agent: AgentId
    groups: tuple[str, ...] | None = None
    skills: dict[str, int] | None = None
    until_ms: Ms | None = None
    by: str = "cli"


class QueueCloseAsked(Event, frozen=True, kw_only=True):
    """A supervisor closes a queue for now, until ``until_ms`` or until it is opened again."""

    queue: str
    closed: bool
    until_ms: Ms | None = None
    by: str = "cli"


class SurgeAsked(Event, frozen=True, kw_only=True):
    """A supervisor asks something of a surge plan: ``confirm``, ``decline``, ``release``, ``stop`` or ``start``."""

    plan: str
    ask: str
    by: str = "cli"


class WrapUpExtendAsked(Event, frozen=True, kw_only=True):
    """An agent asks for more time to finish the record, once per call."""

    agent: AgentId
    by: str = "cli"


class CallCodeAsked(Event, frozen=True, kw_only=True):
    """An agent says what the call they are in, or write up, was about, and whether no further call is needed.

    ``code`` is one of the site's wrap-up codes, "" for none.
    """

    agent: AgentId
    solved: bool
    code: str = ""
    by: str = "cli"


class AgentPauseAsked(Event, frozen=True, kw_only=True):
    """An agent asks for a pause with one of the site's reasons; during a call it begins after it."""

    agent: AgentId
    reason: str
    by: str = "cli"


class ConsultAsked(Event, frozen=True, kw_only=True):
    """An agent in talk asks somebody while the caller is on hold.

    ``kind`` is ``agent`` (``target`` is a work number), ``extension``, ``phone`` or ``outside``.
    """

    agent: AgentId
    kind: str
    target: str
    by: str = "cli"


class TakeBackAsked(Event, frozen=True, kw_only=True):
    """An agent ends a consultation and goes on with the caller."""

    agent: AgentId
    by: str = "cli"


class TransferAsked(Event, frozen=True, kw_only=True):
    """An agent hands the caller over: to whom they consult (no ``kind``), else unannounced.

    ``kind`` is ``queue`` or one of :class:`ConsultAsked`; ``reason`` is kept in the record.
    """

    agent: AgentId
    kind: str = ""
    target: str = ""
    reason: str = ""
    by: str = "cli"


class HealthChecked(Event, frozen=True, kw_only=True):
    """The moment has come to look whether everything the core holds is still consistent; the engine says so regularly.

    An event of its own, so that a replay looks, and heals, at the same moments.
    """


class ReplyArrived(Event, frozen=True, kw_only=True):
    """The answer to ``LookUp`` or ``SendNotice``. Encrypted in the journal.

    ``status``: ``ok``, ``missing`` (there is no such entry), ``refused`` (a wrong password) or ``failed`` (no answer in
    time, or none that makes sense). ``fields`` are texts, bounded in number and length.
    """

    call: CallId
    request: str
    status: str
    fields: dict[str, str] = {}


class RecordingFinished(Event, frozen=True, kw_only=True):
    """What ``RecordCaller`` ordered is over: the caller ended it, was silent, spoke too long, or is gone."""

    recording: str
    length_ms: Ms
    failed: bool = False


class ExtensionAsked(Event, frozen=True, kw_only=True):
    """Somebody asks to open or close an extension, or to set or end its do-not-disturb; None leaves it as it is."""

    extension: str
    open: bool | None = None
    do_not_disturb: bool | None = None
    by: str = "cli"


class AppointmentAsked(Event, frozen=True, kw_only=True):
    """Somebody asks for a wake-up or reminder call (``cancel``: to cancel those of this kind and party)."""

    kind: str
    party: Party
    flow: str
    at_ms: Ms
    cancel: bool = False
    by: str = "cli"


class CallbackAddAsked(Event, frozen=True, kw_only=True):
    """Somebody asks for a callback to ``number`` by ``queue``, as soon as it is its turn or at ``at_ms``.

    ``why`` is what the agent is shown, ``agent`` whose matter it is ("": anybody's).
    """

    queue: str
    number: str
    at_ms: Ms = 0
    why: str = ""
    agent: str = ""
    by: str = "cli"


class CallbackCancelAsked(Event, frozen=True, kw_only=True):
    """Somebody cancels an open callback."""

    callback: str
    by: str = "cli"


class CallbackRetryAsked(Event, frozen=True, kw_only=True):
    """Somebody wants a parked callback tried at once; of one in talk it says that a machine answered: try later."""

    callback: str
    by: str = "cli"


class ComplaintOpenAsked(Event, frozen=True, kw_only=True):
    """Somebody notes a complaint of a kind; ``agent`` takes it."""

    number: str
    kind: str
    call_class: str = ""
    agent: str = ""
    by: str = "cli"


class ComplaintMoveAsked(Event, frozen=True, kw_only=True):
    """Somebody says that a complaint is ``answered`` or ``resolved``."""

    complaint: str
    step: str
    by: str = "cli"


class MessageFound(Event, frozen=True, kw_only=True):
    """A recording nobody knew of was found: Asterisk took it while the router was away, or the router died over it."""

    recording: str
    did: str
    caller: Caller
    left_at: Ms
    length_ms: Ms


class MessageAsked(Event, frozen=True, kw_only=True):
    """An agent (a supervisor where ``agent`` is "") claims, releases, finishes, reopens or deletes a message."""

    message: str
    ask: Literal["claim", "release", "done", "reopen", "delete"]
    agent: AgentId = AgentId("")
    note: str = ""
    by: str = "cli"


class CallerMessagesAsked(Event, frozen=True, kw_only=True):
    """Somebody asks that all messages of one caller be deleted, with their recordings."""

    caller: str
    by: str = "cli"


class CallerErasureAsked(Event, frozen=True, kw_only=True):
    """Somebody asks that nothing be remembered of one caller; refused while something of theirs is still open."""

    caller: str
    by: str = "cli"


class CallerErasureDone(Event, frozen=True, kw_only=True):
    """A caller's data were erased: ``counts`` says how much where, ``left`` what is still to be done by hand."""

    counts: dict[str, int]
    left: int = 0
    by: str = "cli"


class TalkExpired(Event, frozen=True, kw_only=True):
    """The recording of a talk had grown too old and was deleted."""

    recording: str


class RecordingErased(Event, frozen=True, kw_only=True):
    """The answer to ``EraseRecording``. ``found`` says whether the file was there; ``trouble`` why it still is."""

    recording: str
    found: bool = True
    trouble: str = ""


AnyEvent = (
    RouterStarted
    | SiteLoaded
    | SwitchLost
    | SwitchSeen
    | CallArrived
    | CallAnswered
    | CallerHungUp
    | KeyPressed
    | PlaybackFinished
    | HoldChanged
    | AgentLegRinging
    | AgentLegAnswered
    | AgentLegEnded
    | LegsConnected
    | CommandFailed
    | CodeDialled
    | PinChecked
    | PhoneReachabilityChanged
    | PhoneUseChanged
    | PhonesSeen
    | AgentSignInAsked
    | AgentSignOutAsked
    | AgentReadyAsked
    | AgentRegroupAsked
    | QueueCloseAsked
    | SurgeAsked
    | WrapUpExtendAsked
    | CallCodeAsked
    | AgentPauseAsked
    | ConsultAsked
    | TakeBackAsked
    | TransferAsked
    | HealthChecked
    | ReplyArrived
    | RecordingFinished
    | ExtensionAsked
    | AppointmentAsked
    | CallbackAddAsked
    | CallbackCancelAsked
    | CallbackRetryAsked
    | ComplaintOpenAsked
    | ComplaintMoveAsked
    | MessageFound
    | MessageAsked
    | CallerMessagesAsked
    | CallerErasureAsked
    | CallerErasureDone
    | TalkExpired
    | RecordingErased
)
"""Every event, for decoding and exhaustive matching."""
