"""Pure: how a value is said: the words of it, each the name of a prompt, in the grammar of a language.

``speak("101", "number", "en")`` is ``("words/1", "words/hundred", "words/and", "words/1")``. The grammars are one file
per language; a dialect without one of its own uses that of its language (``zh-yue``: ``zh``).
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from router.ivr import speech_en, speech_zh
from router.ivr.expressions import MAX_NUMBER, Plain, number_in

FORMS = (
    "number",
    "digits",
    "money",
    "date",
    "short_date",
    "weekday",
    "time",
    "duration",
    "ordinal",
    "position",
)
"""The ways a value can be said. ``short_date`` leaves the year out; ``position`` is a place in a queue."""

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0}
"""The currencies that can be said, and how many digits they have after the point."""

MAX_DIGITS = 40
_DIGITS = re.compile(r"^[0-9+*#]+$")
_BETWEEN = re.compile(r"[\s().-]+")
_DATE = re.compile(r"^([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T ].*)?$")
_TIME = re.compile(r"^(?:.*[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[+-][0-9]{2}:?[0-9]{2})?$")
_PREFIX = "words/"
_MAX_DURATION_S = 366 * 86_400


class Unspeakable(Exception):
    """A value that is not what it is to be said as: a date that does not exist, a text as a number."""


class Grammar(Protocol):
    """What a language's file gives; each function returns words without their prefix, in the order they are said."""

    WORDS: dict[str, str]

    def number(self, value: Decimal) -> list[str]:
        """Say a number: 101, -5, 3.14."""

    def digits(self, text: str) -> list[str]:
        """Say digits (and ``+ * #``) one by one."""

    def money(self, units: int, minor: int, negative: bool, currency: str) -> list[str]:
        """Say an amount; ``minor`` counts hundredths."""

    def date(self, day: date, with_year: bool) -> list[str]:
        """Say a day."""

    def weekday(self, number: int) -> list[str]:
        """Say a day of the week, Monday 1."""

    def time(self, hour: int, minute: int) -> list[str]:
        """Say a time of day."""

    def duration(self, seconds: int) -> list[str]:
        """Say a length of time."""

    def ordinal(self, number: int) -> list[str]:
        """Say which one in a row, from 1."""

    def position(self, number: int) -> list[str]:
        """Say a place in a queue, from 1."""

    def between(self, low: int, high: int) -> list[str]:
        """Say a range of minutes."""


GRAMMARS: dict[str, Grammar] = {"en": speech_en, "zh": speech_zh}
"""The languages values can be said in."""


def grammar_for(language: str, fallbacks: Iterable[str] = ()) -> str:
    """Return the language of :data:`GRAMMARS` to use for a caller's: its own, else the first of its fallbacks'."""
    for candidate in (language, *fallbacks):
        for name in (candidate, candidate.partition("-")[0]):
            if name in GRAMMARS:
                return name
    return "en"


def prompts_of(grammar: str) -> tuple[str, ...]:
    """Return the names of all prompts a grammar may use."""
    return tuple(_PREFIX + word for word in GRAMMARS[grammar].WORDS)


def speak(value: Plain, form: str, grammar: str, currency: str = "CNY") -> tuple[str, ...]:
    """Return the prompts that say a value. ``form`` is one of :data:`FORMS`.

    Dates are ``2026-11-21`` (or ``20261121``), times ``08:30`` (both also as part of ``2026-11-21T08:30``), durations
    whole seconds, weekdays 1 to 7 or a date. Raises :class:`Unspeakable` for anything else.
    """
    return tuple(_PREFIX + word for word in _words(value, form, GRAMMARS[grammar], currency))


def speak_between(low_min: int, high_min: int, grammar: str) -> tuple[str, ...]:
    """Return the prompts that say a range of minutes: ``between three and five minutes``."""
    return tuple(_PREFIX + word for word in GRAMMARS[grammar].between(low_min, high_min))


def _words(value: Plain, form: str, grammar: Grammar, currency: str) -> list[str]:
    match form:
        case "number":
            return grammar.number(_number(value))
        case "digits":
            return grammar.digits(_digits(value))
        case "money":
            units, minor, negative = _amount(_number(value), currency)
            return grammar.money(units, minor, negative, currency)
        case "date" | "short_date":
            return grammar.date(_date(value), form == "date")
        case "weekday":
            return grammar.weekday(_weekday(value))
        case "time":
            return grammar.time(*_time(value))
        case "duration":
            return grammar.duration(_whole(value, 0, _MAX_DURATION_S))
        case "ordinal":
            return grammar.ordinal(_whole(value, 1, 999_999))
        case "position":
            return grammar.position(_whole(value, 1, 999_999))
        case _:
            raise Unspeakable(f"there is no way to say a value as '{form}'")


def _number(value: Plain) -> Decimal:
    number = number_in(value) if isinstance(value, str) else Decimal(value)
    if number is None or abs(number) >= MAX_NUMBER:
        raise Unspeakable("not a number")
    return number


def _whole(value: Plain, least: int, most: int) -> int:
    number = int(_number(value).to_integral_value(ROUND_HALF_UP))
    if not least <= number <= most:
        raise Unspeakable("out of bounds")
    return number


def _digits(value: Plain) -> str:
    text = _BETWEEN.sub("", str(value))
    if not _DIGITS.match(text) or len(text) > MAX_DIGITS:
        raise Unspeakable("not digits")
    return text


def _amount(value: Decimal, currency: str) -> tuple[int, int, bool]:
    if currency not in MINOR_DIGITS:
        raise Unspeakable(f"there are no words for the currency '{currency}'")
    hundredths = int((abs(value) * 10 ** MINOR_DIGITS[currency]).to_integral_value(ROUND_HALF_UP))
    units, minor = divmod(hundredths, 10 ** MINOR_DIGITS[currency])
    return units, minor, value < 0 and hundredths > 0


def _date(value: Plain) -> date:
    found = _DATE.match(str(value).strip())
    if found is None:
        raise Unspeakable("not a date")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Unspeakable("there is no such day") from None


def _weekday(value: Plain) -> int:
    text = str(value).strip()
    if len(text) == 1 and text in "1234567":
        return int(text)
    return _date(text).isoweekday()


def _time(value: Plain) -> tuple[int, int]:
    found = _TIME.match(str(value).strip())
    if found is None or int(found[1]) > 24 or int(found[2]) > 59 or (int(found[1]) == 24 and int(found[2])):
        raise Unspeakable("not a time of day")
    return int(found[1]) % 24, int(found[2])
