"""ARI's JSON on one side, the core's events on the other. No I/O here; unknown fields and types are passed over."""

import re

import msgspec

from router.adapters.numbers import caller_from, plain_text, to_e164
from router.core.commands import HangUpReason, RingOutside
from router.core.events import CallArrived, CodeDialled, LegEnd
from router.core.ids import ChannelId, PhoneName

WANTED = (
    "StasisStart",
    "StasisEnd",
    "ChannelStateChange",
    "ChannelHangupRequest",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
    "Dial",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "ApplicationReplaced",
)
"""The event types somebody here reads; Asterisk is told to send no other (half of all events are ChannelVarset)."""

CAUSES: dict[HangUpReason, int] = {
    HangUpReason.NORMAL: 16,
    HangUpReason.BUSY: 17,
    HangUpReason.NO_ANSWER: 19,
    HangUpReason.REJECTED: 21,
    HangUpReason.ELSEWHERE: 26,
    HangUpReason.CONGESTION: 34,
}
"""Our reasons as Q.850 causes; PJSIP makes the SIP status and the ``Reason`` header from them."""

NORMAL_CAUSE = 16
ABSENT_CAUSE = 20


class Party(msgspec.Struct, frozen=True):
    """A caller id as ARI writes it."""

    name: str = ""
    number: str = ""


class Dialplan(msgspec.Struct, frozen=True):
    """Where a channel stands in the dialplan; of a channel in Stasis ``app_data`` holds the arguments it came with."""

    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True):
    """An ARI channel, as far as we look. ``state``: ``Down``, ``Ring``, ``Ringing``, ``Up``..."""

    id: str
    name: str = ""
    state: str = ""
    caller: Party = Party()
    dialplan: Dialplan = Dialplan()


class Playback(msgspec.Struct, frozen=True):
    """An ARI playback. ``state``: ``queued``, ``playing``, ``done``, ``failed``..."""

    id: str
    state: str = ""


class Recording(msgspec.Struct, frozen=True):
    """An ARI live recording; ``duration`` in seconds, silence included."""

    name: str
    duration: int = 0


class Bridge(msgspec.Struct, frozen=True):
    """An ARI bridge and the ids of the channels in it."""

    id: str
    channels: tuple[str, ...] = ()


class Application(msgspec.Struct, frozen=True):
    """What a Stasis application holds."""

    channel_ids: tuple[str, ...] = ()
    bridge_ids: tuple[str, ...] = ()


class Endpoint(msgspec.Struct, frozen=True):
    """A SIP endpoint. ``state`` is ``online`` where one of its contacts can be reached."""

    resource: str
    technology: str = "PJSIP"
    state: str = ""
    channel_ids: tuple[str, ...] = ()

    @property
    def reachable(self) -> bool:
        """Whether a call to it can arrive."""
        return self.state == "online"


class WireEvent(msgspec.Struct, frozen=True):
    """Any ARI event: the union of the fields we read, so that one pass decodes it."""

    type: str
    application: str = ""
    channel: Channel | None = None
    peer: Channel | None = None
    playback: Playback | None = None
    recording: Recording | None = None
    args: tuple[str, ...] = ()
    digit: str = ""
    duration_ms: int = 0
    dialstatus: str = ""
    cause: int | None = None
    tech_cause: int | None = None


_EVENT = msgspec.json.Decoder(WireEvent)
_CHANNELS = msgspec.json.Decoder(tuple[Channel, ...])
_BRIDGES = msgspec.json.Decoder(tuple[Bridge, ...])
_APPLICATION = msgspec.json.Decoder(Application)
_ENDPOINTS = msgspec.json.Decoder(tuple[Endpoint, ...])


def decode_event(text: str | bytes) -> WireEvent:
    """Decode one event; raises ``msgspec.DecodeError`` (a ``ValidationError`` where a field has an odd type)."""
    return _EVENT.decode(text)


def decode_channels(text: str) -> tuple[Channel, ...]:
    """Decode the answer of ``GET /channels``."""
    return _CHANNELS.decode(text)


def decode_bridges(text: str) -> tuple[Bridge, ...]:
    """Decode the answer of ``GET /bridges``."""
    return _BRIDGES.decode(text)


def decode_endpoints(text: str) -> tuple[Endpoint, ...]:
    """Decode the answer of ``GET /endpoints/PJSIP``."""
    return _ENDPOINTS.decode(text)


def decode_application(text: str) -> Application:
    """Decode the answer of ``GET /applications/APP``."""
    return _APPLICATION.decode(text)


def stasis_args(channel: Channel, app: str) -> tuple[str, ...] | None:
    """Recover the arguments a channel entered our application with; None where it is not in it."""
    if channel.dialplan.app_name != "Stasis":
        return None
    name, *args = channel.dialplan.app_data.split(",")
    return tuple(args) if name == app else None


def way_in(channel: Channel, args: tuple[str, ...], country: str) -> CallArrived | CodeDialled | None:
    """Read the arguments of a way in: ``in,DID,TRUNK,PRESENTATION,DIVERTED`` or ``code,PHONE,CODE``.

    Returns None for anything else: such a channel has no business in our application.
    """
    match args:
        case ("in", did, *rest) if did:
            trunk, presentation, diverted = (*rest, "", "", "")[:3]
            return CallArrived(
                channel=ChannelId(channel.id),
                did=did,
                caller=caller_from(channel.caller.number, country, presentation=presentation, name=channel.caller.name),
                trunk=trunk,
                diverted_from=(to_e164(diverted, country) or diverted) if diverted else None,
            )
        case ("code", phone, code) if phone and code:
            return CodeDialled(channel=ChannelId(channel.id), phone=PhoneName(phone), code=code)
        case _:
            return None


def leg_end(*, cause: int, tech_cause: int, rang: bool) -> LegEnd:
    """Say in the words of the trade why an agent's leg that was never answered ended.

    ``cause`` is Q.850 and ``tech_cause`` the SIP status, 0 where Asterisk gives none. A time-out, the phone's 480 and
    no SIP reply at all look alike (19 and 480): whether the phone ever rang tells them apart.
    """
    if 300 <= tech_cause < 400 or cause == 23:
        return LegEnd.FORWARDED
    if tech_cause in (486, 600) or cause == 17:
        return LegEnd.BUSY
    if tech_cause == 603 or cause == 21:
        return LegEnd.REJECTED
    if tech_cause in (0, 408, 480, 487) and cause in (16, 18, 19):
        return LegEnd.NO_ANSWER if rang else LegEnd.UNREACHABLE
    return LegEnd.UNREACHABLE


_NOT_IN_A_NUMBER = re.compile(r"[^0-9A-Za-z+*#._-]")
_NOT_IN_A_NAME = re.compile(r"[\"<>\\;,]")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_PHONE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OUTSIDE_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_LONGEST_HEADER = 512


def phone_endpoint(phone: str) -> str | None:
    """Return ``PJSIP/<phone>``, or None for a name that could lead elsewhere than to a phone of ours."""
    return f"PJSIP/{phone}" if _PHONE_NAME.fullmatch(phone) else None


def outside_endpoint(number: str, trunk: str) -> str | None:
    """Return ``PJSIP/<number>@trunk-<name>``, or None for what is no plain number or no name of a trunk."""
    plain = _OUTSIDE_NUMBER.fullmatch(number) and _PHONE_NAME.fullmatch(trunk)
    return f"PJSIP/{number}@trunk-{trunk}" if plain else None


def outside_variables(command: RingOutside) -> dict[str, str]:
    """Make the channel variables of a leg to a number outside: the number it sees as the caller's.

    Of a channel we create, its INVITE says who is connected, not the caller id (seen on Asterisk 22.10.1).
    """
    shown = _NOT_IN_A_NUMBER.sub("", command.show_number)[:40]
    return {"CONNECTEDLINE(num)": shown} if shown else {}


def ring_variables(
    *, show_number: str, show_name: str, headers: tuple[tuple[str, str], ...], auto_answer: bool
) -> dict[str, str]:
    """Make the channel variables of a ringing leg: what its display shows and the headers of its INVITE.

    Whatever an outsider may have written loses what could break out of its place.
    """
    variables: dict[str, str] = {}
    if name := _NOT_IN_A_NAME.sub("", plain_text(show_name)):
        # The trailing i keeps this first of two updates from being sent to anybody by itself.
        variables["CONNECTEDLINE(name,i)"] = name
    if number := _NOT_IN_A_NUMBER.sub("", show_number)[:40]:
        variables["CONNECTEDLINE(num)"] = number
    elif name:
        variables["CONNECTEDLINE(name)"] = variables.pop("CONNECTEDLINE(name,i)")
    if auto_answer:
        # Phones of different makers look at one or the other.
        headers = (
            ("Call-Info", "<sip:hotline>;answer-after=0"),
            ("Alert-Info", "<sip:hotline>;info=alert-autoanswer;delay=0"),
            *headers,
        )
    for header, value in headers:
        if _HEADER_NAME.fullmatch(header):
            variables[f"PJSIP_HEADER(add,{header})"] = plain_text(value, _LONGEST_HEADER)
    return variables
