"""Pure: what a node may ask for outside the flow: a lookup, a notice, a recording. The answer comes as a ``Reply``.

A node asks by ``walk.ask(order)`` and hears by its ``replied``; it may play and hear keys meanwhile. A caller who
leaves the node withdraws the question.
"""

import msgspec

from router.core.ids import Ms


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


AnyOrder = LookUp | Notify | Record
