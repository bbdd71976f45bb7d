"""The survey node: a score, a wrong key, no answer."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.survey import Survey
from support.asker import Asker


def asker() -> Asker:
    node = Survey(prompt=("how",), thanks_prompt=("thanks",), next="bye")
    return Asker({"ask": node, "bye": Hangup(prompt=("bye",), weekend_wish=())})


def test_a_score_is_noted_and_kept() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("5") == ["quiet", "step ask 5", "score satisfaction 5", "says thanks"]
    assert caller.session.variables == {"satisfaction": 5}
    assert caller.press("1") == []
    assert caller.played() == ["says bye"]


def test_a_key_that_is_no_score_is_said_so_and_nothing_is_noted() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("9") == ["quiet", "step ask invalid", "says router/invalid_key how"]
    assert caller.press("0") == ["quiet", "step ask invalid", "says bye"]


def test_no_answer_is_no_score() -> None:
    caller = asker()
    caller.begin()
    for _ in range(2):
        caller.played()
        told = caller.timer("first_digit")
    assert told == ["step ask no_key", "says bye"]
    assert caller.session.variables == {}
