"""How long one decision of the matcher takes as the floor grows: ``python -m bench.decision [--json] [--quick]``.

A floor of 100 to 10,000 agents with 3-6 of 30 skills each at levels 1-5, up to 5,000 callers waiting with up to 200
different requirements of one to three skills, each in one of four queues. Two decisions are timed, each whole with the
bookkeeping that follows it:

- ``agent freed``: an agent becomes idle while callers wait; who of them is taken, and they leave the queue;
- ``call arrives``: a caller asks; with idle agents the best of them is taken, else the caller joins the queue.

The clock's own cost (about 50 ns) is in the figures. The garbage collector stays on and leaves alone what was there
before, as in the live router.
"""

import argparse
import gc
import json
import math
import sys
from collections.abc import Iterator
from random import Random
from time import perf_counter_ns
from typing import Any

from rich.console import Console
from rich.table import Table

from router.acd.agent import AgentStatus
from router.acd.matcher import Matcher
from router.acd.spec import Agent, Floor, Need, Queue, meets
from router.acd.waiting import Waiting
from router.core.ids import AgentId, CallId, QueueName

AGENTS = (100, 1_000, 10_000)
WAITING = (0, 500, 5_000)
SKILLS = tuple(f"skill{number:02d}" for number in range(30))
REQUIREMENTS = (1, 20, 200)
QUEUES = tuple(QueueName(name) for name in ("enquiry", "fault", "complaint", "business"))
TARGET_NS = 50_000
"""The largest floor's p99 shall not be above this."""


class Floorful:
    """A floor with its matcher, and the two decisions to time. ``waiting`` 0: a third of the agents is idle instead."""

    def __init__(self, agents: int, waiting: int, requirements: int, strategy: str = "longest_idle") -> None:
        self._rng = rng = Random(f"{agents}/{waiting}/{requirements}")
        self._calls = 0
        self._now = 1_000
        self._idle_seq = 0
        made = {AgentId(str(1_000 + n)): self._agent(str(1_000 + n)) for n in range(agents)}
        needs = self._needs(list(made.values()), requirements)
        self.needs = [(QUEUES[n % len(QUEUES)], need) for n, need in enumerate(needs)]
        queues = {name: Queue(name=name, groups=("all",), strategy=strategy) for name in QUEUES}
        self.matcher = Matcher(Floor(queues=queues, agents=made))
        self._status = {number: AgentStatus(number=number) for number in made}
        self.busy: list[AgentId] = []
        for need in self.needs:  # the groups that a day of calls has left behind
            call = self._call(need)
            self.matcher.add(call)
            self.matcher.remove(call.call)
        for status in self._status.values():
            self.matcher.enrol(status)
            self.busy.append(status.number)
        for _ in range(waiting):
            self.matcher.add(self._call(rng.choice(self.needs)))
        if not waiting:
            for number in rng.sample(self.busy, agents // 3):
                self._free(number)
        self._take()

    def freed(self) -> int:
        """An agent becomes idle and takes a call; returns ns."""
        agent = self._rng.choice(self.busy)
        status = self._status[agent]
        self._now += 7
        self._idle_seq += 1
        status.idle_since, status.idle_seq = self._now, self._idle_seq
        begin = perf_counter_ns()
        self.matcher.idle(agent)
        taken = self._take()
        took = perf_counter_ns() - begin
        if not taken:
            self.busy.remove(agent)
        return took

    def arrives(self) -> int:
        """A call arrives and takes the best idle agent, or waits; returns ns."""
        call = self._call(self._rng.choice(self.needs))
        begin = perf_counter_ns()
        self.matcher.add(call)
        taken = self._take()
        took = perf_counter_ns() - begin
        self.busy += taken
        return took

    def release(self) -> None:
        """Free an agent who has nothing to take, not timed: keeps a quiet floor quiet."""
        agent = self.busy.pop(self._rng.randrange(len(self.busy)))
        self._free(agent)
        self._take()

    def _free(self, agent: AgentId) -> None:
        if agent in self.busy:
            self.busy.remove(agent)
        self._now += 7
        self._idle_seq += 1
        status = self._status[agent]
        status.idle_since, status.idle_seq = self._now, self._idle_seq
        self.matcher.idle(agent)

    def _take(self) -> list[AgentId]:
        taken = []
        for pick in self.matcher.match():
            self.matcher.offered(pick.waiting.call, pick.agent)
            self.matcher.busy(pick.agent)
            self.matcher.remove(pick.waiting.call)
            taken.append(pick.agent)
        return taken

    def _agent(self, number: str) -> Agent:
        rng = self._rng
        skills = tuple(sorted((skill, rng.randint(1, 5)) for skill in rng.sample(SKILLS, rng.randint(3, 6))))
        return Agent(number=AgentId(number), groups=("all",), skills=skills, phone=number)

    def _needs(self, agents: list[Agent], count: int) -> list[Need]:
        """Different requirements of 1-3 skills that somebody can meet."""
        found: dict[Need, None] = {}
        while len(found) < count:
            skills = self._rng.choice(agents).skills
            chosen = self._rng.sample(skills, self._rng.randint(1, 3))
            need: Need = (tuple(sorted((skill, self._rng.randint(1, level)) for skill, level in chosen)),)
            assert any(meets(dict(agent.skills), need) for agent in agents)
            found[need] = None
        return list(found)

    def _call(self, asked: tuple[QueueName, Need]) -> Waiting:
        queue, need = asked
        self._calls += 1
        self._now += 3
        head_start_ms = self._rng.choice((0, 0, 0, 0, 60_000, 120_000))
        return Waiting(
            call=CallId(f"b.1.c{self._calls}"),
            queue=queue,
            need=need,
            tier=1,
            key_ms=self._now - head_start_ms,
            seq=self._calls,
            asked_at=self._now,
        )


def measure(agents: int, waiting: int, requirements: int, decisions: int) -> dict[str, dict[str, float]]:
    """Time decisions of both kinds; per kind ``p50_ns``, ``p99_ns``, ``max_ns`` and how many."""
    floor = Floorful(agents, waiting, requirements)
    gc.collect()
    gc.freeze()
    times: dict[str, list[int]] = {"agent freed": [], "call arrives": []}
    for _ in range(decisions):
        if waiting:
            times["agent freed"].append(floor.freed())
        elif floor.busy:
            floor.release()
        times["call arrives"].append(floor.arrives())
    gc.unfreeze()
    return {kind: quantiles(taken) for kind, taken in times.items() if taken}


def quantiles(values: list[int]) -> dict[str, float]:
    """Return the figures of a list of times."""
    ordered = sorted(values)
    return {
        "p50_ns": ordered[len(ordered) // 2],
        "p99_ns": ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.99) - 1)],
        "max_ns": ordered[-1],
        "count": len(ordered),
    }


def runs(quick: bool) -> Iterator[dict[str, Any]]:
    """Yield the figures of each floor, all sizes at the most requirements, then fewer requirements on the largest."""
    decisions = 1_000 if quick else 4_000
    sizes = [(agents, waiting, REQUIREMENTS[-1]) for agents in AGENTS for waiting in WAITING]
    sizes += [(AGENTS[-1], WAITING[-1], requirements) for requirements in REQUIREMENTS[:-1]]
    for agents, waiting, requirements in sizes:
        found = measure(agents, waiting, requirements, decisions)
        for kind, figures in found.items():
            yield {"agents": agents, "waiting": waiting, "requirements": requirements, "decision": kind, **figures}


def show(rows: list[dict[str, Any]]) -> None:
    """Print the figures with a bar for each p99, the target being 40 signs long."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("agents", "waiting", "requirements", "decision", "p50 us", "p99 us", "max us", "p99"):
        table.add_column(column, justify="right" if column.endswith(("us", "s", "g")) else "left", no_wrap=True)
    for row in rows:
        bar = "#" * max(1, min(80, round(40 * row["p99_ns"] / TARGET_NS)))
        spans = (f"{row[name] / 1_000:.1f}" for name in ("p50_ns", "p99_ns", "max_ns"))
        sizes = (f"{row[name]:,}" for name in ("agents", "waiting", "requirements"))
        table.add_row(*sizes, row["decision"], *spans, bar)
    Console(highlight=False, width=160).print(table)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 1 where the largest floor's p99 misses the target."""
    parser = argparse.ArgumentParser(prog="python -m bench.decision", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer decisions")
    given = parser.parse_args(arguments)
    rows = list(runs(given.quick))
    worst = max(row["p99_ns"] for row in rows)
    met = worst <= TARGET_NS
    if given.json:
        print(json.dumps({"decisions": rows, "target_ns": TARGET_NS, "worst_p99_ns": worst, "met": met}))
    else:
        show(rows)
        verdict = "met" if met else "MISSED"
        print(f"\nworst p99 {worst / 1_000:.1f} us, target {TARGET_NS / 1_000:.0f} us: {verdict}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
