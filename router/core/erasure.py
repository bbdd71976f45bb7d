"""Pure: one caller's data in records: which records are theirs, and how these read once the caller is erased.

A record is theirs where it names their number as whoever called or was called back, or belongs to such a call,
callback, complaint, message or appointment. Of these all that a caller said or typed goes, as it is hidden from the
public (see :mod:`router.core.privacy`); of any other record only the number, wherever it stands in words.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import phonenumbers

from router.core.privacy import CALLERS, WORDS

GONE = "erased"
"""What stands in a text where a number stood."""
LEAST_DIGITS = 7
"""Shorter numbers are looked for only where they are a whole value: their digits occur in others."""

OWNERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CallReceived": {"caller": ("call_id",)},
    "OutboundRang": {"party": ("call_id", "ref")},
    "OutboundEnded": {"party": ("call_id", "ref")},
    "AppointmentChanged": {"party": ("appointment",)},
    "MessageReceived": {"caller": ("message",)},
    "MessageLeft": {"caller": ("message", "call_id")},
    "CallbackBooked": {"caller": ("call_id",), "number": ("callback",)},
    "CallbackTried": {"number": ("callback",)},
    "CallbackEnded": {"number": ("callback",)},
    "ComplaintOpened": {"number": ("complaint", "call_id")},
    "ComplaintMoved": {"number": ("complaint",)},
}
"""Type of record -> field that says whose it is -> fields with the ids of what is theirs then."""
STRANGERS = frozenset({("CallReceived", "diverted_from"), ("CallbackRefused", "number")})
"""A number in these fields of a record need not be the caller's: only the number itself goes."""
_REFS = ("call_id", "callback", "complaint", "message", "appointment", "ref")
_PSEUDONYM = re.compile(r"~[a-z2-7]{12}")


def forms_of(number: str, country: str) -> tuple[str, ...]:
    """Return the ways in which a number (E.164) is written in digits, the longest first."""
    digits = number.removeprefix("+")
    forms = {number, digits, f"00{digits}"}
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return tuple(sorted(forms, key=len, reverse=True))
    national = phonenumbers.national_significant_number(parsed)
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    forms |= {national, f"0{national}", "".join(mark for mark in dialled if mark.isdigit())}
    return tuple(sorted(forms - {""}, key=lambda form: (-len(form), form)))


class Traces:
    """What a caller is found by: the forms of their number (and its pseudonyms), and the ids of what is theirs."""

    def __init__(self, forms: Iterable[str], refs: Iterable[str] = ()) -> None:
        self.forms = frozenset(forms)
        self.roots = tuple(
            form for form in sorted(self.forms) if not any(other in form for other in self.forms - {form})
        )
        """Of the forms those that are in all the others: where none of them is, the number is not."""
        self.refs = set(refs)
        """Ids of their calls, callbacks, complaints, messages and appointments; grows by :meth:`learn`."""
        longer = sorted((form for form in self.forms if len(form) >= LEAST_DIGITS), key=len, reverse=True)
        words = "|".join(re.escape(form) for form in longer)
        self.pattern = re.compile(rf"(?<!\d)(?:{words})(?!\d)") if words else None
        """Finds the number among other words; None for a very short one."""

    def learn(self, fields: Mapping[str, Any]) -> None:
        """Take in the ids a record (typed or as flat text) shows to be theirs."""
        for name, refs in OWNERS.get(str(fields.get("type", "")), {}).items():
            if fields.get(name) in self.forms:
                self.refs.update(ref for field in refs if (ref := fields.get(field)))

    def theirs(self, fields: Mapping[str, Any]) -> bool:
        """Say whether a record is theirs, by the ids known so far."""
        return any(fields.get(name) in self.refs for name in _REFS) if self.refs else False

    def mentioned(self, text: str) -> bool:
        """Say whether a text is the number, or has it among other words."""
        return text in self.forms or (self.pattern is not None and self.pattern.search(text) is not None)

    def among(self, texts: Collection[str]) -> bool:
        """Say whether any of several texts is the number or has it among other words; made for many of them."""
        if not self.forms.isdisjoint(texts):
            return True
        return self.pattern is not None and self.pattern.search("\n".join(texts)) is not None

    def without(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a record (typed; of flat text: see the adapters) as they read without the caller."""
        if not self.theirs(fields):
            return {name: self._cleaned(value) for name, value in fields.items()}
        return {name: self._masked(name, value) for name, value in fields.items()}

    def _masked(self, name: str, value: Any) -> Any:
        """A field of a record of theirs."""
        if name in CALLERS:
            return type(value)() if isinstance(value, str | dict | list) else value
        if name in WORDS and isinstance(value, str) and value not in self.refs:
            text = _PSEUDONYM.sub(GONE, str(self._cleaned(value)))
            return re.sub(rf"\+?\d{{{WORDS[name]},}}", GONE, text)
        return self._cleaned(value)

    def _cleaned(self, value: Any) -> Any:
        """A value without the number: "" where it was nothing else."""
        match value:
            case str():
                if value in self.forms:
                    return ""
                return self.pattern.sub(GONE, value) if self.pattern is not None else value
            case dict():
                return {key: self._cleaned(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self._cleaned(inner) for inner in value]
            case _:
                return value
