"""Pure: the measures the board shows, as they were counted; see :mod:`router.board.counting` for how."""

from collections.abc import Mapping
from typing import NamedTuple

from router.core.ids import Ms
from router.kpi.measures import MEASURES

NOW_MS: Ms = 15 * 60_000
"""What "now" means."""
SPREAD = ("abandoned_0_5", "abandoned_5_20", "abandoned_20_60", "abandoned_60_180", "abandoned_over_180")
OF_DAY = (
    "answered",
    "offered",
    "abandoned",
    "service_level",
    "abandonment",
    "asa",
    "late_answers",
    "within_three_rings",
    *SPREAD,
)
OF_NOW = ("service_level", "answered")

Values = Mapping[str, float | None]
"""Measures by name; None: there is no value."""


def room_scope(room: str) -> str:
    """Return the name under which a room's queues are counted together; no queue has such a name."""
    return f"room:{room}"


class HalfHour(NamedTuple):
    """One half hour of the trend. ``level`` is the service level (0-1), None where nobody asked."""

    start_ms: Ms
    answered: int
    abandoned: int
    level: float | None


class Measured(NamedTuple):
    """Measures by queue (:data:`router.kpi.terms.WHOLE`, :func:`room_scope`), as of a record and a moment."""

    seq: int
    at_ms: Ms
    now: dict[str, Values]
    half: dict[str, Values]
    day: dict[str, Values]
    trend: dict[str, tuple[HalfHour, ...]]


NOTHING = Measured(0, 0, {}, {}, {}, {})


def nothing(name: str) -> float | None:
    """Return the value of a measure of which nothing was seen: a count is 0, anything else has none."""
    measure = MEASURES[name]
    return 0.0 if measure.under is None and measure.over is not None else None
