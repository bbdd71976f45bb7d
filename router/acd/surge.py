"""Pure: the surge plan of a floor: what the YAML says of it, its machine as a table, and its clocks.

The plan looks at ``waiting``, the callers who wait for a person in the plan's queues. More than ``low`` of them for
``for_ms`` is when the first step is taken; ``low`` or fewer is when steps are released again, the last one first.
"""

from enum import StrEnum

import msgspec

from router.acd.agent import IllegalTransition, Overlay
from router.core.ids import AgentId, Ms, QueueName

PROPOSE, AUTOMATIC = "propose", "automatic"
"""Whether the supervisor confirms each step, or steps are taken by themselves."""


class SurgeStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step: so many agents of ``group`` join: ``least`` of them, ``most`` while more than ``high`` wait.

    ``most`` None: all of them. A step ``above_high`` is taken only while more than ``high`` wait.
    """

    group: str
    least: int = 1
    most: int | None = None
    above_high: bool = False
    keep_groups: bool = True


class Spare(msgspec.Struct, frozen=True, kw_only=True):
    """A surge that is known beforehand: while calendar ``hours`` is open, so many seats are kept in spare."""

    hours: str
    least: int
    most: int


class SurgePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan. Helpers join ``group``, up to ``seats_max`` agents in service there (None: no limit).

    ``dip_ms`` is how long ``waiting`` may be lower without the clock beginning anew, ``fast_step_ms`` how soon the
    remaining steps follow one another while more than ``high`` wait (0: never sooner than ``for_ms``).
    ``answer_share`` of all calls answered within ``answer_within_ms`` is what missing seats are worked out for.
    While calendar ``night`` is open everybody but one of group ``leads`` is in ``group``.
    """

    name: str
    queues: tuple[QueueName, ...]
    group: str
    steps: tuple[SurgeStep, ...]
    low: int = 5
    high: int = 10
    for_ms: Ms = 300_000
    dip_ms: Ms = 10_000
    fast_step_ms: Ms = 60_000
    mode: str = PROPOSE
    seats_max: int | None = None
    answer_share: float = 0.8
    answer_within_ms: Ms = 20_000
    night: str = ""
    leads: str = ""
    spare: tuple[Spare, ...] = ()


class SurgeStage(StrEnum):
    """Where a plan is."""

    CALM = "calm"
    """No more than ``low`` wait. Steps that are taken are released one after another."""
    RISING = "rising"
    """More than ``low`` wait: the clock of the next step runs."""
    DIPPING = "dipping"
    """No more than ``low`` wait since a moment: the clock runs on, unless it lasts."""
    PROPOSED = "proposed"
    """The supervisor is asked whether the next step is to be taken."""
    PROPOSED_DIPPING = "proposed_dipping"
    """The same, and no more than ``low`` wait since a moment."""
    RELEASE_PROPOSED = "release_proposed"
    """The supervisor is asked whether the last step is to be released."""
    NIGHT = "night"
    """Everybody but one lead is in the group already."""
    STOPPED = "stopped"
    """Until it is started again."""


class SurgeEvent(StrEnum):
    """What can happen to a plan."""

    ROSE = "rose"
    """More than ``low`` wait."""
    FELL = "fell"
    """No more than ``low`` wait."""
    DIP_LASTED = "dip_lasted"
    TAKE = "take"
    """A step is due, and taken."""
    PROPOSE = "propose"
    """A step is due, and proposed."""
    TELL = "tell"
    """All is done and it is not enough: the supervisor is told how many seats are missing."""
    RELEASE = "release"
    """The last step is due to go, or the supervisor lets it go."""
    PROPOSE_RELEASE = "propose_release"
    CONFIRM = "confirm"
    DECLINE = "decline"
    STOP = "stop"
    START = "start"
    NIGHTFALL = "nightfall"
    DAYBREAK = "daybreak"


_S, _E = SurgeStage, SurgeEvent
_ALWAYS = {_E.STOP: _S.STOPPED, _E.NIGHTFALL: _S.NIGHT}

SURGE_TABLE: dict[SurgeStage, dict[SurgeEvent, SurgeStage]] = {
    _S.CALM: {
        _E.ROSE: _S.RISING,
        _E.RELEASE: _S.CALM,
        _E.PROPOSE_RELEASE: _S.RELEASE_PROPOSED,
        **_ALWAYS,
    },
    _S.RISING: {
        _E.FELL: _S.DIPPING,
        _E.TAKE: _S.RISING,
        _E.PROPOSE: _S.PROPOSED,
        _E.TELL: _S.RISING,
        _E.RELEASE: _S.RISING,
        **_ALWAYS,
    },
    _S.DIPPING: {
        _E.ROSE: _S.RISING,
        _E.DIP_LASTED: _S.CALM,
        _E.RELEASE: _S.DIPPING,
        **_ALWAYS,
    },
    _S.PROPOSED: {
        _E.FELL: _S.PROPOSED_DIPPING,
        _E.CONFIRM: _S.RISING,
        _E.DECLINE: _S.RISING,
        **_ALWAYS,
    },
    _S.PROPOSED_DIPPING: {
        _E.ROSE: _S.PROPOSED,
        _E.DIP_LASTED: _S.CALM,
        _E.CONFIRM: _S.DIPPING,
        _E.DECLINE: _S.DIPPING,
        **_ALWAYS,
    },
    _S.RELEASE_PROPOSED: {
        _E.ROSE: _S.RISING,
        _E.CONFIRM: _S.CALM,
        _E.DECLINE: _S.CALM,
        _E.RELEASE: _S.CALM,
        **_ALWAYS,
    },
    _S.NIGHT: {
        _E.TELL: _S.NIGHT,
        _E.RELEASE: _S.NIGHT,
        _E.STOP: _S.STOPPED,
        _E.DAYBREAK: _S.CALM,
    },
    _S.STOPPED: {_E.START: _S.CALM},
}
"""Stage -> event -> next stage; what is not here cannot happen."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who has joined: ``groups`` they were given, and what a supervisor had changed of them ``before``."""

    agent: AgentId
    groups: tuple[str, ...]
    before: Overlay | None = None


class TakenStep(msgspec.Struct, kw_only=True):
    """A step that is taken: who has joined, and who was ``called`` upon and has not come yet."""

    number: int
    group: str
    at_ms: Ms
    moved: list[Moved] = []
    called: list[AgentId] = []


class SurgeState(msgspec.Struct, kw_only=True):
    """A plan now. ``rose_at`` is since when more than ``low`` wait, dips left out, ``high_at`` the same of ``high``.

    ``fell_at`` is when no more than ``low`` waited last, ``high_left_at`` the same of ``high``; ``step_at`` when a step
    was taken, released or decided upon last; ``told_at`` when the supervisor was told of missing seats (0: not since).
    ``leaving`` are agents who are released after their present call.
    """

    stage: SurgeStage = SurgeStage.CALM
    waiting: int = 0
    is_high: bool = False
    rose_at: Ms = 0
    fell_at: Ms = 0
    high_at: Ms = 0
    high_left_at: Ms = 0
    step_at: Ms = 0
    told_at: Ms = 0
    taken: list[TakenStep] = []
    leaving: list[Moved] = []
    night: list[Moved] = []
    spare: list[str] = []
    """The calendars of known surges that are open."""

    def apply(self, event: SurgeEvent) -> None:
        """Move to the next stage; raises :class:`IllegalTransition` where the table has none."""
        try:
            self.stage = SURGE_TABLE[self.stage][event]
        except KeyError:
            raise IllegalTransition(f"surge plan: {event} in {self.stage}") from None

    def allows(self, event: SurgeEvent) -> bool:
        """Say whether the table has an event in the present stage."""
        return event in SURGE_TABLE[self.stage]


DIPS = frozenset({SurgeStage.DIPPING, SurgeStage.PROPOSED_DIPPING})
"""Stages in which ``waiting`` is low and that may pass."""
UP = frozenset({SurgeStage.RISING, SurgeStage.PROPOSED})
"""Stages in which more than ``low`` wait."""


def count(plan: SurgePlan, state: SurgeState, waiting: int, now: Ms) -> SurgeEvent | None:
    """Take in how many wait now. Returns what that is to the plan: ``ROSE``, ``FELL`` or nothing."""
    state.waiting = waiting
    is_high = waiting > plan.high
    if is_high and not state.is_high and not (state.high_left_at and now - state.high_left_at < plan.dip_ms):
        state.high_at = now
    if state.is_high and not is_high:
        state.high_left_at = now
    state.is_high = is_high
    if waiting > plan.low and state.allows(SurgeEvent.ROSE):
        if state.stage not in DIPS:
            state.rose_at = now
        return SurgeEvent.ROSE
    if waiting <= plan.low and state.allows(SurgeEvent.FELL):
        state.fell_at = now
        return SurgeEvent.FELL
    return None


def next_step(plan: SurgePlan, state: SurgeState) -> SurgeStep | None:
    """Return the step that would be taken next, or None."""
    level = len(state.taken)
    return plan.steps[level] if level < len(plan.steps) else None


def dip_ends_at(plan: SurgePlan, state: SurgeState) -> Ms | None:
    """Return when a dip will have lasted; None where there is none."""
    return state.fell_at + plan.dip_ms if state.stage in DIPS else None


def due_at(plan: SurgePlan, state: SurgeState) -> Ms | None:
    """Return when the next step, release or word to the supervisor is due, as far as things stay as they are."""
    match state.stage:
        case SurgeStage.RISING:
            step = next_step(plan, state)
            return _telling_at(plan, state) if step is None else _step_at(plan, state, step)
        case SurgeStage.CALM:
            return max(state.fell_at, state.step_at) + plan.for_ms if state.taken else None
        case SurgeStage.NIGHT:
            return _telling_at(plan, state)
        case _:
            return None


def due_event(plan: SurgePlan, state: SurgeState) -> SurgeEvent:
    """Return what happens when :func:`due_at` has come."""
    proposes = plan.mode == PROPOSE
    if state.stage is SurgeStage.CALM:
        return SurgeEvent.PROPOSE_RELEASE if proposes else SurgeEvent.RELEASE
    if state.stage is SurgeStage.NIGHT or next_step(plan, state) is None:
        return SurgeEvent.TELL
    return SurgeEvent.PROPOSE if proposes else SurgeEvent.TAKE


def _step_at(plan: SurgePlan, state: SurgeState, step: SurgeStep) -> Ms | None:
    if step.above_high and not state.is_high:
        return None
    since = state.high_at if step.above_high else state.rose_at
    due = max(since, state.step_at) + plan.for_ms
    if plan.fast_step_ms and state.taken and state.is_high:
        due = min(due, max(state.high_at, state.step_at) + plan.fast_step_ms)
    return due


def _telling_at(plan: SurgePlan, state: SurgeState) -> Ms | None:
    """When the supervisor is told: at the pace of the steps the first time, then again and again."""
    if not state.is_high:
        return None
    first = max(state.high_at, state.step_at) + (plan.fast_step_ms or plan.for_ms)
    return max(first, state.told_at + plan.for_ms) if state.told_at else first
