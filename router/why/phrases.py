"""Pure: sentences in the language asked for, with spans, rings and moments written as people read them."""

from collections.abc import Iterable, Mapping

from router.core.ids import Ms
from router.core.localtime import LocalClock
from router.why import chinese, english, moments

LANGUAGES: dict[str, Mapping[str, str]] = {"en": english.TEXTS, "zh": chinese.TEXTS}
"""The texts by language."""


class Phrases:
    """Says things in one language, on one site's clock."""

    def __init__(self, language: str, clock: LocalClock) -> None:
        self._texts = LANGUAGES[language]
        self._clock = clock

    def say(self, key: str, /, **blanks: object) -> str:
        """Return the text ``key`` with its blanks filled in."""
        return self._texts[key].format(**blanks)

    def say_or(self, key: str, other: str, /, **blanks: object) -> str:
        """Return the text ``key`` where there is one, else ``other``."""
        return self.say(key if key in self._texts else other, **blanks)

    def word(self, key: str, otherwise: str) -> str:
        """Return the text ``key`` where there is one, else ``otherwise`` with its underscores as blanks."""
        return self._texts.get(key, otherwise.replace("_", " "))

    def span(self, ms: float) -> str:
        """Write a span: ``7.2 s``, ``3 min 05 s``, ``2 h 10 min``."""
        if 0 < ms < 100:
            return self.say("span.ms", ms=int(ms))
        tenths = round(ms / 100)
        if tenths < 600:
            return self.say("span.s", s=tenths / 10)
        minutes, seconds = divmod(round(ms / 1000), 60)
        if minutes < 60:
            return self.say("span.m", m=minutes, s=seconds)
        hours, minutes = divmod(minutes, 60)
        return self.say("span.h", h=hours, m=minutes)

    def rings(self, rings: float) -> str:
        """Write a span in rings."""
        return self.say("rings", n=rings)

    def time(self, at: Ms) -> str:
        """Write a moment as the time of day on the site's clock."""
        return moments.local(self._clock, at).strftime("%H:%M:%S")

    def day(self, at: Ms) -> str:
        """Write a moment's day on the site's clock."""
        return moments.local(self._clock, at).strftime("%Y-%m-%d")

    def listed(self, parts: Iterable[str], glue: str = "and") -> str:
        """Join parts into a list."""
        text = ""
        for part in parts:
            text = self.say(glue, first=text, second=part) if text else part
        return text

    def counts(self, passed_over: Mapping[str, Mapping[str, int]]) -> str:
        """Write how many agents were passed over by which rule; groups are named where there are several."""
        named = [group for group in passed_over if group]
        parts = []
        for group in (*named, ""):
            if rules := passed_over.get(group):
                text = self.listed(self._rule(rule, count) for rule, count in rules.items())
                parts.append(self.say("rule.of_group", group=group, rules=text) if group and len(named) > 1 else text)
        return self.listed(parts, "groups")

    def _rule(self, rule: str, count: int) -> str:
        word, _, reason = rule.partition(":")
        return self.say_or(f"rule.{word}", "rule.other", n=count, reason=reason, rule=rule)
