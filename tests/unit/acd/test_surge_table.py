"""The surge plan's machine: every cell of its table, what a dip is, and when what is due."""

import pytest

from router.acd.agent import IllegalTransition
from router.acd.surge import (
    AUTOMATIC,
    DIPS,
    SURGE_TABLE,
    SurgeEvent,
    SurgePlan,
    SurgeStage,
    SurgeState,
    SurgeStep,
    TakenStep,
    count,
    dip_ends_at,
    due_at,
    due_event,
)
from router.core.ids import QueueName

S, E = SurgeStage, SurgeEvent
MIN = 60_000
STEPS = (
    SurgeStep(group="experts"),
    SurgeStep(group="outbound", least=2, most=3),
    SurgeStep(group="back", least=2, most=3, above_high=True),
)
PLAN = SurgePlan(name="floor", queues=(QueueName("desk"),), group="inbound", steps=STEPS, mode=AUTOMATIC)
WANTED = """
calm             rose rising, release calm, propose_release release_proposed, stop stopped, nightfall night
rising           fell dipping, take rising, propose proposed, tell rising, release rising, stop stopped, nightfall night
dipping          rose rising, dip_lasted calm, release dipping, stop stopped, nightfall night
proposed         fell proposed_dipping, confirm rising, decline rising, stop stopped, nightfall night
proposed_dipping rose proposed, dip_lasted calm, confirm dipping, decline dipping, stop stopped, nightfall night
release_proposed rose rising, confirm calm, decline calm, release calm, stop stopped, nightfall night
night            tell night, release night, stop stopped, daybreak calm
stopped          start calm
"""


def wanted() -> dict[tuple[SurgeStage, SurgeEvent], SurgeStage]:
    cells = {}
    for line in WANTED.strip().splitlines():
        stage, _, rest = line.partition(" ")
        for cell in rest.split(","):
            event, target = cell.split()
            cells[S(stage), E(event)] = S(target)
    return cells


@pytest.mark.parametrize("stage", S)
@pytest.mark.parametrize("event", E)
def test_every_cell(stage: SurgeStage, event: SurgeEvent) -> None:
    target = wanted().get((stage, event))
    state = SurgeState(stage=stage)
    assert state.allows(event) == (target is not None)
    if target is None:
        with pytest.raises(IllegalTransition):
            state.apply(event)
        assert state.stage is stage
    else:
        state.apply(event)
        assert state.stage is target


def test_every_stage_can_be_left_and_reached() -> None:
    reached = {target for row in SURGE_TABLE.values() for target in row.values()}
    assert reached == set(S)
    assert all(SURGE_TABLE[stage] for stage in S)


def _taken(count_: int) -> list[TakenStep]:
    return [TakenStep(number=n, group=STEPS[n - 1].group, at_ms=0) for n in range(1, count_ + 1)]


@pytest.mark.parametrize(
    ("waiting", "stage", "event"),
    [
        (5, S.CALM, None),
        (6, S.CALM, E.ROSE),
        (6, S.RISING, None),
        (5, S.RISING, E.FELL),
        (5, S.DIPPING, None),
        (6, S.DIPPING, E.ROSE),
        (5, S.PROPOSED, E.FELL),
        (6, S.PROPOSED_DIPPING, E.ROSE),
        (6, S.RELEASE_PROPOSED, E.ROSE),
        (6, S.NIGHT, None),
        (0, S.NIGHT, None),
        (99, S.STOPPED, None),
    ],
)
def test_more_than_the_low_bound_is_a_rise(waiting: int, stage: SurgeStage, event: SurgeEvent | None) -> None:
    assert count(PLAN, SurgeState(stage=stage), waiting, 1_000) is event


@pytest.mark.parametrize("stage", sorted(DIPS))
def test_a_dip_keeps_the_clock_and_a_new_rise_begins_one(stage: SurgeStage) -> None:
    dipping = SurgeState(stage=stage, rose_at=7)
    count(PLAN, dipping, 6, 1_000)
    assert dipping.rose_at == 7
    calm = SurgeState(stage=S.CALM, rose_at=7)
    count(PLAN, calm, 6, 1_000)
    assert calm.rose_at == 1_000


def test_a_dip_ends_after_ten_seconds() -> None:
    assert dip_ends_at(PLAN, SurgeState(stage=S.DIPPING, fell_at=5_000)) == 15_000
    assert dip_ends_at(PLAN, SurgeState(stage=S.RISING, fell_at=5_000)) is None


def test_the_high_bound_has_the_same_patience_with_dips() -> None:
    state = SurgeState(stage=S.RISING)
    for waiting, at, since in ((11, 1_000, 1_000), (10, 2_000, 1_000), (11, 11_999, 1_000), (10, 12_000, 1_000)):
        count(PLAN, state, waiting, at)
        assert state.high_at == since
    count(PLAN, state, 11, 22_000)  # ten seconds are no dip any more
    assert state.high_at == 22_000


@pytest.mark.parametrize(
    ("level", "is_high", "times", "due"),
    [
        (0, False, {"rose_at": 10}, 10 + 5 * MIN),
        (0, True, {"rose_at": 10, "high_at": 20}, 10 + 5 * MIN),  # the first step takes its time above 10 as well
        (1, False, {"rose_at": 10, "step_at": 5 * MIN}, 10 * MIN),
        (1, True, {"rose_at": 10, "high_at": 20, "step_at": 5 * MIN}, 6 * MIN),
        (1, True, {"rose_at": 10, "high_at": 7 * MIN, "step_at": 5 * MIN}, 8 * MIN),
        (2, False, {"rose_at": 10, "step_at": 5 * MIN}, None),  # the back office comes above 10 only
        (2, True, {"rose_at": 10, "high_at": 7 * MIN, "step_at": 5 * MIN}, 8 * MIN),
        (3, False, {"step_at": 5 * MIN}, None),
        (3, True, {"high_at": 20, "step_at": 5 * MIN}, 6 * MIN),
        (3, True, {"high_at": 20, "step_at": 5 * MIN, "told_at": 6 * MIN}, 11 * MIN),
    ],
)
def test_when_the_next_step_is_due(level: int, is_high: bool, times: dict[str, int], due: int | None) -> None:
    state = SurgeState(stage=S.RISING, is_high=is_high, taken=_taken(level), **times)
    assert due_at(PLAN, state) == due


def test_without_a_fast_step_each_takes_five_minutes() -> None:
    plan = SurgePlan(name="floor", queues=(), group="inbound", steps=STEPS, fast_step_ms=0)
    high = {"stage": S.RISING, "is_high": True, "rose_at": 0, "high_at": 4 * MIN, "step_at": 3 * MIN}
    assert due_at(plan, SurgeState(taken=_taken(1), **high)) == 8 * MIN
    assert due_at(plan, SurgeState(taken=_taken(2), **high)) == 9 * MIN
    assert due_at(plan, SurgeState(taken=_taken(3), **high)) == 9 * MIN


def test_one_step_is_released_for_each_five_minutes_of_calm() -> None:
    assert due_at(PLAN, SurgeState(stage=S.CALM, fell_at=MIN)) is None
    assert due_at(PLAN, SurgeState(stage=S.CALM, fell_at=MIN, taken=_taken(2))) == 6 * MIN
    assert due_at(PLAN, SurgeState(stage=S.CALM, fell_at=MIN, step_at=6 * MIN, taken=_taken(1))) == 11 * MIN


@pytest.mark.parametrize(
    ("mode", "stage", "level", "event"),
    [
        ("automatic", S.RISING, 0, E.TAKE),
        ("propose", S.RISING, 0, E.PROPOSE),
        ("automatic", S.CALM, 1, E.RELEASE),
        ("propose", S.CALM, 1, E.PROPOSE_RELEASE),
        ("propose", S.RISING, 3, E.TELL),
        ("propose", S.NIGHT, 0, E.TELL),
    ],
)
def test_what_is_due(mode: str, stage: SurgeStage, level: int, event: SurgeEvent) -> None:
    plan = SurgePlan(name="floor", queues=(), group="inbound", steps=STEPS, mode=mode)
    assert due_event(plan, SurgeState(stage=stage, taken=_taken(level))) is event
