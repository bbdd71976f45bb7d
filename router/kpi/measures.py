"""Pure: the registry of measures. Each is defined once; board, reports and docs all read this list."""

from router.kpi.measure_parts import Bounds as Bounds
from router.kpi.measures_beside import BESIDE_CALLS
from router.kpi.measures_of_agents import OF_AGENTS
from router.kpi.measures_of_calls import OF_CALLS
from router.kpi.terms import Measure

_ALL = (*OF_CALLS, *OF_AGENTS, *BESIDE_CALLS)
_LAST = 99

MEASURES: dict[str, Measure] = {
    measure.name: measure for measure in sorted(_ALL, key=lambda one: int(one.number) if one.number else _LAST)
}
"""Every measure by its name: by the trade's number, then those without one."""

assert len(MEASURES) == len(_ALL)
