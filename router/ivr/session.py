"""Pure: one caller's walk through the flows, as plain data that a snapshot can keep.

Call control owns the :class:`Session` and calls the functions below; each returns the effects to carry out, in order.
After an ``Enqueue`` or ``End`` effect the session is over and none of them may be called again.
"""

import msgspec

from router.core.localtime import LocalTime
from router.ivr.effects import AnyEffect
from router.ivr.flow import Script


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow may know about the call and the moment. ``caller`` is E.164 or ""."""

    caller: str
    withheld: bool
    did: str
    diverted_from: str
    local: LocalTime


class Session(msgspec.Struct, kw_only=True):
    """Where a caller is.

    ``memory`` is the current node's own (cleared on entering a node); ``variables`` live as long as the session;
    ``playing`` says whether a ``Play`` is open; ``silent_steps`` counts nodes entered since the caller's last chance
    to be heard, so that a loop in a flow ends.
    """

    flow: str
    node: str
    language: str
    memory: dict[str, int | str] = {}
    variables: dict[str, int | str] = {}
    playing: bool = False
    silent_steps: int = 0


def begin(script: Script, session: Session, view: View) -> list[AnyEffect]:
    """Enter the session's flow at its start node."""
    raise NotImplementedError


def key(script: Script, session: Session, view: View, key: str) -> list[AnyEffect]:
    """The caller pressed a key."""
    raise NotImplementedError


def played(script: Script, session: Session, view: View) -> list[AnyEffect]:
    """The open playback ended by itself or failed."""
    raise NotImplementedError


def timer(script: Script, session: Session, view: View, name: str) -> list[AnyEffect]:
    """A timer set by ``SetTimer`` fired."""
    raise NotImplementedError
