"""Pure: complaints and their two clocks: when the caller was promised an answer, and when it must be resolved.

The supervisor is told before either lapses, and when it has. A callback that was kept, or a talk with the caller at its
place, counts as the answer.
"""

from typing import Any

import msgspec

from router.control.call import Call
from router.control.desk import Desk
from router.control.followups import Complaint
from router.core import events, records
from router.core.followups import ComplaintKind
from router.core.ids import Ms
from router.core.numbering import to_e164
from router.core.turn import Turn

_DAY_MS: Ms = 86_400_000
_FRIDAY = 4
_LOOK_AHEAD_DAYS = 400


class Complaints:
    """The open complaints; they are in the memory under ``complaints``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def opened(self, turn: Turn, event: events.ComplaintOpenAsked) -> None:
        """Somebody notes a complaint."""
        number = to_e164(event.number, self._desk.site.country) or ""
        if event.kind not in self._desk.site.complaints.kinds:
            known = ", ".join(self._desk.site.complaints.kinds)
            self._refuse(turn, "open", f"no kind {event.kind!r}", f"use one of: {known}")
        elif not number:
            self._refuse(turn, "open", f"{event.number[:40]!r} is no telephone number", "write it as it is dialled")
        else:
            self._open(turn, number, event.kind, event.call_class, event.agent, "", event.by)

    def call_ended(self, turn: Turn, call: Call) -> None:
        """An answered call of a type that is a complaint opens one."""
        kind = self._desk.site_of(call).complaints.tags.get(call.tag) if call.tag else None
        number = call.caller.number or call.caller.raw
        if kind is not None and call.agent is not None and number:
            self._open(turn, number, kind, call.call_class, call.agent, call.id, "call")

    def reached(self, turn: Turn, number: str) -> None:
        """The caller was called back, or talked with at a callback's place: the promised answer is given."""
        for complaint in list(self._desk.state.complaints.values()):
            if complaint.number == number and not complaint.answered_ms:
                self._answered(turn, complaint, "callback")

    def moved(self, turn: Turn, event: events.ComplaintMoveAsked) -> None:
        """Somebody says that a complaint is answered or resolved."""
        complaint = self._desk.state.complaints.get(event.complaint)
        if complaint is None:
            self._refuse(turn, event.step, f"no complaint {event.complaint!r}", "see `hotline complaints list`")
        elif event.step not in ("answered", "resolved"):
            self._refuse(turn, "move", f"no step {event.step!r}", "say answered or resolved")
        elif event.step == "resolved":
            self._resolved(turn, complaint, event.by)
        elif complaint.answered_ms:
            self._refuse(turn, event.step, "answered already", "say when it is resolved")
        else:
            self._answered(turn, complaint, event.by)

    def timer(self, turn: Turn, name: str, clock: str) -> None:
        """A clock is about to lapse (``answer_soon``, ``resolve_soon``) or has (``answer_late``, ``resolve_late``)."""
        complaint = self._desk.state.complaints[name]
        which, _, when = clock.partition("_")
        kind = f"complaint_{which}_due_soon" if when == "soon" else f"complaint_{which}_overdue"
        detail = f"{complaint.id} {complaint.kind} {complaint.agent}".rstrip()
        turn.note(records.Alert, kind=kind, subject=complaint.number, call_id=complaint.call, detail=detail)

    def rows(self) -> list[dict[str, Any]]:
        """Every open complaint as plain data, the most urgent first."""
        return sorted(
            (msgspec.to_builtins(complaint) for complaint in self._desk.state.complaints.values()),
            key=lambda row: (
                min(row["answer_due_ms"] if not row["answered_ms"] else row["resolve_due_ms"], row["resolve_due_ms"]),
                row["id"],
            ),
        )

    def _open(self, turn: Turn, number: str, kind: str, call_class: str, agent: str, call: str, by: str) -> None:
        desk, rules = self._desk, self._desk.site.complaints
        spec = rules.kinds[kind]
        desk.state.task_count += 1
        complaint = Complaint(
            id=f"{desk.site.name}.q{desk.state.task_count}",
            number=number,
            kind=kind,
            call_class=call_class,
            agent=agent,
            call=call,
            opened_ms=turn.now,
            answer_due_ms=turn.now + spec.answer_of.get(call_class, spec.answer_ms),
            resolve_due_ms=self._resolve_due(turn.now, spec, call_class),
        )
        desk.state.complaints[complaint.id] = complaint
        for which, due in (("answer", complaint.answer_due_ms), ("resolve", complaint.resolve_due_ms)):
            if due - rules.warn_ms > turn.now:
                desk.timers.set(f"complaint:{complaint.id}", f"{which}_soon", due - rules.warn_ms)
            desk.timers.set(f"complaint:{complaint.id}", f"{which}_late", due)
        turn.note(
            records.ComplaintOpened,
            complaint=complaint.id,
            call_id=call,
            number=number,
            kind=kind,
            call_class=call_class,
            agent=agent,
            answer_due_ms=complaint.answer_due_ms,
            resolve_due_ms=complaint.resolve_due_ms,
            by=by,
        )

    def _resolve_due(self, now: Ms, spec: ComplaintKind, call_class: str) -> Ms:
        if call_class in spec.resolve_of:
            return now + spec.resolve_of[call_class]
        if not spec.resolve_days:
            return now + spec.resolve_ms
        return self._working_days_on(now, spec.resolve_days)

    def _working_days_on(self, now: Ms, days: int) -> Ms:
        """The same time of day so many working days later."""
        site = self._desk.site
        calendar = site.hours.get(site.complaints.hours)
        begin = site.clock.at(now)
        left, ahead = days, 0
        while left and ahead < _LOOK_AHEAD_DAYS:
            ahead += 1
            day = begin.day + ahead
            open_then = bool(calendar.on(day).open) if calendar is not None else (day + 3) % 7 <= _FRIDAY
            left -= open_then
        due = now + ahead * _DAY_MS
        return due + (begin.minute - site.clock.at(due).minute) * 60_000  # the clocks may have been changed between

    def _answered(self, turn: Turn, complaint: Complaint, by: str) -> None:
        complaint.answered_ms = turn.now
        for name in ("answer_soon", "answer_late"):
            self._desk.timers.cancel(f"complaint:{complaint.id}", name)
        self._note(turn, complaint, "answered", complaint.answer_due_ms, by)

    def _resolved(self, turn: Turn, complaint: Complaint, by: str) -> None:
        if not complaint.answered_ms:
            self._answered(turn, complaint, by)
        self._desk.timers.cancel_all(f"complaint:{complaint.id}")
        del self._desk.state.complaints[complaint.id]
        self._note(turn, complaint, "resolved", complaint.resolve_due_ms, by)

    def _note(self, turn: Turn, complaint: Complaint, step: str, due: Ms, by: str) -> None:
        turn.note(
            records.ComplaintMoved,
            complaint=complaint.id,
            number=complaint.number,
            kind=complaint.kind,
            step=step,
            in_time=turn.now <= due,
            span_ms=turn.now - complaint.opened_ms,
            by=by,
        )

    @staticmethod
    def _refuse(turn: Turn, ask: str, reason: str, cure: str) -> None:
        turn.note(records.AskRefused, agent="", ask=f"complaint_{ask}", reason=reason, cure=cure)
