"""Asking for the language, each choice in its own."""

from router.ivr.nodes.choose_language import ChooseLanguage
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from support.caller import Caller


def caller(**keys: object) -> Caller:
    node = ChooseLanguage(prompt=("choose",), keys={"1": "zh", "2": "en", "3": "zh"}, next="bye", **keys)
    bye = Hangup(prompt=("bye",), weekend_wish=())
    return Caller({"ask": node, "bye": bye, "desk": Enqueue(queue="desk")}, languages=("en", "zh"), person="desk")


def test_each_language_says_its_own_invitation_once() -> None:
    assert caller().begin() == ["says zh:choose choose"]


def test_a_key_chooses() -> None:
    asked = caller()
    asked.begin()
    assert asked.press("1") == ["quiet", "step ask zh", "says zh:bye"]


def test_no_key_asks_again_and_then_keeps_the_language() -> None:
    asked = caller()
    asked.begin()
    assert asked.played() == ["timer first_digit 5000"]
    assert asked.timer("first_digit") == ["step ask no_key", "says zh:choose choose"]
    asked.played()
    assert asked.timer("first_digit") == ["step ask no_key", "says bye"]


def test_a_wrong_key_counts_as_a_try() -> None:
    asked = caller(tries=1, no_key="desk")
    asked.begin()
    assert asked.press("9")[-3:] == ["step ask invalid", "step desk done", "queue desk"]


def test_the_person_key_leads_to_a_person() -> None:
    asked = caller()
    asked.begin()
    assert asked.press("0")[-1] == "queue desk"
