"""A simulated day with a peak: the surge plan's steps come and go when the handbook says, by the callers who waited.

How many waited at each moment is counted here from the records, with nothing of the plan's own code.
"""

from collections import Counter

import msgspec
import pytest

from router.acd.spec import Agent
from router.acd.surge import SurgePlan, SurgeStep
from router.core import records
from router.core.ids import AgentId, Ms, PhoneName, QueueName
from router.core.lines import Phone
from router.core.records import Record
from router.sim.arrivals import Profile
from router.sim.run import Report, simulate
from router.sim.scenario import Days, Entry, Scenario, Shift
from router.sim.spans import Exponential
from router.site import Site
from support.sites import small_site

MIN: Ms = 60_000
LOW, HIGH, FOR, DIP, FAST = 5, 10, 5 * MIN, 10_000, MIN
GROUPS = {"inbound": 6, "experts": 2, "outbound": 4, "quality": 3, "back": 3}
KINDS = (
    records.CallQueued,
    records.CallConnected,
    records.CallEnded,
    records.TalkEnded,
    records.SurgeStepTaken,
    records.SurgeStepReleased,
    records.SeatsMissing,
)


def site(*, plan: bool = True) -> Site:
    """Six agents inbound and twelve who may help; all take calls of the desk once they are in its group."""
    bare = small_site(wrap_up_ms=0)
    agents, first = {}, 1001
    for group, count in GROUPS.items():
        for number in range(first, first + count):
            agents[AgentId(str(number))] = Agent(
                number=AgentId(str(number)), groups=(group,), phone=str(number), place=number
            )
        first += 1000
    surge = SurgePlan(
        name="floor",
        queues=(QueueName("desk"),),
        group="inbound",
        mode="automatic",
        seats_max=14,
        steps=(
            SurgeStep(group="experts"),
            SurgeStep(group="outbound", least=2, most=3),
            SurgeStep(group="quality", least=2, most=3),
            SurgeStep(group="back", least=2, most=3, above_high=True),
        ),
    )
    return msgspec.structs.replace(
        bare,
        floor=msgspec.structs.replace(bare.floor, agents=agents),
        phones={PhoneName(number): Phone(name=PhoneName(number)) for number in agents},
        surges={"floor": surge} if plan else {},
    )


def run(seed: int, *, plan: bool = True) -> tuple[Report, list[Record]]:
    """A day: quiet, a peak from 9 to 11 that six agents cannot take, quiet again."""
    made = site(plan=plan)
    calls = [20.0] * 48
    calls[18:22] = [120.0, 240.0, 220.0, 60.0]
    scenario = Scenario(
        site=made,
        entries=(Entry(name="standard", did="4001862"),),
        arrivals=Profile(tuple(calls)),
        handling=Exponential(120_000),
        patience=Exponential(600_000),
        shifts=tuple(Shift(agent=number, phone=PhoneName(number)) for number in made.floor.agents),
        length=Days(count=1),
        seed=seed,
    )
    found: list[Record] = []
    return simulate(scenario, listeners=dict.fromkeys(KINDS, found.append)), found


def timeline(found: list[Record]) -> list[tuple[Ms, int]]:
    """How many waited from each moment on."""
    waiting: set[str] = set()
    line: list[tuple[Ms, int]] = []
    for record in found:
        if isinstance(record, records.CallQueued):
            waiting.add(record.call_id)
        elif isinstance(record, records.CallConnected | records.CallEnded):
            waiting.discard(record.call_id)
        else:
            continue
        line.append((record.at_ms, len(waiting)))
    return line


def spans(line: list[tuple[Ms, int]], bound: int) -> list[tuple[Ms, Ms]]:
    """When more than ``bound`` waited; dips shorter than ten seconds are left out."""
    found: list[tuple[Ms, Ms]] = []
    since: Ms | None = None
    for at, count in [*line, (line[-1][0] + 60 * MIN, 0)]:
        if count > bound and since is None:
            joined = found and at - found[-1][1] < DIP
            since = found.pop()[0] if joined else at
        elif count <= bound and since is not None:
            found.append((since, at))
            since = None
    return found


def within(spans_: list[tuple[Ms, Ms]], at: Ms) -> Ms | None:
    """Since when a moment has been in one of the spans."""
    return next((begin for begin, end in spans_ if begin <= at <= end), None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_step_comes_when_the_handbook_says(seed: int) -> None:
    _, found = run(seed)
    line = timeline(found)
    risen, high = spans(line, LOW), spans(line, HIGH)
    taken: list[int] = []
    last: Ms = 0
    for record in found:
        if isinstance(record, records.SurgeStepTaken):
            rose, above = within(risen, record.at_ms), within(high, record.at_ms)
            assert rose is not None, "a step in a calm"
            assert record.step == len(taken) + 1
            ordinary = max(rose, last) + FOR if record.step < 4 else None
            fast = max(above, last) + FAST if above is not None and taken else None
            due = min(at for at in (ordinary, fast) if at is not None)
            # Exactly then; or when the line grows again after a dip or a moment below ten in which it was due.
            assert record.at_ms == due or (record.at_ms > due and any(at == record.at_ms for at, _ in line))
            assert record.seats <= 14
            taken.append(record.step)
            last = record.at_ms if record.agents else last  # with no seat left for anybody it takes no time
        elif isinstance(record, records.SurgeStepReleased):
            assert record.step == taken.pop(), "the last one taken goes first"
            assert all(count <= LOW for at, count in line if record.at_ms - FOR < at < record.at_ms)
            assert record.at_ms - last >= FOR
            last = record.at_ms if record.agents else last
    assert taken == [], "by the end of the day everybody has gone"
    assert Counter(type(record).__name__ for record in found)["SurgeStepTaken"] >= 3, "the peak is one"


def test_the_plan_helps() -> None:
    with_plan, _ = run(1)
    without, found = run(1, plan=False)
    assert not any(isinstance(record, records.SurgeStepTaken) for record in found)
    lost = [report.measures["p_abandon"].value or 0.0 for report in (with_plan, without)]
    assert lost[0] < 0.7 * lost[1]


def test_the_same_seed_gives_the_same_day() -> None:
    assert run(2)[1] == run(2)[1]
