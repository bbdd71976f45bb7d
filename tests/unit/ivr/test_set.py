"""Setting variables: in order, all or none, and what is made of a secret stays one."""

from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.set import Set
from router.ivr.session import shown
from support.caller import Caller

BYE = Hangup(prompt=("bye",), weekend_wish=())
SORRY = Hangup(prompt=("sorry",), weekend_wish=())


def caller(values: dict[str, str], otherwise: str = "sorry", **variables: int | str) -> Caller:
    nodes = {"set": Set(values=values, next="bye", otherwise=otherwise), "bye": BYE, "sorry": SORRY}
    return Caller(nodes, **variables)


def test_each_expression_sees_those_above_it() -> None:
    asked = caller({"a": "1 + 1", "b": "a * 2", "customer.vip": "b > 3"})
    assert asked.begin() == ["step set done", "says bye"]
    assert asked.session.variables == {"a": 2, "b": 4, "customer.vip": "yes"}


def test_counting_up() -> None:
    asked = caller({"tries": "tries + 1 if tries else 1"})
    asked.begin()
    assert asked.session.variables == {"tries": 1}
    asked.begin()
    assert asked.session.variables == {"tries": 2}


def test_where_one_fails_none_is_set() -> None:
    asked = caller({"a": "1", "b": "a / 0"})
    assert asked.begin() == ["step set failed", "says sorry"]
    assert asked.session.variables == {}
    assert caller({"a": "1 / 0"}, otherwise="").begin() == ["step set failed", "says bye"]


def test_what_is_made_of_a_secret_is_secret() -> None:
    asked = caller({"shown": "account", "hidden": "pin + '0'"}, account="7", pin="1234")
    asked.session.secrets = ("pin",)
    asked.begin()
    assert shown(asked.session) == {"account": "7", "shown": "7", "hidden": "***", "pin": "***"}


def test_a_secret_through_a_second_variable_is_still_one() -> None:
    asked = caller({"a": "pin", "b": "a + 'x'"}, pin="1234")
    asked.session.secrets = ("pin",)
    asked.begin()
    assert set(asked.session.secrets) == {"pin", "a", "b"}


def test_names_of_the_call_and_the_moment() -> None:
    asked = caller({"who": "last(caller, 4)", "today": "now.date", "at": "now.time", "day": "now.weekday"})
    asked.begin()
    assert asked.session.variables == {"who": "0000", "today": "2026-11-21", "at": "12:00", "day": 6}
    asked = caller({"all": "did + trunk + language + flow + withheld + diverted_from"})
    asked.begin()
    assert asked.session.variables == {"all": "4001860localenmainno"}
