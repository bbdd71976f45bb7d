"""Pure: one caller's walk through the flows, as plain data that a snapshot can keep.

Call control owns the :class:`Session` and calls the functions below; each returns the effects to carry out, in order.
After an ``End`` effect the session is over and none of them may be called again.
"""

from collections.abc import Mapping

import msgspec

from router.core.ids import Ms
from router.core.localtime import LocalClock, LocalTime
from router.ivr.effects import AnyEffect
from router.ivr.flow import Script
from router.ivr.frame import Frame
from router.ivr.orders import Reply
from router.ivr.walk import Walk


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as a flow may see it. ``estimate_ms`` is None where no honest estimate can be given."""

    waiting: int = 0
    longest_wait_ms: Ms = 0
    agents_ready: int = 0
    agents_signed_in: int = 0
    estimate_ms: Ms | None = None


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow may know about the call and the moment. ``caller`` is E.164 or "".

    ``now`` is ms UTC and ``clock`` the site's. ``queues`` gives each queue's state by name (looked up
    only when asked for), ``classes`` are those the caller has. It is made anew for each turn and never kept.
    """

    caller: str
    withheld: bool
    did: str
    diverted_from: str
    clock: LocalClock
    now: Ms = 0
    trunk: str = ""
    queues: Mapping[str, QueueView] = {}
    classes: tuple[str, ...] = ()

    @property
    def local(self) -> LocalTime:
        """The moment on the site's clock."""
        return self.clock.at(self.now)


class Session(msgspec.Struct, kw_only=True):
    """Where a caller is.

    ``memory`` is the current node's own (cleared on entering a node); ``variables`` live as long as the session;
    ``playing`` says whether a ``Play`` is open; ``timers`` are the names of those set; ``asking`` says whether a
    question is open, ``waiting`` whether the caller is in a queue, ``music`` whether they hear music. ``secrets`` names
    the variables that are in no record, log or message. ``stack`` holds the flows that called this one, outermost
    first. ``silent_steps`` counts nodes entered since the caller last pressed a key and ``steps`` all of them, so that
    a loop in a flow ends: at a person where there is one, once (``rescued``).
    """

    flow: str
    node: str
    language: str
    memory: dict[str, int | str] = {}
    variables: dict[str, int | str] = {}
    playing: bool = False
    silent_steps: int = 0
    steps: int = 0
    timers: tuple[str, ...] = ()
    asking: bool = False
    waiting: bool = False
    music: bool = False
    secrets: tuple[str, ...] = ()
    stack: tuple[Frame, ...] = ()
    rescued: bool = False


def shown(session: Session) -> dict[str, str]:
    """Return the variables as people and records may see them: secret ones as ``***``."""
    return {name: "***" if name in session.secrets else str(value) for name, value in sorted(session.variables.items())}


def begin(script: Script, session: Session, view: View) -> list[AnyEffect]:
    """Enter the session's flow at its start node. The line has been answered."""
    walk = Walk(script, session, view)
    walk.begin()
    return _effects(walk)


def key(script: Script, session: Session, view: View, key: str) -> list[AnyEffect]:
    """The caller pressed a key."""
    walk = Walk(script, session, view)
    session.silent_steps = 0
    walk.press(key)
    return _effects(walk)


def played(script: Script, session: Session, view: View) -> list[AnyEffect]:
    """The open playback ended by itself or failed. Without an open one nothing happens."""
    if not session.playing:
        return []
    session.playing = False
    walk = Walk(script, session, view)
    walk.node.played(walk)
    return _effects(walk)


def timer(script: Script, session: Session, view: View, name: str) -> list[AnyEffect]:
    """A timer set by ``SetTimer`` fired. One that is no longer set does nothing."""
    if name not in session.timers:
        return []
    session.timers = tuple(other for other in session.timers if other != name)
    walk = Walk(script, session, view)
    walk.node.timer(walk, name)
    return _effects(walk)


def replied(script: Script, session: Session, view: View, reply: Reply) -> list[AnyEffect]:
    """The open question has been answered. Without an open one nothing happens."""
    if not session.asking:
        return []
    session.asking = False
    walk = Walk(script, session, view)
    walk.node.replied(walk, reply)
    return _effects(walk)


def left_queue(script: Script, session: Session, view: View, reply: Reply) -> list[AnyEffect]:
    """The queue did not take the caller, or not any longer: ``reply.status`` says why."""
    session.waiting = False
    walk = Walk(script, session, view)
    walk.node.replied(walk, reply)
    return _effects(walk)


def _effects(walk: Walk) -> list[AnyEffect]:
    walk.settle()
    return walk.effects
