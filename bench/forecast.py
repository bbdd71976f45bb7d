"""How long foretelling one wait takes as the floor grows: ``python -m bench.forecast [--json]``.

The floors of ``bench.decision``: 100 to 10,000 agents with 3-6 of 30 skills each, 500 callers waiting with 20 different
requirements in four queues. A caller's forecast looks at every group that has somebody before them and at every agent
who may serve them. It is made when a caller begins to wait in a queue with ``estimate``, and when one is told; no
decision waits for it.
"""

import argparse
import json
from statistics import median
from time import perf_counter_ns

from bench.decision import AGENTS, QUEUES, Floorful
from router.acd.forecast import foretell
from router.acd.waiting import Waiting
from router.core.ids import CallId

WAITING, REQUIREMENTS, ROUNDS = 500, 20, 200


def measure(agents: int) -> dict[str, float]:
    """Time forecasts on one floor; spans in µs."""
    floor = Floorful(agents, WAITING, REQUIREMENTS)
    spans: list[int] = []
    ahead = 0.0
    for number in range(ROUNDS):
        queue, need = floor.needs[number % len(floor.needs)]
        last = Waiting(
            call=CallId("last"), queue=queue, need=need, tier=1, key_ms=10**9, seq=10**9, asked_at=0, privileged=True
        )
        began = perf_counter_ns()
        rivals = floor.matcher.rivals(last)
        foretell(0, rivals.ahead, len(rivals.agents), max(len(rivals.agents), 1) / 300_000, 1 / 600_000)
        spans.append(perf_counter_ns() - began)
        ahead = max(ahead, rivals.ahead)
    return {"agents": agents, "queues": len(QUEUES), "p50_us": median(spans) / 1_000, "most_ahead": ahead}


def main() -> None:
    """Measure all floors and print them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    rows = [measure(agents) for agents in AGENTS]
    if chosen.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(
            f"{row['agents']:>6.0f} agents  {row['p50_us']:8.0f} µs a forecast  (up to {row['most_ahead']:.0f} ahead)"
        )


if __name__ == "__main__":
    main()
