"""Pure: which machine owns a call now. The live router and the simulator run this very object.

A call goes from the door through the IVR (``control/door.py``) to a queue and an agent's phone (``control/ringing.py``)
and out (``control/ending.py``). Agents are in ``acd/agents.py``, who gets whom in ``acd/matcher.py``, a caller's walk
through the flows in ``ivr/``, feature codes in ``control/codes.py``, and settling with Asterisk after a break in
``control/reconcile.py``. This file takes each fact to its machine.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from router.control import invariants, overview, reconcile
from router.control.announcing import ANNOUNCE, Announcements
from router.control.asks import Asks
from router.control.call import LegFor, LegStage, Stage
from router.control.callback_asks import CallbackAsks
from router.control.callbacks import Callbacks, is_callback
from router.control.calling_back import CallingBack
from router.control.codes import Codes
from router.control.coding import code_call
from router.control.complaints import Complaints
from router.control.consulting import Consulting
from router.control.desk import Desk
from router.control.door import Door
from router.control.duty import Duty
from router.control.ending import Ending
from router.control.erasure import Erasure, Held
from router.control.inbox import Inbox
from router.control.legs import Legs
from router.control.locks import Locks
from router.control.notices import Notices
from router.control.offering import Offering
from router.control.open_lines import OpenLines
from router.control.outbound import Outbound
from router.control.queueing import Queueing
from router.control.ringing import Ringing
from router.control.rounds import Rounds
from router.control.state import STATE_VERSION, State
from router.control.surge import Surges
from router.control.tasks import Tasks
from router.control.transfer import Transfers
from router.control.whisper import Whispers
from router.core import events, ids, records
from router.core.ids import AgentId, CallId, Ms, PlaybackId
from router.core.timers import Timer
from router.core.turn import Output, Turn
from router.errors import JournalError
from router.site import Site


class CallControl:
    """The core: facts in, orders and records out. Told the time; never reads it.

    ``sites`` holds every version of the site that a call may still need, by version. Same events at the same times give
    the same outputs, byte for byte.
    """

    def __init__(self, sites: Mapping[str, Site], site: str, state: State | None = None) -> None:
        self.desk = Desk(sites, state if state is not None else State(config=site))
        self._wants = self.desk.state.ledger.wants
        self.ending = Ending(self.desk)
        self.whispers = Whispers(self.desk)
        self.open_lines = OpenLines(self.desk)
        self.callbacks = Callbacks(self.desk, self.ending)
        self.callback_asks = CallbackAsks(self.desk, self.callbacks)
        self.calling_back = CallingBack(self.desk, self.ending, self.callbacks, self.whispers)
        self.ringing = Ringing(self.desk, self.ending, self.whispers, self.open_lines, self.calling_back)
        self.transfers = Transfers(self.desk, self.ending)
        self.outbound = Outbound(self.desk, self.ending)
        self.tasks = Tasks(self.desk, self.outbound)
        self.notices = Notices(self.desk)
        self.locks = Locks(self.desk)
        self.duty = Duty(self.desk, self.tasks, self.ending)
        self.announcements = Announcements(self.desk)
        asks = Asks(self.desk, self.transfers, self.tasks, self.callbacks)
        self.queueing = Queueing(self.desk, self.callbacks)
        self.consulting = Consulting(self.desk, self.queueing, self.ending)
        self.offering = Offering(self.desk, self.callbacks, self.queueing, self.ending, self.announcements)
        self.door = Door(self.desk, self.queueing, self.ending, asks, self.duty, self.announcements)
        self.complaints = Complaints(self.desk)
        self.rounds = Rounds(self.desk, self.callbacks)
        self.legs = Legs(
            self.desk,
            self.ringing,
            self.transfers,
            self.outbound,
            self.duty,
            self.open_lines,
            self.door,
            self.ending,
            self.calling_back,
            self.consulting,
        )
        self.codes = Codes(self.desk)
        self.inbox = Inbox(self.desk)
        self.erasure = Erasure(self.desk, self.inbox)
        self.surges = Surges(self.desk)

    # --- the contract ---

    def handle(self, event: events.Event, now: Ms) -> list[Output]:
        """Take a fact in and return what follows from it, in order."""
        state = self.desk.state
        turn = Turn(now, state.ledger, state.config, self._wants)
        _MACHINES[type(event)](self, turn, event)
        self._settle(turn)
        return turn.out

    def expire(self, now: Ms) -> list[Output]:
        """Fire the timers due by ``now``, in (deadline, seq) order."""
        state = self.desk.state
        turn = Turn(now, state.ledger, state.config, self._wants)
        while (timer := self.desk.timers.pop_due(now)) is not None:
            self._fire(turn, timer)
            self._settle(turn)
        return turn.out

    def deadline(self) -> Ms | None:
        """Return when :meth:`expire` must be called next, or None."""
        return self.desk.timers.deadline()

    def snapshot(self) -> dict[str, Any]:
        """Return everything remembered as plain data; see :meth:`restore`."""
        state = self.desk.state
        state.timers, state.timer_seq = self.desk.timers.dump()
        plain: dict[str, Any] = msgspec.to_builtins(state)
        return plain

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any], sites: Mapping[str, Site]) -> "CallControl":
        """Build a core from a snapshot; it goes on exactly as the one that made it.

        Raises :class:`router.errors.JournalError` for a snapshot of another format.
        """
        if snapshot.get("v") != STATE_VERSION:
            raise JournalError(
                f"the snapshot has format {snapshot.get('v')}, this router reads {STATE_VERSION}",
                cure="start the version that wrote it, or move the journal folder away (calls under way are dropped)",
            )
        state = msgspec.convert(dict(snapshot), State)
        return cls(sites, state.config, state)

    def open_playbacks(self) -> tuple[PlaybackId, ...]:
        """The playbacks whose end we wait for."""
        calls = self.desk.state.calls.values()
        of_calls = [call.playback for call in calls if call.playback is not None]
        whispered = [playback for call in calls for playback in call.whispers]
        return (*of_calls, *whispered, *self.codes.open_playbacks())

    def open_recordings(self) -> tuple[str, ...]:
        """The recordings whose end we wait for."""
        return tuple(call.request for call in self.desk.state.calls.values() if call.recording)

    def recordings(self) -> frozenset[str]:
        """The recordings the core knows of: whatever else lies in the recordings folder was left unheard of."""
        return self.inbox.recordings()

    def messages(self, now: Ms, wanted: str = "", *, done_too: bool = False) -> list[dict[str, Any]]:
        """Messages as plain data, the oldest first: the one ``wanted``, else those not done, or all."""
        return self.inbox.rows(now, wanted, done_too=done_too)

    def held(self, caller: str) -> Held:
        """What is remembered of a caller, and what of it is still open."""
        return self.erasure.held(caller)

    def configs_in_use(self) -> frozenset[str]:
        """The site versions that must stay available."""
        state = self.desk.state
        notices = (notice.config for notice in state.notices.values())
        return frozenset({state.config, *(call.config for call in state.calls.values()), *notices})

    def overview(self, now: Ms) -> dict[str, Any]:
        """The present as plain data, for people and tools: calls, queues, agents, phones."""
        return {
            **overview.of(self.desk, now),
            "surges": self.surges.overview(now),
            "callbacks": self.callbacks.rows(now),
            "complaints": self.complaints.rows(),
            "messages_open": self.inbox.open_rows(),
        }

    # --- the router, the site and the switch ---

    def _router_started(self, turn: Turn, event: events.RouterStarted) -> None:
        state = self.desk.state
        state.epoch, state.call_count, state.switch_up = event.epoch, 0, False
        state.floor.seed = event.seed
        if event.config != state.config:
            self._site_loaded(turn, events.SiteLoaded(config=event.config))
        self.inbox.router_started(turn)
        self.rounds.arm(turn, anew=False)
        live = sum(call.stage is not Stage.ENDED for call in state.calls.values())
        site = self.desk.site
        turn.note(records.RouterUp, site=site.name, epoch=event.epoch, calls=live, queues=tuple(site.floor.queues))
        self.surges.site_changed(turn)

    def _site_loaded(self, turn: Turn, event: events.SiteLoaded) -> None:
        previous, self.desk.state.config = self.desk.state.config, event.config
        turn.config = event.config
        served = self.desk.agents.served()
        self.desk.take_site()
        turn.note(records.SiteChanged, previous=previous, queues=tuple(self.desk.site.floor.queues))
        self.desk.overlays.published(turn, served)
        self.desk.agents.leave_removed(turn)
        self.inbox.site_changed(turn)
        self.callbacks.site_changed(turn)
        self.rounds.arm(turn, anew=True)
        self.surges.site_changed(turn)

    def _switch_lost(self, turn: Turn, event: events.SwitchLost) -> None:
        self.desk.state.switch_up = False

    def _switch_seen(self, turn: Turn, event: events.SwitchSeen) -> None:
        self.desk.state.switch_up = True
        reconcile.settle(self, turn, event)

    # --- facts that may be of a call or of a feature code ---

    def caller_hung_up(self, turn: Turn, event: events.CallerHungUp) -> None:
        """A caller's channel, or that of a phone that dialled a code, is gone."""
        call = self.desk.call_on(event.channel)
        if call is not None:
            self.ending.caller_left(turn, call)
        elif not self.codes.hung_up(turn, event.channel):
            self.desk.ignore(turn, event, event.channel, "no such call")

    def playback_finished(self, turn: Turn, event: events.PlaybackFinished) -> None:
        """What was played to a caller, an agent or a phone that dialled a code is over."""
        call = self.desk.state.calls.get(ids.call_of(event.playback))
        if ids.call_of(event.playback) in self.desk.state.codes:
            self.codes.played(turn, event.playback)
        elif call is not None and call.playback == event.playback and is_callback(call):
            call.playback = None
            self.calling_back.played(turn, call)
        elif call is not None and call.playback == event.playback and call.offer is not None:
            call.playback = None
            if (reply := self.offering.played(turn, call)) is not None:
                self.door.left_queue(turn, call, reply)
        elif call is None or not self.whispers.played(turn, call, event.playback):
            self.door.played(turn, event)

    def _key_pressed(self, turn: Turn, event: events.KeyPressed) -> None:
        state = self.desk.state
        call, leg = self.desk.call_on(event.channel), state.legs.get(event.channel)
        if call is not None and call.stage is Stage.TALKING:
            self.desk.note_leg(turn, call, records.TalkKeyPressed, by="caller", key=event.key)
        elif call is not None and is_callback(call):
            self.calling_back.customer_pressed(turn, call, event.key)
        elif call is not None and call.offer is not None:
            if (reply := self.offering.key(turn, call, event.key)) is not None:
                self.door.left_queue(turn, call, reply)
        elif call is not None:
            self.door.key(turn, call, event.key)
        elif leg is not None:
            if leg.purpose is LegFor.AGENT and leg.stage is LegStage.BRIDGED:
                self.desk.note_leg(turn, state.calls[leg.call], records.TalkKeyPressed, by="agent", key=event.key)
            if leg.purpose is LegFor.AGENT and is_callback(state.calls[leg.call]):
                self.calling_back.agent_pressed(turn, state.calls[leg.call], event.key)
        elif not self.codes.key(turn, event.channel, event.key):
            self.desk.ignore(turn, event, event.channel, "no such call")

    def _reply_arrived(self, turn: Turn, event: events.ReplyArrived) -> None:
        self.notices.replied(turn, event)
        self.door.reply_arrived(turn, event)

    def _extension_asked(self, turn: Turn, event: events.ExtensionAsked) -> None:
        if not self.desk.set_extension(turn, event.extension, event.open, event.do_not_disturb, event.by):
            turn.note(
                records.AskRefused,
                agent="",
                ask="extension",
                reason=f"no extension {event.extension!r}",
                cure="see extensions.yaml",
            )

    def _queue_close_asked(self, turn: Turn, event: events.QueueCloseAsked) -> None:
        self.desk.overlays.close(turn, event)
        for call, reply in (*self.queueing.changed(turn, "closing"), *self.queueing.closed(turn)):
            self.door.left_queue(turn, call, reply)

    # --- time ---

    def _settle(self, turn: Turn) -> None:
        """Work until nothing follows any more: tasks whose calls ended, then idle agents and music."""
        desk = self.desk
        agents, state = desk.agents, desk.state
        if state.pages or desk.outbound_ended or desk.rejoined or desk.answered or desk.callbacks_over:
            self._follow_up(turn)
        if agents.thinned or agents.joined or desk.matcher.narrowed:
            self._staff_changed(turn)
        if desk.site.surges:
            self.surges.look(turn)
        if state.callbacks:
            self.callbacks.release_for_emergencies()
        if desk.needs_music or desk.matcher.pending:
            self.ringing.settle(turn)
        if desk.gone_home:
            self.open_lines.settle(turn)
        if agents.thinned or agents.joined or desk.matcher.narrowed:  # a plan has sent agents back, or a step has gone
            self._settle(turn)

    def _follow_up(self, turn: Turn) -> None:
        """What ended in this turn has consequences elsewhere."""
        desk = self.desk
        if desk.state.pages:
            self.tasks.emergency_over(turn, self.ending)
        while desk.outbound_ended:
            call, result = desk.outbound_ended.pop(0)
            if is_callback(call):
                self.callbacks.tried(turn, call, result)
                continue
            told = self.tasks.call_ended(turn, call, result)
            if told is not None:
                owner, request, reply = told
                self.door.answer_to(turn, owner, request, reply)
        while desk.rejoined:
            call, outcome = desk.rejoined.pop(0)
            self.callbacks.caller_done(turn, call.own_callback, call, outcome)
        while desk.answered:
            call = desk.answered.pop(0)
            self.complaints.call_ended(turn, call)
            self.rounds.call_ended(turn, call)
        while desk.callbacks_over:
            over = desk.callbacks_over.pop(0)
            if over.result in ("kept", "taken_up"):
                self.complaints.reached(turn, over.number)
            if over.round_name:
                self.rounds.callback_ended(turn, over.round_name, over.callback, over.result)

    def _staff_changed(self, turn: Turn) -> None:
        """Agents have entered or left service, or fewer can be rung."""
        agents, matcher = self.desk.agents, self.desk.matcher
        thinned, narrowed = agents.thinned, matcher.narrowed
        agents.thinned = matcher.narrowed = False
        if agents.left or narrowed:
            for agent in agents.left:
                self.open_lines.closes(turn, agent)
                self.desk.overlays.end(turn, agent, "sign_out")
                self.surges.left(turn, agent)
            agents.left.clear()
            for call, reply in self.queueing.staff_left(turn):
                self.door.left_queue(turn, call, reply)
        if agents.joined:
            for agent in agents.joined:
                self.open_lines.opens(turn, agent)
                self.surges.joined(turn, agent)
            agents.joined.clear()
        if thinned or narrowed:
            for call, reply in self.queueing.changed(turn, "nobody"):
                self.door.left_queue(turn, call, reply)

    def _fire(self, turn: Turn, timer: Timer) -> None:
        kind, _, subject = timer.owner.partition(":")
        if kind == "agent":
            self.desk.agents.timer(turn, AgentId(subject), timer.name)
            return
        if kind == "code":
            self.codes.timer(turn, CallId(subject), timer.name)
            return
        if kind in ("overlay", "closing"):
            self.desk.overlays.timer(turn, kind, subject)
            return
        if kind == "task":
            self.tasks.timer(turn, subject)
            return
        if kind == "complaint":
            self.complaints.timer(turn, subject, timer.name)
            return
        if kind == "round":
            self.rounds.timer(turn, subject)
            return
        if kind == "callback":
            self.callbacks.timer(turn, subject, timer.name)
            return
        if kind == "notice":
            self.notices.timer(turn, subject, timer.name)
            return
        if kind == "message":
            self.inbox.timer(turn, subject, timer.name)
            return
        if kind == "messages":
            self.inbox.sweep(turn)
            return
        if kind == "erase":
            self.inbox.erase_again(turn, subject)
            return
        if kind == "lock":
            self.locks.timer(subject)
            return
        if kind == "surge":
            self.surges.timer(turn, subject, timer.name)
            return
        call = self.desk.state.calls[CallId(subject)]
        match timer.name:
            case "answer":
                self.door.answer(turn, call)
            case "party":
                self.legs.timer(turn, call)
            case "alarm":
                self.duty.alarm(turn, call)
            case name if name == ANNOUNCE:
                self.announcements.timer(turn, call)
            case "linger":
                self.ending.linger(turn, call)
            case "confirm":
                self.calling_back.timer(turn, call)
            case name if name.startswith("offer:"):
                if (reply := self.offering.timer(turn, call, name)) is not None:
                    self.door.left_queue(turn, call, reply)
            case name if name.startswith("ivr:"):
                self.door.timer(turn, call, name.removeprefix("ivr:"))
            case name if name.startswith(("reach:", "ring:")):
                self.ringing.timer(turn, call, name)
            case name:
                reply = self.queueing.timer(turn, call, name)
                if reply is not None:
                    self.door.left_queue(turn, call, reply)


Machine = Callable[[CallControl, Turn, Any], object]

_MACHINES: dict[type[events.Event], Machine] = {
    events.RouterStarted: CallControl._router_started,
    events.SiteLoaded: CallControl._site_loaded,
    events.SwitchLost: CallControl._switch_lost,
    events.SwitchSeen: CallControl._switch_seen,
    events.MessageFound: lambda core, turn, e: core.inbox.found(turn, e),
    events.MessageAsked: lambda core, turn, e: core.inbox.asked(turn, e),
    events.CallerMessagesAsked: lambda core, turn, e: core.inbox.delete_of_caller(turn, e),
    events.CallerErasureAsked: lambda core, turn, e: core.erasure.asked(turn, e),
    events.CallerErasureDone: lambda core, turn, e: core.erasure.done(turn, e),
    events.TalkExpired: lambda core, turn, e: core.inbox.talk_expired(turn, e),
    events.RecordingErased: lambda core, turn, e: core.inbox.erased(turn, e),
    events.CallerHungUp: CallControl.caller_hung_up,
    events.KeyPressed: CallControl._key_pressed,
    events.PlaybackFinished: CallControl.playback_finished,
    events.CallArrived: lambda core, turn, e: core.door.arrived(turn, e),
    events.CallAnswered: lambda core, turn, e: core.door.answered(turn, e),
    events.ReplyArrived: CallControl._reply_arrived,
    events.RecordingFinished: lambda core, turn, e: core.door.recording_finished(turn, e),
    events.HoldChanged: lambda core, turn, e: core.ringing.hold_changed(turn, e),
    events.AgentLegRinging: lambda core, turn, e: core.legs.ringing(turn, e),
    events.AgentLegAnswered: lambda core, turn, e: core.legs.answered(turn, e),
    events.AgentLegEnded: lambda core, turn, e: core.legs.ended(turn, e),
    events.LegsConnected: lambda core, turn, e: core.legs.connected(turn, e),
    events.CommandFailed: lambda core, turn, e: core.legs.command_failed(turn, e),
    events.ConsultAsked: lambda core, turn, e: core.consulting.consult(turn, e),
    events.TakeBackAsked: lambda core, turn, e: core.consulting.take_back(turn, e),
    events.TransferAsked: lambda core, turn, e: core.consulting.transfer(turn, e),
    events.HealthChecked: lambda core, turn, e: invariants.heal(core.desk, turn),
    events.ExtensionAsked: CallControl._extension_asked,
    events.AppointmentAsked: lambda core, turn, e: core.tasks.asked(turn, e),
    events.CallbackAddAsked: lambda core, turn, e: core.callback_asks.add(turn, e),
    events.CallbackCancelAsked: lambda core, turn, e: core.callback_asks.cancel(turn, e),
    events.CallbackRetryAsked: lambda core, turn, e: core.callback_asks.retry(turn, e),
    events.ComplaintOpenAsked: lambda core, turn, e: core.complaints.opened(turn, e),
    events.ComplaintMoveAsked: lambda core, turn, e: core.complaints.moved(turn, e),
    events.CodeDialled: lambda core, turn, e: core.codes.dialled(turn, e),
    events.PinChecked: lambda core, turn, e: core.codes.pin_checked(turn, e),
    events.PhoneReachabilityChanged: lambda core, turn, e: core.desk.agents.phone_reachable(turn, e.phone, e.reachable),
    events.PhoneUseChanged: lambda core, turn, e: core.desk.agents.phone_in_use(turn, e.phone, e.channels),
    events.PhonesSeen: lambda core, turn, e: core.desk.agents.phones_seen(turn, e.phones),
    events.AgentSignInAsked: lambda core, turn, e: core.desk.agents.sign_in(turn, e.agent, e.phone, e.by),
    events.AgentSignOutAsked: lambda core, turn, e: core.desk.agents.sign_out(turn, e.agent, e.by),
    events.AgentReadyAsked: lambda core, turn, e: core.desk.agents.ready(turn, e.agent, e.by),
    events.AgentRegroupAsked: lambda core, turn, e: core.desk.overlays.regroup(turn, e),
    events.QueueCloseAsked: CallControl._queue_close_asked,
    events.SurgeAsked: lambda core, turn, e: core.surges.asked(turn, e),
    events.WrapUpExtendAsked: lambda core, turn, e: core.desk.agents.extend_wrap_up(turn, e.agent, e.by),
    events.CallCodeAsked: lambda core, turn, e: code_call(core.desk, turn, e.agent, e.code, e.solved, e.by),
    events.AgentPauseAsked: lambda core, turn, e: core.desk.agents.pause(turn, e.agent, e.reason, e.by),
}
"""Which machine takes which fact."""
