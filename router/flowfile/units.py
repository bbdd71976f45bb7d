"""Spans with units (``500ms``, ``15s``, ``3 rings``, ``2m``, ``90d``) and times of day (``08:30``) to numbers."""

import re

from router.core.ids import Ms
from router.core.units import UNIT_MS

_SPAN = re.compile(r"^([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(ms|s|m|min|h|d|rings?)$")
_BARE = re.compile(r"^[0-9]+(?:\.[0-9]+)?$")
_CLOCK = re.compile(r"^([0-9]{1,2}):([0-9]{2})$")
_MINUTES_OF_DAY = 24 * 60


class NoUnit(ValueError):
    """A span is a bare number."""


def span_ms(text: str, ring_ms: Ms) -> Ms:
    """Return a span in ms; ``ring_ms`` is the length of one ring in the site's country.

    ``0`` and ``off`` need no unit. Raises ``NoUnit`` for another bare number, ``ValueError`` for anything else.
    """
    if text in ("0", "off"):
        return 0
    if _BARE.match(text):
        raise NoUnit(text)
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(text)
    unit = ring_ms if found[2].startswith("ring") else UNIT_MS[found[2]]
    return round(float(found[1]) * unit)


def show_span(span: Ms) -> str:
    """Write a span as YAML would: ``1500ms``, ``15s``, ``90d``."""
    if span and span % UNIT_MS["d"] == 0:
        return f"{span // UNIT_MS['d']}d"
    return f"{span // 1000}s" if span % 1000 == 0 else f"{span}ms"


def minute_of_day(text: str) -> int:
    """Return minutes since midnight of a time of day, 00:00-24:00. Raises ``ValueError``."""
    found = _CLOCK.match(text)
    if found is None:
        raise ValueError(text)
    minute = int(found[1]) * 60 + int(found[2])
    if int(found[2]) > 59 or minute > _MINUTES_OF_DAY:
        raise ValueError(text)
    return minute
