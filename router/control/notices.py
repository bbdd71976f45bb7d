"""Pure: notices on their way out: each is sent until its service has taken it, or until it is too late.

A notice outlives the call that sent it and a restart of the router; so it is kept here, not in the adapter.
"""

from router.control.call import Call
from router.control.desk import Desk
from router.control.state import PendingNotice
from router.core import commands, events, records
from router.core.ids import CallId, Ms
from router.core.turn import Turn

PAUSES_MS: tuple[Ms, ...] = (5_000, 30_000, 60_000, 300_000)
"""Between two tries; the last is repeated."""
MARGIN_MS: Ms = 5_000
"""How much later than the service's own time-out a try that nothing is heard of counts as failed."""
GIVE_UP_MS: Ms = 3_600_000


class Notices:
    """The notices not delivered yet."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def send(
        self, turn: Turn, call: Call, request: str, service: str, fields: dict[str, str], timeout_ms: Ms = 5_000
    ) -> None:
        """Send a notice; ``request`` is unique over all time, so that a service can tell one it already has."""
        notice = PendingNotice(
            request=request,
            call=call.id,
            config=call.config,
            service=service,
            fields=fields,
            timeout_ms=timeout_ms,
            began_at=turn.now,
        )
        self._desk.state.notices[request] = notice
        self._try(turn, notice)

    def replied(self, turn: Turn, event: events.ReplyArrived) -> None:
        """The service has taken it, or has not."""
        notice = self._desk.state.notices.get(event.request)
        if notice is None:
            return
        if event.status == "ok":
            self._over(turn, notice, sent=True)
        else:
            self._not_sent(turn, notice)

    def timer(self, turn: Turn, request: str, name: str) -> None:
        """Nothing was heard of a try, or it is time for the next."""
        notice = self._desk.state.notices[request]
        if name == "again":
            self._try(turn, notice)
        else:
            self._not_sent(turn, notice)

    def _try(self, turn: Turn, notice: PendingNotice) -> None:
        state = self._desk.state
        notice.tries += 1
        turn.order(
            commands.SendNotice(
                call=CallId(notice.call),
                request=notice.request,
                service=notice.service,
                fields=notice.fields,
                timeout_ms=notice.timeout_ms,
                # A service corrected meanwhile is used as it is now.
                config=state.config if notice.service in self._desk.site.services else notice.config,
            )
        )
        self._desk.timers.set(f"notice:{notice.request}", "reply", turn.now + notice.timeout_ms + MARGIN_MS)

    def _not_sent(self, turn: Turn, notice: PendingNotice) -> None:
        service = self._desk.site.services.get(notice.service)
        give_up_ms = GIVE_UP_MS if service is None else service.give_up_ms
        pause_ms = PAUSES_MS[min(notice.tries, len(PAUSES_MS)) - 1]
        if turn.now + pause_ms > notice.began_at + give_up_ms:
            self._over(turn, notice, sent=False)
        else:
            self._desk.timers.cancel(f"notice:{notice.request}", "reply")
            self._desk.timers.set(f"notice:{notice.request}", "again", turn.now + pause_ms)

    def _over(self, turn: Turn, notice: PendingNotice, *, sent: bool) -> None:
        self._desk.timers.cancel_all(f"notice:{notice.request}")
        del self._desk.state.notices[notice.request]
        turn.note(
            records.NoticeEnded,
            notice=notice.request,
            service=notice.service,
            call_id=notice.call,
            sent=sent,
            tries=notice.tries,
            span_ms=turn.now - notice.began_at,
        )
        if not sent:
            detail = f"not delivered in {notice.tries} tries"
            turn.note(records.Alert, kind="notice_failed", subject=notice.service, call_id=notice.call, detail=detail)
