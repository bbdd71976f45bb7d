"""Pure: effects, what a flow asks call control to do. Call control mints the ids and turns them into commands."""

import msgspec

from router.core.ids import Ms
from router.ivr.orders import AnyOrder


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all effects; they are carried out in order."""


class Play(Effect, frozen=True, kw_only=True):
    """Play media one after another; ``session.played`` follows once unless ``StopPlaying`` comes first.

    At most one playback of a session is open: a new ``Play`` is preceded by ``StopPlaying`` where one is.
    """

    media: tuple[str, ...]


class StopPlaying(Effect, frozen=True, kw_only=True):
    """Stop what is being played; no ``session.played`` follows for it."""


class SetTimer(Effect, frozen=True, kw_only=True):
    """Call ``session.timer`` with ``name`` after ``after_ms``."""

    name: str
    after_ms: Ms


class CancelTimer(Effect, frozen=True, kw_only=True):
    """Forget a timer; not set is fine."""

    name: str


class Step(Effect, frozen=True, kw_only=True):
    """The caller passed a step; becomes a ``MenuStep`` record. ``result`` holds no key of a secret collect."""

    flow: str
    node: str
    node_type: str
    result: str


class Enqueue(Effect, frozen=True, kw_only=True):
    """The caller asks for a person: put them in a queue. The session ends here."""

    queue: str
    call_class: str = "standard"
    skills: tuple[tuple[str, int], ...] = ()


class Ask(Effect, frozen=True, kw_only=True):
    """Ask for something outside the flow; ``session.replied`` follows once unless ``Withdraw`` comes first.

    At most one question of a session is open.
    """

    order: AnyOrder


class Withdraw(Effect, frozen=True, kw_only=True):
    """The open question is not wanted any more (a recording ends and is kept); no ``session.replied`` follows."""


class Tag(Effect, frozen=True, kw_only=True):
    """Give the call a type for reports; a later one replaces it."""

    name: str


class End(Effect, frozen=True, kw_only=True):
    """Hang up. ``outcome`` is a word of :class:`router.core.records.Outcome`; ``detail`` says why."""

    outcome: str = "self_served"
    detail: str = ""


AnyEffect = Play | StopPlaying | SetTimer | CancelTimer | Step | Enqueue | Ask | Withdraw | Tag | End
