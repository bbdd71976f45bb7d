"""Pure: how long one who asked now would wait: the router's own forecast where it made one, else the queue's pace."""

from collections.abc import Mapping
from typing import Any

from router.board.measured import NOW_MS, Values
from router.core import records
from router.core.ids import Ms
from router.core.present import CallNow
from router.core.records import Record

_IN_SERVICE = ("ready", "reserved", "ringing", "talking", "holding", "consulting", "wrap_up")


class Forecasts:
    """The newest forecast of each queue: that of the caller who joined last, whose place the next one has."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[str, Ms]] = {}

    def take(self, record: Record) -> None:
        """Fold a record in."""
        if isinstance(record, records.WaitEstimated):
            self._newest[record.queue] = (record.call_id, record.mean_ms)

    def of(self, queue: str, waiting: list[CallNow]) -> Ms | None:
        """Return the forecast of the caller who stands last in a queue; None where there is none."""
        call_id, mean_ms = self._newest.get(queue, ("", 0))
        return mean_ms if waiting and waiting[-1].call_id == call_id else None


def expected(
    queue: str, waiting: list[CallNow], agents: Mapping[str, int], now: Values, forecasts: Forecasts
) -> dict[str, Any]:
    """Return the cell of a queue: ``agents`` counts those signed in, ``now`` are measures of the last 15 minutes."""
    if not any(agents.get(state) for state in _IN_SERVICE):
        return {"v": None, "why": "no_agents"}
    if not waiting and agents.get("ready"):
        return {"v": 0}
    foretold = forecasts.of(queue, waiting)
    if foretold is not None:
        return {"v": round(foretold, -3)}
    answered = now.get("answered")
    if not answered:
        return {"v": None, "why": "no_rate"}
    return {"v": round((len(waiting) + 1) * NOW_MS / answered, -3)}
