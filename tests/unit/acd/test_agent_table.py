"""The agent's table: every cell is either a transition or a bug of ours."""

import pytest

from router.acd.agent import AGENT_TABLE, IN_CALL, AgentEvent, IllegalTransition, next_state
from router.core.records import AgentState


@pytest.mark.parametrize("state", AgentState)
@pytest.mark.parametrize("event", AgentEvent)
def test_every_cell(state: AgentState, event: AgentEvent) -> None:
    if event in AGENT_TABLE[state]:
        assert next_state(state, event) is AGENT_TABLE[state][event]
    else:
        with pytest.raises(IllegalTransition, match=event.value):
            next_state(state, event)


def test_nobody_leaves_service_or_pauses_within_a_call() -> None:
    for state in IN_CALL:
        assert not {AgentEvent.SIGN_OUT, AgentEvent.PAUSE, AgentEvent.READY} & set(AGENT_TABLE[state])


def test_every_state_can_be_reached_and_left() -> None:
    reached = {target for row in AGENT_TABLE.values() for target in row.values()}
    assert reached == set(AgentState)
    assert all(AGENT_TABLE[state] for state in AgentState)


def test_only_ready_agents_are_rung() -> None:
    assert [state for state, row in AGENT_TABLE.items() if AgentEvent.RESERVE in row] == [AgentState.READY]
