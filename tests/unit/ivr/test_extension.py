"""The extension node: the number, wrong numbers, and every reason why it came to nothing."""

from router.ivr.flow import Node
from router.ivr.nodes.extension import Extension
from router.ivr.nodes.hangup import Hangup
from support.asker import Asker


def asker(**changes: object) -> Asker:
    spec = {"prompt": ("which",), "missing_prompt": ("none",), "digits": 3, "do_not_disturb": "later", **changes}
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("desk", "later", "quiet")}
    return Asker({"ask": Extension(**spec), **ends}, person="desk")  # type: ignore[arg-type]


def test_as_many_digits_as_an_extension_has_ring_it() -> None:
    caller = asker()
    assert caller.begin() == ["says which"]
    assert caller.press("301")[-1] == "transfers to extension 301"


def test_hash_ends_a_shorter_one() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("9#")[-1] == "transfers to extension 9"


def test_a_prompt_may_be_said_before_it_rings() -> None:
    caller = asker(connecting_prompt=("moment",))
    caller.begin()
    assert caller.press("301")[-1] == "says moment"
    assert caller.played() == ["transfers to extension 301"]


def test_a_number_that_is_none_is_asked_for_again() -> None:
    caller = asker(tries=2)
    caller.begin()
    caller.press("999")
    assert caller.replied("missing") == ["step ask missing", "says none which"]
    caller.press("998")
    assert caller.replied("missing") == ["step ask missing", "says desk"]


def test_do_not_disturb_leads_where_the_node_says() -> None:
    caller = asker()
    caller.begin()
    caller.press("301")
    assert caller.replied("do_not_disturb")[-1] == "says later"


def test_no_key_is_asked_again_and_leads_on_at_last() -> None:
    caller = asker(tries=2, no_key="quiet")
    caller.begin()
    caller.played()
    assert caller.timer("first_digit") == ["step ask no_key", "says which"]
    caller.played()
    assert caller.timer("first_digit")[-1] == "says quiet"


def test_zero_is_a_digit_and_star_zero_a_person() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("0") == ["quiet", "timer inter_digit 3000"]
    assert caller.press("*0")[-1] == "says desk"


def test_while_it_rings_the_person_key_leads_to_a_person() -> None:
    caller = asker()
    caller.begin()
    caller.press("301")
    assert caller.press("0") == ["step ask 0", "Withdraw", "says desk"]
