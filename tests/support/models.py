"""Scenarios of the simulator with known answers."""

import msgspec

from router.sim import models
from router.sim.arrivals import Poisson
from router.sim.scenario import Scenario, Steady
from router.sim.spans import Endless, Exponential


def model(
    *,
    calls_per_hour: float,
    aht_s: float,
    agents: int,
    calls: int,
    patience_s: float = 0,
    vip_share: float = 0,
    target_s: float = 20,
    seed: int = 1,
    **fields: object,
) -> Scenario:
    """One queue and one group; ``patience_s`` 0 is without end; ``fields`` are further fields of the scenario."""
    kinds = models.kinds(vip_share)
    site = models.model_site(models.same_agents(agents), kinds, ringing="answering" in fields)
    scenario = Scenario(
        site=site,
        entries=models.entries(kinds),
        arrivals=Poisson(calls_per_hour),
        handling=Exponential(aht_s * 1_000),
        patience=Exponential(patience_s * 1_000) if patience_s else Endless(),
        shifts=models.always(site),
        length=Steady(calls=calls),
        target_ms=round(target_s * 1_000),
        seed=seed,
    )
    return msgspec.structs.replace(scenario, **fields)
