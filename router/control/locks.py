"""Pure: passwords asked of a source, and accounts locked after too many wrong ones. Locks outlive a restart."""

import hashlib

from router.control.call import Call
from router.control.desk import Desk
from router.control.state import Lock
from router.core import commands, records
from router.core.turn import Turn
from router.ivr.orders import Authenticate, Reply


class Locks:
    """The accounts somebody has tried a wrong password for; what is kept of an account is a hash."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, turn: Turn, call: Call, order: Authenticate) -> Reply | None:
        """Ask the source, unless the account is locked.

        A try counts from the moment it is asked, so that many calls at once have no more tries than one.
        """
        key = _key(order)
        lock = self._desk.state.locks.setdefault(key, Lock())
        if lock.until > turn.now or lock.count >= order.tries:
            return Reply(status="locked")
        lock.count += 1
        lock.tries, lock.lock_ms = order.tries, order.lock_ms
        self._desk.timers.set(f"lock:{key}", "forget", turn.now + order.lock_ms)
        call.lock = key
        turn.order(
            commands.LookUp(
                call=call.id,
                request=call.request,
                source=order.source,
                fields={"account": order.account, "password": order.password},
                timeout_ms=order.timeout_ms,
                secret=True,
                config=call.config,
            )
        )
        return None

    def judged(self, turn: Turn, call: Call, reply: Reply) -> Reply:
        """Take in what the source says; returns what the flow hears. An account that is none counts as well."""
        key, call.lock = call.lock, ""
        lock = self._desk.state.locks.get(key)
        if lock is None:
            return reply
        if reply.status == "ok":
            self._forget(key)
        elif reply.status in ("refused", "missing"):
            if lock.count >= lock.tries:
                lock.until = turn.now + lock.lock_ms
                self._desk.timers.set(f"lock:{key}", "forget", lock.until)
                detail = f"for {lock.lock_ms // 1000} s after {lock.count} wrong passwords"
                turn.note(records.Alert, kind="account_locked", subject="", call_id=call.id, detail=detail)
                return Reply(status="locked")
        else:
            lock.count -= 1
            if lock.count <= 0:
                self._forget(key)
        return reply

    def timer(self, key: str) -> None:
        """The lock is over, or nobody has tried for so long that the wrong ones are forgotten."""
        del self._desk.state.locks[key]

    def _forget(self, key: str) -> None:
        del self._desk.state.locks[key]
        self._desk.timers.cancel_all(f"lock:{key}")


def _key(order: Authenticate) -> str:
    return hashlib.sha256(f"{order.source}\0{order.account.casefold()}".encode()).hexdigest()[:32]
