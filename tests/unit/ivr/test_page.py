"""The page node: accepted, by nobody, nobody on call."""

from router.ivr.flow import Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.page import Page
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {
        "table": "night",
        "flow": "leak",
        "fields": {"who": "{caller}"},
        "accepted": "ok",
        "failed": "bad",
        **changes,
    }
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("ok", "bad", "empty", "desk")}
    return Asker({"page": Page(**spec), **ends}, person="desk")  # type: ignore[arg-type]


def test_the_caller_waits_with_music_until_somebody_accepts() -> None:
    caller = asker()
    assert caller.begin()[0] == "pages night leak who=+8613800000000"
    assert caller.timer("company") == ["PlayMusic"]
    assert caller.replied("ok", by="1003")[-1] == "says ok"
    assert caller.session.variables == {"accepted_by": "1003"}


def test_nobody_accepts_or_nobody_is_there() -> None:
    for status, said in (("failed", "bad"), ("missing", "empty")):
        caller = asker(nobody="empty")
        caller.begin()
        assert caller.replied(status)[-1] == f"says {said}"


def test_without_wait_the_caller_goes_on_at_once() -> None:
    assert asker(wait=False).begin()[1:] == ["step page done", "Withdraw", "says ok"]
