"""Pure: from an agent's phone to talk: ringing agents one after another or several at once, bridging, hold."""

from router.acd.agent import AgentStatus
from router.acd.spec import Queue
from router.acd.waiting import Pick
from router.control import offering, waits
from router.control.call import Call, CallEvent, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.callbacks import is_callback
from router.control.calling_back import CallingBack
from router.control.desk import Desk
from router.control.dialling import dial_agent
from router.control.ending import Ending
from router.control.open_lines import OpenLines
from router.control.whisper import Whispers
from router.core import chance, commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.ids import ChannelId
from router.core.records import SCHEMA_VERSION, Outcome
from router.core.turn import Turn

CONNECT_TRIES = 3
"""How often the switch may fail to bridge a caller before the call counts as lost."""
SURVEY_SEED = 0x5C0E
"""Keeps the draws of surveys apart from those that choose agents."""

_ON_BRIDGED, _ON_CONNECTED = LegEvent.BRIDGED, CallEvent.CONNECTED
_ON_OFFERED, _ON_TAKEN = CallEvent.OFFERED, CallEvent.TAKEN
_OFFERED, _WAITING = Stage.OFFERED, Stage.WAITING
_WAITS_ON = frozenset({_OFFERED, _WAITING})
"""Members by name: see :mod:`router.acd.agent`."""


class Ringing:
    """The middle of a call's path, where agents come in."""

    def __init__(
        self, desk: Desk, ending: Ending, whispers: Whispers, open_lines: OpenLines, calling_back: CallingBack
    ) -> None:
        self._desk = desk
        self._ending = ending
        self._whispers = whispers
        self._calling_back = calling_back
        self._open_lines = open_lines

    def settle(self, turn: Turn) -> None:
        """Give idle agents their calls, and music to those who wait on."""
        desk = self._desk
        callbacks, calls = desk.state.callbacks, desk.state.calls
        for pick in desk.matcher.match():
            if pick.waiting.call in callbacks:
                found = self._calling_back.picked(turn, pick)
                if found is None:
                    continue
                pick = found
            call = calls[pick.waiting.call]
            queue = desk.queue_of(call)
            self._ring(turn, call, queue, pick)
            if queue.ring_count > 1:
                self._ring_more(turn, call, queue, pick)
        if desk.needs_music:
            self._start_music(turn)

    def _ring_more(self, turn: Turn, call: Call, queue: Queue, first: Pick) -> None:
        """Ring further phones for a call whose queue wishes it."""
        for _ in range(queue.ring_count - 1):
            if call.stage is not _OFFERED:
                break  # an agent whose phone stays connected has them already
            if (also := self._desk.matcher.more(first.waiting)) is not None:
                self._ring(turn, call, queue, also)

    def _start_music(self, turn: Turn) -> None:
        desk = self._desk
        for call_id in desk.needs_music:
            waiting_call = desk.state.calls.get(call_id)
            if waiting_call is None or waiting_call.stage not in _WAITS_ON:
                continue
            if waiting_call.playback is None and not waiting_call.caller_gone:
                music = desk.queue_of(waiting_call).music
                if music:
                    desk.start_music(turn, waiting_call, music)
        desk.needs_music.clear()

    def _ring(self, turn: Turn, call: Call, queue: Queue, pick: Pick) -> None:
        desk, waiting = self._desk, pick.waiting
        others = self._desk.passed_over(waiting, ringing=True) if turn.wants(records.AgentRang) else {}
        desk.matcher.offered(call.id, pick.agent)
        status = desk.agents.reserve(turn, pick.agent, call.id)
        if call.stage is _WAITING:
            call.apply(_ON_OFFERED)
        is_open = status.open_leg is not None
        leg = desk.state.legs[status.open_leg] if status.open_leg is not None else self._dial(turn, call, queue, status)
        if turn.wants(records.AgentRang):
            desk.note_call(
                turn,
                call,
                records.AgentRang,
                queue=queue.name,
                agent=pick.agent,
                phone=status.phone,
                leg=leg.id,
                attempt=waiting.attempt,
                round=waiting.round,
                wait_ms=turn.now - call.waits_since,
                tier=waiting.tier,
                head_start_ms=waiting.asked_at - waiting.key_ms,
                strategy=queue.strategy,
                runner_up=pick.runner_up,
                idle_count=pick.idle_count,
                won_by=pick.won_by,
                runner_up_by=pick.runner_up_by,
                agent_came=pick.agent_came,
                passed_over=others,
            )
        if is_open:
            self._open_lines.take(turn, call, leg)
            self.taken(turn, call, leg)

    def _dial(self, turn: Turn, call: Call, queue: Queue, status: AgentStatus) -> Leg:
        """Ring an agent's phone."""
        desk = self._desk
        ring_ms = queue.unreachable_after_ms + queue.answer_within_ms
        number = call.caller.number or call.caller.raw
        leg = dial_agent(desk, turn, call, status, LegFor.AGENT, ring_ms, number=number)
        desk.timers.set(f"call:{call.id}", f"reach:{leg.id}", turn.now + queue.unreachable_after_ms)
        return leg

    def rang(self, turn: Turn, call: Call, leg: Leg) -> None:
        """An agent's phone says that it rings: from now on its rings count."""
        self._desk.timers.cancel(f"call:{call.id}", f"reach:{leg.id}")
        self._desk.agents.rang(turn, leg.agent)
        within_ms = self._desk.queue_of(call).answer_within_ms
        self._desk.timers.set(f"call:{call.id}", f"ring:{leg.id}", turn.now + within_ms)

    def taken(self, turn: Turn, call: Call, leg: Leg) -> None:
        """An agent picked up, and wins; the others who ring are told that it was answered elsewhere."""
        self._disarm(call, leg)
        if call.stage is not _OFFERED:
            # Picked up in the very moment in which another did: no blame, and no dead call on the phone.
            leg.releases = True
            self._desk.close_leg(turn, leg, HangUpReason.ELSEWHERE)
            return
        others = self._desk.legs_of(call) if call.leg_count + len(call.handed_over) > 1 else ()
        for other in others:
            if other is not leg and other.stage in (LegStage.DIALLING, LegStage.RINGING):
                self._disarm(call, other)
                other.releases = True
                self._desk.close_leg(turn, other, HangUpReason.ELSEWHERE)
        self._desk.matcher.taken(call.id)
        call.leg = leg.id
        if call.offer is not None:
            offering.agent_wins(self._desk, turn, call)
        if call.caller_gone and is_callback(call):
            call.apply(CallEvent.TAKEN_FIRST)
            self._calling_back.agent_took(turn, call, leg)
            return
        call.apply(_ON_TAKEN)
        self._desk.connect(turn, call)

    def _disarm(self, call: Call, leg: Leg) -> None:
        if self._desk.timers.armed_any(f"call:{call.id}"):
            for name in ("reach", "ring"):
                self._desk.timers.cancel(f"call:{call.id}", f"{name}:{leg.id}")

    def connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """Caller and agent are in their bridge: the wait is over."""
        desk = self._desk
        leg.apply(_ON_BRIDGED)
        call.apply(_ON_CONNECTED)
        desk.timers.cancel_all(f"call:{call.id}")
        rang_ms = leg.rang_ms(turn.now)
        waits.answered(desk, turn, call, rang_ms)
        desk.leave_queue(call)
        call.offer = None
        if call.session is not None:
            call.language, call.session = call.session.language, None
        queue = desk.queue_of(call)
        wait_ms = turn.now - call.waits_since
        call.wait_ms = call.wait_ms if call.connected_at else wait_ms
        call.agent, call.connected_at = leg.agent, turn.now
        desk.agents.connected(turn, leg.agent)
        if queue.whisper or queue.tell_work_number or call.purpose:
            self._whispers.begin(turn, call, leg, wait_ms)
        if call.record_talk:
            call.talk_recording = ids.talk_recording(call.id, call.bridge_count)
            turn.order(commands.RecordTalk(call=call.id, channel=call.channel, recording=call.talk_recording))
        if is_callback(call):
            self._calling_back.connected(turn, call)
            return  # an attempt of ours has records of its own: it is no answered call
        if not turn.wants(records.CallConnected):
            return
        turn.put(
            records.CallConnected(
                seq=turn.next_seq(),
                at_ms=turn.now,
                v=SCHEMA_VERSION,
                config=call.config,
                call_id=call.id,
                queue=call.queue,
                agent=leg.agent,
                wait_ms=wait_ms,
                wait_rings=desk.rings(call, wait_ms),
                rang_ms=rang_ms,
                agent_rings=desk.rings(call, rang_ms),
                queued=call.queued,
                late=wait_ms > queue.late_after_ms,
            )
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
                if self._asks_how_it_was(call):
                    self._ending.agent_left(turn, call)
                else:
                    self._ending.end(turn, call, Outcome.ANSWERED, "agent", "")
            case LegStage.CLOSING:
                if leg.releases:
                    self._desk.agents.passed(turn, leg.agent)

    def _asks_how_it_was(self, call: Call) -> bool:
        """Draw whether a caller whose agent hangs up is led into the queue's survey."""
        queue = self._desk.queue_of(call)
        if not queue.survey_flow or call.purpose or call.caller_gone:
            return False
        site = self._desk.site_of(call)
        kind, did = site.floor.classes.get(call.call_class), site.dids.get(call.did)
        emergency = (kind is not None and kind.tier == 0) or (did is not None and did.emergency)
        if emergency and not queue.survey_emergencies:
            return False
        state = self._desk.state
        state.survey_count += 1
        return chance.draw(state.floor.seed ^ SURVEY_SEED, state.survey_count) * 100 < queue.survey_share

    def _not_taken(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> None:
        """An agent rung did not take the call: it keeps its place and the next agent is rung."""
        self._disarm(call, leg)
        queue = self._desk.queue_of(call)
        if why is LegEnd.NO_ANSWER and self._desk.agents.in_another_call(leg.agent):
            why = LegEnd.BUSY
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
        self._desk.matcher.not_taken(call.id)
        if not self._desk.state.waiting[call.id].offered:
            call.apply(CallEvent.NOT_TAKEN)
        if why in (LegEnd.NO_ANSWER, LegEnd.FORWARDED):
            self._desk.agents.missed(turn, leg.agent, queue, why.value)
        else:
            self._desk.agents.passed(turn, leg.agent, queue.round_pause_ms)
        if is_callback(call) and call.caller_gone and call.stage is Stage.WAITING:
            self._calling_back.nobody_took(turn, call)

    def _not_connected(self, turn: Turn, call: Call, leg: Leg) -> None:
        """The agent had picked up but the bridge did not come about: the caller waits on, at their place."""
        alone = call.stage is Stage.CALLING_BACK
        self._desk.drop_bridge(turn, call)
        call.leg = None
        call.apply(CallEvent.NOT_CONNECTED)
        self._give_back_offers(call)
        self._desk.agents.passed(turn, leg.agent, self._desk.queue_of(call).round_pause_ms)
        self._desk.want_music(call)
        if alone:
            self._calling_back.nobody_took(turn, call)

    def _give_back_offers(self, call: Call) -> None:
        """Nobody rings for a call any more: it is matched again."""
        while self._desk.state.waiting[call.id].offered:
            self._desk.matcher.not_taken(call.id)

    def timer(self, turn: Turn, call: Call, name: str) -> None:
        """A phone did not say in time that it rings (``reach``), or has rung long enough (``ring``)."""
        kind, _, leg_name = name.partition(":")
        leg = self._desk.state.legs[ChannelId(leg_name)]
        unreachable = kind == "reach"
        self._desk.close_leg(turn, leg, HangUpReason.NORMAL if unreachable else HangUpReason.NO_ANSWER)
        self._not_taken(turn, call, leg, LegEnd.UNREACHABLE if unreachable else LegEnd.NO_ANSWER)

    def hold_changed(self, turn: Turn, event: events.HoldChanged) -> None:
        """An agent put the caller on hold by the phone, or took them back."""
        leg = self._desk.state.legs.get(event.channel)
        if leg is None or leg.stage is not LegStage.BRIDGED or leg.purpose is not LegFor.AGENT:
            return  # the caller's own phone may hold us: that is not our agent's hold
        call = self._desk.state.calls[leg.call]
        if bool(call.held_at) == event.held or call.consult is not None:
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
