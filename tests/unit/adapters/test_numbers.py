"""Numbers: one caller, however written; withheld is a value of its own."""

import pytest

from router.adapters.numbers import caller_from, plain_text, to_e164


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+8613800138000",
        "008613800138000",
        "8613800138000",
        "013800138000",
        "0086 138-0013-8000",
        "+86 (138) 0013 8000",
    ],
)
def test_one_caller_however_written(written: str) -> None:
    assert caller_from(written, "CN").number == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("02079460958", "GB", "+442079460958"),
        ("00442079460958", "CN", "+442079460958"),
        ("01082345678", "CN", "+861082345678"),
        ("12122345678", "US", "+12122345678"),
        ("2122345678", "US", "+12122345678"),
        ("4008001860", "cn", "+864008001860"),
    ],
)
def test_the_country_decides_how_a_number_is_read(written: str, country: str, number: str) -> None:
    assert to_e164(written, country) == number


@pytest.mark.parametrize("written", ["1001", "110", "12345", "", "sip-user", "+", "00", "9" * 40])
def test_what_is_no_number_stays_raw(written: str) -> None:
    caller = caller_from(written, "CN")
    assert caller.number is None
    assert not caller.withheld
    assert caller.raw == written


@pytest.mark.parametrize("presentation", ["prohib_not_screened", "prohib", "prohib_passed_screen", "unavailable"])
def test_a_withheld_number_is_not_kept_even_where_it_came_along(presentation: str) -> None:
    caller = caller_from("13800138000", "CN", presentation=presentation, name="Zhang")
    assert caller.withheld
    assert (caller.number, caller.name, caller.raw) == (None, "", "")


@pytest.mark.parametrize("word", ["anonymous", "Anonymous", "Restricted"])
def test_anonymous_is_withheld_whatever_the_presentation_says(word: str) -> None:
    assert caller_from(word, "CN", presentation="allowed_not_screened").withheld


def test_names_lose_control_characters_and_are_bounded() -> None:
    assert caller_from("1", "CN", name="Li\r\nX-Evil: 1\x00\u202e").name == "Li X-Evil: 1"
    assert len(caller_from("1", "CN", name="a" * 500).name) == 60
    assert plain_text("  a \t b ") == "a b"
