"""The callback node: the caller's number confirmed, another typed, none."""

from router.ivr.flow import Node
from router.ivr.nodes.callback import Callback
from router.ivr.nodes.hangup import Hangup
from support.asker import Asker


def asker(number: str = "+8613800000000", **changes: object) -> Asker:
    spec = {
        "queue": "enquiry",
        "confirm_prompt": ("yours",),
        "choices_prompt": ("choose",),
        "number_prompt": ("type",),
        "noted_prompt": ("noted",),
        "next": "bye",
        **changes,
    }
    ends: dict[str, Node] = {name: Hangup(prompt=(name,), weekend_wish=()) for name in ("bye", "desk")}
    return Asker({"back": Callback(**spec), **ends}, person="desk", caller=number)  # type: ignore[arg-type]


def test_the_callers_number_is_said_and_confirmed() -> None:
    caller = asker()
    said = caller.begin()[0]
    assert said.startswith("says yours words/")
    assert said.endswith("choose")
    assert caller.press("1") == ["quiet", "asks for callback +8613800000000 enquiry"]
    assert caller.replied("ok", callback="t.k1") == ["step back noted", "says noted"]
    assert caller.played() == ["says bye"]


def test_a_number_that_cannot_be_called_is_asked_for_again() -> None:
    caller = asker()
    caller.begin()
    caller.press("1")
    assert caller.replied("own_number") == ["step back refused", "says router/callback_bad_number type"]
    assert caller.press("13800000001#")[-1].startswith("says yours words/")


def test_a_limit_leads_to_a_person() -> None:
    caller = asker()
    caller.begin()
    caller.press("1")
    assert caller.replied("hour_limit") == ["step back limit", "says router/callback_limit"]
    assert caller.played() == ["says desk"]


def test_who_has_one_already_keeps_or_cancels_it() -> None:
    caller = asker()
    caller.begin()
    caller.press("1")
    assert caller.replied("open", callback="t.k1") == ["step back open", "says router/callback_open"]
    assert caller.press("2") == ["quiet", "cancels callback +8613800000000 enquiry"]
    assert caller.replied("ok") == ["step back cancelled", "says router/callback_cancelled"]
    kept = asker()
    kept.begin()
    kept.press("1")
    kept.replied("open", callback="t.k1")
    assert kept.press("1") == ["quiet", "step back kept", "says noted"]


def test_another_number_is_typed_and_confirmed_too() -> None:
    caller = asker()
    caller.begin()
    assert caller.press("2")[-1] == "says type"
    assert caller.press("95001#")[-1].startswith("says yours words/")
    assert "asks for callback 95001 enquiry" in caller.press("1")


def test_a_withheld_number_is_asked_for() -> None:
    assert asker("").begin() == ["says type"]


def test_silence_comes_to_an_end_without_a_callback() -> None:
    caller = asker(tries=1)
    told: list[str] = []
    caller.begin()
    for _ in range(2):
        caller.played()
        told += caller.timer("first_digit")
    assert told[-1] == "says desk"
    assert not [line for line in told if line.startswith("asks")]


def test_star_zero_leads_to_a_person_while_typing() -> None:
    caller = asker("")
    caller.begin()
    assert caller.press("1*0")[-1] == "says desk"
