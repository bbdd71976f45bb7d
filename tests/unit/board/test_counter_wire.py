"""Counts as differences: whoever puts them together again has what was counted, whatever changed, came or went."""

from random import Random

import pytest

from router.board.counter_wire import HEAD_BYTES, Counted, Differences, Orders, counted_of, framed, merged, orders_of
from router.board.measured import NOTHING, OF_DAY, OF_NOW, HalfHour, Measured, Values
from router.core.wall import Room
from support.tape import SHANGHAI

SCOPES = ("", "gas", "water", "room:front")


def values(random: Random, names: tuple[str, ...]) -> dict[str, Values]:
    return {
        scope: {name: random.choice((None, 0.0, 1.0, 2.5)) for name in names}
        for scope in SCOPES
        if random.random() < 0.8
    }


def counted(random: Random, seq: int) -> Measured:
    trend = {scope: (HalfHour(seq // 7, 1, 0, None),) for scope in SCOPES if random.random() < 0.8}
    return Measured(seq, seq * 10, values(random, OF_NOW), values(random, OF_DAY), values(random, OF_DAY), trend)


def sent(message: Counted) -> Counted:
    body = framed(message)
    assert int.from_bytes(body[:HEAD_BYTES], "big") == len(body) - HEAD_BYTES
    return counted_of(body[HEAD_BYTES:])


def test_what_was_put_together_is_what_was_counted() -> None:
    random = Random(3)
    differences, known = Differences(1), NOTHING
    for seq in range(1, 200):
        now = counted(random, seq)
        known = merged(known, sent(differences.to(now)))
        assert known == now


def test_only_what_changed_is_told_and_the_first_time_all() -> None:
    random = Random(4)
    differences, first = Differences(1), counted(random, 1)
    whole = differences.to(first)
    assert whole.whole and set(whole.day) == set(first.day)
    again = differences.to(first._replace(seq=2))
    assert (again.seq, again.whole, again.now, again.half, again.day, again.trend, again.gone) == (
        2, False, {}, {}, {}, {}, (),
    )  # fmt: skip


def test_one_that_begins_anew_leaves_nothing_of_before() -> None:
    random = Random(5)
    before = merged(NOTHING, sent(Differences(1).to(counted(random, 1))))
    anew = Measured(1, 1, {}, {}, {"gas": dict.fromkeys(OF_DAY, 1.0)}, {})
    assert merged(before, sent(Differences(2).to(anew))) == anew


@pytest.mark.parametrize("rooms", [(), (Room(name="front", queues=("gas",)),)])
def test_orders_go_over_whole(rooms: tuple[Room, ...]) -> None:
    orders = Orders(
        generation=3, url="redis://x", password="p", site="s", clock=SHANGHAI, within_ms=20_000, rooms=rooms
    )
    assert orders_of(framed(orders)[HEAD_BYTES:]) == orders
