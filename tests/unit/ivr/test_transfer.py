"""The transfer node: each kind of target, and each reason why it came to nothing."""

import pytest

from router.ivr.flow import Flow, Node
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.play import Play
from router.ivr.nodes.transfer import Transfer
from support.asker import Asker

ENDS = ("busy", "silent", "shut", "rest", "desk")


def asker(**spec: object) -> Asker:
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ENDS}
    other = Flow(name="other", start="hi", nodes={"hi": Play(prompt=("hi",), next="hi")})
    caller = Asker({"go": Transfer(**spec), **ends}, person="desk")  # type: ignore[arg-type]
    caller.script.flows["other"] = other
    return caller


@pytest.mark.parametrize(
    ("spec", "asked"),
    [
        ({"extension": "301"}, "transfers to extension 301"),
        ({"phone": "1003"}, "transfers to phone 1003"),
        ({"number": "95 001"}, "transfers to outside 95001"),
        ({"number": "{their}"}, "transfers to outside +86755"),
    ],
)
def test_it_asks_for_its_target(spec: dict[str, str], asked: str) -> None:
    caller = asker(**spec)
    caller.session.variables = {"their": "+86 755"}
    assert caller.begin() == [asked]


def test_a_prompt_is_said_before() -> None:
    caller = asker(extension="301", prompt=("moment",))
    assert caller.begin() == ["says moment"]
    assert caller.played() == ["transfers to extension 301"]


def test_a_queue_is_entered_and_gives_back_to_otherwise() -> None:
    assert asker(queue="enquiry").begin() == ["step go done", "queue enquiry"]


def test_another_flow_is_entered_for_good() -> None:
    caller = asker(flow="other")
    assert caller.begin() == ["step go done", "says hi"]
    assert (caller.session.flow, caller.session.stack) == ("other", ())


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("busy", "busy"),
        ("rejected", "busy"),
        ("no_answer", "silent"),
        ("forwarded", "silent"),
        ("closed", "shut"),
        ("do_not_disturb", "rest"),
        ("unreachable", "rest"),
        ("refused", "rest"),
        ("missing", "rest"),
        ("unheard of", "rest"),
    ],
)
def test_each_reason_has_its_way(status: str, said: str) -> None:
    caller = asker(extension="301", busy="busy", no_answer="silent", closed="shut", otherwise="rest")
    caller.begin()
    assert caller.replied(status)[-1] == f"says {said}"


def test_without_a_way_the_caller_comes_to_a_person() -> None:
    caller = asker(extension="301")
    caller.begin()
    assert caller.replied("busy") == ["step go busy", "says desk"]


def test_the_person_key_leads_away_while_it_rings() -> None:
    caller = asker(extension="301")
    caller.begin()
    assert caller.press("0") == ["step go 0", "Withdraw", "says desk"]
