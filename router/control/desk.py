"""Pure: what the machines of a call share: the memory, the timers, the versions of the site, and small orders."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from router.acd.agents import Agents
from router.acd.callback import CallbackState
from router.acd.decision import passed_over
from router.acd.overlays import Overlays, laid_over
from router.acd.presence import Counts
from router.acd.spec import Queue
from router.acd.standing import known_classes
from router.acd.waiting import Waiting
from router.control.call import Call, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.state import ExtensionStatus, State
from router.core import cadence, commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.ids import CallId, ChannelId, Ms, PhoneName
from router.core.records import Outcome
from router.core.timers import Timers
from router.core.turn import Turn
from router.site import Site

_BRIDGED, _HANDED_OVER, _OPEN = LegStage.BRIDGED, LegEvent.HANDED_OVER, LegFor.OPEN
"""Members by name: see :mod:`router.acd.agent`."""


class CallbackOver(NamedTuple):
    """A callback that came to its end in this turn, for those who follow it up."""

    callback: str
    number: str
    result: str
    round_name: str


class Desk:
    """The shared part.

    ``needs_music`` are the callers who shall hear music at the end of this turn, ``outbound_ended`` the calls of our
    own that ended in it, with their results, ``gone_home`` the legs of connected phones that left a call in it,
    ``rejoined`` calls that ended in it of callers who had rung again while we had promised to call them back.
    """

    site: Site
    """The version of the site that new calls get."""
    agents: Agents
    overlays: Overlays

    def __init__(self, sites: Mapping[str, Site], state: State) -> None:
        self.state = state
        self.timers = Timers()
        self.timers.load(state.timers, state.timer_seq)
        self.channels: dict[ChannelId, Call] = {call.channel: call for call in state.calls.values()}
        self.needs_music: dict[CallId, None] = {}
        self.outbound_ended: list[tuple[Call, str]] = []
        self.gone_home: dict[ChannelId, Leg] = {}
        self.answered: list[Call] = []
        self.callbacks_over: list[CallbackOver] = []
        self.rejoined: list[tuple[Call, Outcome]] = []
        self._sites = sites
        self.take_site()

    def site_of(self, call: Call) -> Site:
        """The version of the site that a call began under and finishes on."""
        return self._sites[call.config]

    def site_named(self, config: str) -> Site:
        """A version of the site."""
        return self._sites[config]

    def take_site(self) -> None:
        """Build everything that is derived from the present version of the site and from the memory."""
        site = self.site = self._sites[self.state.config]
        floor = site.floor
        for waiting in self.state.waiting.values():
            # A queue that a new version no longer has goes on as it was for those already in it.
            if waiting.queue not in floor.queues:
                old = self.queue_of(self.state.calls[waiting.call])
                floor = msgspec.structs.replace(floor, queues={**floor.queues, waiting.queue: old})
        overlays = self.state.floor.overlays
        agents = {number: laid_over(agent, overlays.get(number)) for number, agent in floor.agents.items()}
        floor = msgspec.structs.replace(floor, agents=agents)
        self.agents = Agents(self.state.floor, floor, site.phones, self.timers)
        self.overlays = Overlays(self.state.floor, site.floor, self.agents, self.timers)
        self.matcher = self.agents.matcher
        for waiting in self.state.waiting.values():
            self.matcher.add(waiting)
            if self.state.calls[waiting.call].stage in (Stage.CALLING_BACK, Stage.CONNECTING):
                self.matcher.taken(waiting.call)
        for callback in self.state.callbacks.values():
            if callback.state is CallbackState.WAITING and callback.queue in floor.queues:
                self.matcher.add(callback.place)

    def queue_of(self, call: Call) -> Queue:
        """The queue a call is in, as the call's version of the site has it."""
        return self._sites[call.config].floor.queues[call.queue]

    def play(self, turn: Turn, call: Call, channel: ChannelId, media: tuple[str, ...]) -> None:
        """Play sounds to whoever of a call is on a channel, as what the call waits to be over."""
        call.playback_count += 1
        call.playback = ids.playback_id(call.id, call.playback_count)
        turn.order(commands.PlayPrompts(call=call.id, channel=channel, playback=call.playback, media=media))

    def start_music(self, turn: Turn, call: Call, music: str) -> None:
        """Let the caller hear music of a class."""
        turn.order(commands.StartMusic(call=call.id, channel=call.channel, music=music))
        call.music = True

    def stop_music(self, turn: Turn, call: Call) -> None:
        """End the caller's music, if they hear any."""
        if call.music:
            turn.order(commands.StopMusic(call=call.id, channel=call.channel))
            call.music = False

    def stop_playback(self, turn: Turn, call: Call) -> None:
        """Stop what the caller hears, if anything is played to them."""
        if call.playback is not None:
            turn.order(commands.StopPlayback(call=call.id, playback=call.playback))
            call.playback = None

    def close_leg(self, turn: Turn, leg: Leg, reason: HangUpReason = HangUpReason.NORMAL) -> None:
        """Hang up an agent's leg; it is forgotten when Asterisk says that it is gone.

        That of a phone that stays connected goes home instead, and waits for the next call.
        """
        if leg.agent and self.state.floor.agents[leg.agent].open_leg == leg.id:
            if leg.stage is _BRIDGED:
                leg.apply(_HANDED_OVER)
            leg.call, leg.purpose = ids.call_of(leg.id), _OPEN
            self.gone_home[leg.id] = leg
            return
        turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id, reason=reason))
        leg.apply(LegEvent.CLOSED)

    def leave_queue(self, call: Call) -> None:
        """A call waits no longer."""
        self.matcher.remove(call.id)
        del self.state.waiting[call.id]

    def connect(self, turn: Turn, call: Call) -> None:
        """Order a caller and the leg that is theirs now into a bridge of their own, off prompts and music."""
        assert call.leg is not None
        self.stop_playback(turn, call)
        self.stop_music(turn, call)
        call.bridge_count += 1
        call.bridge = ids.bridge_id(call.id, call.bridge_count)
        turn.order(commands.ConnectLegs(call=call.id, bridge=call.bridge, channel=call.channel, leg=call.leg))

    def drop_bridge(self, turn: Turn, call: Call) -> None:
        """Remove a call's bridge, if it has one."""
        if call.bridge is not None:
            turn.order(commands.DestroyBridge(call=call.id, bridge=call.bridge))
            call.bridge = None

    def forget_leg(self, turn: Turn, leg: Leg) -> None:
        """A leg is gone."""
        del self.state.legs[leg.id]
        if leg.phone:
            self.agents.phone_engaged(turn, PhoneName(leg.phone), -1)

    def legs_of(self, call: Call) -> list[Leg]:
        """Every agent's leg of a call that is not gone yet."""
        names, legs, found = call.handed_over, self.state.legs, []
        if call.leg_count:
            names = [*[ids.leg_id(call.id, number) for number in range(1, call.leg_count + 1)], *names]
        for name in names:
            leg = legs.get(name)
            if leg is not None and leg.call == call.id:
                found.append(leg)
        return found

    def call_on(self, channel: ChannelId) -> Call | None:
        """The call whose caller is on a channel, or None."""
        return self.channels.get(channel)

    def ignore(self, turn: Turn, event: events.Event, subject: str, reason: str) -> None:
        """Keep a late or impossible event visible instead of acting on it."""
        turn.note(records.Ignored, event=type(event).__name__, subject=subject, reason=reason)

    def note_call(self, turn: Turn, call: Call, record: type[records.Record], **fields: Any) -> None:
        """Note a record about a call, under the call's version of the site."""
        turn.note(record, config=call.config, call_id=call.id, **fields)

    def note_leg(self, turn: Turn, call: Call, record: type[records.Record], **fields: Any) -> None:
        """Note a record about a call and the agent it is with."""
        turn.note(record, config=call.config, call_id=call.id, queue=call.queue, agent=call.agent, **fields)

    def rings(self, call: Call, span_ms: Ms) -> float:
        """Express a span in rings of the site's country."""
        # Most callers wait for no time at all: to ask here saves 0.5 % of a simulated call.
        return cadence.rings(span_ms, self._sites[call.config].ring_ms) if span_ms else 0.0

    def extension(self, number: str) -> ExtensionStatus:
        """How an extension of the site is now; kept from here on, so that a change to it lasts."""
        found = self.state.extensions.get(number)
        if found is None:
            found = self.state.extensions[number] = ExtensionStatus(open=self.site.extensions[number].open)
        return found

    def set_extension(
        self, turn: Turn, number: str, is_open: bool | None, do_not_disturb: bool | None, by: str
    ) -> bool:
        """Open or close an extension, or set or end its do-not-disturb. Returns whether there is such a one."""
        if number not in self.site.extensions:
            return False
        status = self.extension(number)
        if is_open is not None:
            status.open = is_open
        if do_not_disturb is not None:
            status.do_not_disturb = do_not_disturb
        turn.note(
            records.ExtensionChanged,
            extension=number,
            open=status.open,
            do_not_disturb=status.do_not_disturb,
            by=by,
        )
        return True

    def known_classes(self, call: Call) -> tuple[str, ...]:
        """The classes a caller has before a flow says anything: by the number dialled, else by who they are."""
        site = self._sites[call.config]
        did = site.dids.get(call.did)
        customer = site.customers.get(call.caller.number or call.caller.raw) if site.customers else None
        return known_classes(did.classes if did is not None else (), customer)

    def passed_over(self, waiting: Waiting, *, ringing: bool) -> Counts:
        """How many agents a decision passed over, by group and rule."""
        return passed_over(self.matcher, self.agents.presence, waiting, ringing=ringing)

    def want_music(self, call: Call) -> None:
        """Let a waiting caller hear music (again) at the end of this turn."""
        self.needs_music[call.id] = None
