"""The simulator against queueing theory: every row of the table, through the very call control that runs the line.

An interval that is right 95 times in 100 fails 5 times in 100 by itself. So each figure may be off by the 99.9 %
band of its own interval, and of all figures together no more may be outside their 95 % intervals than chance explains.
Seeds are fixed: the same code gives the same figures.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.sim import models
from router.sim.arrivals import Poisson
from router.sim.run import Report, simulate
from router.sim.scenario import Scenario, Steady
from router.sim.spans import Exponential
from support.models import model

pytestmark = pytest.mark.slow

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("data").joinpath("queueing.json").read_text("utf-8"))
BAND = 3.56 / 2.02
"""99.9 % and 95 % quantiles of Student's t with 39 degrees of freedom: how far 40 batches may be off."""
CALLS = 12_000


def erlang_b(row: dict[str, Any]) -> tuple[Scenario, dict[str, float]]:
    aht_s = 180
    scenario = model(
        calls_per_hour=row["erlangs"] * 3_600 / aht_s,
        aht_s=aht_s,
        agents=row["agents"],
        lines=row["agents"],
        calls=CALLS,
    )
    return scenario, {"p_block": row["p_block"]}


def erlang_c(row: dict[str, Any]) -> tuple[Scenario, dict[str, float]]:
    scenario = model(
        calls_per_hour=row["calls"] * 3_600 / row["period_s"],
        aht_s=row["aht_s"],
        agents=row["agents"],
        target_s=row["target_s"],
        calls=CALLS,
    )
    return scenario, {name: row[name] for name in ("p_wait", "asa_s", "queue_len", "occupancy", "service_level")}


def erlang_a(row: dict[str, Any]) -> tuple[Scenario, dict[str, float]]:
    scenario = model(
        calls_per_hour=row["calls_per_min"] * 60,
        aht_s=60 / row["mu_per_min"],
        agents=row["agents"],
        patience_s=60 / row["theta_per_min"],
        calls=CALLS,
    )
    return scenario, {name: row[name] for name in ("p_wait", "p_abandon", "mean_wait_s", "queue_len", "occupancy")}


def vip_priority(row: dict[str, Any]) -> tuple[Scenario, dict[str, float]]:
    scenario = model(
        calls_per_hour=row["erlangs"] * 3_600 / row["aht_s"],
        aht_s=row["aht_s"],
        agents=row["agents"],
        vip_share=row["vip_share"],
        calls=2 * CALLS,
    )
    wanted = {"p_wait": "p_wait", "mean_wait_s": "fifo_s", "vip_wait_s": "vip_s", "standard_wait_s": "standard_s"}
    return scenario, {ours: row[theirs] for ours, theirs in wanted.items()}


FAMILIES = {"erlang_b": erlang_b, "erlang_c": erlang_c, "erlang_a": erlang_a, "vip_priority": vip_priority}
ROWS = [(family, index) for family in FAMILIES for index in range(len(TABLE[family]["rows"]))]


@cache
def outcome(family: str, index: int) -> tuple[Report, dict[str, float]]:
    scenario, expected = FAMILIES[family](TABLE[family]["rows"][index])
    return simulate(msgspec.structs.replace(scenario, seed=ROWS.index((family, index)))), expected


def offs(family: str, index: int) -> Iterator[tuple[str, float]]:
    """How far each figure is from the exact one, in half-widths of its 95 % interval."""
    report, expected = outcome(family, index)
    for name, exact in expected.items():
        estimate = report.measures[name]
        assert estimate.value is not None and estimate.ci
        yield name, (estimate.value - exact) / estimate.ci


@pytest.mark.parametrize(("family", "index"), ROWS)
def test_a_row_is_met(family: str, index: int) -> None:
    report, expected = outcome(family, index)
    assert report.lost_count == 0
    for name, off in offs(family, index):
        assert abs(off) < BAND, f"{name}: {report.measures[name]} for {expected[name]}"


def test_the_intervals_are_right_as_often_as_they_say() -> None:
    """The figures of a row rise and fall together, so one in eight outside is still chance; one in four is not."""
    all_offs = [off for family, index in ROWS for _, off in offs(family, index)]
    outside = sum(abs(off) > 1 for off in all_offs)
    assert outside <= len(all_offs) / 8, f"{outside} of {len(all_offs)} figures are outside their 95 % intervals"
    assert any(abs(off) > 0.5 for off in all_offs), "intervals this wide say nothing"


# --- skills ---

CALL_TYPES = 6
PER_TYPE_PER_HOUR = 1.4 * 60
AGENTS = 90
WAITING_PLACES = 30
PRIMARY, FURTHER = 5, 1


def chained_agents(skills_per_agent: int) -> tuple[models.Skills, ...]:
    """15 agents for each type; the further types of a type's agents are spread evenly over the others."""
    agents: list[models.Skills] = []
    for number in range(AGENTS):
        primary, turn = number % CALL_TYPES, number // CALL_TYPES
        others = [(primary + 1 + (turn + step) % (CALL_TYPES - 1)) % CALL_TYPES for step in range(skills_per_agent - 1)]
        agents.append(((f"type{primary}", PRIMARY), *((f"type{other}", FURTHER) for other in others)))
    return tuple(agents)


def chaining(skills_per_agent: int, calls: int) -> Scenario:
    kinds = tuple(models.Kind(name=f"type{n}", skills=((f"type{n}", FURTHER),)) for n in range(CALL_TYPES))
    site = models.model_site(chained_agents(skills_per_agent), kinds, favour_ms=3_600_000, capacity=WAITING_PLACES)
    return Scenario(
        site=site,
        entries=models.entries(kinds),
        arrivals=Poisson(CALL_TYPES * PER_TYPE_PER_HOUR),
        handling=Exponential(600_000),
        shifts=models.always(site),
        length=Steady(calls=calls),
    )


def test_every_type_has_its_agents() -> None:
    agents = chained_agents(2)
    for kind in range(CALL_TYPES):
        assert sum(skills[0][0] == f"type{kind}" for skills in agents) == AGENTS // CALL_TYPES
        assert sum((f"type{kind}", FURTHER) in skills for skills in agents) == AGENTS // CALL_TYPES


@pytest.mark.parametrize("index", range(3))
def test_skills_chaining(index: int) -> None:
    row = TABLE["skills_chaining"]["rows"][index]
    report = simulate(chaining(row["skills_per_agent"], CALLS + CALLS // 2))
    block, asa = report.measures["p_block"], report.measures["asa_s"]
    assert block.value is not None and block.ci and asa.value is not None and asa.ci
    assert abs(block.value - row["p_block"]) < BAND * (block.ci + row["ci"])
    assert abs(asa.value - row["asa_min"] * 60) < BAND * (asa.ci + row["asa_ci"] * 60)
