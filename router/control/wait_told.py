"""Pure: what is remembered with a waiting call of what was foretold and said to its caller."""

import msgspec

from router.acd.forecast import Forecast
from router.core.ids import Ms

MOST_KEPT = 20
"""Forecasts kept of one call, to be judged when its wait is over; a caller who hears more is judged by the first."""


class WaitTold(msgspec.Struct, kw_only=True):
    """What a waiting caller has been told.

    ``forecasts`` wait to be judged. ``promised_at`` is the moment by which the caller was last told they would be
    connected (0: never told); ``stood``, ``ahead`` and ``agents`` are the place, the callers before it and the agents
    behind that promise; ``position`` is the place they were last told (0: none). ``comfort_next`` is whose turn it is
    among the comfort prompts; ``began_at`` is when the last announcement began. ``held`` is set while nothing may be
    announced (the caller is choosing).
    """

    forecasts: list[Forecast] = []
    promised_at: Ms = 0
    position: int = 0
    stood: int = 0
    ahead: float = 0.0
    agents: int = 0
    comfort_next: int = 0
    began_at: Ms = 0
    held: bool = False
