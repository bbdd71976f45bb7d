"""Pure: settling with Asterisk after a break: what was missed becomes events, what was lost is ordered again.

While the router is away, or its socket down, calls stay up in Asterisk and nothing is replayed. So after every connect
the core compares what it holds with what Asterisk has, and makes one of the two follow the other.
"""

from typing import Protocol

from router.control.call import Call, LegFor, LegStage, Stage
from router.control.codes import Codes
from router.control.consulting import Consulting
from router.control.desk import Desk
from router.control.door import Door
from router.control.legs import Legs
from router.control.whisper import Whispers
from router.core import commands, events, ids
from router.core.commands import HangUpReason
from router.core.events import LegEnd, SwitchSeen
from router.core.turn import Turn


class Machines(Protocol):
    """What settling needs of the machines of a call."""

    desk: Desk
    door: Door
    whispers: Whispers
    legs: Legs
    codes: Codes
    consulting: Consulting

    def open_playbacks(self) -> tuple[ids.PlaybackId, ...]:
        """The playbacks whose end is waited for."""

    def caller_hung_up(self, turn: Turn, event: events.CallerHungUp) -> None:
        """Take a caller's hang-up in."""

    def playback_finished(self, turn: Turn, event: events.PlaybackFinished) -> None:
        """Take the end of a playback in."""


def settle(core: Machines, turn: Turn, seen: SwitchSeen) -> None:
    """Make the core and Asterisk agree."""
    up = {channel.channel: channel.up for channel in seen.channels}
    heard = set(core.open_playbacks())
    for done in seen.recorded:
        core.door.recording_measured(done)  # whoever has gone has left a message as long as its file
    _end_what_is_gone(core, turn, up)
    for done in seen.recorded:
        core.door.recording_finished(turn, done)
    _order_again(core, turn, seen, up, heard)
    _catch_up_legs(core, turn, up)
    _adopt_or_end_strangers(core, turn, seen)


def _end_what_is_gone(core: Machines, turn: Turn, up: dict[ids.ChannelId, bool]) -> None:
    """Callers and legs that Asterisk no longer has: as if their hang-up had been heard."""
    for call in list(core.desk.state.calls.values()):
        if call.channel not in up and not call.caller_gone and not call.purpose:
            core.caller_hung_up(turn, events.CallerHungUp(channel=call.channel, cause=0))
    for step in list(core.desk.state.codes.values()):
        if step.channel not in up:
            core.codes.hung_up(turn, step.channel)
    for leg in list(core.desk.state.legs.values()):
        if leg.id not in up:
            why = LegEnd.HUNG_UP if leg.stage is LegStage.BRIDGED else LegEnd.UNREACHABLE
            core.legs.ended(turn, events.AgentLegEnded(leg=leg.id, why=why, cause=0))


def _catch_up_legs(core: Machines, turn: Turn, up: dict[ids.ChannelId, bool]) -> None:
    """Agents who picked up while we were away."""
    for leg in list(core.desk.state.legs.values()):
        if up.get(leg.id) and leg.stage in (LegStage.DIALLING, LegStage.RINGING):
            core.legs.answered(turn, events.AgentLegAnswered(leg=leg.id))


def _order_again(
    core: Machines, turn: Turn, seen: SwitchSeen, up: dict[ids.ChannelId, bool], heard: set[ids.PlaybackId]
) -> None:
    """Orders that may have been lost between the journal and Asterisk. All of them may safely come twice.

    ``heard`` are the playbacks that were open when we asked: one begun since then is not lost.
    """
    bridges, playbacks = set(seen.bridges), set(seen.playbacks)
    for leg in list(core.desk.state.legs.values()):
        if leg.stage is LegStage.CLOSING:
            turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id))
        elif leg.purpose is LegFor.OPEN and leg.stage is LegStage.ANSWERED:
            turn.order(commands.HoldSilence(call=leg.call, channel=leg.id))
    for call in list(core.desk.state.calls.values()):
        if call.stage is Stage.ENDED:
            if not call.caller_gone:
                turn.order(commands.HangUpLeg(call=call.id, channel=call.channel))
            continue
        if call.stage is not Stage.RINGING and not call.purpose and not up[call.channel]:
            turn.order(commands.AnswerCall(call=call.id, channel=call.channel))
        if call.stage in (Stage.WAITING, Stage.OFFERED):
            core.desk.want_music(call)
        elif call.stage is Stage.IVR and call.music and call.session is not None:
            turn.order(commands.StartMusic(call=call.id, channel=call.channel))
        elif call.stage in (Stage.CONNECTING, Stage.TALKING) and call.bridge not in bridges:
            core.desk.drop_bridge(turn, call)  # it may have been ordered in this very turn
            core.desk.connect(turn, call)
        elif call.stage is Stage.CONNECTING and call.bridge is not None:
            # The bridge is there but we did not hear whether both legs are in it: build it anew.
            turn.order(commands.DestroyBridge(call=call.id, bridge=call.bridge))
            core.desk.connect(turn, call)
        if call.stage is Stage.CONSULTING:
            core.consulting.order_again(turn, call, bridges)
        if call.stage in (Stage.TRANSFERRING, Stage.AWAY):
            _order_transfer_again(core, turn, call, bridges)
        for whisper in [playback for playback in call.whispers if playback not in playbacks]:
            core.whispers.played(turn, call, whisper)
        if call.playback in heard and call.playback not in playbacks:
            core.playback_finished(turn, events.PlaybackFinished(playback=call.playback, failed=True))
    for playback in core.codes.open_playbacks():
        if playback not in playbacks:
            core.codes.played(turn, playback)


def _order_transfer_again(core: Machines, turn: Turn, call: Call, bridges: set[ids.BridgeId]) -> None:
    leg = core.desk.state.legs[call.leg] if call.leg is not None else None
    if leg is None or leg.stage not in (LegStage.ANSWERED, LegStage.BRIDGED):
        turn.order(commands.StartMusic(call=call.id, channel=call.channel))
    elif call.stage is Stage.TRANSFERRING or call.bridge not in bridges:
        core.desk.drop_bridge(turn, call)
        core.desk.connect(turn, call)


def _adopt_or_end_strangers(core: Machines, turn: Turn, seen: SwitchSeen) -> None:
    """Callers whose arrival we missed are taken up; channels and bridges nobody knows are ended."""
    site = core.desk.site.name
    whispered = {snoop for call in core.desk.state.calls.values() for snoop in call.whispers.values()}
    known = {*core.desk.state.legs, *core.codes.channels(), *whispered}
    for channel in seen.channels:
        name = channel.channel
        if core.desk.call_on(name) is not None or name in known:
            continue
        if channel.arrived is not None:
            core.door.arrived(turn, channel.arrived)
        else:
            owner = ids.call_of(name) if ids.is_ours(site, name) else ids.CallId(f"{site}.stray")
            turn.order(commands.HangUpLeg(call=owner, channel=name, reason=HangUpReason.NORMAL))
            core.desk.ignore(turn, seen, name, "a channel nobody knows: hung up")
    wanted = {call.bridge for call in core.desk.state.calls.values()}
    for bridge in seen.bridges:
        if bridge not in wanted and ids.is_ours(site, bridge):
            turn.order(commands.DestroyBridge(call=ids.call_of(bridge), bridge=bridge))
