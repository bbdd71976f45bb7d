"""Staffing formulas against every row of the table of queueing theory, and at their edges."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from router.acd.erlang import agents_for, erlang_a, erlang_b, erlang_c

_DATA = Path(__file__).parents[1] / "sim/data/queueing.json"
TABLE: dict[str, Any] = json.loads(_DATA.read_text("utf-8"))
Row = dict[str, Any]


@pytest.mark.parametrize("row", TABLE["erlang_b"]["rows"])
def test_erlang_b(row: Row) -> None:
    assert erlang_b(row["erlangs"], row["agents"]) == pytest.approx(row["p_block"], abs=5.1e-7)


@pytest.mark.parametrize("row", TABLE["erlang_c"]["rows"])
def test_erlang_c(row: Row) -> None:
    rate, aht_s = row["calls"] / row["period_s"], row["aht_s"]
    assert erlang_c(rate * aht_s, row["agents"]) == pytest.approx(row["p_wait"], abs=5.1e-7)
    load = erlang_a(rate, aht_s, row["agents"], None)
    assert load.p_wait == pytest.approx(row["p_wait"], abs=5.1e-7)
    assert load.mean_wait_s == pytest.approx(row["asa_s"], abs=5.1e-7)
    assert load.queue_len == pytest.approx(row["queue_len"], abs=5.1e-7)
    assert load.occupancy == pytest.approx(row["occupancy"], abs=5.1e-7)
    assert load.service_level(row["target_s"]) == pytest.approx(row["service_level"], abs=5.1e-7)
    assert load.p_abandon == 0


@pytest.mark.parametrize("row", TABLE["erlang_a"]["rows"])
def test_erlang_a(row: Row) -> None:
    load = erlang_a(row["calls_per_min"] / 60, 60 / row["mu_per_min"], row["agents"], 60 / row["theta_per_min"])
    for name in ("p_wait", "p_abandon", "mean_wait_s", "queue_len", "occupancy"):
        assert getattr(load, name) == pytest.approx(row[name], abs=5.1e-7), name
    assert load.service_level(0) == pytest.approx(1 - row["p_wait"], abs=5.1e-7)
    assert load.service_level(1_200) == pytest.approx(1 - row["p_abandon"], abs=1e-6)


def test_the_share_answered_in_time_agrees_with_a_chain_solved_step_by_step() -> None:
    """One agent, and every rate the same: the chance to be answered in time is worked out by hand."""
    rate, handling_s, patience_s, within_s = 1 / 100, 100.0, 100.0, 50.0
    load = erlang_a(rate, handling_s, 1, patience_s)
    # All rates are one in 100 s, so k calls are there with the chance 1/(e k!); the wait of who finds k is the sum of
    # exponential spans with rates k, k-1, ... 1, which is the longest of k spans: (1-exp(-x))^k.
    steps, answered = 20_000, math.exp(-1)
    width = within_s / 100 / steps
    for ahead in range(1, 40):
        chance = math.exp(-1) / math.factorial(ahead)
        for step in range(steps if ahead < 12 else 0):
            x = (step + 0.5) * width
            density = ahead * math.exp(-x) * (1 - math.exp(-x)) ** (ahead - 1)
            answered += chance * density * math.exp(-x) * width
    assert load.service_level(within_s) == pytest.approx(answered, abs=1e-6)


def test_patience_without_end_is_the_same_as_none() -> None:
    endless, none = erlang_a(0.14, 600, 90, 1e9), erlang_a(0.14, 600, 90, None)
    assert endless.mean_wait_s == pytest.approx(none.mean_wait_s, rel=1e-4)
    assert endless.service_level(30) == pytest.approx(none.service_level(30), rel=1e-5)


def test_more_load_than_agents_without_patience_never_settles() -> None:
    load = erlang_a(1.0, 60, 60, None)
    assert (load.p_wait, load.mean_wait_s, load.service_level(20)) == (1.0, math.inf, 0.0)
    assert erlang_c(60, 60) == 1.0


def test_without_agents_all_who_can_lose_patience_do() -> None:
    load = erlang_a(0.1, 60, 0, 30)
    assert load.p_abandon == pytest.approx(1)
    assert load.mean_wait_s == pytest.approx(30)
    assert load.service_level(1_000) == 0
    assert load.occupancy == 0


def test_no_calls_wait_for_nobody() -> None:
    load = erlang_a(0, 60, 3, 30)
    assert (load.p_wait, load.p_abandon, load.mean_wait_s, load.service_level(20)) == (0, 0, 0, 1)
    assert agents_for(0, 60, 30, 0.8, 20) == 0


def test_large_and_lopsided_loads_stay_finite() -> None:
    """Ten thousand agents, three times too many calls, and a thousand agents for one call an hour."""
    big = erlang_a(10_000 / 180, 180, 10_100, 120)
    assert 0 < big.service_level(20) <= 1 - big.p_abandon + 1e-9
    swamped = erlang_a(30_000 / 180, 180, 10_000, 1_200)
    assert swamped.p_abandon == pytest.approx(2 / 3, abs=1e-6)
    assert swamped.service_level(20) == pytest.approx(0, abs=1e-9)
    idle = erlang_a(1 / 3_600, 180, 1_000, 120)
    assert idle.p_wait == 0 or idle.p_wait < 1e-100
    assert idle.service_level(0) == pytest.approx(1)


@pytest.mark.parametrize("patience_s", [None, 120.0])
@pytest.mark.parametrize(("share", "within_s"), [(0.8, 20), (0.95, 60), (0.5, 0)])
def test_agents_for_is_the_smallest_number_that_does(share: float, within_s: float, patience_s: float | None) -> None:
    agents = agents_for(100 / 1_800, 180, patience_s, share, within_s)
    assert erlang_a(100 / 1_800, 180, agents, patience_s).service_level(within_s) >= share
    assert erlang_a(100 / 1_800, 180, agents - 1, patience_s).service_level(within_s) < share


def test_the_handbook_case_needs_fourteen() -> None:
    assert agents_for(100 / 1_800, 180, None, 0.8, 20) == 14


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share of calls"):
        agents_for(1, 60, 60, share, 20)


def test_negative_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="erlangs must not be negative"):
        erlang_b(-1, 3)
    with pytest.raises(ValueError, match="agents must not be negative"):
        erlang_a(1, 60, -1, None)
    with pytest.raises(ValueError, match="longer than 0"):
        erlang_a(1, 0, 1, None)
