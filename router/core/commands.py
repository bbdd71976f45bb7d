"""Pure: commands, the orders the core gives. Adapters carry them out; a failure comes back as ``CommandFailed``.

Commands of one call are carried out in the order given. An adapter may not start one whose predecessor it depends
on has failed (a leg enters a bridge only after our own bridge creation succeeded).
"""

from enum import StrEnum

import msgspec

from router.core.ids import AgentId, BridgeId, CallId, ChannelId, Ms, PhoneName, PlaybackId


class Command(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="type", omit_defaults=True):
    """Base of all commands; ``call`` says which call it serves (commands of one call keep their order)."""

    call: CallId


class HangUpReason(StrEnum):
    """Why we end a leg; the adapter turns it into a Q.850 cause and a SIP Reason."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"
    ELSEWHERE = "elsewhere"
    """Answered elsewhere (cause 26): the phone must not show a missed call."""
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"


class SendRinging(Command, frozen=True, kw_only=True):
    """Tell the caller's side that it rings (SIP 180)."""

    channel: ChannelId


class AnswerCall(Command, frozen=True, kw_only=True):
    """Answer the caller's leg; ``CallAnswered`` follows."""

    channel: ChannelId


class PlayPrompts(Command, frozen=True, kw_only=True):
    """Play sounds one after another as one playback; ``PlaybackFinished`` follows exactly once.

    ``media`` are ARI media URIs (``sound:hotline/en/welcome``, ``tone:...``).
    """

    channel: ChannelId
    playback: PlaybackId
    media: tuple[str, ...]


class StopPlayback(Command, frozen=True, kw_only=True):
    """Stop a playback now; its ``PlaybackFinished`` still follows. One already over is no error."""

    playback: PlaybackId


class StartMusic(Command, frozen=True, kw_only=True):
    """Play music on hold of a class to a leg until ``StopMusic``."""

    channel: ChannelId
    music: str = "default"


class StopMusic(Command, frozen=True, kw_only=True):
    """End the music on a leg. Music does not stop by entering a bridge."""

    channel: ChannelId


class HoldSilence(Command, frozen=True, kw_only=True):
    """Send silence to a leg that is in no bridge, so that its audio does not stop."""

    channel: ChannelId


class EndSilence(Command, frozen=True, kw_only=True):
    """End the silence on a leg that is about to enter a bridge."""

    channel: ChannelId


class RingAgent(Command, frozen=True, kw_only=True):
    """Create a leg to a phone and ring it, never following a redirect.

    ``AgentLegRinging`` and then ``AgentLegAnswered`` or ``AgentLegEnded`` follow. ``give_up_ms`` is Asterisk's own
    time-out, later than the core's. ``show_number`` and ``show_name`` go to the phone's display; ``headers`` are SIP
    headers of the INVITE; ``auto_answer`` asks the phone to pick up by itself.
    """

    leg: ChannelId
    phone: PhoneName
    give_up_ms: Ms
    show_number: str = ""
    show_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    auto_answer: bool = False


class RingOutside(Command, frozen=True, kw_only=True):
    """Create a leg to a number outside and ring it; the events are those of ``RingAgent``."""

    leg: ChannelId
    trunk: str
    number: str
    give_up_ms: Ms
    show_number: str = ""


class ConnectLegs(Command, frozen=True, kw_only=True):
    """Create the bridge, put the caller's leg and then the agent's leg in; ``LegsConnected`` follows."""

    bridge: BridgeId
    channel: ChannelId
    leg: ChannelId


class Whisper(Command, frozen=True, kw_only=True):
    """Play sounds to one leg of a talk only; both sides go on hearing each other. ``PlaybackFinished`` follows.

    ``snoop`` is the id of the listening-in channel made for it; the core hangs it up afterwards.
    """

    channel: ChannelId
    snoop: ChannelId
    playback: PlaybackId
    media: tuple[str, ...]


class DestroyBridge(Command, frozen=True, kw_only=True):
    """Remove a bridge; one already gone is no error. Legs that ``go_on`` are taken out first, so that they hear at once
    what is ordered next."""

    bridge: BridgeId
    go_on: tuple[ChannelId, ...] = ()


class HangUpLeg(Command, frozen=True, kw_only=True):
    """End a leg, the caller's or an agent's; one already gone is no error."""

    channel: ChannelId
    reason: HangUpReason = HangUpReason.NORMAL


class CheckPin(Command, frozen=True, kw_only=True):
    """Compare a PIN with the kept hash; ``PinChecked`` follows. The PIN is never logged or recorded."""

    agent: AgentId
    pin: str


class LookUp(Command, frozen=True, kw_only=True):
    """Ask a named source of the site (HTTP, Redis, a table); ``ReplyArrived`` follows within ``timeout_ms``.

    ``secret`` says that a field is a password: it is in no log.
    """

    request: str
    source: str
    fields: dict[str, str] = {}
    timeout_ms: Ms = 3_000
    secret: bool = False
    config: str = ""
    """The version of the site whose source is meant; "" for the present one."""


class SendNotice(Command, frozen=True, kw_only=True):
    """Send a notice by a named service of the site (webhook, SMS gateway, mail); ``ReplyArrived`` follows."""

    request: str
    service: str
    fields: dict[str, str] = {}
    timeout_ms: Ms = 5_000
    config: str = ""
    """The version of the site whose service is meant; "" for the present one."""


class RecordCaller(Command, frozen=True, kw_only=True):
    """Record what a leg says; ``RecordingFinished`` follows.

    ``recording`` is the file's name below the recordings folder, without its ending. It ends after ``max_ms``, after
    ``silence_ms`` without a voice (0: never) or at one of ``end_keys`` (``#``, ``*``, ``any`` or "").
    """

    channel: ChannelId
    recording: str
    max_ms: Ms
    silence_ms: Ms = 0
    end_key: str = "#"
    beep: bool = True


class RecordTalk(Command, frozen=True, kw_only=True):
    """Record both sides of a talk, each into a file of its own, from now until ``StopRecordTalk`` or a leg's end.

    The files are ``<recording>-caller`` and ``<recording>-agent`` below the recordings folder, of equal length.
    """

    channel: ChannelId
    recording: str


class StopRecordTalk(Command, frozen=True, kw_only=True):
    """End the recording of a talk and keep it; one already over is no error."""

    recording: str


class KeepTalks(Command, frozen=True, kw_only=True):
    """The recordings of this call's talks are never too old: it was of a type that keeps them."""


class StopRecording(Command, frozen=True, kw_only=True):
    """End a recording and keep it; one already over is no error."""

    recording: str


class EraseRecording(Command, frozen=True, kw_only=True):
    """Delete a recording's file for good; ``RecordingErased`` follows. One already gone is no error."""

    recording: str


AnyCommand = (
    SendRinging
    | AnswerCall
    | PlayPrompts
    | StopPlayback
    | StartMusic
    | StopMusic
    | HoldSilence
    | EndSilence
    | RingAgent
    | RingOutside
    | ConnectLegs
    | Whisper
    | DestroyBridge
    | HangUpLeg
    | CheckPin
    | LookUp
    | SendNotice
    | RecordCaller
    | StopRecording
    | RecordTalk
    | StopRecordTalk
    | KeepTalks
    | EraseRecording
)
"""Every command, for exhaustive matching."""
