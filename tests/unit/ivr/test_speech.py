"""How values are said: tables of value and words, in English and Mandarin, and every word has its prompt."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from router.ivr.speech import FORMS, GRAMMARS, MINOR_DIGITS, Unspeakable, grammar_for, prompts_of, speak, speak_between

PROMPTS = Path(__file__).resolve().parents[3] / "prompts"
TEXTS = {
    language: yaml.safe_load((PROMPTS / language / "words.yaml").read_text(encoding="utf-8")) for language in GRAMMARS
}


def english(value: int | str, form: str = "number", currency: str = "CNY") -> str:
    return " ".join(str(TEXTS["en"][name]) for name in speak(value, form, "en", currency))


def mandarin(value: int | str, form: str = "number", currency: str = "CNY") -> str:
    return "".join(str(TEXTS["zh"][name]) for name in speak(value, form, "zh", currency))


NUMBERS = [
    (0, "zero", "零"),
    (1, "one", "一"),
    (2, "two", "二"),
    (10, "ten", "十"),
    (11, "eleven", "十一"),
    (12, "twelve", "十二"),
    (19, "nineteen", "十九"),
    (20, "twenty", "二十"),
    (21, "twenty one", "二十一"),
    (99, "ninety nine", "九十九"),
    (100, "one hundred", "一百"),
    (101, "one hundred and one", "一百零一"),
    (110, "one hundred and ten", "一百一十"),
    (115, "one hundred and fifteen", "一百一十五"),
    (200, "two hundred", "二百"),
    (222, "two hundred and twenty two", "二百二十二"),
    (1000, "one thousand", "一千"),
    (1001, "one thousand and one", "一千零一"),
    (1010, "one thousand and ten", "一千零一十"),
    (1100, "one thousand one hundred", "一千一百"),
    (2000, "two thousand", "两千"),
    (2002, "two thousand and two", "两千零二"),
    (2200, "two thousand two hundred", "两千二百"),
    (10_000, "ten thousand", "一万"),
    (10_010, "ten thousand and ten", "一万零一十"),
    (10_500, "ten thousand five hundred", "一万零五百"),
    (12_000, "twelve thousand", "一万二千"),
    (20_000, "twenty thousand", "两万"),
    (22_000, "twenty two thousand", "两万二千"),
    (100_000, "one hundred thousand", "十万"),
    (100_100, "one hundred thousand one hundred", "十万零一百"),
    (105_000, "one hundred and five thousand", "十万五千"),
    (150_000, "one hundred and fifty thousand", "十五万"),
    (1_005_000, "one million five thousand", "一百万五千"),
    (1_050_000, "one million fifty thousand", "一百零五万"),
    (10_000_500, "ten million five hundred", "一千万零五百"),
    (100_000_000, "one hundred million", "一亿"),
    (100_000_001, "one hundred million and one", "一亿零一"),
    (100_010_000, "one hundred million ten thousand", "一亿零一万"),
    (200_000_000, "two hundred million", "两亿"),
    (1_001_000_100, "one billion one million one hundred", "十亿零一百万零一百"),
    (10**12, "one trillion", "一万亿"),
    (-5, "minus five", "负五"),
    ("3.14", "three point one four", "三点一四"),
    ("0.5", "zero point five", "零点五"),
    ("-0.05", "minus zero point zero five", "负零点零五"),
    ("2.50", "two point five zero", "二点五零"),
    ("007", "seven", "七"),
]


@pytest.mark.parametrize(("value", "en", "zh"), NUMBERS, ids=[str(row[0]) for row in NUMBERS])
def test_numbers(value: int | str, en: str, zh: str) -> None:
    assert (english(value), mandarin(value)) == (en, zh)


DIGITS = [
    ("1001", "one zero zero one", "幺零零幺"),
    ("+86 138-0000", "plus eight six one three eight zero zero zero zero", "加八六幺三八零零零零"),
    ("(0755) 12", "zero seven five five one two", "零七五五幺二"),
    ("*9#", "star nine hash", "星号九井号"),
    (22, "two two", "二二"),
]


@pytest.mark.parametrize(("value", "en", "zh"), DIGITS)
def test_digits_one_by_one(value: int | str, en: str, zh: str) -> None:
    assert (english(value, "digits"), mandarin(value, "digits")) == (en, zh)


MONEY = [
    ("0", "CNY", "zero yuan", "零元"),
    ("1", "CNY", "one yuan", "一元"),
    ("2", "CNY", "two yuan", "两元"),
    ("12.50", "CNY", "twelve yuan and fifty fen", "十二元五角"),
    ("12.05", "CNY", "twelve yuan and five fen", "十二元零五分"),
    ("12.55", "CNY", "twelve yuan and fifty five fen", "十二元五角五分"),
    ("0.2", "CNY", "twenty fen", "两角"),
    ("0.02", "CNY", "two fen", "两分"),
    ("2.22", "CNY", "two yuan and twenty two fen", "两元二角二分"),
    ("100", "CNY", "one hundred yuan", "一百元"),
    ("2000", "CNY", "two thousand yuan", "两千元"),
    ("-3.5", "CNY", "minus three yuan and fifty fen", "负三元五角"),
    ("-0.004", "CNY", "zero yuan", "零元"),
    ("12.345", "CNY", "twelve yuan and thirty five fen", "十二元三角五分"),
    ("1", "USD", "one dollar", "一美元"),
    ("2.01", "USD", "two dollars and one cent", "两美元一美分"),
    ("0.02", "USD", "two cents", "两美分"),
    ("2.50", "EUR", "two euros and fifty cents", "两欧元五十欧分"),
    ("1.01", "GBP", "one pound and one penny", "一英镑一便士"),
    ("3.02", "GBP", "three pounds and two pence", "三英镑二便士"),
    ("5.5", "HKD", "five hong kong dollars and fifty cents", "五港元五角"),
    ("1999.6", "JPY", "two thousand yen", "两千日元"),
]


@pytest.mark.parametrize(("value", "currency", "en", "zh"), MONEY)
def test_money(value: str, currency: str, en: str, zh: str) -> None:
    assert (english(value, "money", currency), mandarin(value, "money", currency)) == (en, zh)


DATES = [
    ("2026-11-21", "the twenty first of November twenty twenty six", "二零二六年十一月二十一日"),
    ("2028-02-29", "the twenty ninth of February twenty twenty eight", "二零二八年二月二十九日"),
    ("2000-01-01", "the first of January two thousand", "二零零零年一月一日"),
    ("2008-08-08", "the eighth of August two thousand and eight", "二零零八年八月八日"),
    ("1905-10-10", "the tenth of October nineteen oh five", "一九零五年十月十日"),
    ("1900-12-31", "the thirty first of December nineteen hundred", "一九零零年十二月三十一日"),
    ("20101203", "the third of December twenty ten", "二零一零年十二月三日"),
    ("2026-05-20T08:30:00", "the twentieth of May twenty twenty six", "二零二六年五月二十日"),
]


@pytest.mark.parametrize(("value", "en", "zh"), DATES)
def test_dates(value: str, en: str, zh: str) -> None:
    assert (english(value, "date"), mandarin(value, "date")) == (en, zh)


def test_a_date_without_its_year() -> None:
    assert english("2026-11-21", "short_date") == "the twenty first of November"
    assert mandarin("2026-11-21", "short_date") == "十一月二十一日"


WEEKDAYS = [(1, "Monday", "星期一"), ("7", "Sunday", "星期日"), ("2026-11-21", "Saturday", "星期六")]


@pytest.mark.parametrize(("value", "en", "zh"), WEEKDAYS)
def test_weekdays(value: int | str, en: str, zh: str) -> None:
    assert (english(value, "weekday"), mandarin(value, "weekday")) == (en, zh)


TIMES = [
    ("00:00", "twelve midnight", "凌晨零点"),
    ("00:05", "twelve oh five a.m.", "凌晨零点零五分"),
    ("2:00", "two o'clock a.m.", "凌晨两点"),
    ("02:02", "two oh two a.m.", "凌晨两点零二分"),
    ("07:30", "seven thirty a.m.", "早上七点三十分"),
    ("08:10", "eight ten a.m.", "上午八点十分"),
    ("12:00", "twelve noon", "中午十二点"),
    ("12:30", "twelve thirty p.m.", "中午十二点三十分"),
    ("14:00", "two o'clock p.m.", "下午两点"),
    ("14:20", "two twenty p.m.", "下午两点二十分"),
    ("20:22", "eight twenty two p.m.", "晚上八点二十二分"),
    ("24:00", "twelve midnight", "凌晨零点"),
    ("2026-11-21T14:30:00+08:00", "two thirty p.m.", "下午两点三十分"),
]


@pytest.mark.parametrize(("value", "en", "zh"), TIMES)
def test_times(value: str, en: str, zh: str) -> None:
    assert (english(value, "time"), mandarin(value, "time")) == (en, zh)


DURATIONS = [
    (0, "zero seconds", "零秒"),
    (1, "one second", "一秒"),
    (2, "two seconds", "两秒"),
    ("59.5", "one minute", "一分钟"),
    (61, "one minute and one second", "一分钟一秒"),
    (120, "two minutes", "两分钟"),
    (3600, "one hour", "一小时"),
    (7325, "two hours two minutes and five seconds", "两小时两分钟五秒"),
    (86_400, "one day", "一天"),
    (180_000, "two days and two hours", "两天两小时"),
]


@pytest.mark.parametrize(("value", "en", "zh"), DURATIONS)
def test_durations(value: int | str, en: str, zh: str) -> None:
    assert (english(value, "duration"), mandarin(value, "duration")) == (en, zh)


ORDINALS = [
    (1, "first", "第一", "number one", "第一位"),
    (2, "second", "第二", "number two", "第二位"),
    (3, "third", "第三", "number three", "第三位"),
    (12, "twelfth", "第十二", "number twelve", "第十二位"),
    (20, "twentieth", "第二十", "number twenty", "第二十位"),
    (21, "twenty first", "第二十一", "number twenty one", "第二十一位"),
    (100, "one hundredth", "第一百", "number one hundred", "第一百位"),
    (112, "one hundred and twelfth", "第一百一十二", "number one hundred and twelve", "第一百一十二位"),
    (1000, "one thousandth", "第一千", "number one thousand", "第一千位"),
]


@pytest.mark.parametrize(("value", "en", "zh", "en_place", "zh_place"), ORDINALS)
def test_ordinals_and_places(value: int, en: str, zh: str, en_place: str, zh_place: str) -> None:
    assert (english(value, "ordinal"), mandarin(value, "ordinal")) == (en, zh)
    assert (english(value, "position"), mandarin(value, "position")) == (en_place, zh_place)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("", "number"),
        ("twelve", "number"),
        ("1e9", "number"),
        ("９", "number"),
        (10**15, "number"),
        ("NaN", "money"),
        ("12a", "digits"),
        ("1" * 41, "digits"),
        ("", "digits"),
        ("2027-02-29", "date"),
        ("2026-13-01", "date"),
        ("21.11.2026", "date"),
        ("8", "weekday"),
        ("25:00", "time"),
        ("24:01", "time"),
        ("8.30", "time"),
        ("14:30Z", "time"),
        (-1, "duration"),
        (10**9, "duration"),
        (0, "ordinal"),
        (0, "position"),
        (1, "song"),
    ],
)
@pytest.mark.parametrize("language", GRAMMARS)
def test_what_cannot_be_said(value: int | str, form: str, language: str) -> None:
    with pytest.raises(Unspeakable):
        speak(value, form, language)


def test_a_currency_without_words() -> None:
    with pytest.raises(Unspeakable):
        speak(1, "money", "en", "XAU")


@pytest.mark.parametrize("language", GRAMMARS)
def test_every_word_has_its_prompt_and_every_prompt_is_a_word(language: str) -> None:
    shipped = {name: str(text) for name, text in TEXTS[language].items()}
    assert shipped == {f"words/{word}": text for word, text in GRAMMARS[language].WORDS.items()}
    assert set(prompts_of(language)) == set(shipped)


values = st.one_of(
    st.integers(-(10**15), 10**15),
    st.decimals(-(10**9), 10**9, places=2).map(str),
    st.dates().map(str),
    st.times().map(lambda time: time.isoformat("minutes")),
    st.text(max_size=20),
)


@settings(max_examples=300, deadline=None)
@given(values, st.sampled_from(FORMS), st.sampled_from(sorted(GRAMMARS)), st.sampled_from(sorted(MINOR_DIGITS)))
def test_whatever_the_value_it_is_said_in_known_words_or_not_at_all(
    value: int | str, form: str, language: str, currency: str
) -> None:
    try:
        said = speak(value, form, language, currency)
    except Unspeakable:
        return
    assert said
    assert set(said) <= set(prompts_of(language))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**15 - 1), st.integers(0, 10**15 - 1))
def test_no_two_numbers_sound_the_same(one: int, other: int) -> None:
    for language in GRAMMARS:
        assert (speak(one, "number", language) == speak(other, "number", language)) == (one == other)


@pytest.mark.parametrize(
    ("language", "fallbacks", "grammar"),
    [
        ("en", (), "en"),
        ("zh", (), "zh"),
        ("zh-yue", (), "zh"),
        ("en-GB", (), "en"),
        ("fr", ("zh-yue", "en"), "zh"),
        ("fr", (), "en"),
    ],
)
def test_which_grammar_a_language_uses(language: str, fallbacks: tuple[str, ...], grammar: str) -> None:
    assert grammar_for(language, fallbacks) == grammar


@pytest.mark.parametrize(
    ("low", "high", "en", "zh"),
    [
        (3, 5, "between 3 and 5 minutes", "3 to 5 minutes"),
        (1, 2, "between 1 and 2 minutes", "1 to liang minutes"),
        (2, 4, "between 2 and 4 minutes", "liang to 4 minutes"),
        (10, 20, "between 10 and 20 minutes", "ten to 2 ten minutes"),
    ],
)
def test_a_range_of_minutes(low: int, high: int, en: str, zh: str) -> None:
    said = {name: " ".join(word.removeprefix("words/") for word in speak_between(low, high, name)) for name in GRAMMARS}
    assert (said["en"], said["zh"]) == (en, zh)
