"""Spans of time as people type them: ``200ms``, ``2s``, ``1.5s``, ``1m``, ``2h``."""

import re

from router.core.units import UNIT_MS
from router.errors import SettingsError

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")


def parse_span(text: str) -> int:
    """Return a span in milliseconds.

    Raises :class:`SettingsError` where ``text`` is not a number with a unit.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise SettingsError(f"'{text}' is not a span of time", "write a number with its unit: 200ms, 2s, 1m or 2h")
    return round(float(found[1]) * UNIT_MS[found[2]])
