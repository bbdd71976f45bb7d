"""Pure: how English says numbers, money, dates, times and durations (British: one hundred and one)."""

import datetime
from decimal import Decimal

_DIGIT_WORDS = {
    "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four",
    "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine",
}  # fmt: skip
_TEEN_WORDS = {
    "10": "ten", "11": "eleven", "12": "twelve", "13": "thirteen", "14": "fourteen", "15": "fifteen",
    "16": "sixteen", "17": "seventeen", "18": "eighteen", "19": "nineteen",
}  # fmt: skip
_TENS_WORDS = {
    "20": "twenty", "30": "thirty", "40": "forty", "50": "fifty",
    "60": "sixty", "70": "seventy", "80": "eighty", "90": "ninety",
}  # fmt: skip
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINAL_WORDS = {
    "1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "6": "sixth", "7": "seventh",
    "8": "eighth", "9": "ninth", "10": "tenth", "11": "eleventh", "12": "twelfth", "13": "thirteenth",
    "14": "fourteenth", "15": "fifteenth", "16": "sixteenth", "17": "seventeenth", "18": "eighteenth",
    "19": "nineteenth", "20": "twentieth", "30": "thirtieth", "40": "fortieth", "50": "fiftieth",
    "60": "sixtieth", "70": "seventieth", "80": "eightieth", "90": "ninetieth",
    "hundred": "hundredth", "thousand": "thousandth",
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_CURRENCIES = {  # one unit, several, one hundredth, several
    "CNY": ("yuan", "yuan", "fen", "fen"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "HKD": ("hong_kong_dollar", "hong_kong_dollars", "cent", "cents"),
    "JPY": ("yen", "yen", "", ""),
}
_UNITS = ((86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes"), (1, "second", "seconds"))

WORDS: dict[str, str] = {
    **_DIGIT_WORDS,
    **_TEEN_WORDS,
    **_TENS_WORDS,
    "hundred": "hundred",
    **{word: word for _, word in _SCALES},
    "and": "and",
    "point": "point",
    "minus": "minus",
    "plus": "plus",
    "star": "star",
    "hash": "hash",
    "oh": "oh",
    "number": "number",
    "between": "between",
    **{f"{word}-th": text for word, text in _ORDINAL_WORDS.items()},
    **{word: word.capitalize() for word in (*_WEEKDAYS, *_MONTHS)},
    "the": "the",
    "of": "of",
    "o-clock": "o'clock",
    "a-m": "a.m.",
    "p-m": "p.m.",
    "noon": "noon",
    "midnight": "midnight",
    **{word: word.replace("_", " ") for words in _CURRENCIES.values() for word in words if word},
    **{word: word for unit in _UNITS for word in unit[1:]},
}
"""Every word this grammar may use, with its text for ``prompts/en/words.yaml``."""


def number(value: Decimal) -> list[str]:
    """Say a number: ``twenty-one``, ``one hundred and one``, ``minus three point one four``."""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    words = ["minus"] if value < 0 else []
    words += _whole(int(whole))
    return [*words, "point", *fraction] if fraction else words


def digits(text: str) -> list[str]:
    """Say digits one by one: ``one zero zero one``."""
    return [{"+": "plus", "*": "star", "#": "hash"}.get(sign, sign) for sign in text]


def money(units: int, minor: int, negative: bool, currency: str) -> list[str]:
    """Say an amount: ``twelve dollars and fifty cents``, ``one cent``."""
    unit, more_units, cent, cents = _CURRENCIES[currency]
    parts: list[list[str]] = []
    if units or not minor:
        parts.append([*_whole(units), unit if units == 1 else more_units])
    if minor:
        parts.append([*_whole(minor), cent if minor == 1 else cents])
    return (["minus"] if negative else []) + _joined(parts)


def date(day: datetime.date, with_year: bool) -> list[str]:
    """Say a day: ``the twenty-first of November, twenty twenty-six``."""
    words = ["the", *ordinal(day.day), "of", _MONTHS[day.month - 1]]
    return words + _year(day.year) if with_year else words


def weekday(number: int) -> list[str]:
    """Say a day of the week."""
    return [_WEEKDAYS[number - 1]]


def time(hour: int, minute: int) -> list[str]:
    """Say a time of day: ``two o'clock p.m.``, ``twelve oh five a.m.``, ``twelve noon``."""
    if minute == 0 and hour in (0, 12):
        return ["12", "midnight" if hour == 0 else "noon"]
    half = "a-m" if hour < 12 else "p-m"
    words = _whole((hour - 1) % 12 + 1)
    if minute == 0:
        return [*words, "o-clock", half]
    return [*words, *(["oh"] if minute < 10 else []), *_whole(minute), half]


def duration(seconds: int) -> list[str]:
    """Say a length of time: ``one hour, five minutes and two seconds``."""
    parts: list[list[str]] = []
    left = seconds
    for size, one, several in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append([*_whole(count), one if count == 1 else several])
    return _joined(parts) if parts else ["0", "seconds"]


def ordinal(number: int) -> list[str]:
    """Say which one in a row: ``twenty-first``, ``one hundred and second``."""
    *before, last = _whole(number)
    return [*before, f"{last}-th"]


def position(number: int) -> list[str]:
    """Say a place in a queue: ``number three``."""
    return ["number", *_whole(number)]


def between(low: int, high: int) -> list[str]:
    """Say a range of minutes: ``between three and five minutes``."""
    return ["between", *_whole(low), "and", *_whole(high), "minutes"]


def _whole(number: int) -> list[str]:
    words: list[str] = []
    left = number
    for size, word in _SCALES:
        count, left = divmod(left, size)
        if count:
            words += [*_below_1000(count), word]
    if left or not words:
        words += ["and"] if words and left < 100 else []
        words += _below_1000(left)
    return words


def _below_1000(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    words = [str(hundreds), "hundred"] if hundreds else []
    if rest or not words:
        words += ["and"] if words else []
        words += _below_100(rest)
    return words


def _below_100(number: int) -> list[str]:
    tens, ones = divmod(number, 10)
    if number < 20:
        return [str(number)]
    return [str(tens * 10), *([str(ones)] if ones else [])]


def _year(year: int) -> list[str]:
    century, rest = divmod(year, 100)
    if year < 1000 or 2000 <= year < 2010 or year % 1000 == 0:
        return _whole(year)
    if rest == 0:
        return [*_below_100(century), "hundred"]
    return [*_below_100(century), *(["oh"] if rest < 10 else []), *_below_100(rest)]


def _joined(parts: list[list[str]]) -> list[str]:
    """Put parts in a row, ``and`` before the last."""
    *before, last = parts
    return [word for part in before for word in part] + (["and"] if before else []) + last
