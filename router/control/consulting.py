"""Pure: an agent asks somebody while the caller is on hold, takes the caller back, or hands them over."""

from router.control import consulted
from router.control.call import Call, CallEvent, Consult, Leg, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.ending import Ending
from router.control.queueing import Queueing
from router.core import commands, events, ids, records
from router.core.commands import HangUpReason
from router.core.events import LegEnd
from router.core.ids import AgentId, BridgeId, QueueName
from router.core.turn import Turn

ANNOUNCED = "announced"
"""The policy of a queue whose callers are handed over only after the agent has spoken with whom they go to."""


class Consulting:
    """What agents do with a caller besides talking: consult, take back, transfer."""

    def __init__(self, desk: Desk, queueing: Queueing, ending: Ending) -> None:
        self._desk = desk
        self._queueing = queueing
        self._ending = ending

    # --- asks ---

    def consult(self, turn: Turn, event: events.ConsultAsked) -> None:
        """Put the caller on hold and ring whom the agent wants to ask."""
        call = self._call_of(turn, event.agent, "consult", Stage.TALKING)
        if call is None:
            return
        reason, cure = consulted.refusal(self._desk, call, event.kind, event.target)
        if reason:
            self._refuse(turn, event.agent, "consult", reason, cure)
            return
        self._hold(turn, call)
        leg = consulted.ring(self._desk, turn, call, event.kind, event.target)
        call.consult = Consult(kind=event.kind, target=event.target, leg=leg.id)
        consulted.play_tone(turn, call, call.consult)
        self._desk.agents.consults(turn, event.agent)
        self._desk.note_leg(turn, call, records.ConsultBegan, kind=event.kind, target=event.target)

    def take_back(self, turn: Turn, event: events.TakeBackAsked) -> None:
        """End the consultation: caller and agent go on."""
        call = self._call_of(turn, event.agent, "take_back", Stage.CONSULTING)
        if call is not None:
            consulted.let_go(self._desk, turn, call, "taken_back")
            self._back_to_talk(turn, call)

    def transfer(self, turn: Turn, event: events.TransferAsked) -> None:
        """Hand the caller over: to whom the agent speaks with, or unannounced to a queue or somebody."""
        if not event.kind:
            call = self._call_of(turn, event.agent, "transfer", Stage.CONSULTING)
            if call is None:
                return
            assert call.consult is not None
            if not consulted.picked_up(self._desk.state.legs[call.consult.leg]):
                self._refuse(turn, event.agent, "transfer", "nobody has picked up yet", "wait, or take the caller back")
                return
            call.sent_because = event.reason
            self._hand_over(turn, call)
            return
        call = self._call_of(turn, event.agent, "transfer", Stage.TALKING)
        if call is None:
            return
        reason, cure = self._blind_refusal(call, event)
        if reason:
            self._refuse(turn, event.agent, "transfer", reason, cure)
            return
        call.sent_by, call.sent_because, call.announced = event.agent, event.reason, False
        self._ending.end_talk(turn, call, "transfer")
        self._drop_agent(turn, call)
        self._send(turn, call, event.kind, event.target)

    def _blind_refusal(self, call: Call, event: events.TransferAsked) -> tuple[str, str]:
        queue = self._desk.queue_of(call)
        if queue.transfers == ANNOUNCED:
            return f"queue {queue.name!r} wants callers announced", "consult first, then transfer"
        if event.kind == "queue":
            known = self._desk.site_of(call).floor.queues
            return ("", "") if event.target in known else (f"no queue {event.target!r}", "see `hotline queues`")
        return consulted.refusal(self._desk, call, event.kind, event.target)

    # --- what becomes of it ---

    def rang(self, turn: Turn, leg: Leg) -> None:
        """The phone of whoever is asked rings."""
        if leg.agent:
            self._desk.agents.rang(turn, leg.agent)

    def answered(self, turn: Turn, call: Call, leg: Leg) -> None:
        """Whoever is asked picked up: bring them together with the agent."""
        assert call.consult is not None
        assert call.leg is not None
        consulted.stop_tone(turn, call, call.consult)
        self._desk.timers.cancel(f"call:{call.id}", "party")
        call.bridge_count += 1
        call.bridge = ids.bridge_id(call.id, call.bridge_count)
        turn.order(commands.ConnectLegs(call=call.id, bridge=call.bridge, channel=call.leg, leg=leg.id))

    def connected(self, turn: Turn, call: Call) -> None:
        """The agent and whoever is asked hear each other."""
        assert call.consult is not None
        if call.consult.talking_since:
            return  # bridged anew after a break
        leg = self._desk.state.legs[call.consult.leg]
        leg.apply(LegEvent.BRIDGED)
        call.consult.talking_since = turn.now
        if leg.agent:
            self._desk.agents.consulted(turn, leg.agent)

    def ended(self, turn: Turn, call: Call, leg: Leg, why: LegEnd) -> None:
        """The leg of whoever is asked is gone: the agent goes on with the caller."""
        if leg.stage is LegStage.CLOSING:
            if leg.releases:
                self._desk.agents.passed(turn, leg.agent)
            return
        consult = call.consult
        if consult is None or consult.leg != leg.id:
            return
        consulted.stop_tone(turn, call, consult)
        self._desk.timers.cancel(f"call:{call.id}", "party")
        if leg.agent and consult.talking_since:
            self._desk.agents.consult_over(turn, leg.agent)
        elif leg.agent:
            self._desk.agents.passed(turn, leg.agent, self._desk.queue_of(call).round_pause_ms)
        consulted.ended(self._desk, turn, call, "hung_up" if consult.talking_since else why.value)
        self._back_to_talk(turn, call)

    def not_connected(self, turn: Turn, call: Call) -> None:
        """The bridge with whoever is asked did not come about: the agent goes on with the caller."""
        call.bridge = None
        consulted.let_go(self._desk, turn, call, LegEnd.UNREACHABLE.value)
        self._back_to_talk(turn, call)

    def timer(self, turn: Turn, call: Call) -> None:
        """Whoever is asked did not answer in time."""
        consulted.let_go(self._desk, turn, call, LegEnd.NO_ANSWER.value)
        self._back_to_talk(turn, call)

    def agent_left(self, turn: Turn, call: Call) -> None:
        """The agent hung up while consulting: the caller goes to whoever is asked, or waits, ahead of others."""
        consult = call.consult
        assert consult is not None
        call.leg = None
        if consulted.picked_up(self._desk.state.legs[consult.leg]):
            self._hand_over(turn, call)
            return
        kept_for = AgentId(consult.target) if consult.kind == "agent" else AgentId("")
        call.sent_by, call.announced = call.agent or "", False
        consulted.let_go(self._desk, turn, call, "agent_left")
        self._ending.end_talk(turn, call, "agent")
        self._send_to_queue(turn, call, call.queue, kept_for)

    def transfer_failed(self, turn: Turn, call: Call) -> None:
        """A caller whom an agent sent on reached nobody: they wait, ahead of those who came later."""
        call.announced = False
        self._send_to_queue(turn, call, call.queue, AgentId(""))

    def order_again(self, turn: Turn, call: Call, bridges: set[BridgeId]) -> None:
        """Orders of a consultation that may have been lost in a break come once more."""
        consult = call.consult
        assert consult is not None
        turn.order(commands.StartMusic(call=call.id, channel=call.channel))
        leg = self._desk.state.legs[consult.leg]
        if consulted.picked_up(leg) and call.bridge not in bridges:
            self._desk.drop_bridge(turn, call)
            self.answered(turn, call, leg)

    # --- inside ---

    def _call_of(self, turn: Turn, agent: AgentId, ask: str, stage: Stage) -> Call | None:
        status = self._desk.state.floor.agents.get(agent)
        call = self._desk.state.calls.get(status.call) if status is not None and status.call is not None else None
        if call is None or call.agent != agent or call.stage is not stage:
            wanted = "with a caller" if stage is Stage.TALKING else "consulting"
            state = "not signed in" if status is None else status.state.value
            self._refuse(turn, agent, ask, f"not {wanted} but {state}", "see `hotline agents`")
            return None
        return call

    @staticmethod
    def _refuse(turn: Turn, agent: AgentId, ask: str, reason: str, cure: str) -> None:
        turn.note(records.AskRefused, agent=agent, ask=ask, reason=reason, cure=cure)

    def _hold(self, turn: Turn, call: Call) -> None:
        """The caller hears music; the agent is free to speak with somebody else."""
        assert call.leg is not None
        if not call.held_at:
            call.held_at = turn.now
            self._desk.note_leg(turn, call, records.CallHeld, held=True)
        self._take_apart(turn, call, call.leg)
        call.apply(CallEvent.CONSULT)
        self._desk.start_music(turn, call, self._desk.queue_of(call).music)

    def _take_apart(self, turn: Turn, call: Call, *go_on: ids.ChannelId) -> None:
        """Undo the bridge, from which the caller and these legs go on."""
        if call.bridge is not None:
            turn.order(commands.DestroyBridge(call=call.id, bridge=call.bridge, go_on=go_on))
            call.bridge = None

    def _back_to_talk(self, turn: Turn, call: Call) -> None:
        assert call.agent is not None
        call.hold_ms += turn.now - call.held_at
        call.held_at = 0
        self._take_apart(turn, call, *(leg for leg in (call.leg,) if leg is not None))
        call.apply(CallEvent.TAKEN_BACK)
        self._desk.agents.held(turn, call.agent, False)
        self._desk.note_leg(turn, call, records.CallHeld, held=False)
        self._desk.connect(turn, call)

    def _hand_over(self, turn: Turn, call: Call) -> None:
        """Bring the caller together with whoever was asked; the agent is free."""
        consult = call.consult
        assert consult is not None
        leg = self._desk.state.legs[consult.leg]
        call.sent_by, call.announced = call.agent or "", True
        consulted.stop_tone(turn, call, consult)
        consulted.ended(self._desk, turn, call, "transferred")
        self._ending.end_talk(turn, call, "transfer")
        self._take_apart(turn, call, leg.id)
        self._drop_agent(turn, call)
        if leg.agent:
            consulted.hand_over(leg, LegFor.AGENT)
            leg.apply(LegEvent.BRIDGED)
            call.apply(CallEvent.HANDED_OVER)
            call.leg, call.agent, call.connected_at = leg.id, leg.agent, turn.now
            self._desk.agents.connected(turn, leg.agent)
            self._note_sent(turn, call, consult.kind, consult.target)
        else:
            consulted.hand_over(leg, LegFor.TRANSFER)
            call.apply(CallEvent.TRANSFER)
            call.leg, call.transfer_kind, call.transfer_target = leg.id, consult.kind, consult.target
        self._desk.connect(turn, call)

    def _drop_agent(self, turn: Turn, call: Call) -> None:
        """The agent's phone leaves the call."""
        self._take_apart(turn, call)
        if call.leg is not None:
            self._desk.close_leg(turn, self._desk.state.legs[call.leg], HangUpReason.NORMAL)
            call.leg = None

    def _send(self, turn: Turn, call: Call, kind: str, target: str) -> None:
        """Send a caller on unannounced."""
        if kind in ("queue", "agent"):
            queue = QueueName(target) if kind == "queue" else call.queue
            self._send_to_queue(turn, call, queue, AgentId(target) if kind == "agent" else AgentId(""))
            return
        call.apply(CallEvent.TRANSFER)
        call.transfer_kind, call.transfer_target = kind, target
        leg = consulted.ring(self._desk, turn, call, kind, target)
        leg.purpose, call.leg = LegFor.TRANSFER, leg.id
        self._desk.start_music(turn, call, self._desk.queue_of(call).music)

    def _send_to_queue(self, turn: Turn, call: Call, queue: QueueName, kept_for: AgentId) -> None:
        """Let a caller wait (again), for one agent at first where they are kept for one."""
        self._note_sent(turn, call, "agent" if kept_for else "queue", kept_for or queue)
        self._queueing.ask_again(turn, call, queue, kept_for)

    def _note_sent(self, turn: Turn, call: Call, kind: str, target: str) -> None:
        self._desk.note_call(
            turn,
            call,
            records.CallTransferred,
            kind=kind,
            target=target,
            rang_ms=0,
            by=call.sent_by,
            announced=call.announced,
            reason=call.sent_because,
            queue=call.queue,
        )
