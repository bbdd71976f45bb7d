"""Giving a call its type."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.tag import Tag
from support.caller import Caller


def test_a_call_gets_its_type_and_goes_on() -> None:
    asked = Caller({"tag": Tag(tag="bill", next="bye"), "bye": Hangup(prompt=("bye",), weekend_wish=())})
    assert asked.begin() == ["tag bill", "step tag done", "says bye"]
