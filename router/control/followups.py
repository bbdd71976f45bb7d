"""Pure: what is remembered of complaints and of call-back rounds."""

import msgspec

from router.core.ids import Ms


class Complaint(msgspec.Struct, kw_only=True):
    """An open complaint. ``answered_ms`` is 0 until the caller has been answered."""

    id: str
    number: str
    kind: str
    call_class: str = ""
    agent: str = ""
    call: str = ""
    opened_ms: Ms
    answer_due_ms: Ms
    resolve_due_ms: Ms
    answered_ms: Ms = 0


class Listed(msgspec.Struct, kw_only=True):
    """A call that is to be called back in a round, and who took it."""

    number: str
    agent: str
    call: str
    tag: str
    at_ms: Ms


class RoundState(msgspec.Struct, kw_only=True):
    """A round's list, and its callbacks that are still open with the results of those that are not."""

    listed: list[Listed] = []
    open: list[str] = []
    began_ms: Ms = 0
    results: dict[str, int] = {}
