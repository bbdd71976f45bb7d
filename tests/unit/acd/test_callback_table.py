"""Every cell of the callback's table: it leads where the table says, or is our own bug and raises."""

import pytest

from router.acd.agent import IllegalTransition
from router.acd.callback import CALLBACK_TABLE, OVER, Callback, CallbackEvent, CallbackState
from router.acd.waiting import Waiting
from router.core.ids import CallId, QueueName


def callback(state: CallbackState) -> Callback:
    queue = QueueName("desk")
    place = Waiting(call=CallId("t.k1"), queue=queue, tier=1, key_ms=5, seq=1, asked_at=5)
    return Callback(
        id="t.k1", queue=queue, number="+8613800138001", dial="13800138001", place=place, state=state, booked_ms=5
    )


@pytest.mark.parametrize("state", CallbackState)
@pytest.mark.parametrize("event", CallbackEvent)
def test_every_cell(state: CallbackState, event: CallbackEvent) -> None:
    made = callback(state)
    key = made.place.key
    if event in CALLBACK_TABLE[state]:
        made.apply(event)
        assert made.state is CALLBACK_TABLE[state][event]
    else:
        with pytest.raises(IllegalTransition):
            made.apply(event)
        assert made.state is state
    assert made.place.key == key, "no event changes the place"


def test_four_ends_and_a_way_to_each_from_everywhere() -> None:
    assert {"kept", "taken_up", "expired", "cancelled"} == OVER
    reached = set(OVER)
    while True:
        more = {s for s, row in CALLBACK_TABLE.items() if set(row.values()) & reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(CallbackState)
