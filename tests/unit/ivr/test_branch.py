"""Branching on conditions."""

from router.ivr.nodes.branch import Branch, Case
from router.ivr.nodes.hangup import Hangup
from router.ivr.session import QueueView
from support.caller import Caller

BRANCH = Branch(
    cases=(
        Case(when="customer.vip == yes", next="vip"),
        Case(when="queue('desk').waiting > 2", next="busy"),
        Case(when="account > 100", next="big"),
    ),
    otherwise="plain",
)


def led_to(waiting: int = 0, **variables: int | str) -> list[str]:
    ends = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("vip", "busy", "big", "plain")}
    queues = {"desk": QueueView(waiting=waiting)}
    asked = Caller({"which": BRANCH, **ends}, queues=queues)
    asked.session.variables.update({"account": "7", **variables})
    return asked.begin()


def test_the_first_case_that_holds_is_followed() -> None:
    assert led_to(9, **{"customer.vip": "yes"}) == ["step which 1", "says vip"]
    assert led_to(3) == ["step which 2", "says busy"]
    assert led_to(account=101) == ["step which 3", "says big"]


def test_otherwise() -> None:
    assert led_to() == ["step which otherwise", "says plain"]


def test_what_cannot_be_worked_out_is_noted_and_goes_otherwise() -> None:
    assert led_to(account="none") == ["step which failed", "says plain"]


def test_a_condition_after_the_one_that_holds_is_not_looked_at() -> None:
    assert led_to(3, account="none") == ["step which 2", "says busy"]


def test_a_queue_that_is_gone_fails() -> None:
    asked = Caller({"which": BRANCH, "plain": Hangup(prompt=("plain",), weekend_wish=())})
    assert asked.begin() == ["step which failed", "says plain"]


def test_a_callers_class() -> None:
    nodes = {
        "which": Branch(cases=(Case(when="is_class('vip')", next="vip"),), otherwise="plain"),
        "vip": Hangup(prompt=("vip",), weekend_wish=()),
        "plain": Hangup(prompt=("plain",), weekend_wish=()),
    }
    assert Caller(nodes, classes=("vip",)).begin()[-1] == "says vip"
    assert Caller(nodes).begin()[-1] == "says plain"
