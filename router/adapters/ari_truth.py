"""What Asterisk has of ours, asked after every (re)connect: events lost meanwhile are never replayed."""

import asyncio
from collections.abc import Iterable

import msgspec

from router.adapters.ari_codec import (
    Bridge,
    Channel,
    decode_application,
    decode_bridges,
    decode_channels,
    stasis_args,
    way_in,
)
from router.adapters.ari_lanes import Reply
from router.adapters.ari_legs import LegStep
from router.adapters.ari_transport import OF_NO_CALL, AriTransport
from router.core.events import CallArrived, SeenChannel, SwitchSeen
from router.core.ids import BridgeId, ChannelId, PlaybackId, is_ours
from router.errors import SwitchError

_STEPS = {"Ringing": LegStep.RINGING, "Up": LegStep.ANSWERED}


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """What there is.

    ``callers`` are channels that came in by a way in, ``legs`` those of ours; ``bridged`` says which caller is in which
    bridge; ``strays`` have no business here or can
    come to nothing (a leg never dialled) and are to be hung up; ``lost_playbacks`` exist no more.
    """

    seen: SwitchSeen
    callers: tuple[ChannelId, ...]
    legs: dict[ChannelId, LegStep]
    bridged: dict[BridgeId, ChannelId]
    strays: dict[ChannelId, str]
    lost_playbacks: tuple[PlaybackId, ...]
    lost_recordings: tuple[str, ...] = ()
    """Of those asked for: Asterisk does not make them (any longer)."""


async def ask_truth(
    transport: AriTransport, *, site: str, country: str, playbacks: Iterable[PlaybackId], recordings: Iterable[str] = ()
) -> Truth:
    """Ask for channels, bridges, these playbacks and recordings.

    Raises :class:`SwitchError` where Asterisk does not say.
    """
    asked, recorded = tuple(playbacks), tuple(recordings)
    ask = [
        transport.send(OF_NO_CALL, transport.encode("applications.get", applicationName=transport.app)),
        transport.send(OF_NO_CALL, transport.encode("channels.list")),
        transport.send(OF_NO_CALL, transport.encode("bridges.list")),
        *(transport.send(OF_NO_CALL, transport.encode("playbacks.get", playbackId=playback)) for playback in asked),
        *(transport.send(OF_NO_CALL, transport.encode("recordings.getLive", recordingName=name)) for name in recorded),
    ]
    application_reply, channels_reply, bridges_reply, *replies = await asyncio.gather(*ask)
    playback_replies, recording_replies = replies[: len(asked)], replies[len(asked) :]
    lost_recordings = tuple(
        name
        for name, reply in zip(recorded, recording_replies, strict=True)
        if reply.status == 404 or not _said(reply, "recordings")
    )
    try:
        members = frozenset(decode_application(_said(application_reply, "applications")).channel_ids)
        channels = decode_channels(_said(channels_reply, "channels"))
        bridges = decode_bridges(_said(bridges_reply, "bridges"))
    except msgspec.DecodeError as error:
        raise SwitchError(f"Asterisk's account of its channels is unreadable: {error}") from error
    open_playbacks = tuple(
        playback
        for playback, reply in zip(asked, playback_replies, strict=True)
        if reply.status != 404 and _said(reply, "playbacks")
    )
    truth = account(
        channels,
        members=members,
        bridges=bridges,
        open_playbacks=open_playbacks,
        asked_playbacks=asked,
        app=transport.app,
        site=site,
        country=country,
    )
    return msgspec.structs.replace(truth, lost_recordings=lost_recordings)


def account(
    channels: Iterable[Channel],
    *,
    members: frozenset[str],
    bridges: tuple[Bridge, ...],
    open_playbacks: tuple[PlaybackId, ...],
    asked_playbacks: tuple[PlaybackId, ...],
    app: str,
    site: str,
    country: str,
) -> Truth:
    """Sort what Asterisk listed. ``members`` are the channels our application holds."""
    seen: list[SeenChannel] = []
    callers: list[ChannelId] = []
    legs: dict[ChannelId, LegStep] = {}
    strays: dict[ChannelId, str] = {}
    for channel in channels:
        name = ChannelId(channel.id)
        up = channel.state == "Up"
        args = stasis_args(channel, app)
        if is_ours(site, channel.id):
            if channel.name.startswith("Snoop/"):
                continue
            step = _STEPS.get(channel.state)
            if step is None:
                strays[name] = "a leg that was never rung"
            else:
                legs[name] = step
                seen.append(SeenChannel(channel=name, up=up))
        elif args is not None or channel.id in members:
            arrival = way_in(channel, args or (), country)
            if arrival is None:
                strays[name] = f"not a way in: {channel.name}"
            else:
                callers.append(name)
                arrived = arrival if isinstance(arrival, CallArrived) else None
                seen.append(SeenChannel(channel=name, up=up, arrived=arrived))
    ours = [bridge for bridge in bridges if is_ours(site, bridge.id)]
    return Truth(
        seen=SwitchSeen(
            channels=tuple(seen),
            bridges=tuple(BridgeId(bridge.id) for bridge in ours),
            playbacks=open_playbacks,
        ),
        callers=tuple(callers),
        legs=legs,
        bridged={
            BridgeId(bridge.id): ChannelId(channel)
            for bridge in ours
            for channel in bridge.channels
            if channel in callers
        },
        strays=strays,
        lost_playbacks=tuple(playback for playback in asked_playbacks if playback not in open_playbacks),
    )


def _said(reply: Reply, what: str) -> str:
    if not reply.ok:
        raise SwitchError(f"Asterisk does not say which {what} it has: {reply.reason}", status=reply.status)
    return reply.body
