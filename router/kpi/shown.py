"""Pure: how a measure's value is written: percent, seconds, counts; "-" where there is none."""

from router.kpi.evaluate import Cell
from router.kpi.terms import Measure, Unit

NONE = "-"


def shown(measure: Measure, cell: Cell) -> str:
    """Write a value with its unit, short."""
    value = cell.value
    if value is None:
        return NONE
    match measure.unit:
        case Unit.SHARE:
            return f"{value * 100:.1f} %"
        case Unit.SECONDS:
            return f"{value:.1f} s"
        case Unit.HOURS:
            return f"{value:.2f} h"
        case Unit.COUNT:
            return f"{value:.0f}"
        case Unit.RINGS | Unit.SCORE | Unit.PER_CALL:
            return f"{value:.1f}"
        case Unit.PER_HOUR:
            return f"{value:.1f}/h"
