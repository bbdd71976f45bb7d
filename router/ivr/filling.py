"""Pure: filling texts of a flow, ``{caller}`` or ``{customer.name}``, with what is known of the call.

Everything a caller, a carrier or a lookup can influence passes through here on its way out of the flow: it is freed of
control characters and bounded.
"""

from collections.abc import Collection, Mapping

from router.core.services import fill, places
from router.ivr.facts import fact
from router.ivr.walk import Walk

MAX_FIELD = 500
"""The longest text a field may hold; what is longer is cut."""
MASK = "***"
CALLER_SHOWN = "caller_shown"
"""As ``caller``, but ``withheld`` or ``unknown`` where there is no number."""


def cleaned(text: object, limit: int = MAX_FIELD) -> str:
    """Return a text without control characters and not longer than ``limit``.

    Blanks at its ends are gone, line ends and tabs become blanks.
    """
    if text == "":
        return ""
    shown = str(text)[: limit * 4]
    if shown.isprintable():
        return shown.strip()[:limit]
    return "".join(letter if letter.isprintable() else " " for letter in shown).strip()[:limit]


def filled(walk: Walk, text: str) -> str:
    """Return a text with its places filled; secret variables are masked, unknown ones empty."""
    if not text:
        return ""
    if "{" not in text:
        return cleaned(text)
    return cleaned(fill(text, {name: _value(walk, name, masked=True) for name in places(text)}))


def filled_all(walk: Walk, texts: Mapping[str, str]) -> dict[str, str]:
    """Return several texts filled, by name."""
    if not texts:
        return {}
    return {name: filled(walk, text) for name, text in texts.items()}


def filled_openly(walk: Walk, texts: Mapping[str, str]) -> dict[str, str]:
    """Return several texts filled with secret variables in clear: only for a source that is asked secretly."""
    return {
        name: cleaned(fill(text, {place: _value(walk, place, masked=False) for place in places(text)}))
        for name, text in texts.items()
    }


def names_secret(walk: Walk, texts: Collection[str]) -> bool:
    """Say whether one of the texts names a secret variable."""
    return any(name in walk.session.secrets for text in texts for name in places(text))


def _value(walk: Walk, name: str, *, masked: bool) -> str:
    if masked and name in walk.session.secrets:
        return MASK
    if name == CALLER_SHOWN:
        return cleaned(walk.view.caller) or ("withheld" if walk.view.withheld else "unknown")
    if name == "node":
        return walk.session.node
    return cleaned(fact(walk, name))
