"""Pure: the names of things. Every id we mint is unique over all time.

An id reads ``<site>.<epoch>.c42`` for a call and ``<site>.<epoch>.c42.pb3`` for the third playback of call 42.
The epoch grows by one at every start of the router, so ids of two runs never meet (Asterisk accepts a duplicate
playback id without a word). Inbound channels keep the id Asterisk gave them.
"""

from typing import NewType

Ms = int
"""Milliseconds UTC since 1970, or a span of milliseconds where a name ends in ``_ms``."""

CallId = NewType("CallId", str)
ChannelId = NewType("ChannelId", str)
"""An ARI channel: the caller's (Asterisk's id) or an agent leg's (minted by us)."""
PlaybackId = NewType("PlaybackId", str)
BridgeId = NewType("BridgeId", str)
AgentId = NewType("AgentId", str)
"""The work number (工号), e.g. ``1001``."""
PhoneName = NewType("PhoneName", str)
"""A registered SIP phone, the PJSIP endpoint's name, e.g. ``1001``."""
QueueName = NewType("QueueName", str)


def call_id(site: str, epoch: int, number: int) -> CallId:
    """Mint the id of the ``number``-th call of this epoch."""
    return CallId(f"{site}.{epoch}.c{number}")


def playback_id(call: CallId, number: int) -> PlaybackId:
    """Mint the id of the ``number``-th playback of a call."""
    return PlaybackId(f"{call}.pb{number}")


def leg_id(call: CallId, number: int) -> ChannelId:
    """Mint the channel id of the ``number``-th outbound leg of a call."""
    return ChannelId(f"{call}.l{number}")


def talk_recording(call: CallId, bridge_number: int) -> str:
    """Name the recording of the talk in a call's ``bridge_number``-th bridge."""
    return f"{call}.talk{bridge_number}"


def snoop_id(call: CallId, number: int) -> ChannelId:
    """Mint the id of the ``number``-th whisper's channel of a call."""
    return ChannelId(f"{call}.s{number}")


def bridge_id(call: CallId, number: int) -> BridgeId:
    """Mint the id of the ``number``-th bridge of a call."""
    return BridgeId(f"{call}.b{number}")


def request_id(call: CallId, number: int) -> str:
    """Mint the id of the ``number``-th question a call asks outside (a lookup, a recording, a notice)."""
    return f"{call}.r{number}"


def call_of(minted: str) -> CallId:
    """Return the call a minted playback, leg, bridge or request id belongs to."""
    return CallId(minted.rpartition(".")[0])


def is_ours(site: str, channel: str) -> bool:
    """Say whether a channel id was minted by a router of this site (any epoch)."""
    return channel.startswith(f"{site}.")
