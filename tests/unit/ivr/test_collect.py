"""Collecting digits: lengths, time-outs, corrections, checks, reading back, secrets, and the way to a person."""

import msgspec
import pytest

from router.ivr.nodes.collect import Collect
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.session import shown
from support.caller import Caller

DESK = Enqueue(queue="desk")


def caller(person: str = "desk", **keys: object) -> Caller:
    collect = Collect(prompt=("account?",), variable="account", next="bye", **keys)
    return Caller({"ask": collect, "bye": Hangup(prompt=("bye",), weekend_wish=()), "desk": DESK}, person=person)


def listening(person: str = "desk", **keys: object) -> Caller:
    asked = caller(person, **keys)
    asked.begin()
    asked.played()
    return asked


def test_the_prompt_says_how_to_reach_a_person_where_there_is_one() -> None:
    assert caller().begin() == ["says account? router/person_while_typing"]
    assert caller(person="").begin() == ["says account?"]


def test_the_terminator_ends_the_number() -> None:
    asked = listening()
    told = asked.press("1234#")
    assert told[-3:] == ["no timer overall", "step ask 1234", "says bye"]
    assert asked.session.variables == {"account": "1234"}
    assert asked.session.timers == ()


def test_the_greatest_length_ends_the_number_by_itself() -> None:
    assert listening(max_length=3).press("123")[-2:] == ["step ask 123", "says bye"]


def test_without_a_terminator_the_hash_key_is_nothing() -> None:
    asked = listening(terminator="none", max_length=4)
    assert "says bye" not in asked.press("12#")
    assert asked.timer("inter_digit")[-2:] == ["step ask 12", "says bye"]


def test_time_between_digits_ends_a_number_long_enough() -> None:
    asked = listening(min_length=2)
    asked.press("12")
    assert asked.timer("inter_digit")[-2:] == ["step ask 12", "says bye"]


def test_too_short_is_invalid_and_asked_again() -> None:
    asked = listening(min_length=4)
    assert asked.press("12#")[-2:] == ["step ask invalid", "says router/invalid_number account?"]
    asked.played()
    assert asked.press("1234#")[-2:] == ["step ask 1234", "says bye"]


def test_the_overall_time_ends_it_too() -> None:
    asked = listening(overall=10_000, min_length=2)
    assert asked.press("1") == ["timer overall 10000", "no timer first_digit", "timer inter_digit 4000"]
    assert asked.press("2") == ["no timer inter_digit", "timer inter_digit 4000"]
    told = asked.timer("overall")
    assert told == ["no timer inter_digit", "step ask 12", "says bye"]


def test_nothing_typed_is_asked_again_and_then_leads_to_a_person() -> None:
    asked = caller(tries=2)
    asked.begin()
    assert asked.played() == ["timer first_digit 7000"]
    assert asked.timer("first_digit") == ["step ask no_key", "says account?"]
    asked.played()
    assert asked.timer("first_digit") == ["step ask no_key", "step desk done", "queue desk"]


def test_targets_of_their_own_for_nothing_and_for_wrong() -> None:
    asked = listening(tries=1, no_key="bye")
    assert asked.timer("first_digit")[-1] == "says bye"
    asked = listening(tries=1, min_length=3, invalid="bye")
    assert asked.press("1#")[-1] == "says bye"


def test_digits_never_lead_to_the_person_but_star_and_the_person_key_do() -> None:
    asked = listening()
    assert "queue desk" not in asked.press("000")
    assert asked.press("*0")[-3:] == ["step ask person", "step desk done", "queue desk"]


def test_star_takes_back_what_was_typed() -> None:
    asked = listening()
    asked.press("12*34#")
    assert asked.session.variables["account"] == "34"


def test_star_and_zero_are_a_correction_where_there_is_no_person() -> None:
    asked = listening(person="")
    asked.press("12*034#")
    assert asked.session.variables["account"] == "034"


def test_the_first_digit_may_be_typed_into_the_prompt() -> None:
    asked = caller()
    asked.begin()
    assert asked.press("1")[0] == "timer overall 60000"
    assert asked.press("2#")[-1] == "says bye"


def test_without_barge_in_keys_in_the_prompt_are_not_heard() -> None:
    asked = caller(barge_in=False)
    asked.begin()
    assert asked.press("12#*0") == []
    asked.played()
    assert asked.press("7#")[-2:] == ["step ask 7", "says bye"]


def test_an_empty_number_where_it_may_be_left_out() -> None:
    asked = listening(min_length=0)
    assert asked.press("#")[-2:] == ["step ask empty", "says bye"]
    assert asked.session.variables == {"account": ""}


@pytest.mark.parametrize(("typed", "result"), [("13912345678", "13912345678"), ("23912345678", "invalid")])
def test_a_check_has_to_hold(typed: str, result: str) -> None:
    asked = listening(check="len(value) == 11 and starts_with(value, '1')")
    assert f"step ask {result}" in asked.press(f"{typed}#")


def test_a_check_that_cannot_be_worked_out_is_noted_and_asked_again() -> None:
    asked = listening(check="value / 0 > 1")
    assert "step ask failed" in asked.press("1#")


def test_reading_back_is_confirmed() -> None:
    asked = listening(read_back=True)
    assert asked.press("10#")[-1] == "says router/you_typed words/1 words/0 router/confirm_typed"
    assert asked.played() == ["timer first_digit 7000"]
    assert asked.session.variables == {}
    assert asked.press("1")[-2:] == ["step ask 10", "says bye"]
    assert asked.session.variables == {"account": "10"}


def test_reading_back_and_typing_again() -> None:
    asked = listening(read_back=True)
    asked.press("10#")
    assert asked.press("2") == ["quiet", "step ask again", "says account?"]
    asked.played()
    asked.press("11#")
    assert asked.press("1")[-1] == "says bye"
    assert asked.session.variables == {"account": "11"}


def test_reading_back_other_keys_and_silence_say_it_again_up_to_the_tries() -> None:
    asked = listening(read_back=True, tries=3)
    back = asked.press("10#")[-1]
    assert asked.press("9") == ["quiet", "step ask no_confirmation", back]
    asked.played()
    assert asked.timer("first_digit") == ["step ask no_key", back]
    assert asked.press("9")[-1] == "queue desk"


def test_the_person_key_leads_to_a_person_while_confirming() -> None:
    asked = listening(read_back=True)
    asked.press("10#")
    assert asked.press("0") == ["step ask 0", "quiet", "step desk done", "queue desk"]


def test_own_keys_to_confirm() -> None:
    asked = listening(read_back=True, confirm_key="#", again_key="*")
    asked.press("10#")
    assert asked.press("#")[-1] == "says bye"


def test_a_number_read_back_as_a_date_must_be_one() -> None:
    asked = listening(read_back=True, read_back_as="short_date", min_length=8, max_length=8)
    assert asked.press("20260230")[-2:] == ["step ask invalid", "says router/invalid_number account?"]
    asked.played()
    assert asked.press("20260228")[-1].startswith("says router/you_typed words/the words/20 words/8-th words/of")


def test_a_secret_number_is_nowhere() -> None:
    asked = listening(secret=True, read_back=True, max_length=6)
    told = asked.press("864213")
    assert told[-2:] == ["step ask ***", "says bye"]
    assert "864213" not in " ".join(told)
    assert asked.session.variables == {"account": "864213"}
    assert asked.session.secrets == ("account",)
    assert shown(asked.session) == {"account": "***"}


def test_a_secret_becomes_an_open_number_when_it_is_asked_openly_again() -> None:
    asked = listening(secret=True, max_length=2)
    asked.press("12")
    asked.session.node, asked.session.memory = "", {}
    asked.script.flows["main"].nodes["ask"] = Collect(prompt=("a",), variable="account", next="bye", max_length=2)
    asked.begin()
    asked.press("34")
    assert asked.session.secrets == ()


def test_a_flood_of_keys_ends_the_tries_and_reaches_a_person() -> None:
    asked = listening(max_length=40, min_length=40, tries=2)
    told = asked.press("7" * 39)
    assert not [text for text in told if text.startswith("step")]
    asked = listening(max_length=4, check="no", tries=2)
    assert asked.press("7777" * 2)[-1] == "queue desk"


def test_a_snapshot_in_the_middle_changes_nothing() -> None:
    asked = listening(read_back=True)
    asked.press("10")
    asked.session = msgspec.json.decode(msgspec.json.encode(asked.session), type=type(asked.session))
    assert asked.press("#")[-1] == "says router/you_typed words/1 words/0 router/confirm_typed"
