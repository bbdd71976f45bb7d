"""The wake-up node: the time typed, said back, confirmed and booked; cancelled; refused."""

import pytest

from router.ivr.appointments import minute_typed
from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.wake_up import WakeUp
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {
        "flow": "morning",
        "prompt": ("when",),
        "invalid_prompt": ("wrong",),
        "before_time": ("at",),
        "confirm_prompt": ("right",),
        "done_prompt": ("booked",),
        "cancelled_prompt": ("cancelled",),
        "next": "bye",
        "refused": "sorry",
        **changes,
    }
    ends: dict[str, Node] = {n: Hangup(prompt=(n,), weekend_wish=()) for n in ("bye", "sorry", "desk", "none")}
    return Asker({"wake": WakeUp(**spec), **ends}, person="desk")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("digits", "minute"), [("0730", 450), ("730", 450), ("0000", 0), ("2359", 1439), ("2400", None), ("1260", None)]
)
def test_a_time_is_typed_as_four_digits(digits: str, minute: int | None) -> None:
    assert minute_typed(digits) == minute


def test_the_time_is_said_back_confirmed_and_booked() -> None:
    caller = asker(fields={"room": "{trunk}"}).from_phone("1003")
    assert caller.begin() == ["says when"]
    said = caller.press("0730")[-1]
    assert said.startswith("says at words/")
    assert said.endswith(" right")
    assert caller.press("1")[-1] == "books wake_up phone:1003 morning 450 room=phone-1003"
    assert caller.replied("ok") == ["step wake booked", "says booked"]
    assert caller.played() == ["says bye"]


def test_a_caller_from_outside_is_rung_at_their_number() -> None:
    caller = asker()
    caller.begin()
    caller.press("0600")
    assert caller.press("1")[-1] == "books wake_up outside:+8613800000000 morning 360"
    assert caller.replied("refused") == ["step wake refused", "says sorry"]


def test_two_asks_for_another_time() -> None:
    caller = asker()
    caller.begin()
    caller.press("0600")
    assert caller.press("2")[-2:] == ["step wake another", "says when"]


def test_no_such_time_is_said_so() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("2500")[-2:] == ["step wake invalid", "says wrong when"]


def test_silence_comes_to_an_end() -> None:
    caller = asker(tries=2)
    caller.begin()
    caller.played()
    caller.timer("first_digit")
    caller.played()
    assert caller.timer("first_digit")[-1] == "says desk"


def test_nothing_is_booked_without_a_confirmation() -> None:
    caller = asker(tries=1)
    caller.begin()
    caller.press("0600")
    caller.played()
    assert caller.timer("first_digit")[-1] == "says desk"


def test_cancelling() -> None:
    caller = asker(action="cancel", missing="none").from_phone("1003")
    assert caller.begin() == ["cancels wake_up phone:1003"]
    assert caller.replied("ok", count="1") == ["step wake cancelled", "says cancelled"]
    other = asker(action="cancel", missing="none").from_phone("1003")
    other.begin()
    assert other.replied("missing") == ["step wake missing", "says none"]
