"""Pure: tasks that make calls of our own: wake-ups and reminders, and people on call, one after another."""

from router.control.call import Call, Stage
from router.control.desk import Desk
from router.control.dialling import may_dial
from router.control.ending import Ending
from router.control.outbound import Outbound
from router.control.state import Appointment, Paging
from router.core import events, records
from router.core.commands import HangUpReason
from router.core.ids import CallId, Ms
from router.core.lines import Party
from router.core.records import Outcome
from router.core.turn import Turn
from router.ivr.orders import Book, Page, Reply

APPOINTMENT_RING_MS: Ms = 45_000
APPOINTMENT_TRIES = 3
APPOINTMENT_PAUSE_MS: Ms = 180_000
"""Between two tries to reach somebody who wanted to be rung."""
ACCEPTED = "accepted"
"""What a flow ends with (``hangup`` with ``result: accepted``) when whoever was rung takes the matter on."""

_DAY_MS: Ms = 86_400_000


class Tasks:
    """What we have promised to do at a time, or are doing now."""

    def __init__(self, desk: Desk, outbound: Outbound) -> None:
        self._desk = desk
        self._outbound = outbound

    # --- wake-ups and reminders ---

    def book(self, turn: Turn, order: Book, by: str) -> Reply:
        """Book a call at a minute of the local day, today or tomorrow."""
        local = self._desk.site.clock.at(turn.now)
        ahead = (order.at_minute - local.minute) % 1440
        at_ms = turn.now - turn.now % 60_000 + (ahead or 1440) * 60_000
        return self.book_at(turn, order.kind, order.party, order.flow, at_ms, by, order.fields)

    def book_at(
        self, turn: Turn, kind: str, party: Party, flow: str, at_ms: Ms, by: str, fields: dict[str, str] | None = None
    ) -> Reply:
        """Book a call at a moment. Refused where the party may not be rung, the flow is none or the time is past."""
        site = self._desk.site
        if not may_dial(site, party) or flow not in site.script.flows or at_ms <= turn.now:
            return Reply(status="refused")
        appointment = Appointment(
            id=self._mint("a"), kind=kind, party=party, flow=flow, at_ms=at_ms, by=by, fields=fields or {}
        )
        self._desk.state.appointments[appointment.id] = appointment
        self._desk.timers.set(f"task:{appointment.id}", "due", at_ms)
        self._note(turn, appointment, "booked", by)
        return Reply(status="ok", fields={"appointment": appointment.id})

    def cancel(self, turn: Turn, kind: str, party: Party, by: str) -> Reply:
        """Cancel what is booked of a kind for a party and not being rung now."""
        found = [a for a in self._desk.state.appointments.values() if (a.kind, a.party) == (kind, party)]
        for appointment in found:
            self._drop(turn, appointment, "cancelled", by)
        return Reply(status="ok", fields={"count": str(len(found))}) if found else Reply(status="missing")

    def asked(self, turn: Turn, event: events.AppointmentAsked) -> None:
        """The API or command line books or cancels."""
        if event.cancel:
            reply = self.cancel(turn, event.kind, event.party, event.by)
        else:
            reply = self.book_at(turn, event.kind, event.party, event.flow, event.at_ms, event.by)
        if reply.status != "ok":
            cure = "nothing is booked" if event.cancel else "name a phone or allowed number, a flow and a time ahead"
            turn.note(records.AskRefused, agent="", ask=event.kind, reason=reply.status, cure=cure)

    def timer(self, turn: Turn, task: str) -> None:
        """An appointment is due, or due again."""
        appointment = self._desk.state.appointments[task]
        if not may_dial(self._desk.site, appointment.party) or appointment.flow not in self._desk.site.script.flows:
            self._drop(turn, appointment, "failed", "publish")
            return
        appointment.tries += 1
        self._outbound.ring(
            turn,
            appointment.party,
            purpose=appointment.kind,
            ref=appointment.id,
            flow=appointment.flow,
            attempt=appointment.tries,
            ring_ms=APPOINTMENT_RING_MS,
            fields=appointment.fields,
        )

    # --- people on call ---

    def page(self, turn: Turn, order: Page, request: str, caller: CallId | None = None) -> Reply | None:
        """Ring the people of a duty table one after another. Returns the reply where nobody is on call."""
        local = self._desk.site.clock.at(turn.now)
        parties = [
            party
            for shift in self._desk.site.duty.get(order.table, ())
            if shift.covers(local.weekday, local.minute)
            for party in shift.parties
            if may_dial(self._desk.site, party)
        ]
        if not parties:
            self._alert(turn, "nobody_on_call", order.table, "")
            return Reply(status="missing")
        paging = Paging(
            id=self._mint("p"),
            table=order.table,
            flow=order.flow,
            parties=tuple(parties),
            ring_ms=order.ring_ms,
            began_at=turn.now,
            request=request,
            caller=caller,
            fields=order.fields,
        )
        self._desk.state.pages[paging.id] = paging
        self._next(turn, paging)
        return None

    def call_ended(self, turn: Turn, call: Call, result: str) -> tuple[CallId, str, Reply] | None:
        """An outbound call is over. Returns the call, request and reply where a flow waited for it."""
        if (appointment := self._desk.state.appointments.get(call.ref)) is not None:
            self._kept(turn, appointment, bool(call.line_answered_at))
        elif (paging := self._desk.state.pages.get(call.ref)) is not None:
            if result == ACCEPTED and call.party is not None and not self._left_an_emergency(paging, call):
                return self._page_over(turn, paging, call.party.number)
            if paging.next < len(paging.parties) and self._still_wanted(paging):
                self._next(turn, paging)
            else:
                return self._page_over(turn, paging, "")
        return None

    def emergency_over(self, turn: Turn, ending: Ending) -> None:
        """Whoever is being rung for an emergency that an agent has taken, or that is gone, is rung no longer."""
        for paging in list(self._desk.state.pages.values()):
            call = self._desk.state.calls.get(paging.call) if paging.call is not None else None
            if not self._still_wanted(paging) and call is not None and call.stage is Stage.DIALLING:
                ending.end(turn, call, Outcome.SELF_SERVED, "router", "not_needed", reason=HangUpReason.ELSEWHERE)

    # --- inside ---

    def _kept(self, turn: Turn, appointment: Appointment, answered: bool) -> None:
        if answered:
            self._drop(turn, appointment, "kept", "")
        elif appointment.tries >= APPOINTMENT_TRIES:
            self._drop(turn, appointment, "failed", "")
            self._alert(turn, f"{appointment.kind}_failed", appointment.party.number, f"{appointment.tries} tries")
        else:
            self._desk.timers.set(f"task:{appointment.id}", "due", turn.now + APPOINTMENT_PAUSE_MS)

    def _drop(self, turn: Turn, appointment: Appointment, change: str, by: str) -> None:
        self._desk.timers.cancel_all(f"task:{appointment.id}")
        del self._desk.state.appointments[appointment.id]
        self._note(turn, appointment, change, by)

    def _left_an_emergency(self, paging: Paging, call: Call) -> bool:
        """Whether somebody accepted an emergency and hung up before they were brought together with the caller."""
        return paging.caller in self._desk.state.waiting and call.stage is Stage.ENDED

    def _still_wanted(self, paging: Paging) -> bool:
        """Whether anybody is still to be rung: an emergency that somebody has taken needs no one else."""
        return paging.caller is None or paging.caller in self._desk.state.waiting

    def _next(self, turn: Turn, paging: Paging) -> None:
        party = paging.parties[paging.next]
        paging.next += 1
        paging.call = self._outbound.ring(
            turn,
            party,
            purpose="page",
            ref=paging.id,
            flow=paging.flow,
            attempt=paging.next,
            ring_ms=paging.ring_ms,
            fields=paging.fields,
        )

    def _page_over(self, turn: Turn, paging: Paging, accepted_by: str) -> tuple[CallId, str, Reply] | None:
        del self._desk.state.pages[paging.id]
        owner = paging.request.rpartition(".")[0]
        turn.note(
            records.PageEnded,
            page=paging.id,
            table=paging.table,
            call_id=owner,
            accepted_by=accepted_by,
            rung_count=paging.next,
            span_ms=turn.now - paging.began_at,
        )
        if not accepted_by and self._still_wanted(paging):
            self._alert(turn, "page_not_accepted", paging.table, f"{paging.next} rung")
        if not paging.request:
            return None
        reply = Reply(status="ok", fields={"by": accepted_by}) if accepted_by else Reply(status="failed")
        return CallId(owner), paging.request, reply

    def _note(self, turn: Turn, appointment: Appointment, change: str, by: str) -> None:
        turn.note(
            records.AppointmentChanged,
            appointment=appointment.id,
            kind=appointment.kind,
            party=appointment.party.number,
            change=change,
            at_due_ms=appointment.at_ms,
            by=by,
        )

    @staticmethod
    def _alert(turn: Turn, kind: str, subject: str, detail: str) -> None:
        turn.note(records.Alert, kind=kind, subject=subject, call_id="", detail=detail)

    def _mint(self, letter: str) -> str:
        """Mint a task's id; the count is never set back, so it needs no epoch."""
        self._desk.state.task_count += 1
        return f"{self._desk.site.name}.{letter}{self._desk.state.task_count}"
