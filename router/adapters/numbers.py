"""Telephone numbers: whatever a carrier sends, and the site's country, become one :class:`Caller`."""

import unicodedata

from router.core.events import Caller
from router.core.numbering import to_e164 as to_e164

_LONGEST_NAME = 60
_LONGEST_RAW = 40
_WITHHELD_WORDS = frozenset({"anonymous", "restricted", "withheld", "private", "unavailable", "unknown"})


def plain_text(text: str, longest: int = _LONGEST_NAME) -> str:
    """Strip control and format characters from what an outsider wrote, squeeze spaces, keep ``longest`` characters."""
    kept = "".join(" " if unicodedata.category(mark).startswith(("C", "Z")) else mark for mark in text)
    return " ".join(kept.split())[:longest].rstrip()


def is_withheld(presentation: str, raw: str) -> bool:
    """Say whether a caller hides the number.

    ``presentation`` is Asterisk's ``CALLERID(num-pres)``: ``allowed*``, ``prohib*`` or ``unavailable``. A number that
    is missing is not withheld by that alone, except where the presentation says so.
    """
    hidden = presentation.strip().lower().startswith(("prohib", "unavailable"))
    return hidden or raw.strip().lower() in _WITHHELD_WORDS


def caller_from(raw: str, country: str, *, presentation: str = "", name: str = "") -> Caller:
    """Make the one form of a caller, however the number is written (``+``, ``00``, trunk prefix, national).

    ``country`` is the site's ISO 3166 code. A withheld caller keeps neither number nor name. What is no number of
    any plan (an internal extension, a SIP name) stays in ``raw`` only.
    """
    if is_withheld(presentation, raw):
        return Caller(withheld=True)
    shown = plain_text(raw, _LONGEST_RAW)
    return Caller(number=to_e164(shown, country), name=plain_text(name), raw=shown)
