"""The tables of a call and of an agent's leg: every cell."""

from enum import StrEnum

import pytest

from router.acd.agent import IllegalTransition
from router.control.call import CALL_TABLE, LEG_TABLE, Call, CallEvent, Leg, LegEvent, LegStage, Stage
from router.core.events import Caller
from router.core.ids import AgentId, CallId, ChannelId


def a_call(stage: Stage) -> Call:
    return Call(
        id=CallId("t.1.c1"),
        channel=ChannelId("A"),
        did="1",
        caller=Caller(),
        trunk="",
        diverted_from="",
        config="v1",
        arrived_at=0,
        stage=stage,
    )


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("event", CallEvent)
def test_every_cell_of_a_call(stage: Stage, event: CallEvent) -> None:
    call = a_call(stage)
    if event in CALL_TABLE[stage]:
        call.apply(event)
        assert call.stage is CALL_TABLE[stage][event]
    else:
        with pytest.raises(IllegalTransition):
            call.apply(event)


@pytest.mark.parametrize("stage", LegStage)
@pytest.mark.parametrize("event", LegEvent)
def test_every_cell_of_a_leg(stage: LegStage, event: LegEvent) -> None:
    leg = Leg(id=ChannelId("l"), call=CallId("t.1.c1"), agent=AgentId("1001"), stage=stage)
    if event in LEG_TABLE[stage]:
        leg.apply(event)
        assert leg.stage is LEG_TABLE[stage][event]
    else:
        with pytest.raises(IllegalTransition):
            leg.apply(event)


@pytest.mark.parametrize("table", [CALL_TABLE, LEG_TABLE])
def test_every_stage_can_end(table: dict[StrEnum, dict[StrEnum, StrEnum]]) -> None:
    last = list(table)[-1]
    for stage in table:
        seen, open_stages = {stage}, [stage]
        while open_stages:
            for target in table[open_stages.pop()].values():
                if target not in seen:
                    seen.add(target)
                    open_stages.append(target)
        assert last in seen
