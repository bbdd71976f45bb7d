"""The silent line: greet, wait, greet again, wait, say so, wait, hang up."""

from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.silent_line import SilentLine
from support.caller import Caller

PAUSE = ["timer pause 5000"]


def caller(**keys: object) -> Caller:
    nodes = {
        "silent": SilentLine(prompt=("hello?",), farewell=("nobody",), **keys),
        "bye": Hangup(prompt=("bye",), weekend_wish=()),
        "desk": Enqueue(queue="desk"),
    }
    return Caller(nodes, person="desk")


def test_the_whole_procedure() -> None:
    asked = caller()
    assert asked.begin() == ["says hello?"]
    assert asked.played() == PAUSE
    assert asked.timer("pause") == ["says hello?"]
    assert asked.played() == PAUSE
    assert asked.timer("pause") == ["says nobody"]
    assert asked.played() == PAUSE
    assert asked.timer("pause") == ["step silent silent", "end self_served silent_line"]


def test_a_key_leads_to_a_person_at_any_time() -> None:
    asked = caller()
    asked.begin()
    assert asked.press("5") == ["step silent key", "quiet", "step desk done", "queue desk"]
    asked = caller(next="bye")
    asked.begin()
    asked.played()
    assert asked.press("5") == ["step silent key", "no timer pause", "says bye"]
