"""Pure: from asking for a person to talking with one: waiting, ringing agents one after another, bridging, hold."""

from router.acd.matcher import Waiting
from router.acd.spec import CallClass
from router.control.call import Call, CallEvent, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.ending import Ending
from router.core import commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.ids import AgentId, Ms, QueueName
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr.effects import Enqueue

GIVE_UP_MARGIN_MS: Ms = 5_000
"""Asterisk's own time-out for a ring is this much later than ours."""
CONNECT_TRIES = 3
"""How often the switch may fail to bridge a caller before the call counts as lost."""


class Ringing:
    """The middle of a call's path, where agents come in."""

    def __init__(self, desk: Desk, ending: Ending) -> None:
        self._desk = desk
        self._ending = ending

    def ask(self, turn: Turn, call: Call, effect: Enqueue) -> None:
        """The caller asks for a person."""
        call.session = None
        self._desk.timers.cancel_all(f"call:{call.id}")
        self._desk.stop_playback(turn, call)
        call.apply(CallEvent.ASKED)
        call.asked_at, call.queue, call.call_class = turn.now, QueueName(effect.queue), effect.call_class
        queue = self._desk.queue_of(call)
        call_class = self._desk.site_of(call).floor.classes.get(effect.call_class, CallClass(name=effect.call_class))
        self._desk.state.wait_seq += 1
        waiting = Waiting(
            call=call.id,
            queue=queue.name,
            requirement=tuple(sorted({**dict(queue.skills), **dict(effect.skills)}.items())),
            tier=call_class.tier,
            key_ms=turn.now - call_class.head_start_ms - queue.weight_ms,
            seq=self._desk.state.wait_seq,
            asked_at=turn.now,
        )
        self._desk.state.waiting[call.id] = waiting
        call.queued = not self._desk.matcher.add(waiting)
        self._desk.note_call(
            turn,
            call,
            records.CallQueued,
            queue=queue.name,
            call_class=call.call_class,
            position=self._desk.matcher.position(waiting),
            waiting=self._desk.matcher.length(queue.name),
            queued=call.queued,
        )
        self._desk.want_music(call)

    def settle(self, turn: Turn) -> None:
        """Give idle agents their calls, and music to those who wait on."""
        for waiting, agent in self._desk.matcher.match():
            self._ring(turn, self._desk.state.calls[waiting.call], waiting, agent)
        for call_id in self._desk.needs_music:
            call = self._desk.state.calls.get(call_id)
            if call is not None and call.stage in (Stage.WAITING, Stage.OFFERED):
                call.music = True
                music = self._desk.queue_of(call).music
                turn.order(commands.StartMusic(call=call.id, channel=call.channel, music=music))
        self._desk.needs_music.clear()

    def _ring(self, turn: Turn, call: Call, waiting: Waiting, agent: AgentId) -> None:
        queue = self._desk.queue_of(call)
        self._desk.matcher.offered(call.id, agent)
        status = self._desk.agents.ring(turn, agent, call.id)
        phone = self._desk.site.phones.get(status.phone)
        call.apply(CallEvent.OFFERED)
        call.leg_count += 1
        leg = Leg(id=ids.leg_id(call.id, call.leg_count), call=call.id, agent=agent, dialled_at=turn.now)
        self._desk.state.legs[leg.id] = leg
        call.leg = leg.id
        turn.order(
            commands.RingAgent(
                call=call.id,
                leg=leg.id,
                phone=status.phone,
                give_up_ms=queue.unreachable_after_ms + queue.answer_within_ms + GIVE_UP_MARGIN_MS,
                show_number=call.caller.number or call.caller.raw,
                show_name=queue.name,
                auto_answer=phone is not None and phone.auto_answer,
            )
        )
        self._desk.timers.set(f"call:{call.id}", "reach", turn.now + queue.unreachable_after_ms)
        self._desk.note_call(
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

    def rang(self, turn: Turn, call: Call) -> None:
        """An agent's phone says that it rings: from now on its rings count."""
        self._desk.timers.cancel(f"call:{call.id}", "reach")
        self._desk.timers.set(f"call:{call.id}", "ring", turn.now + self._desk.queue_of(call).answer_within_ms)

    def taken(self, turn: Turn, call: Call) -> None:
        """An agent picked up: take the caller off prompts and music and bring both together."""
        for name in ("reach", "ring"):
            self._desk.timers.cancel(f"call:{call.id}", name)
        call.apply(CallEvent.TAKEN)
        self.connect(turn, call)

    def connect(self, turn: Turn, call: Call) -> None:
        """Order the caller and the agent's leg into a bridge of their own."""
        assert call.leg is not None
        self._desk.stop_playback(turn, call)
        if call.music:
            turn.order(commands.StopMusic(call=call.id, channel=call.channel))
            call.music = False
        call.bridge_count += 1
        call.bridge = ids.bridge_id(call.id, call.bridge_count)
        turn.order(commands.ConnectLegs(call=call.id, bridge=call.bridge, channel=call.channel, leg=call.leg))

    def connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """Caller and agent are in their bridge: the wait is over."""
        leg.apply(LegEvent.BRIDGED)
        call.apply(CallEvent.CONNECTED)
        self._desk.leave_queue(call)
        queue = self._desk.queue_of(call)
        call.agent, call.connected_at, call.wait_ms = leg.agent, turn.now, turn.now - call.asked_at
        self._desk.agents.connected(turn, leg.agent)
        rang_ms = leg.rang_ms(turn.now)
        self._desk.note_leg(
            turn,
            call,
            records.CallConnected,
            wait_ms=call.wait_ms,
            wait_rings=self._desk.rings(call, call.wait_ms),
            rang_ms=rang_ms,
            agent_rings=self._desk.rings(call, rang_ms),
            queued=call.queued,
            late=call.wait_ms > queue.late_after_ms,
        )

    def ended(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> None:
        """An agent's leg is gone, for whatever reason."""
        match leg.stage:
            case LegStage.DIALLING | LegStage.RINGING:
                self._not_taken(turn, call, leg, why)
            case LegStage.ANSWERED:
                self._not_connected(turn, call, leg)
            case LegStage.BRIDGED:
                call.leg = None
                self._ending.end(turn, call, Outcome.ANSWERED, "agent", "")
            case LegStage.CLOSING:
                if leg.releases:
                    self._desk.agents.passed(turn, leg.agent)

    def _not_taken(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> None:
        """The agent rung did not take the call: it keeps its place and the next agent is rung."""
        for name in ("reach", "ring"):
            self._desk.timers.cancel(f"call:{call.id}", name)
        queue = self._desk.queue_of(call)
        rang_ms = leg.rang_ms(turn.now)
        self._desk.note_call(
            turn,
            call,
            records.AgentMissed,
            queue=queue.name,
            agent=leg.agent,
            why=why.value,
            rang_ms=rang_ms,
            agent_rings=self._desk.rings(call, rang_ms),
        )
        call.leg = None
        call.apply(CallEvent.NOT_TAKEN)
        self._desk.matcher.not_taken(call.id)
        if why in (LegEnd.NO_ANSWER, LegEnd.FORWARDED):
            self._desk.agents.missed(turn, leg.agent, queue, why.value)
        else:
            self._desk.agents.passed(turn, leg.agent, queue.round_pause_ms)

    def _not_connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The agent had picked up but the bridge did not come about: the caller waits on, at their place."""
        self._desk.drop_bridge(turn, call)
        call.leg = None
        call.apply(CallEvent.NOT_CONNECTED)
        self._desk.matcher.not_taken(call.id)
        self._desk.agents.passed(turn, leg.agent, self._desk.queue_of(call).round_pause_ms)
        self._desk.want_music(call)

    def timer(self, turn: Turn, call: Call, name: str) -> None:
        """The agent's phone did not say in time that it rings (``reach``), or has rung long enough (``ring``)."""
        assert call.leg is not None
        leg = self._desk.state.legs[call.leg]
        unreachable = name == "reach"
        self._desk.close_leg(turn, leg, HangUpReason.NORMAL if unreachable else HangUpReason.NO_ANSWER)
        self._not_taken(turn, call, leg, LegEnd.UNREACHABLE if unreachable else LegEnd.NO_ANSWER)

    def hold_changed(self, turn: Turn, event: events.HoldChanged) -> None:
        """An agent put the caller on hold by the phone, or took them back."""
        leg = self._desk.state.legs.get(event.channel)
        if leg is None or leg.stage is not LegStage.BRIDGED or leg.purpose is not LegFor.AGENT:
            return  # the caller's own phone may hold us: that is not our agent's hold
        call = self._desk.state.calls[leg.call]
        if bool(call.held_at) == event.held:
            return
        if event.held:
            call.held_at = turn.now
        else:
            call.hold_ms += turn.now - call.held_at
            call.held_at = 0
        self._desk.agents.held(turn, leg.agent, event.held)
        self._desk.note_leg(turn, call, records.CallHeld, held=event.held)

    def connect_failed(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The bridge did not come about: the caller waits on, unless it has failed too often."""
        self._desk.close_leg(turn, leg)
        call.connect_failures += 1
        self._not_connected(turn, call, leg)
        if call.connect_failures >= CONNECT_TRIES:
            self._ending.lose(turn, call, "connect_failed")
