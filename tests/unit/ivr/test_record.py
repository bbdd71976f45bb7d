"""The record node: announced, with consent, refused, off."""

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.record import Record
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {"announce": ("told",), "consent_prompt": ("may_we",), "next": "on", **changes}
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("on", "no")}
    return Asker({"rec": Record(**spec), **ends})  # type: ignore[arg-type]


def test_it_is_announced_and_cannot_be_skipped() -> None:
    caller = asker()
    assert caller.begin() == ["says told"]
    assert caller.press("1") == []
    assert caller.played() == ["step rec announced", "record on announced", "says on"]


def test_with_consent_one_agrees() -> None:
    caller = asker(consent=True)
    assert caller.begin() == ["says may_we"]
    assert caller.press("1") == ["quiet", "step rec agreed", "record on given", "says on"]


def test_any_other_key_or_none_is_a_no() -> None:
    for answer in ("2", "7", ""):
        caller = asker(consent=True, refused="no")
        caller.begin()
        caller.played()
        told = caller.press(answer) if answer else caller.timer("first_digit")
        assert told[-3:] == ["step rec refused", "record off", "says no"]


def test_it_can_be_turned_off() -> None:
    assert asker(on=False).begin() == ["step rec off", "record off", "says on"]
