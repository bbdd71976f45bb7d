"""Pure: carries a simulation out and gives its measures."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import msgspec

from router.callcontrol import CallControl
from router.control.state import State
from router.core import events
from router.core.ids import Ms
from router.core.records import Record
from router.core.turn import SelectiveLedger
from router.errors import SimulationError
from router.ivr.nodes.enqueue import Enqueue
from router.sim.arrivals import DAY_MS, HOUR_MS, Poisson, arrival_times
from router.sim.estimate import Estimate
from router.sim.scenario import Days, Scenario, Shift, Steady
from router.sim.spans import Fixed, drawer, mean_ms
from router.sim.tally import Batch, Clockwork, Known, measures
from router.sim.world import Demand, World, wanted

FIRST_MIDNIGHT: Ms = 20_000 * DAY_MS
"""The run's first local midnight is at this moment or less than a day after it."""
MAX_CORRELATION = 0.4
"""Neighbouring batches that depend on each other more than this make the interval doubtful."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came out, ``measures`` by name.

    ``measured_count`` calls were measured, ``warm_up_count`` came before them and ``spare_count`` after them, to keep
    things as they were until the last one measured had gone.
    """

    measures: dict[str, Estimate]
    measured_count: int
    warm_up_count: int
    spare_count: int
    lost_count: int
    batches: int
    events: int
    simulated_ms: Ms
    doubts: tuple[str, ...] = ()


Watch = Callable[[int], None]
"""Told now and then how many calls have arrived."""


Listeners = Mapping[type[Record], Callable[[Any], None]]
"""Who else hears records of which kind, beside those who measure."""


def simulate(scenario: Scenario, watch: Watch | None = None, listeners: Listeners | None = None) -> Report:
    """Run a scenario from its seed; the same scenario always gives the same report.

    Raises :class:`SimulationError` for a scenario that cannot run (nobody signs in, no entry).
    """
    if not scenario.shifts:
        raise SimulationError("nobody works in this scenario", "give agents or a roster with at least one line")
    return _Run(scenario, listeners).carry_out(watch)


def _talk_is_work(scenario: Scenario) -> bool:
    """Say whether agents do nothing but talk and be idle: no wrap-up, no shifts that end, no rings left unanswered."""
    wrap_up = any(queue.wrap_up_ms for queue in scenario.site.floor.queues.values())
    leave = any(shift.begins_ms or shift.ends_ms is not None for shift in scenario.shifts)
    return not (wrap_up or leave) and scenario.answering == Fixed(0)


def _asks_at_once(scenario: Scenario) -> bool:
    """Say whether every caller asks for a person the moment they arrive: nothing is heard or pressed before."""
    site = scenario.site
    flows = [site.script.flows[site.dids[entry.did].flow] for entry in scenario.entries]
    return not site.answer_after_ms and all(isinstance(flow.nodes[flow.start], Enqueue) for flow in flows)


class _Run:
    def __init__(self, scenario: Scenario, listeners: Listeners | None = None) -> None:
        self._scenario = scenario
        site = scenario.site
        self._start = FIRST_MIDNIGHT + (-site.clock.at(FIRST_MIDNIGHT).minute * 60_000) % DAY_MS
        count = scenario.length.batches if isinstance(scenario.length, Steady) else scenario.length.count
        self._batches = [Batch(len(scenario.entries)) for _ in range(count)]
        self._outside = Batch(len(scenario.entries))
        """Takes the time of the warm-up and of what follows the last batch."""
        self._clock = Clockwork(self._outside, self._start)
        talk_is_work = _talk_is_work(scenario)
        if talk_is_work:
            self._clock.staffed = len(scenario.shifts)
        asks_at_once = _asks_at_once(scenario)
        only = wanted(talk_is_work=talk_is_work, asks_at_once=asks_at_once) | frozenset(listeners or ())
        ledger = SelectiveLedger(only=only)
        self._core = CallControl({site.version: site}, site.version, State(config=site.version, ledger=ledger))
        self._world = World(
            self._core,
            scenario.entries,
            patience=drawer(scenario.patience, self._stream("patience")),
            handling=drawer(scenario.handling, self._stream("handling")),
            answering=drawer(scenario.answering, self._stream("answering")),
            prompts=drawer(scenario.prompts, self._stream("prompts")),
            lines=scenario.lines,
            target_ms=scenario.target_ms,
            clock=self._clock,
            talk_is_work=talk_is_work,
            asks_at_once=asks_at_once,
            now=self._start,
        )
        for kind, hear in (listeners or {}).items():
            self._world.listen(kind, hear)
        self._demand = self._plan()
        self._current: Batch | None = None
        self._arrivals_over = False
        self._warm_up_count = 0

    def carry_out(self, watch: Watch | None) -> Report:
        world = self._world
        world.feed(events.RouterStarted(epoch=1, config=self._scenario.site.version, seed=self._scenario.seed))
        world.feed(events.SwitchSeen(channels=()))
        for shift in self._scenario.shifts:
            self._begin_shift(shift)
        self._next_arrival()
        step = world.step
        told = 0
        while not (self._arrivals_over and world.left == 0) and step():
            if watch is not None and world.arrivals_count - told >= 10_000:
                told = world.arrivals_count
                watch(told)
        self._clock.pass_until(world.now)
        return self._report()

    # --- who comes when ---

    def _stream(self, name: str) -> Random:
        return Random(f"{self._scenario.seed}/{name}")

    def _begin_shift(self, shift: Shift) -> None:
        length = self._scenario.length
        days = length.count * length.length_ms // DAY_MS if isinstance(length, Days) and shift.ends_ms else 1
        for day in range(days):
            midnight = self._start + day * DAY_MS
            self._world.at(midnight + shift.begins_ms, self._sign_in, shift)
            if shift.ends_ms is not None:
                self._world.at(midnight + shift.ends_ms, self._sign_out, shift)

    def _sign_in(self, shift: Shift) -> None:
        self._world.sign_in(shift.agent, shift.phone)

    def _sign_out(self, shift: Shift) -> None:
        self._world.sign_out(shift.agent)

    def _next_arrival(self) -> None:
        planned = next(self._demand, None)
        if planned is None:
            self._arrivals_over = True
            self._clock.turn_to(self._outside, self._world.now)
            return
        self._world.at(planned[0], self._arrive, planned)

    def _arrive(self, planned: tuple[Ms, int, Batch | None]) -> None:
        when, entry, batch = planned
        if batch is not self._current:
            self._current = batch
            self._clock.turn_to(batch or self._outside, when)
        self._world.arrive(entry, batch)
        self._next_arrival()

    def _plan(self) -> Demand:
        length = self._scenario.length
        return self._steady(length) if isinstance(length, Steady) else self._days(length)

    def _steady(self, length: Steady) -> Demand:
        """Warm-up, batches, and then callers who are not counted while those who are still wait."""
        times = arrival_times(self._scenario.arrivals, self._stream("arrivals"), self._start)
        draw = self._entry_drawer()
        per_batch = length.calls // (length.batches + 1)
        self._warm_up_count = length.calls - per_batch * length.batches
        begin = self._start
        for _ in range(self._warm_up_count):
            begin = next(times)
            yield begin, draw(), None
        for batch in self._batches:
            at = begin
            for _ in range(per_batch):
                at = next(times)
                yield at, draw(), batch
            batch.gaps_ms = at - begin
            begin = at
        for _ in range(per_batch):
            if self._world.left == 0:
                return
            yield next(times), draw(), None

    def _days(self, length: Days) -> Demand:
        draw = self._entry_drawer()
        rng = self._stream("arrivals")
        for number, batch in enumerate(self._batches):
            begin = self._start + number * length.length_ms
            for at in arrival_times(self._scenario.arrivals, rng, begin):
                if at >= begin + length.length_ms:
                    break
                yield at, draw(), batch

    def _entry_drawer(self) -> Callable[[], int]:
        entries = self._scenario.entries
        if len(entries) == 1:
            return lambda: 0
        rng = self._stream("entries")
        total = sum(entry.share for entry in entries)
        bounds: list[float] = []
        for entry in entries:
            bounds.append((bounds[-1] if bounds else 0.0) + entry.share / total)
        uniform, last = rng.random, len(entries) - 1

        def draw() -> int:
            point = uniform()
            for index in range(last):
                if point < bounds[index]:
                    return index
            return last

        return draw

    # --- the result ---

    def _known(self) -> Known | None:
        """The true means behind a steady run; repeated days are left as they are."""
        arrivals, handling_ms = self._scenario.arrivals, mean_ms(self._scenario.handling)
        if not (isinstance(self._scenario.length, Steady) and isinstance(arrivals, Poisson)):
            return None
        total = sum(entry.share for entry in self._scenario.entries)
        shares = tuple(entry.share / total for entry in self._scenario.entries)
        return Known(gap_ms=HOUR_MS / arrivals.calls_per_hour, handling_ms=handling_ms, shares=shares)

    def _report(self) -> Report:
        found = measures(self._batches, [entry.name for entry in self._scenario.entries], self._known())
        measured = sum(batch.calls for batch in self._batches)
        doubts = [
            f"{name}: neighbouring batches are correlated ({estimate.correlation:.2f}); the run is too short for it"
            for name, estimate in found.items()
            if estimate.correlation > MAX_CORRELATION
        ]
        return Report(
            measures=found,
            measured_count=measured,
            warm_up_count=self._warm_up_count,
            spare_count=self._world.arrivals_count - measured - self._warm_up_count,
            lost_count=sum(batch.lost for batch in self._batches),
            batches=len(self._batches),
            events=self._world.events_count,
            simulated_ms=self._world.now - self._start,
            doubts=tuple(doubts),
        )
