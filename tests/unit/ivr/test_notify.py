"""The notify node: on at once, or when it is delivered; secrets stay at home."""

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.notify import Notify
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {"service": "sms", "fields": {"text": "{caller} {pin}"}, "next": "on", **changes}
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("on", "down", "desk")}
    caller = Asker({"tell": Notify(**spec), **ends}, person="desk")  # type: ignore[arg-type]
    caller.session.variables, caller.session.secrets = {"pin": "123456"}, ("pin",)
    return caller


def test_the_caller_goes_on_at_once_and_a_secret_is_masked() -> None:
    told = asker().begin()
    assert told == ["notifies sms text=+8613800000000 ***", "step tell done", "Withdraw", "says on"]


def test_with_wait_the_answer_decides() -> None:
    caller = asker(wait=True, failed="down")
    caller.begin()
    assert caller.replied("ok")[-2:] == ["step tell sent", "says on"]
    other = asker(wait=True, failed="down")
    other.begin()
    assert other.replied("failed")[-2:] == ["step tell failed", "says down"]


def test_without_a_way_for_failure_the_caller_goes_on() -> None:
    caller = asker(wait=True)
    caller.begin()
    assert caller.replied("failed")[-1] == "says on"
