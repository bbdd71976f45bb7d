"""Greetings and farewells by calendar and caller."""

import pytest

from router.core.calendar import Calendar, Hours
from router.core.localtime import LocalTime
from router.ivr.moments import Part
from router.ivr.nodes.greeting import Greeting
from router.ivr.nodes.hangup import Hangup
from support.caller import SATURDAY_NOON, Caller

FEAST = Calendar(name="office", week=(Hours(),) * 7, days={SATURDAY_NOON.day: Hours(holiday="Feast")})
PARTS = (
    Part(call_class="vip", prompt=("dear_vip",)),
    Part(when="customer.name != ''", prompt=("dear_customer",)),
    Part(holiday="office", prompt=("happy_feast",)),
    Part(begins=0, until=720, prompt=("good_morning",)),
)


def greeted(parts: tuple[Part, ...] = PARTS, *, variables: dict[str, int | str] | None = None, **more: object) -> str:
    nodes = {"hi": Greeting(parts=parts, next="bye"), "bye": Hangup(prompt=("bye",))}
    asked = Caller(nodes, **more)  # type: ignore[arg-type]
    asked.session.variables.update(variables or {})
    return asked.begin()[0]


def test_the_first_part_that_fits_is_said() -> None:
    assert greeted(classes=("standard", "vip"), hours={"office": FEAST}) == "says dear_vip"
    assert greeted(variables={"customer.name": "Wang"}, hours={"office": FEAST}) == "says dear_customer"
    assert greeted(hours={"office": FEAST}) == "says happy_feast"
    assert greeted(at=LocalTime(day=1, weekday=0, minute=719), hours={"office": FEAST}) == "says good_morning"
    assert greeted() == "says hello"


def test_all_that_a_part_asks_for_must_fit() -> None:
    part = Part(begins=0, until=720, call_class="vip", prompt=("vip_morning",))
    assert greeted((part,), classes=("vip",), at=LocalTime(day=1, weekday=0, minute=60)) == "says vip_morning"
    assert greeted((part,), classes=("vip",)) == "says hello"
    assert greeted((part,), at=LocalTime(day=1, weekday=0, minute=60)) == "says hello"


def test_a_condition_that_cannot_be_worked_out_does_not_hold() -> None:
    assert greeted((Part(when="customer.age > 60", prompt=("dear_elder",)),)) == "says hello"


@pytest.mark.parametrize(
    ("weekday", "minute", "said"),
    [
        (4, 719, "says bye"),
        (4, 720, "says router/nice_weekend bye"),
        (6, 1439, "says router/nice_weekend bye"),
        (0, 0, "says bye"),
    ],
)
def test_the_farewell_has_a_weekend_wish(weekday: int, minute: int, said: str) -> None:
    at = LocalTime(day=1, weekday=weekday, minute=minute)
    assert Caller({"bye": Hangup(prompt=("bye",))}, at=at).begin() == [said]
    assert Caller({"bye": Hangup(prompt=("bye",), weekend_wish=())}, at=at).begin() == ["says bye"]


def test_the_farewell_has_a_holiday_wish_rather_than_a_weekend_wish() -> None:
    bye = Hangup(prompt=("bye",), hours="office")
    assert Caller({"bye": bye}, hours={"office": FEAST}).begin() == ["says router/happy_holiday bye"]
    ordinary = Calendar(name="office", week=(Hours(),) * 7)
    assert Caller({"bye": bye}, hours={"office": ordinary}).begin() == ["says router/nice_weekend bye"]


def test_farewells_of_their_own_come_without_a_wish() -> None:
    bye = Hangup(prompt=("bye",), parts=(Part(call_class="vip", prompt=("farewell_vip",)),))
    assert Caller({"bye": bye}, classes=("vip",)).begin() == ["says farewell_vip"]
    assert Caller({"bye": bye}).begin() == ["says router/nice_weekend bye"]
