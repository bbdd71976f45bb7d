"""Forecasts on a simulated line against the table of queueing theory, through the very core that runs the line.

Seeds are fixed: the same code gives the same figures. What the router foretells itself, having had to learn handling
and patience first, is held against the best there is.
"""

import json
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from router.acd.spec import EstimatePlan
from router.core.records import EstimateJudged
from router.errors import SimulationError
from router.sim import models
from router.sim.arrivals import Poisson
from router.sim.run import simulate
from router.sim.scenario import Scenario, Steady
from router.sim.spans import Exponential
from router.sim.waits import Comparison, compare
from support.models import model

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("data").joinpath("queueing.json").read_text("utf-8"))
ROWS = TABLE["wait_estimates"]["rows"]
WAYS = ("QL", "QLm", "head_of_line", "constant_mean")
AGENTS, HANDLING_S = 100, 600
CALLS, SKIP = 300_000, 2_000
TYPES = 6
BAND = 3.56 / 2.02
"""99.9 % and 95 % quantiles of Student's t with 39 degrees of freedom: how far 40 batches may be off."""


@cache
def outcome(index: int) -> Comparison:
    row = ROWS[index]
    patience_s = HANDLING_S / row["theta"] if "theta" in row else 0
    scenario = model(
        calls_per_hour=row["rho"] * AGENTS * 3_600 / HANDLING_S,
        aht_s=HANDLING_S,
        agents=AGENTS,
        patience_s=patience_s,
        calls=CALLS,
    )
    return compare(scenario, patience_s * 1_000 or None, skip=SKIP)


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(ROWS)))
def test_a_row_is_met(index: int) -> None:
    row, found = ROWS[index], outcome(index)
    for way in WAYS:
        if way in row:
            estimate = found.squared[way]
            assert estimate.value is not None and estimate.ci
            assert abs(estimate.value - row[way]) < BAND * estimate.ci, f"{way}: {estimate} for {row[way]}"


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(ROWS)))
def test_the_router_is_nearly_as_good_as_if_it_knew(index: int) -> None:
    found = outcome(index)
    own, best = found.squared["router"].value, found.squared["QLm"].value
    assert own is not None and best is not None
    assert own < 1.15 * best, f"{own} where {best} can be had"
    assert own < 0.7 * (found.squared["head_of_line"].value or 0)


@pytest.mark.slow
@pytest.mark.parametrize("index", range(len(ROWS)))
def test_eight_waits_in_ten_are_within_the_range(index: int) -> None:
    within = outcome(index).within.value
    assert within is not None
    assert within == pytest.approx(0.8, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("skills_per_agent", [1, 2, 3, 6])
@pytest.mark.parametrize(("load", "patience_ms"), [(1.1, 600_000), (0.97, 6_000_000)])
def test_forecasts_hold_where_agents_have_different_skills(
    skills_per_agent: int, load: float, patience_ms: float
) -> None:
    """Six types of call, 90 agents who take one to all of them: those ahead compete for some of one's agents only."""
    kinds = tuple(models.Kind(name=f"type{n}", skills=((f"type{n}", 1),)) for n in range(TYPES))
    agents = tuple(
        tuple((f"type{(number + step) % TYPES}", 1) for step in range(skills_per_agent)) for number in range(90)
    )
    site = models.model_site(agents, kinds, estimate=EstimatePlan())
    scenario = Scenario(
        site=site,
        entries=models.entries(kinds),
        arrivals=Poisson(load * len(agents) * 6),
        handling=Exponential(HANDLING_S * 1_000),
        patience=Exponential(patience_ms),
        shifts=models.always(site),
        length=Steady(calls=20_000),
    )
    judged: list[EstimateJudged] = []
    simulate(scenario, listeners={EstimateJudged: judged.append})
    answered = [record for record in judged[500:] if record.answered]
    assert len(answered) > 5_000
    mean_wait_ms = fmean(record.wait_ms for record in answered)
    assert fmean(record.within for record in answered) == pytest.approx(0.8, abs=0.06)
    assert abs(fmean(record.wait_ms - record.mean_ms for record in answered)) < 0.15 * mean_wait_ms


def test_a_short_run_puts_the_ways_in_their_order() -> None:
    found = compare(model(calls_per_hour=840, aht_s=60, agents=10, patience_s=60, calls=6_000), 60_000.0, skip=500)
    squared = {way: estimate.value or 0 for way, estimate in found.squared.items()}
    assert squared["QLm"] < squared["QL"] < squared["constant_mean"] * 2
    assert squared["QLm"] < squared["head_of_line"]
    assert squared["router"] < squared["head_of_line"]


def test_where_hardly_anybody_waits_there_is_nothing_to_compare() -> None:
    with pytest.raises(SimulationError, match="hardly anybody waited"):
        compare(model(calls_per_hour=10, aht_s=60, agents=10, calls=400), None)
