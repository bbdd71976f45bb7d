"""The words: both languages say the same things, with the same blanks, and spans as people write them."""

import string

import pytest

from router.core.localtime import LocalClock
from router.why import chinese, english
from router.why.phrases import Phrases

UTC = LocalClock(zone="UTC")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_and_blanks() -> None:
    assert english.TEXTS.keys() == chinese.TEXTS.keys()
    differ = {key for key, text in english.TEXTS.items() if blanks(text) != blanks(chinese.TEXTS[key])}
    assert not differ


def test_chinese_is_chinese() -> None:
    plain = {key for key, text in chinese.TEXTS.items() if text.isascii() and text.strip("{}").isalpha() is False}
    assert plain <= {"kind"}, plain


@pytest.mark.parametrize(
    ("ms", "english_text", "chinese_text"),
    [
        (0, "0.0 s", "0.0 秒"),
        (7, "7 ms", "7 毫秒"),
        (7_249, "7.2 s", "7.2 秒"),
        (59_960, "1 min 00 s", "1 分 00 秒"),
        (185_000, "3 min 05 s", "3 分 05 秒"),
        (3_599_700, "1 h 00 min", "1 小时 00 分"),
        (7_800_000, "2 h 10 min", "2 小时 10 分"),
    ],
)
def test_spans_carry_their_units(ms: int, english_text: str, chinese_text: str) -> None:
    assert Phrases("en", UTC).span(ms) == english_text
    assert Phrases("zh", UTC).span(ms) == chinese_text


def test_moments_are_on_the_sites_clock() -> None:
    shanghai = LocalClock(zone="Asia/Shanghai", offsets_ms=(8 * 3_600_000,))
    at = 1_790_000_000_000
    assert (Phrases("en", UTC).day(at), Phrases("en", UTC).time(at)) == ("2026-09-21", "14:13:20")
    assert Phrases("en", shanghai).time(at) == "22:13:20"


def test_counts_name_groups_only_where_there_are_several() -> None:
    words = Phrases("en", UTC)
    one = {"inbound": {"talking": 2, "paused:meal": 1}, "": {"skill": 1}}
    assert words.counts(one) == "2 talking, 1 paused (meal); 1 free without the skill"
    two = {"inbound": {"talking": 2}, "vip": {"wrap_up": 1}}
    assert words.counts(two) == "inbound: 2 talking; vip: 1 in wrap-up"
    assert words.counts({"inbound": {"levitating": 1}}) == "1 levitating"
