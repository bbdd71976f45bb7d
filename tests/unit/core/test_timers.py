"""Timers: the order they fire in, and what a snapshot keeps."""

from hypothesis import given
from hypothesis import strategies as st

from router.core.timers import Timers


def fired(timers: Timers, now: int) -> list[str]:
    names = []
    while (timer := timers.pop_due(now)) is not None:
        names.append(f"{timer.owner}/{timer.name}")
    return names


def test_fires_by_deadline_then_by_who_was_set_first() -> None:
    timers = Timers()
    timers.set("a", "late", 20)
    timers.set("b", "first", 10)
    timers.set("a", "second", 10)
    assert timers.deadline() == 10
    assert fired(timers, 9) == []
    assert fired(timers, 30) == ["b/first", "a/second", "a/late"]
    assert timers.deadline() is None


def test_setting_again_replaces() -> None:
    timers = Timers()
    timers.set("a", "x", 10)
    timers.set("a", "x", 30)
    assert timers.deadline() == 30
    assert fired(timers, 20) == []


def test_cancelling_one_or_all() -> None:
    timers = Timers()
    for name in ("x", "y", "z"):
        timers.set("a", name, 10)
    timers.set("b", "x", 10)
    timers.cancel("a", "x")
    timers.cancel("a", "never set")
    assert timers.armed("a", "y") and not timers.armed("a", "x")
    timers.cancel_all("a")
    assert fired(timers, 10) == ["b/x"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 9), st.sampled_from(["set", "cancel"]))
    ),
    st.integers(0, 9),
)
def test_a_snapshot_changes_nothing(steps: list[tuple[str, str, int, str]], now: int) -> None:
    timers = Timers()
    for owner, name, deadline, what in steps:
        if what == "set":
            timers.set(owner, name, deadline)
        else:
            timers.cancel(owner, name)
    restored = Timers()
    restored.load(*timers.dump())
    assert restored.deadline() == timers.deadline()
    assert fired(restored, now) == fired(timers, now)
    timers.set("d", "new", 5)
    restored.set("d", "new", 5)
    assert restored.dump() == timers.dump()
