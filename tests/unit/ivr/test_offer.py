"""The offer node: only where the caller would have to wait, and whoever presses nothing waits."""

import pytest

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.offer import Offer
from router.ivr.session import QueueView
from support.asker import Asker


def asker(view: QueueView, **changes: object) -> Asker:
    spec = {"queue": "q", "prompt": ("choose",), "keys": {"1": "message"}, "wait": "desk", **changes}
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("message", "desk")}
    return Asker({"offer": Offer(**spec), **ends}, queues={"q": view})  # type: ignore[arg-type]


@pytest.mark.parametrize(("ready", "waiting", "offered"), [(1, 0, False), (0, 0, True), (1, 1, True), (2, 0, False)])
def test_it_is_offered_only_to_those_who_would_wait(ready: int, waiting: int, offered: bool) -> None:
    told = asker(QueueView(agents_ready=ready, waiting=waiting)).begin()
    assert told == (["says choose"] if offered else ["step offer free", "says desk"])


def test_a_key_is_followed_and_silence_waits() -> None:
    caller = asker(QueueView())
    caller.begin()
    assert caller.press("1") == ["quiet", "step offer 1", "says message"]
    other = asker(QueueView())
    other.begin()
    other.played()
    assert other.timer("first_digit") == ["step offer no_key", "says desk"]


def test_a_wrong_key_is_said_so_once() -> None:
    caller = asker(QueueView())
    caller.begin()
    assert caller.press("7")[-1] == "says router/invalid_key choose"
    assert caller.press("8")[-1] == "says desk"
