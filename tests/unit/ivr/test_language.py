"""Changing the caller's language: by the flow, by what is known of the customer."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.language import Language
from support.caller import Caller

BYE = Hangup(prompt=("bye",), weekend_wish=())
SORRY = Hangup(prompt=("sorry",), weekend_wish=())


def caller(node: Language, **variables: int | str) -> Caller:
    return Caller({"set": node, "bye": BYE, "sorry": SORRY}, languages=("en", "zh", "zh-yue"), **variables)


def test_a_fixed_language() -> None:
    asked = caller(Language(language="zh", next="bye"))
    assert asked.begin() == ["step set zh", "says zh:bye"]
    assert asked.session.language == "zh"


def test_the_customers_language() -> None:
    asked = caller(Language(value="spoken", next="bye"), spoken="zh-yue")
    assert asked.begin() == ["step set zh-yue", "says zh-yue:bye"]


def test_a_language_nobody_speaks_here_changes_nothing() -> None:
    assert caller(Language(value="spoken", next="bye", otherwise="sorry"), spoken="fr").begin() == [
        "step set failed",
        "says sorry",
    ]
    assert caller(Language(value="missing", next="bye")).begin() == ["step set failed", "says bye"]
    assert caller(Language(value="1 / 0", next="bye")).begin() == ["step set failed", "says bye"]
