"""Pure: which machine owns a call now. The live router and the simulator run this very object.

A call goes from the door through the IVR to a queue, to an agent's phone, into talk and out. This file holds that path;
agents are in ``acd/agents.py``, who gets whom in ``acd/matcher.py``, a caller's walk through the flows in ``ivr/``,
feature codes in ``codes.py``, and settling with Asterisk after a break in ``reconcile.py``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from router import reconcile
from router.acd.agents import Agents
from router.acd.call import Call, CallEvent, Leg, LegEvent, LegStage, Stage
from router.acd.matcher import Waiting
from router.acd.spec import CallClass, Queue
from router.acd.state import STATE_VERSION, State
from router.codes import Codes
from router.core import cadence, commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.ids import AgentId, CallId, ChannelId, Ms, PlaybackId, QueueName
from router.core.records import Outcome
from router.core.timers import Timers
from router.core.turn import Output, Turn
from router.errors import JournalError
from router.ivr import session as ivr
from router.ivr.effects import AnyEffect, CancelTimer, End, Enqueue, Play, SetTimer, Step, StopPlaying
from router.site import Site

LINGER_MS: Ms = 5_000
"""How long an ended call waits for its legs to be reported gone before it asks again and forgets them."""
GIVE_UP_MARGIN_MS: Ms = 5_000
"""Asterisk's own time-out for a ring is this much later than ours."""
CONNECT_TRIES = 3
"""How often the switch may fail to bridge a caller before the call counts as lost."""


class CallControl:
    """The core: facts in, orders and records out. Told the time; never reads it.

    ``sites`` holds every version of the site that a call may still need, by version. Same events at the same times give
    the same outputs, byte for byte.
    """

    def __init__(self, sites: Mapping[str, Site], site: str, state: State | None = None) -> None:
        self._sites = sites
        self.state = state if state is not None else State(config=site)
        self.timers = Timers()
        self.timers.load(self.state.timers, self.state.timer_seq)
        self._channels: dict[ChannelId, Call] = {call.channel: call for call in self.state.calls.values()}
        self._needs_music: dict[CallId, None] = {}
        self._take_site()

    # --- the contract ---

    def handle(self, event: events.Event, now: Ms) -> list[Output]:
        """Take a fact in and return what follows from it, in order."""
        turn = Turn(now, self.state.ledger, self.state.config)
        _HANDLERS[type(event)](self, turn, event)
        self._settle(turn)
        return turn.out

    def expire(self, now: Ms) -> list[Output]:
        """Fire the timers due by ``now``, in (deadline, seq) order."""
        turn = Turn(now, self.state.ledger, self.state.config)
        while (timer := self.timers.pop_due(now)) is not None:
            kind, _, subject = timer.owner.partition(":")
            if kind == "agent":
                self.agents.timer(turn, AgentId(subject), timer.name)
            elif kind == "code":
                self.codes.timer(turn, CallId(subject), timer.name)
            else:
                self._call_timer(turn, self.state.calls[CallId(subject)], timer.name)
            self._settle(turn)
        return turn.out

    def deadline(self) -> Ms | None:
        """Return when :meth:`expire` must be called next, or None."""
        return self.timers.deadline()

    def snapshot(self) -> dict[str, Any]:
        """Return everything remembered as plain data; see :meth:`restore`."""
        self.state.timers, self.state.timer_seq = self.timers.dump()
        plain: dict[str, Any] = msgspec.to_builtins(self.state)
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
        of_calls = [call.playback for call in self.state.calls.values() if call.playback is not None]
        return (*of_calls, *self.codes.open_playbacks())

    def configs_in_use(self) -> frozenset[str]:
        """The site versions that must stay available."""
        return frozenset({self.state.config, *(call.config for call in self.state.calls.values())})

    def overview(self, now: Ms) -> dict[str, Any]:
        """The present as plain data, for people and tools: calls, queues, agents, phones."""
        site = self.site
        live = [call for call in self.state.calls.values() if call.stage is not Stage.ENDED]
        queues = []
        for name, queue in site.floor.queues.items():
            waits = [now - w.asked_at for w in self.state.waiting.values() if w.queue == name]
            queues.append(
                {
                    "queue": name,
                    "waiting": len(waits),
                    "longest_wait_ms": max(waits, default=0),
                    "talking": sum(call.queue == name and call.stage is Stage.TALKING for call in live),
                    "strategy": queue.strategy,
                    "groups": list(queue.groups),
                }
            )
        return {
            "site": site.name,
            "config": self.state.config,
            "epoch": self.state.epoch,
            "now_ms": now,
            "seq": self.state.ledger.seq,
            "switch_up": self.state.switch_up,
            "calls": [self._call_row(call, now) for call in live],
            "closing": len(self.state.calls) - len(live),
            "legs": len(self.state.legs),
            "code_calls": len(self.state.codes),
            "queues": queues,
            "agents": self.agents.overview(now),
            "phones": [
                {"phone": name, "reachable": phone.reachable, "other_calls": phone.other_calls}
                for name, phone in ((name, self.agents.phone(name)) for name in site.phones)
            ],
            "trunks": list(site.trunks),
            "dids": list(site.dids),
        }

    @property
    def site(self) -> Site:
        """The version of the site that new calls get."""
        return self._sites[self.state.config]

    # --- the router and the site ---

    def _take_site(self) -> None:
        site = self.site
        floor = site.floor
        for waiting in self.state.waiting.values():
            # A queue that a new version no longer has goes on as it was for those already in it.
            if waiting.queue not in floor.queues:
                old = self._sites[self.state.calls[waiting.call].config].floor.queues[waiting.queue]
                floor = msgspec.structs.replace(floor, queues={**floor.queues, waiting.queue: old})
        self.agents = Agents(self.state, floor, frozenset(site.phones), self.timers)
        self.matcher = self.agents.matcher
        self.codes = Codes(self.state, self.agents, self.timers, site)
        for waiting in self.state.waiting.values():
            self.matcher.add(waiting)

    def _router_started(self, turn: Turn, event: events.RouterStarted) -> None:
        self.state.epoch = event.epoch
        self.state.call_count = 0
        self.state.switch_up = False
        if event.config != self.state.config:
            self._site_loaded(turn, events.SiteLoaded(config=event.config))
        live = sum(call.stage is not Stage.ENDED for call in self.state.calls.values())
        turn.note(records.RouterUp, site=self.site.name, epoch=event.epoch, calls=live)

    def _site_loaded(self, turn: Turn, event: events.SiteLoaded) -> None:
        previous, self.state.config = self.state.config, event.config
        turn.config = event.config
        self._take_site()
        self.agents.leave_removed(turn)
        turn.note(records.SiteChanged, previous=previous)

    def _switch_lost(self, turn: Turn, event: events.SwitchLost) -> None:
        self.state.switch_up = False

    def _switch_seen(self, turn: Turn, event: events.SwitchSeen) -> None:
        self.state.switch_up = True
        reconcile.settle(self, turn, event)

    def _message_found(self, turn: Turn, event: events.MessageFound) -> None:
        turn.note(
            records.MessageReceived,
            recording=event.recording,
            did=event.did,
            caller=event.caller.number or event.caller.raw,
            left_at_ms=event.left_at,
            length_ms=event.length_ms,
        )

    # --- the door and the IVR ---

    def arrived(self, turn: Turn, event: events.CallArrived) -> None:
        """A call is at the door: it hears ringing at once, and the line is answered as the site says."""
        if event.channel in self._channels:
            self.ignore(turn, event, event.channel, "this call is already here")
            return
        site = self.site
        self.state.call_count += 1
        call = Call(
            id=ids.call_id(site.name, self.state.epoch, self.state.call_count),
            channel=event.channel,
            did=event.did,
            caller=event.caller,
            trunk=event.trunk,
            diverted_from=event.diverted_from or "",
            config=self.state.config,
            arrived_at=turn.now,
        )
        self.state.calls[call.id] = call
        self._channels[call.channel] = call
        turn.order(commands.SendRinging(call=call.id, channel=call.channel))
        turn.note(
            records.CallReceived,
            call_id=call.id,
            did=call.did,
            caller=call.caller.number or call.caller.raw,
            withheld=call.caller.withheld,
            trunk=call.trunk,
            diverted_from=call.diverted_from,
        )
        if event.did not in site.dids:
            self._end(turn, call, Outcome.TURNED_AWAY, "router", "unknown_number", reason=HangUpReason.REJECTED)
        elif site.answer_after_ms:
            self.timers.set(f"call:{call.id}", "answer", turn.now + site.answer_after_ms)
        else:
            self._answer(turn, call)

    def _answer(self, turn: Turn, call: Call) -> None:
        """Answer the line and begin the flow. Commands of one call keep their order, so nothing need be awaited."""
        site = self._sites[call.config]
        turn.order(commands.AnswerCall(call=call.id, channel=call.channel))
        call.apply(CallEvent.ANSWERED)
        call.session = ivr.Session(flow=site.dids[call.did].flow, node="", language=site.script.language)
        self._carry(turn, call, ivr.begin(site.script, call.session, self._view(turn, call)))

    def _call_answered(self, turn: Turn, event: events.CallAnswered) -> None:
        call = self._channels.get(event.channel)
        if call is None or call.line_answered_at or call.stage is Stage.ENDED:
            return  # a feature code's call, one answered again after a reconnect, or one gone meanwhile
        call.line_answered_at = turn.now
        line_ms = turn.now - call.arrived_at
        self.note_call(turn, call, records.LineAnswered, line_ms=line_ms, line_rings=self._rings(call, line_ms))

    def _view(self, turn: Turn, call: Call) -> ivr.View:
        return ivr.View(
            caller=call.caller.number or "",
            withheld=call.caller.withheld,
            did=call.did,
            diverted_from=call.diverted_from,
            local=self._sites[call.config].clock.at(turn.now),
        )

    def _carry(self, turn: Turn, call: Call, effects: list[AnyEffect]) -> None:
        """Turn what the flow wants into commands."""
        owner = f"call:{call.id}"
        for effect in effects:
            match effect:
                case Play(media=media):
                    call.playback_count += 1
                    call.playback = ids.playback_id(call.id, call.playback_count)
                    turn.order(
                        commands.PlayPrompts(call=call.id, channel=call.channel, playback=call.playback, media=media)
                    )
                case StopPlaying():
                    self.stop_playback(turn, call)
                case SetTimer(name=name, after_ms=after_ms):
                    self.timers.set(owner, f"ivr:{name}", turn.now + after_ms)
                case CancelTimer(name=name):
                    self.timers.cancel(owner, f"ivr:{name}")
                case Step(flow=flow, node=node, node_type=node_type, result=result):
                    self.note_call(
                        turn, call, records.MenuStep, flow=flow, node=node, node_type=node_type, result=result
                    )
                case Enqueue():
                    self._ask(turn, call, effect)
                case End(outcome=outcome, detail=detail):
                    self._end(turn, call, Outcome(outcome), "router", detail)

    def playback_finished(self, turn: Turn, event: events.PlaybackFinished) -> None:
        """What was played to a caller has been played, or could not be."""
        if event.playback in self.codes.open_playbacks():
            self.codes.played(turn, event.playback)
            return
        call = self.state.calls.get(ids.call_of(event.playback))
        if call is None or call.playback != event.playback:
            return  # stopped by us, or its call is gone: the end of a playback always comes late then
        call.playback = None
        if call.session is not None:
            script = self._sites[call.config].script
            self._carry(turn, call, ivr.played(script, call.session, self._view(turn, call)))

    def stop_playback(self, turn: Turn, call: Call) -> None:
        """Stop what the caller hears, if anything is played to them."""
        if call.playback is not None:
            turn.order(commands.StopPlayback(call=call.id, playback=call.playback))
            call.playback = None

    def _key_pressed(self, turn: Turn, event: events.KeyPressed) -> None:
        call = self._channels.get(event.channel)
        if call is not None:
            if call.stage is Stage.IVR and call.session is not None:
                script = self._sites[call.config].script
                self._carry(turn, call, ivr.key(script, call.session, self._view(turn, call), event.key))
            elif call.stage is Stage.TALKING:
                self._note_leg(turn, call, records.TalkKeyPressed, by="caller", key=event.key)
            return
        leg = self.state.legs.get(event.channel)
        if leg is not None:
            if leg.stage is LegStage.BRIDGED:
                self._note_leg(turn, self.state.calls[leg.call], records.TalkKeyPressed, by="agent", key=event.key)
        elif not self.codes.key(turn, event.channel, event.key):
            self.ignore(turn, event, event.channel, "no such call")

    # --- waiting and ringing agents ---

    def _ask(self, turn: Turn, call: Call, effect: Enqueue) -> None:
        """The caller asks for a person."""
        call.session = None
        self.timers.cancel_all(f"call:{call.id}")
        self.stop_playback(turn, call)
        call.apply(CallEvent.ASKED)
        call.asked_at, call.queue, call.call_class = turn.now, QueueName(effect.queue), effect.call_class
        queue = self.queue_of(call)
        call_class = self._sites[call.config].floor.classes.get(effect.call_class, CallClass(name=effect.call_class))
        self.state.wait_seq += 1
        waiting = Waiting(
            call=call.id,
            queue=queue.name,
            requirement=tuple(sorted({**dict(queue.skills), **dict(effect.skills)}.items())),
            tier=call_class.tier,
            key_ms=turn.now - call_class.head_start_ms - queue.weight_ms,
            seq=self.state.wait_seq,
            asked_at=turn.now,
        )
        self.state.waiting[call.id] = waiting
        call.queued = not self.matcher.add(waiting)
        self.note_call(
            turn,
            call,
            records.CallQueued,
            queue=queue.name,
            call_class=call.call_class,
            position=self.matcher.position(waiting),
            waiting=self.matcher.length(queue.name),
            queued=call.queued,
        )
        self._needs_music[call.id] = None

    def _settle(self, turn: Turn) -> None:
        """Give idle agents their calls, and music to those who wait on."""
        for waiting, agent in self.matcher.match():
            self._ring(turn, self.state.calls[waiting.call], waiting, agent)
        for call_id in self._needs_music:
            call = self.state.calls.get(call_id)
            if call is not None and call.stage in (Stage.WAITING, Stage.OFFERED):
                call.music = True
                music = self.queue_of(call).music
                turn.order(commands.StartMusic(call=call.id, channel=call.channel, music=music))
        self._needs_music.clear()

    def _ring(self, turn: Turn, call: Call, waiting: Waiting, agent: AgentId) -> None:
        queue = self.queue_of(call)
        self.matcher.offered(call.id, agent)
        status = self.agents.ring(turn, agent, call.id)
        call.apply(CallEvent.OFFERED)
        call.leg_count += 1
        leg = Leg(id=ids.leg_id(call.id, call.leg_count), call=call.id, agent=agent, dialled_at=turn.now)
        self.state.legs[leg.id] = leg
        call.leg = leg.id
        turn.order(
            commands.RingAgent(
                call=call.id,
                leg=leg.id,
                phone=status.phone,
                give_up_ms=queue.unreachable_after_ms + queue.answer_within_ms + GIVE_UP_MARGIN_MS,
                show_number=call.caller.number or call.caller.raw,
                show_name=queue.name,
                auto_answer=self.site.phones[status.phone].auto_answer if status.phone in self.site.phones else False,
            )
        )
        self.timers.set(f"call:{call.id}", "reach", turn.now + queue.unreachable_after_ms)
        self.note_call(
            turn,
            call,
            records.AgentRang,
            queue=queue.name,
            agent=agent,
            phone=status.phone,
            leg=leg.id,
            attempt=waiting.attempt,
            round=waiting.round,
            wait_ms=turn.now - call.asked_at,
        )

    def _leg_ringing(self, turn: Turn, event: events.AgentLegRinging) -> None:
        leg = self.state.legs.get(event.leg)
        if leg is None or leg.stage is not LegStage.DIALLING:
            self.ignore(turn, event, event.leg, "this leg is not being dialled")
            return
        leg.apply(LegEvent.RANG)
        leg.rang_at = turn.now
        call = self.state.calls[leg.call]
        self.timers.cancel(f"call:{call.id}", "reach")
        self.timers.set(f"call:{call.id}", "ring", turn.now + self.queue_of(call).answer_within_ms)

    def leg_answered(self, turn: Turn, event: events.AgentLegAnswered) -> None:
        """An agent picked up: take the caller off prompts and music and bring both together."""
        leg = self.state.legs.get(event.leg)
        if leg is None or leg.stage in (LegStage.ANSWERED, LegStage.BRIDGED):
            self.ignore(turn, event, event.leg, "this leg is not being rung")
            return
        if leg.stage is LegStage.CLOSING:
            # Picked up in the moment we took the ring back: the phone must not sit in a dead call.
            turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id, reason=HangUpReason.ELSEWHERE))
            return
        leg.apply(LegEvent.ANSWERED)
        leg.answered_at = turn.now
        call = self.state.calls[leg.call]
        for name in ("reach", "ring"):
            self.timers.cancel(f"call:{call.id}", name)
        call.apply(CallEvent.TAKEN)
        self.connect(turn, call)

    def connect(self, turn: Turn, call: Call) -> None:
        """Order the caller and the agent's leg into a bridge of their own."""
        assert call.leg is not None
        self.stop_playback(turn, call)
        if call.music:
            turn.order(commands.StopMusic(call=call.id, channel=call.channel))
            call.music = False
        call.bridge_count += 1
        call.bridge = ids.bridge_id(call.id, call.bridge_count)
        turn.order(commands.ConnectLegs(call=call.id, bridge=call.bridge, channel=call.channel, leg=call.leg))

    def _legs_connected(self, turn: Turn, event: events.LegsConnected) -> None:
        call = self.state.calls.get(ids.call_of(event.bridge))
        if call is None or call.bridge != event.bridge or call.leg is None:
            self.ignore(turn, event, event.bridge, "this bridge is not wanted any more")
            return
        if call.stage is not Stage.CONNECTING:
            return  # bridged anew after a reconnect, in the middle of a talk
        leg = self.state.legs[call.leg]
        leg.apply(LegEvent.BRIDGED)
        call.apply(CallEvent.CONNECTED)
        self._leave_queue(call)
        queue = self.queue_of(call)
        call.agent, call.connected_at, call.wait_ms = leg.agent, turn.now, turn.now - call.asked_at
        self.agents.connected(turn, leg.agent)
        rang_ms = leg.rang_ms(turn.now)
        self._note_leg(
            turn,
            call,
            records.CallConnected,
            wait_ms=call.wait_ms,
            wait_rings=self._rings(call, call.wait_ms),
            rang_ms=rang_ms,
            agent_rings=self._rings(call, rang_ms),
            queued=call.queued,
            late=call.wait_ms > queue.late_after_ms,
        )

    def leg_ended(self, turn: Turn, event: events.AgentLegEnded) -> None:
        """An agent's leg is gone, for whatever reason."""
        leg = self.state.legs.pop(event.leg, None)
        if leg is None:
            self.ignore(turn, event, event.leg, "no such leg")
            return
        call = self.state.calls[leg.call]
        match leg.stage:
            case LegStage.DIALLING | LegStage.RINGING:
                self._not_taken(turn, call, leg, event.why)
            case LegStage.ANSWERED:
                self._not_connected(turn, call, leg)
            case LegStage.BRIDGED:
                call.leg = None
                self._end(turn, call, Outcome.ANSWERED, "agent", "")
            case LegStage.CLOSING:
                if leg.releases:
                    self.agents.passed(turn, leg.agent)
        self._forget_if_closed(call)

    def _not_taken(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> None:
        """The agent rung did not take the call: it keeps its place and the next agent is rung."""
        for name in ("reach", "ring"):
            self.timers.cancel(f"call:{call.id}", name)
        queue = self.queue_of(call)
        rang_ms = leg.rang_ms(turn.now)
        self.note_call(
            turn,
            call,
            records.AgentMissed,
            queue=queue.name,
            agent=leg.agent,
            why=why.value,
            rang_ms=rang_ms,
            agent_rings=self._rings(call, rang_ms),
        )
        call.leg = None
        call.apply(CallEvent.NOT_TAKEN)
        self.matcher.not_taken(call.id)
        if why in (LegEnd.NO_ANSWER, LegEnd.FORWARDED):
            self.agents.missed(turn, leg.agent, queue, why.value)
        else:
            self.agents.passed(turn, leg.agent, self.queue_of(call).round_pause_ms)

    def _not_connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The agent had picked up but the bridge did not come about: the caller waits on, at their place."""
        self._drop_bridge(turn, call)
        call.leg = None
        call.apply(CallEvent.NOT_CONNECTED)
        self.matcher.not_taken(call.id)
        self.agents.passed(turn, leg.agent, self.queue_of(call).round_pause_ms)
        self._needs_music[call.id] = None

    def _take_back(self, turn: Turn, call: Call, why: LegEnd, reason: HangUpReason) -> None:
        """Stop ringing the agent of a call and treat it as not taken; the leg closes on its own time."""
        assert call.leg is not None
        leg = self.state.legs[call.leg]
        self.close_leg(turn, leg, reason)
        self._not_taken(turn, call, leg, why)

    def close_leg(self, turn: Turn, leg: Leg, reason: HangUpReason = HangUpReason.NORMAL) -> None:
        """Hang up an agent's leg; it is forgotten when Asterisk says that it is gone."""
        turn.order(commands.HangUpLeg(call=leg.call, channel=leg.id, reason=reason))
        leg.apply(LegEvent.CLOSED)

    # --- talk and the end ---

    def _hold_changed(self, turn: Turn, event: events.HoldChanged) -> None:
        leg = self.state.legs.get(event.channel)
        if leg is None or leg.stage is not LegStage.BRIDGED:
            return  # the caller's own phone may hold us: that is not our agent's hold
        call = self.state.calls[leg.call]
        if bool(call.held_at) == event.held:
            return
        if event.held:
            call.held_at = turn.now
        else:
            call.hold_ms += turn.now - call.held_at
            call.held_at = 0
        self.agents.held(turn, leg.agent, event.held)
        self._note_leg(turn, call, records.CallHeld, held=event.held)

    def caller_hung_up(self, turn: Turn, event: events.CallerHungUp) -> None:
        """The caller is gone: end everything that was for them."""
        call = self._channels.get(event.channel)
        if call is None:
            if not self.codes.hung_up(turn, event.channel):
                self.ignore(turn, event, event.channel, "no such call")
            return
        call.caller_gone = True
        if call.stage is Stage.ENDED:
            self._forget_if_closed(call)
            return
        if call.stage is Stage.TALKING:
            outcome, detail = Outcome.ANSWERED, ""
        elif call.asked_at:
            short = turn.now - call.asked_at <= self.queue_of(call).short_abandon_ms
            outcome, detail = Outcome.ABANDONED_SHORT if short else Outcome.ABANDONED, call.stage.value
        else:
            outcome, detail = Outcome.SELF_SERVED, "at_the_door" if call.stage is Stage.RINGING else "in_ivr"
        self._end(turn, call, outcome, "caller", detail)

    def _end(
        self,
        turn: Turn,
        call: Call,
        outcome: Outcome,
        ended_by: str,
        detail: str,
        reason: HangUpReason = HangUpReason.NORMAL,
    ) -> None:
        """End a call from any stage: one terminal record, every leg and bridge of it closed."""
        was = call.stage
        self.timers.cancel_all(f"call:{call.id}")
        call.session = None
        if was in (Stage.WAITING, Stage.OFFERED, Stage.CONNECTING):
            call.wait_ms = turn.now - call.asked_at
            self._leave_queue(call)
        if was is Stage.TALKING:
            self._end_talk(turn, call, ended_by)
        leg = self.state.legs.get(call.leg) if call.leg is not None else None
        if leg is not None and leg.stage is not LegStage.CLOSING:
            leg.releases = was in (Stage.OFFERED, Stage.CONNECTING)
            self.close_leg(turn, leg)
        self._drop_bridge(turn, call)
        call.playback = None
        if not call.caller_gone:
            turn.order(commands.HangUpLeg(call=call.id, channel=call.channel, reason=reason))
        call.apply(CallEvent.ENDED)
        self.note_call(
            turn,
            call,
            records.CallEnded,
            outcome=outcome,
            queue=call.queue,
            agent=call.agent or "",
            asked=bool(call.asked_at),
            queued=call.queued,
            total_ms=turn.now - call.arrived_at,
            wait_ms=call.wait_ms,
            wait_rings=self._rings(call, call.wait_ms),
            talk_ms=call.talk_ms,
            ended_by=ended_by,
            detail=detail,
        )
        self.timers.set(f"call:{call.id}", "linger", turn.now + LINGER_MS)
        self._forget_if_closed(call)

    def _end_talk(self, turn: Turn, call: Call, ended_by: str) -> None:
        assert call.agent is not None
        if call.held_at:
            call.hold_ms += turn.now - call.held_at
            call.held_at = 0
        call.talk_ms = turn.now - call.connected_at - call.hold_ms
        self._note_leg(turn, call, records.TalkEnded, talk_ms=call.talk_ms, hold_ms=call.hold_ms, ended_by=ended_by)
        self.agents.talk_ended(turn, call.agent, self.queue_of(call).wrap_up_ms)

    def lose(self, turn: Turn, call: Call, detail: str) -> None:
        """Give a call up because of a fault of ours or of the switch."""
        self._end(turn, call, Outcome.LOST, "router", detail)

    def _leave_queue(self, call: Call) -> None:
        self.matcher.remove(call.id)
        del self.state.waiting[call.id]

    def _drop_bridge(self, turn: Turn, call: Call) -> None:
        if call.bridge is not None:
            turn.order(commands.DestroyBridge(call=call.id, bridge=call.bridge))
            call.bridge = None

    def _forget_if_closed(self, call: Call) -> None:
        if call.stage is Stage.ENDED and call.caller_gone and not self._legs_of(call):
            self._forget(call)

    def _forget(self, call: Call) -> None:
        self.timers.cancel_all(f"call:{call.id}")
        del self._channels[call.channel]
        del self.state.calls[call.id]

    def _legs_of(self, call: Call) -> list[Leg]:
        minted = (ids.leg_id(call.id, number) for number in range(1, call.leg_count + 1))
        return [leg for name in minted if (leg := self.state.legs.get(name)) is not None]

    # --- time and failures ---

    def _call_timer(self, turn: Turn, call: Call, name: str) -> None:
        match name:
            case "answer":
                self._answer(turn, call)
            case "reach":
                self._take_back(turn, call, LegEnd.UNREACHABLE, HangUpReason.NORMAL)
            case "ring":
                self._take_back(turn, call, LegEnd.NO_ANSWER, HangUpReason.NO_ANSWER)
            case "linger":
                self._linger(turn, call)
            case _:
                assert call.session is not None
                script = self._sites[call.config].script
                ivr_name = name.removeprefix("ivr:")
                self._carry(turn, call, ivr.timer(script, call.session, self._view(turn, call), ivr_name))

    def _linger(self, turn: Turn, call: Call) -> None:
        """Asterisk did not say in time that an ended call's legs are gone: order it once more and go on."""
        if not call.caller_gone:
            turn.order(commands.HangUpLeg(call=call.id, channel=call.channel))
        for leg in self._legs_of(call):
            turn.order(commands.HangUpLeg(call=call.id, channel=leg.id))
            del self.state.legs[leg.id]
            if leg.releases:
                self.agents.passed(turn, leg.agent)
        self._forget(call)

    def _command_failed(self, turn: Turn, event: events.CommandFailed) -> None:
        """The switch refused an order. While it is away nothing is concluded: :class:`SwitchSeen` settles it."""
        call = self.state.calls.get(event.call)
        if call is None or not self.state.switch_up:
            self.ignore(turn, event, event.target, f"{event.command} failed: {event.status} {event.reason}")
            return
        match event.command:
            case "RingAgent" if (leg := self.state.legs.get(ChannelId(event.target))) is not None:
                turn.order(commands.HangUpLeg(call=call.id, channel=leg.id))
                self.leg_ended(turn, events.AgentLegEnded(leg=leg.id, why=LegEnd.UNREACHABLE, cause=0))
            case "ConnectLegs" if call.bridge == event.target and call.stage is Stage.CONNECTING:
                self._connect_failed(turn, call)
            case "AnswerCall" if call.stage is not Stage.ENDED:
                self.lose(turn, call, "answer_failed")
            case _:
                self.ignore(turn, event, event.target, f"{event.command} failed: {event.status} {event.reason}")

    def _connect_failed(self, turn: Turn, call: Call) -> None:
        assert call.leg is not None
        leg = self.state.legs[call.leg]
        self.close_leg(turn, leg)
        call.connect_failures += 1
        self._not_connected(turn, call, leg)
        if call.connect_failures >= CONNECT_TRIES:
            self.lose(turn, call, "connect_failed")

    # --- small things ---

    def queue_of(self, call: Call) -> Queue:
        """The queue a call is in, as its version of the site has it, else as the present one does."""
        queues = self._sites[call.config].floor.queues
        return queues[call.queue]

    def call_on(self, channel: ChannelId) -> Call | None:
        """The call whose caller is on a channel, or None."""
        return self._channels.get(channel)

    def want_music(self, call: Call) -> None:
        """Let a waiting caller hear music (again) at the end of this turn."""
        self._needs_music[call.id] = None

    def ignore(self, turn: Turn, event: events.Event, subject: str, reason: str) -> None:
        """Keep a late or impossible event visible instead of acting on it."""
        turn.note(records.Ignored, event=type(event).__name__, subject=subject, reason=reason)

    def note_call(self, turn: Turn, call: Call, record: type[records.Record], **fields: Any) -> None:
        """Note a record about a call, under the call's version of the site."""
        turn.note(record, config=call.config, call_id=call.id, **fields)

    def _note_leg(self, turn: Turn, call: Call, record: type[records.Record], **fields: Any) -> None:
        self.note_call(turn, call, record, queue=call.queue, agent=call.agent, **fields)

    def _rings(self, call: Call, span_ms: Ms) -> float:
        return cadence.rings(span_ms, self._sites[call.config].ring_ms)

    def _call_row(self, call: Call, now: Ms) -> dict[str, Any]:
        waiting = self.state.waiting.get(call.id)
        leg = self.state.legs.get(call.leg) if call.leg is not None else None
        return {
            "call": call.id,
            "channel": call.channel,
            "did": call.did,
            "caller": call.caller.number or call.caller.raw,
            "stage": call.stage.value,
            "flow": call.session.flow if call.session else "",
            "node": call.session.node if call.session else "",
            "queue": call.queue,
            "position": self.matcher.position(waiting) if waiting else 0,
            "wait_ms": now - call.asked_at if waiting else call.wait_ms,
            "agent": call.agent or (leg.agent if leg else ""),
            "total_ms": now - call.arrived_at,
            "config": call.config,
        }


def _by_phone(ask: Callable[[Agents, Turn, Any], object]) -> Callable[[CallControl, Turn, Any], None]:
    def handle(core: CallControl, turn: Turn, event: Any) -> None:
        ask(core.agents, turn, event)

    return handle


_HANDLERS: dict[type[events.Event], Callable[[CallControl, Turn, Any], None]] = {
    events.RouterStarted: CallControl._router_started,
    events.SiteLoaded: CallControl._site_loaded,
    events.SwitchLost: CallControl._switch_lost,
    events.SwitchSeen: CallControl._switch_seen,
    events.CallArrived: CallControl.arrived,
    events.CallAnswered: CallControl._call_answered,
    events.CallerHungUp: CallControl.caller_hung_up,
    events.KeyPressed: CallControl._key_pressed,
    events.PlaybackFinished: CallControl.playback_finished,
    events.HoldChanged: CallControl._hold_changed,
    events.AgentLegRinging: CallControl._leg_ringing,
    events.AgentLegAnswered: CallControl.leg_answered,
    events.AgentLegEnded: CallControl.leg_ended,
    events.LegsConnected: CallControl._legs_connected,
    events.CommandFailed: CallControl._command_failed,
    events.MessageFound: CallControl._message_found,
    events.CodeDialled: lambda core, turn, e: core.codes.dialled(turn, e),
    events.PinChecked: lambda core, turn, e: core.codes.pin_checked(turn, e),
    events.PhoneReachabilityChanged: _by_phone(lambda a, turn, e: a.phone_reachable(turn, e.phone, e.reachable)),
    events.PhoneUseChanged: _by_phone(lambda a, turn, e: a.phone_in_use(turn, e.phone, e.channels)),
    events.PhonesSeen: _by_phone(lambda a, turn, e: a.phones_seen(turn, e.phones)),
    events.AgentSignInAsked: _by_phone(lambda a, turn, e: a.sign_in(turn, e.agent, e.phone, e.by)),
    events.AgentSignOutAsked: _by_phone(lambda a, turn, e: a.sign_out(turn, e.agent, e.by)),
    events.AgentReadyAsked: _by_phone(lambda a, turn, e: a.ready(turn, e.agent, e.by)),
    events.AgentPauseAsked: _by_phone(lambda a, turn, e: a.pause(turn, e.agent, e.reason, e.by)),
}
