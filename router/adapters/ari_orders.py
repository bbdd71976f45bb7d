"""Carries out the core's commands over ARI: in order within a call, and nothing after what it depends on has failed."""

import logging
from asyncio import Future
from collections import deque
from collections.abc import Callable

from router.adapters.ari_codec import CAUSES, outside_endpoint, outside_variables, phone_endpoint, ring_variables
from router.adapters.ari_lanes import Reply
from router.adapters.ari_legs import Leg, LegBook
from router.adapters.ari_reader import Settled
from router.adapters.ari_transport import AriTransport
from router.core.commands import (
    AnswerCall,
    Command,
    ConnectLegs,
    DestroyBridge,
    EndSilence,
    HangUpLeg,
    HoldSilence,
    PlayPrompts,
    RecordCaller,
    RecordTalk,
    RingAgent,
    RingOutside,
    SendRinging,
    StartMusic,
    StopMusic,
    StopPlayback,
    StopRecording,
    StopRecordTalk,
    Whisper,
)
from router.core.events import CallAnswered, CommandFailed, Event, LegsConnected, PlaybackFinished, RecordingFinished
from router.core.ids import BridgeId, CallId, ChannelId
from router.errors import SwitchError

log = logging.getLogger(__name__)

TALK_BRIDGE = "mixing,dtmf_events"
"""In this order. Plain ``mixing`` becomes native RTP, and then no key pressed in talk ever arrives."""

_SIDES = (("caller", "in"), ("agent", "out"))
"""The sides of a talk as heard on the caller's leg, and which direction of it to listen to."""
_GONE = (404,)
_GONE_OR_IDLE = (404, 409)

Heard = Callable[[Reply], None]


class Orders:
    """Gives Asterisk the core's orders.

    ``submit`` gets the events they lead to; ``other`` the commands that are not for Asterisk. ``live`` says whether
    orders may be given now: while they may not, each fails at once (a prompt then ends when the truth is asked again).
    """

    def __init__(
        self,
        *,
        app: str,
        transport: AriTransport,
        legs: LegBook,
        settled: Settled,
        submit: Callable[[Event], None],
        other: Callable[[Command], None],
        live: Callable[[], bool],
    ) -> None:
        self._app = app
        self._transport = transport
        self._legs = legs
        self._settled = settled
        self._submit = submit
        self._other = other
        self._live = live
        self._held: dict[CallId, deque[Command]] = {}
        self._snoops: dict[ChannelId, Callable[[], None]] = {}
        """What to do with a listening-in channel once it is in our application (before that ARI answers 409)."""
        self._callers: dict[BridgeId, ChannelId] = {}
        self.sent_count = 0
        self.failed_count = 0

    def take_over(self, bridged: dict[BridgeId, ChannelId]) -> None:
        """Start from what Asterisk has after a (re)connect: which caller is in which bridge."""
        self._callers = dict(bridged)

    def carry_out(self, command: Command) -> None:
        """Carry out one command now, or hold it until the bridge that its call waits for exists."""
        held = self._held.get(command.call)
        if held is not None:
            held.append(command)
        else:
            self._begin(command)

    def dial(self, leg: Leg) -> None:
        """Ring a created leg's phone; called when the leg is in our application (before that ARI answers 409)."""

        def heard(reply: Reply) -> None:
            if not reply.ok and reply.status != 404:
                log.warning(
                    "leg %s could not be dialled (%d %s)", leg.channel, reply.status, reply.reason, extra=_of(leg.call)
                )
                self._ask(leg.call, None, "channels.hangup", channelId=leg.channel)

        self._ask(leg.call, heard, "channels.dial", channelId=leg.channel, timeout=leg.give_up_s)

    def turn_away(self, channel: ChannelId, why: str) -> None:
        """Hang up a channel that has no business in our application."""
        log.warning("channel %s hung up: %s", channel, why, extra={"channel": channel})
        self._ask(CallId(channel), None, "channels.hangup", channelId=channel)

    # --- one by one ---------------------------------------------------------------------------------------

    def _begin(self, command: Command) -> None:
        match command:
            case SendRinging():
                self._order(command, command.channel, "channels.ring", channelId=command.channel)
            case AnswerCall():
                self._answer(command)
            case PlayPrompts():
                self._play(command)
            case StopPlayback():
                self._order(command, command.playback, "playbacks.stop", _GONE, playbackId=command.playback)
            case StartMusic():
                self._order(
                    command, command.channel, "channels.startMoh", channelId=command.channel, mohClass=command.music
                )
            case StopMusic():
                self._order(command, command.channel, "channels.stopMoh", _GONE_OR_IDLE, channelId=command.channel)
            case RingAgent():
                variables = ring_variables(
                    show_number=command.show_number,
                    show_name=command.show_name,
                    headers=command.headers,
                    auto_answer=command.auto_answer,
                )
                self._ring(command, phone_endpoint(command.phone), variables)
            case RingOutside():
                self._ring(command, outside_endpoint(command.number, command.trunk), outside_variables(command))
            case RecordCaller():
                self._record(command)
            case StopRecording():
                self._order(
                    command, command.recording, "recordings.stop", _GONE_OR_IDLE, recordingName=command.recording
                )
            case ConnectLegs():
                self._connect(command)
            case Whisper():
                self._whisper(command)
            case RecordTalk():
                for side, spy in _SIDES:
                    self._record_side(command, ChannelId(f"{command.recording}-{side}"), spy)
            case StopRecordTalk():
                for side, _ in _SIDES:
                    channel = f"{command.recording}-{side}"
                    self._order(command, channel, "channels.hangup", _GONE, channelId=channel)
            case HoldSilence():
                self._order(command, command.channel, "channels.startSilence", _GONE, channelId=command.channel)
            case EndSilence():
                self._order(command, command.channel, "channels.stopSilence", _GONE_OR_IDLE, channelId=command.channel)
            case DestroyBridge():
                self._take_apart(command.call, command.bridge, command.go_on)
                self._order(command, command.bridge, "bridges.destroy", _GONE, bridgeId=command.bridge)
            case HangUpLeg():
                self._legs.cancel(command.channel)
                cause = CAUSES[command.reason]
                self._order(
                    command,
                    command.channel,
                    "channels.hangup",
                    _GONE,
                    channelId=command.channel,
                    reason_code=cause,
                )
            case _:
                self._other(command)

    def _order(
        self, command: Command, target: str, operation: str, fine: tuple[int, ...] = (), **values: str | int | bool
    ) -> None:
        """Send a command that is one request; the statuses in ``fine`` are no failure."""

        def heard(reply: Reply) -> None:
            if not reply.ok and reply.status not in fine:
                self._failed(command, target, reply)

        self._ask(command.call, heard, operation, **values)

    def _answer(self, command: AnswerCall) -> None:
        def heard(reply: Reply) -> None:
            if reply.ok:
                self._submit(CallAnswered(channel=command.channel))
            else:
                self._failed(command, command.channel, reply)

        self._ask(command.call, heard, "channels.answer", channelId=command.channel)

    def _play(self, command: PlayPrompts) -> None:
        def heard(reply: Reply) -> None:
            if reply.ok or not self._live():
                # After a lost connection the truth is asked: whether this playback is still open comes out there.
                return
            self.failed_count += 1
            log.warning(
                "playback %s failed (%d %s)", command.playback, reply.status, reply.reason, extra=_of(command.call)
            )
            self._submit(PlaybackFinished(playback=command.playback, failed=True))
            if reply.status == 0:
                self._settled.add(command.playback)
                self._ask(command.call, None, "playbacks.stop", playbackId=command.playback)

        self._ask(
            command.call,
            heard,
            "channels.playWithId",
            channelId=command.channel,
            playbackId=command.playback,
            media=",".join(command.media),
        )

    def _record(self, command: RecordCaller) -> None:
        def heard(reply: Reply) -> None:
            if not reply.ok and self._live():
                self.failed_count += 1
                log.warning(
                    "recording %s failed (%d %s)",
                    command.recording,
                    reply.status,
                    reply.reason,
                    extra=_of(command.call),
                )
                self._submit(RecordingFinished(recording=command.recording, length_ms=0, failed=True))

        self._ask(
            command.call,
            heard,
            "channels.record",
            channelId=command.channel,
            name=command.recording,
            format="wav",
            maxDurationSeconds=-(-command.max_ms // 1000),
            maxSilenceSeconds=-(-command.silence_ms // 1000),
            ifExists="fail",
            beep=command.beep,
            terminateOn=command.end_key or "none",
        )

    def _ring(self, command: RingAgent | RingOutside, endpoint: str | None, variables: dict[str, str]) -> None:
        self._legs.begin(command.leg, command.call, command.give_up_ms)
        if endpoint is None:
            log.error(
                "leg %s: whom it shall ring is no phone's name and no number", command.leg, extra=_of(command.call)
            )
            self._leg_refused(command.leg)
            return

        def heard(reply: Reply) -> None:
            if reply.status:
                if not reply.ok:
                    log.warning(
                        "%s cannot be rung (%d %s)", endpoint, reply.status, reply.reason, extra=_of(command.call)
                    )
                    self._leg_refused(command.leg)
            elif command.leg in self._legs:
                # Not known whether it exists: should it ever show up, it belongs to nobody and is hung up.
                self._legs.forget(command.leg)
                self._failed(command, command.leg, reply)
                self._ask(command.call, None, "channels.hangup", channelId=command.leg)

        self._ask(
            command.call,
            heard,
            "channels.create",
            {"variables": variables},
            endpoint=endpoint,
            app=self._app,
            channelId=command.leg,
        )

    def _leg_refused(self, leg: ChannelId) -> None:
        self.failed_count += 1
        ended = self._legs.refused(leg)
        if ended is not None:
            self._submit(ended)

    def _connect(self, command: ConnectLegs) -> None:
        self._held[command.call] = deque()

        def created(reply: Reply) -> None:
            if reply.ok:
                self._callers[command.bridge] = command.channel
                # The caller first, then the agent. Of both the keys are absorbed: they come as events, unheard.
                self._ask(
                    command.call,
                    added,
                    "bridges.addChannel",
                    bridgeId=command.bridge,
                    channel=f"{command.channel},{command.leg}",
                    absorbDTMF=True,
                )
            else:
                # Nobody may enter a bridge that is not the one we just made: two strangers would hear each other.
                self._failed(command, command.bridge, reply)
                if reply.status == 0:
                    self._destroy(command)
            for held in self._held.pop(command.call, ()):
                self.carry_out(held)

        def added(reply: Reply) -> None:
            if reply.ok:
                self._submit(LegsConnected(bridge=command.bridge))
            else:
                self._failed(command, command.bridge, reply)
                self._destroy(command)

        self._ask(command.call, created, "bridges.create", type=TALK_BRIDGE, bridgeId=command.bridge)

    def _whisper(self, command: Whisper) -> None:
        def failed(reply: Reply) -> None:
            self._submit(PlaybackFinished(playback=command.playback, failed=True))

        prompts = PlayPrompts(call=command.call, channel=command.snoop, playback=command.playback, media=command.media)
        self._snoop(
            command.call, command.channel, command.snoop, then=lambda: self._play(prompts), failed=failed, whisper="out"
        )

    def _record_side(self, command: RecordTalk, snoop: ChannelId, spy: str) -> None:
        """Record one side of a talk: what comes in from the caller's leg, or what goes out to it."""

        def record() -> None:
            recording = RecordCaller(
                call=command.call, channel=snoop, recording=snoop, max_ms=0, end_key="", beep=False
            )
            self._record(recording)

        def failed(reply: Reply) -> None:
            self._failed(command, command.recording, reply)

        self._snoop(command.call, command.channel, snoop, then=record, failed=failed, spy=spy)

    def _snoop(
        self,
        call: CallId,
        channel: ChannelId,
        snoop: ChannelId,
        *,
        then: Callable[[], None],
        failed: Heard,
        **how: str,
    ) -> None:
        def heard(reply: Reply) -> None:
            if not reply.ok:
                self._snoops.pop(snoop, None)
                failed(reply)

        self._snoops[snoop] = then
        self._ask(call, heard, "channels.snoopChannelWithId", channelId=channel, snoopId=snoop, app=self._app, **how)

    def snooped(self, snoop: ChannelId) -> None:
        """A listening-in channel is in our application."""
        then = self._snoops.pop(snoop, None)
        if then is not None:
            then()

    def _destroy(self, command: ConnectLegs) -> None:
        self._take_apart(command.call, command.bridge)
        self._ask(command.call, None, "bridges.destroy", bridgeId=command.bridge)

    def _take_apart(self, call: CallId, bridge: BridgeId, go_on: tuple[ChannelId, ...] = ()) -> None:
        """Take those who go on, and the caller, out of a bridge about to be destroyed, and wait until that is done.

        Destroying returns before the channels have left, and a prompt ordered in that moment is never played and never
        ends (seen on Asterisk 22.10.1 in one case of three).
        """
        caller = self._callers.pop(bridge, None)
        for channel in dict.fromkeys((*go_on, *([] if caller is None else [caller]))):
            self._ask(call, None, "bridges.removeChannel", bridgeId=bridge, channel=channel)

    # --- inside -------------------------------------------------------------------------------------------

    def _ask(
        self, call: CallId, heard: Heard | None, operation: str, body: object = None, **values: str | int | bool
    ) -> None:
        if not self._live():
            if heard is not None:
                heard(Reply(0, "not connected to Asterisk"))
            return
        try:
            request = self._transport.encode(operation, body, **values)
        except SwitchError as error:
            # An Asterisk so old that it lacks the operation: that call fails, the others go on.
            log.error("%s; %s", error, error.cure, extra=_of(call))
            if heard is not None:
                heard(Reply(501, str(error)))
            return
        self.sent_count += 1
        future = self._transport.send(call, request)
        if heard is not None:
            hear = heard
            future.add_done_callback(lambda done: hear(_reply(done)))

    def _failed(self, command: Command, target: str, reply: Reply) -> None:
        self.failed_count += 1
        self._submit(
            CommandFailed(
                command=type(command).__name__,
                call=command.call,
                target=target,
                status=reply.status,
                reason=reply.reason,
            )
        )


def _of(call: CallId) -> dict[str, str]:
    """What a line of the log about a call carries."""
    return {"call_id": call}


def _reply(done: "Future[Reply]") -> Reply:
    return Reply(0, "given up") if done.cancelled() else done.result()
