"""Forecasts on a simulated line against the table of queueing theory, through the very core that runs the line.

Seeds are fixed: the same code gives the same figures. What the router foretells itself, having had to learn handling
and patience first, is held against the best there is.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from router.errors import SimulationError
from router.sim.waits import Comparison, compare
from support.models import model

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("data").joinpath("queueing.json").read_text("utf-8"))
ROWS = TABLE["wait_estimates"]["rows"]
WAYS = ("QL", "QLm", "head_of_line", "constant_mean")
AGENTS, HANDLING_S = 100, 600
CALLS, SKIP = 300_000, 2_000
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


def test_a_short_run_puts_the_ways_in_their_order() -> None:
    found = compare(model(calls_per_hour=840, aht_s=60, agents=10, patience_s=60, calls=6_000), 60_000.0, skip=500)
    squared = {way: estimate.value or 0 for way, estimate in found.squared.items()}
    assert squared["QLm"] < squared["QL"] < squared["constant_mean"] * 2
    assert squared["QLm"] < squared["head_of_line"]
    assert squared["router"] < squared["head_of_line"]


def test_where_hardly_anybody_waits_there_is_nothing_to_compare() -> None:
    with pytest.raises(SimulationError, match="hardly anybody waited"):
        compare(model(calls_per_hour=10, aht_s=60, agents=10, calls=400), None)
