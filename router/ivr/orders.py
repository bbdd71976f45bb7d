"""Pure: what a node may ask for outside the flow: a lookup, a notice, a recording. The answer comes as a ``Reply``.

A node asks by ``walk.ask(order)`` and hears by its ``replied``; it may play and hear keys meanwhile. A caller who
leaves the node withdraws the question.
"""

import msgspec

from router.core.ids import Ms
from router.core.lines import Party


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. ``status`` is a word of the order asked; ``fields`` are texts."""

    status: str
    fields: dict[str, str] = {}


class LookUp(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask a source of the site. Replies ``ok`` (with its fields), ``missing``, ``refused`` or ``failed``."""

    source: str
    fields: dict[str, str]
    timeout_ms: Ms = 3_000
    secret: bool = False


class Notify(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send a notice by a service of the site. Replies ``ok`` or ``failed``."""

    service: str
    fields: dict[str, str]
    timeout_ms: Ms = 5_000


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Record the caller. Replies ``ok`` with ``recording`` and ``length_ms``, or ``failed``."""

    max_ms: Ms
    silence_ms: Ms = 0
    end_key: str = "#"
    beep: bool = True


class Authenticate(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask a source whether a password is the account's. An account is locked after ``tries`` wrong ones in a row.

    Both go to the source as fields ``account`` and ``password``, and are in no record, log or variable. Replies ``ok``
    (with its fields), ``refused``, ``locked``, ``missing`` (no such account) or ``failed``.
    """

    source: str
    account: str
    password: str
    tries: int = 3
    lock_ms: Ms = 600_000
    timeout_ms: Ms = 3_000


class TakeMessage(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Record a message for a box. Replies as ``Record`` does.

    It is kept by ``KeepMessage``, or where the caller hangs up while or after speaking it for at least ``min_ms``.
    Then word of it goes out by ``service`` ("" for none), with ``fields``.
    """

    box: str
    max_ms: Ms
    min_ms: Ms = 2_000
    silence_ms: Ms = 0
    end_key: str = "#"
    beep: bool = True
    service: str = ""
    fields: dict[str, str] = {}


class Transfer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Connect the caller to somebody who is no agent; with that the flow is over.

    ``kind``: ``extension`` (a number of the site's extensions), ``phone`` or ``outside``. Replies only where it came to
    nothing: ``missing``, ``closed``, ``do_not_disturb``, ``refused`` (may not be rung), ``busy``, ``no_answer``,
    ``rejected``, ``forwarded`` or ``unreachable``.
    """

    kind: str
    target: str
    ring_ms: Ms = 30_000
    music: str = "default"


class Book(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Book a call to a party at a time (``at_minute`` of the next day on which that is still to come, local).

    Replies ``ok`` or ``refused`` (may not be rung).
    """

    kind: str
    party: Party
    flow: str
    at_minute: int
    fields: dict[str, str] = {}
    """Variables the flow begins with."""


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Cancel the booked calls of a kind to a party. Replies ``ok`` with ``count``, or ``missing``."""

    kind: str
    party: Party


class SetExtension(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Open or close an extension, or set or end its do-not-disturb. Replies ``ok`` or ``missing``."""

    extension: str
    open: bool | None = None
    do_not_disturb: bool | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ring the people of a duty table one after another until one's flow ends with ``accepted``.

    Replies ``ok`` with ``by``, ``failed`` where nobody accepted, ``missing`` where nobody is on call now.
    """

    table: str
    flow: str
    ring_ms: Ms = 30_000
    fields: dict[str, str] = {}
    """Variables the flow begins with."""


class CallBack(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Promise to call somebody back by the people of a queue.

    Replies ``ok``; ``open`` where a callback is promised to this number already; else why it cannot be, as in
    :class:`router.core.records.CallbackRefused`. ``cancel`` cancels the open one instead: ``ok`` or ``missing``.
    """

    queue: str
    number: str
    cancel: bool = False


AnyOrder = (
    LookUp | Authenticate | Notify | Record | TakeMessage | Transfer | Book | Cancel | SetExtension | Page | CallBack
)
