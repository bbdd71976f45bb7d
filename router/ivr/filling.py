"""Pure: filling texts of a flow, ``{caller}`` or ``{customer.name}``, with what is known of the call.

Everything a caller, a carrier or a lookup can influence passes through here on its way out of the flow: it is freed of
control characters and bounded.
"""

from collections.abc import Collection, Mapping

from router.core.services import fill, places
from router.ivr.walk import Walk

MAX_FIELD = 500
"""The longest text a field may hold; what is longer is cut."""
MASK = "***"
FACTS = ("caller", "did", "diverted_from", "trunk", "language", "flow", "node", "caller_shown")
"""What is known of every call; variables come beside it. ``caller_shown`` says so where the number is withheld."""


def cleaned(text: object, limit: int = MAX_FIELD) -> str:
    """Return a text without control characters and not longer than ``limit``.

    Blanks at its ends are gone, line ends and tabs become blanks.
    """
    shown = str(text)[: limit * 4]
    return "".join(letter if letter.isprintable() else " " for letter in shown).strip()[:limit]


def known(walk: Walk) -> dict[str, str]:
    """Return the facts and variables a text may name, each cleaned."""
    view, session = walk.view, walk.session
    found = {name: cleaned(value) for name, value in session.variables.items()}
    found |= {
        "caller": cleaned(view.caller),
        "caller_shown": cleaned(view.caller) or ("withheld" if view.withheld else "unknown"),
        "did": cleaned(view.did),
        "diverted_from": cleaned(view.diverted_from),
        "trunk": cleaned(view.trunk),
        "language": session.language,
        "flow": session.flow,
        "node": session.node,
    }
    return found


def filled(walk: Walk, text: str) -> str:
    """Return a text with its places filled; secret variables are masked, unknown ones empty."""
    return cleaned(fill(text, _masked(walk)))


def filled_all(walk: Walk, texts: Mapping[str, str]) -> dict[str, str]:
    """Return several texts filled, by name."""
    values = _masked(walk)
    return {name: cleaned(fill(text, values)) for name, text in texts.items()}


def filled_openly(walk: Walk, texts: Mapping[str, str]) -> dict[str, str]:
    """Return several texts filled with secret variables in clear: only for a source that is asked secretly."""
    values = known(walk)
    return {name: cleaned(fill(text, values)) for name, text in texts.items()}


def names_secret(walk: Walk, texts: Collection[str]) -> bool:
    """Say whether one of the texts names a secret variable."""
    return any(name in walk.session.secrets for text in texts for name in places(text))


def _masked(walk: Walk) -> dict[str, str]:
    values = known(walk)
    for name in walk.session.secrets:
        if name in values:
            values[name] = MASK
    return values
