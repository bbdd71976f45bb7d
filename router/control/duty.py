"""Pure: an emergency that waits too long: the supervisor is alarmed, and people on duty are rung until one takes it."""

from router.control.announcing import ANNOUNCE
from router.control.call import Call, CallEvent, LegEvent, LegFor, LegStage, Stage
from router.control.desk import Desk
from router.control.ending import Ending
from router.control.tasks import ACCEPTED, Tasks
from router.core.commands import HangUpReason
from router.core.records import Alert
from router.core.turn import Turn
from router.ivr.orders import Page

DUTY_RING_MS = 30_000


class Duty:
    """Emergencies nobody has answered in time."""

    def __init__(self, desk: Desk, tasks: Tasks, ending: Ending) -> None:
        self._desk = desk
        self._tasks = tasks
        self._ending = ending

    def alarm(self, turn: Turn, call: Call) -> None:
        """An emergency has waited too long: alarm the supervisor and ring the people on duty."""
        queue = self._desk.queue_of(call)
        wait_ms = turn.now - call.asked_at
        turn.note(Alert, kind="emergency_waiting", subject=queue.name, call_id=call.id, detail=f"{wait_ms} ms")
        queues = self._desk.site_of(call).floor.queues
        named = [queue, *(queues[name] for name in reversed(call.passed))]
        queue = next((queue for queue in named if queue.duty_table), queue)
        if queue.duty_table:
            order = Page(table=queue.duty_table, flow=queue.duty_flow, ring_ms=DUTY_RING_MS)
            self._tasks.page(turn, order, "", caller=call.id)

    def accepted(self, turn: Turn, call: Call) -> bool:
        """Somebody on duty accepts: bring them together with the emergency, if it still waits.

        ``call`` is ours to the person on duty. Returns false where there is nobody to bring them together with.
        """
        paging = self._desk.state.pages.get(call.ref)
        caller = self._desk.state.calls.get(paging.caller) if paging is not None and paging.caller is not None else None
        if caller is None or caller.stage not in (Stage.WAITING, Stage.OFFERED):
            return False
        self._take_from_queue(turn, caller)
        leg = self._desk.state.legs[call.channel]
        self._ending.forget_handed_over(turn, call, ACCEPTED)
        leg.apply(LegEvent.HANDED_OVER)
        leg.call, leg.purpose, caller.leg = caller.id, LegFor.TRANSFER, leg.id
        caller.handed_over.append(leg.id)
        caller.transfer_kind, caller.transfer_target = "duty", call.party.number if call.party else ""
        caller.apply(CallEvent.TRANSFER)
        self._desk.connect(turn, caller)
        return True

    def _take_from_queue(self, turn: Turn, caller: Call) -> None:
        """The caller waits no longer; agents who are just being rung for them are told it was answered elsewhere."""
        for leg in self._desk.legs_of(caller):
            if leg.stage in (LegStage.DIALLING, LegStage.RINGING):
                leg.releases = True
                self._desk.close_leg(turn, leg, HangUpReason.ELSEWHERE)
        if caller.stage is Stage.OFFERED:
            caller.apply(CallEvent.NOT_TAKEN)
        self._desk.timers.cancel_all(f"call:{caller.id}")
        caller.place = self._desk.state.waiting[caller.id]
        self._desk.leave_queue(caller)
        caller.apply(CallEvent.GIVEN_BACK)

    def rejoin(self, turn: Turn, caller: Call) -> None:
        """The person on duty was lost before they heard each other: the caller waits on, at their place."""
        assert caller.place is not None
        waiting, caller.place = caller.place, None
        waiting.offered, waiting.tried = 0, []
        caller.apply(CallEvent.ASKED)
        self._desk.state.waiting[caller.id] = waiting
        self._desk.matcher.add(waiting)
        self._desk.want_music(caller)
        if (plan := self._desk.queue_of(caller).announcements) is not None:
            self._desk.timers.set(f"call:{caller.id}", ANNOUNCE, turn.now + plan.gap_ms)
        self._desk.timers.set(f"call:{caller.id}", "alarm", turn.now + self._desk.queue_of(caller).alarm_after_ms)
