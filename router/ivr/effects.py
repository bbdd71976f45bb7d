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


class PlayMusic(Effect, frozen=True, kw_only=True):
    """Play music on hold of a class until ``StopMusic``; nothing else is being played."""

    music: str = "default"


class StopMusic(Effect, frozen=True, kw_only=True):
    """End the music."""


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
    """The caller asks for a person: put them in a queue.

    The session goes on while they wait: ``session.left_queue`` follows where the queue did not take them, or not any
    longer; nothing follows once they talk with an agent.
    """

    queue: str
    call_class: str = "standard"
    skills: tuple[tuple[str, int], ...] = ()
    classes: tuple[str, ...] = ()
    """Further classes the caller has; the one that puts them furthest ahead counts."""
    sticky: str = ""
    """The agent who knows the matter: rung first where free; "" for none."""
    show: str = ""
    """What the agent's phone shows of the caller; "" for the queue's name."""
    data: tuple[tuple[str, str], ...] = ()
    """What the agent is told of the caller, for those who show it (never a secret)."""


class Ask(Effect, frozen=True, kw_only=True):
    """Ask for something outside the flow; ``session.replied`` follows once unless ``Withdraw`` comes first.

    At most one question of a session is open.
    """

    order: AnyOrder


class Withdraw(Effect, frozen=True, kw_only=True):
    """The open question is not wanted any more (a recording ends and is kept); no ``session.replied`` follows."""


class KeepMessage(Effect, frozen=True, kw_only=True):
    """What was recorded by ``TakeMessage`` last is the caller's message: keep it in its box and send word of it."""


class DropMessage(Effect, frozen=True, kw_only=True):
    """What was recorded by ``TakeMessage`` last is not wanted: the caller speaks it anew, or does not leave one."""


class NoteScore(Effect, frozen=True, kw_only=True):
    """The caller answered a question of a survey with a score."""

    question: str
    score: int


class RecordTalk(Effect, frozen=True, kw_only=True):
    """Whether the talk with an agent is recorded from its beginning, if it comes to one."""

    on: bool
    consent: str = ""
    """How the caller came to know: ``announced`` or ``given``."""


class Tag(Effect, frozen=True, kw_only=True):
    """Give the call a type for reports; a later one replaces it."""

    name: str


class End(Effect, frozen=True, kw_only=True):
    """Hang up. ``outcome`` is a word of :class:`router.core.records.Outcome`; ``detail`` says why."""

    outcome: str = "self_served"
    detail: str = ""


AnyEffect = (
    Play
    | StopPlaying
    | PlayMusic
    | StopMusic
    | SetTimer
    | CancelTimer
    | Step
    | Enqueue
    | Ask
    | Withdraw
    | KeepMessage
    | DropMessage
    | NoteScore
    | RecordTalk
    | Tag
    | End
)
