"""Reads the stream of ARI events and says what each means to the core. Pure bookkeeping, no I/O.

Every caller's leg gives one arrival and one hang-up, every playback one end, every agent's leg its steps in order,
whatever Asterisk repeats.
"""

import logging
from collections.abc import Callable, Iterable

from router.adapters.ari_codec import NORMAL_CAUSE, Channel, WireEvent, way_in
from router.adapters.ari_legs import Leg, LegBook
from router.core.events import CallerHungUp, Event, HoldChanged, KeyPressed, PlaybackFinished, RecordingFinished
from router.core.ids import ChannelId, PlaybackId, is_ours

log = logging.getLogger(__name__)

_REMEMBERED_COUNT = 10_000
_KEYS = frozenset("0123456789*#ABCD")


class Settled:
    """Playbacks whose end the core has been told of already; the oldest are forgotten."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def add(self, playback: str) -> None:
        """Say nothing of this playback again."""
        self._ids[playback] = None
        if len(self._ids) > _REMEMBERED_COUNT:
            del self._ids[next(iter(self._ids))]

    def take(self, playback: str) -> bool:
        """Say whether this one was settled, and forget it: Asterisk tells its end only once."""
        return self._ids.pop(playback, 0) is None


class EventReader:
    """Translates events of one Asterisk.

    ``dial`` is told when a leg of ours is ready to be dialled; ``turn_away`` of a channel that has no business in our
    application; ``fence`` that another router connected under our name; ``snooped`` that a whisper's channel is there.
    """

    def __init__(
        self,
        *,
        site: str,
        country: str,
        legs: LegBook,
        settled: Settled,
        dial: Callable[[Leg], None],
        turn_away: Callable[[ChannelId, str], None],
        fence: Callable[[], None],
        snooped: Callable[[ChannelId], None],
    ) -> None:
        self._site = site
        self._country = country
        self._legs = legs
        self._settled = settled
        self._dial = dial
        self._turn_away = turn_away
        self._fence = fence
        self._snooped = snooped
        self._callers: dict[str, int] = {}

    def take_over(self, callers: Iterable[str], lost_playbacks: Iterable[str]) -> None:
        """Start from what Asterisk has after a (re)connect; the core already knows the end of ``lost_playbacks``."""
        self._callers = dict.fromkeys(callers, NORMAL_CAUSE)
        for playback in lost_playbacks:
            self._settled.add(playback)

    def read(self, wire: WireEvent) -> Event | None:
        """Return what an event means to the core, None where it means nothing."""
        match wire.type:
            case "StasisStart":
                return None if wire.channel is None else self._started(wire.channel, wire.args)
            case "StasisEnd":
                return None if wire.channel is None else self._ended(wire.channel)
            case "ChannelDestroyed" if wire.channel is not None:
                return self._legs.ended(wire.channel.id, wire.cause, wire.tech_cause) or self._ended(wire.channel)
            case "ChannelHangupRequest" if wire.channel is not None:
                # Asterisk gives 32 where it ends the channel itself: that is a flag of its own, no Q.850 cause.
                if wire.cause and wire.cause != 32 and wire.channel.id in self._callers:
                    self._callers[wire.channel.id] = wire.cause
                return None
            case "Dial" if wire.peer is not None:
                match wire.dialstatus:
                    case "RINGING":
                        return self._legs.rang(wire.peer.id)
                    case "ANSWER":
                        return self._legs.answered(wire.peer.id)
                    case _:
                        return None
            case "ChannelStateChange" if wire.channel is not None:
                match wire.channel.state:
                    case "Ringing":
                        return self._legs.rang(wire.channel.id)
                    case "Up":
                        return self._legs.answered(wire.channel.id)
                    case _:
                        return None
            case "ChannelDtmfReceived" if wire.channel is not None and self._known(wire.channel.id):
                if wire.digit not in _KEYS:
                    return None
                return KeyPressed(
                    channel=ChannelId(wire.channel.id), key=wire.digit, duration_ms=max(wire.duration_ms, 0)
                )
            case "ChannelHold" | "ChannelUnhold" if wire.channel is not None and self._known(wire.channel.id):
                return HoldChanged(channel=ChannelId(wire.channel.id), held=wire.type == "ChannelHold")
            case "PlaybackFinished" if wire.playback is not None:
                return self._played(wire.playback.id, wire.playback.state)
            case "RecordingFinished" | "RecordingFailed" if wire.recording is not None:
                if not is_ours(self._site, wire.recording.name):
                    return None
                return RecordingFinished(
                    recording=wire.recording.name,
                    length_ms=wire.recording.duration * 1000,
                    failed=wire.type == "RecordingFailed",
                )
            case "ApplicationReplaced":
                self._fence()
                return None
            case _:
                return None

    def _known(self, channel: str) -> bool:
        return channel in self._callers or channel in self._legs

    def _started(self, channel: Channel, args: tuple[str, ...]) -> Event | None:
        if channel.id in self._callers:
            return None
        if is_ours(self._site, channel.id):
            if channel.id in self._legs:
                if (leg := self._legs.entered(channel.id)) is not None:
                    self._dial(leg)
            elif channel.name.startswith("Snoop/"):
                self._snooped(ChannelId(channel.id))
            else:
                self._turn_away(ChannelId(channel.id), "a leg that nobody waits for")
            return None
        arrival = way_in(channel, args, self._country)
        if arrival is None:
            self._turn_away(ChannelId(channel.id), f"not a way in: {channel.name} with {len(args)} arguments")
            return None
        self._callers[channel.id] = NORMAL_CAUSE
        return arrival

    def _ended(self, channel: Channel) -> Event | None:
        cause = self._callers.pop(channel.id, None)
        return None if cause is None else CallerHungUp(channel=ChannelId(channel.id), cause=cause)

    def _played(self, playback: str, state: str) -> Event | None:
        if self._settled.take(playback) or not is_ours(self._site, playback):
            return None
        return PlaybackFinished(playback=PlaybackId(playback), failed=state == "failed")
