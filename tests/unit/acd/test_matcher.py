"""Who gets whom: order, rounds, requirements, agents of several queues."""

import msgspec
import pytest

from router.acd.agent import AgentStatus
from router.acd.matcher import Matcher, may_serve
from router.acd.spec import Agent, Floor, Queue, Step
from router.acd.waiting import Waiting
from router.core.ids import AgentId, CallId, QueueName


def floor(agents: list[Agent], *queues: Queue) -> Floor:
    return Floor(queues={queue.name: queue for queue in queues}, agents={agent.number: agent for agent in agents})


def queue(name: str, *groups: str, strategy: str = "longest_idle") -> Queue:
    return Queue(name=QueueName(name), groups=groups or ("all",), strategy=strategy)


def agent(number: str, *groups: str, skills: dict[str, int] | None = None) -> Agent:
    return Agent(number=AgentId(number), groups=groups or ("all",), skills=tuple((skills or {}).items()))


class Bench:
    """A matcher with agents that become idle in the order they are named."""

    def __init__(self, floor: Floor) -> None:
        self.matcher = Matcher(floor)
        self.statuses: dict[str, AgentStatus] = {}
        self.seq = 0
        for number in floor.agents:
            status = AgentStatus(number=number, idle_since=len(self.statuses), idle_seq=len(self.statuses))
            self.statuses[number] = status
            self.matcher.enrol(status)

    def wait(
        self, call: str, queue: str = "q", key_ms: int = 0, skills: dict[str, int] | None = None, tier: int = 1
    ) -> bool:
        self.seq += 1
        return self.matcher.add(
            Waiting(
                call=CallId(call),
                queue=QueueName(queue),
                need=(tuple(sorted((skills or {}).items())),),
                privileged=True,
                tier=tier,
                key_ms=key_ms,
                seq=self.seq,
                asked_at=0,
            )
        )

    def idle(self, *numbers: str) -> None:
        for number in numbers:
            self.matcher.idle(AgentId(number))

    def match(self) -> list[str]:
        """Match, every agent rung being busy from then on."""
        pairs = []
        for pick in self.matcher.match():
            self.matcher.offered(pick.waiting.call, pick.agent)
            self.matcher.busy(pick.agent)
            pairs.append(f"{pick.waiting.call}-{pick.agent}")
        return pairs


def test_longest_waiting_gets_longest_idle() -> None:
    bench = Bench(floor([agent("1"), agent("2")], queue("q")))
    assert bench.wait("a", key_ms=5) is False
    bench.wait("b", key_ms=3)
    bench.idle("2", "1")
    assert bench.match() == ["b-1", "a-2"]


def test_lower_tier_first_whatever_the_wait() -> None:
    bench = Bench(floor([agent("1")], queue("q")))
    bench.wait("old", key_ms=-1_000_000)
    bench.wait("leak", key_ms=0, tier=0)
    bench.idle("1")
    assert bench.match() == ["leak-1"]


def test_an_agent_of_several_queues_takes_the_lowest_key_of_all() -> None:
    bench = Bench(floor([agent("1", "a", "b")], queue("q", "a"), queue("r", "b")))
    bench.wait("x", "q", key_ms=7)
    bench.wait("y", "r", key_ms=4)
    bench.idle("1")
    assert bench.match() == ["y-1"]


def test_a_head_nobody_free_may_serve_blocks_nobody() -> None:
    bench = Bench(floor([agent("1"), agent("2", skills={"gas": 3})], queue("q")))
    bench.wait("needs gas", key_ms=0, skills={"gas": 3})
    bench.wait("needs nothing", key_ms=9)
    bench.idle("1")
    assert bench.match() == ["needs nothing-1"]
    bench.idle("2")
    assert bench.match() == ["needs gas-2"]


def test_one_try_per_agent_and_round() -> None:
    bench = Bench(floor([agent("1"), agent("2")], queue("q")))
    bench.wait("a")
    bench.idle("1", "2")
    assert bench.match() == ["a-1"]
    bench.matcher.not_taken(CallId("a"))
    bench.idle("1")
    assert bench.match() == ["a-2"]
    bench.matcher.not_taken(CallId("a"))
    bench.idle("2")
    assert bench.match() == ["a-1"], "all idle agents were tried: a new round"


def test_the_head_keeps_its_agent_after_a_failed_ring() -> None:
    bench = Bench(floor([agent("1")], queue("q")))
    bench.wait("first", key_ms=1)
    bench.wait("second", key_ms=2)
    bench.idle("1")
    assert bench.match() == ["first-1"]
    bench.matcher.not_taken(CallId("first"))
    bench.idle("1")
    assert bench.match() == ["first-1"]


def test_position_counts_calls_being_offered() -> None:
    bench = Bench(floor([agent("1")], queue("q")))
    bench.wait("first", key_ms=1)
    bench.idle("1")
    bench.match()
    bench.wait("second", key_ms=2)
    second = bench.matcher._waiting[CallId("second")]
    assert bench.matcher.position(second) == 2
    assert bench.matcher.length(QueueName("q")) == 2
    bench.matcher.remove(CallId("first"))
    assert bench.matcher.position(second) == 1


def test_who_signs_in_later_serves_those_already_waiting() -> None:
    bench = Bench(floor([agent("1", skills={"en": 2})], queue("q")))
    bench.matcher.dismiss(AgentId("1"))
    bench.wait("a", skills={"en": 2})
    bench.matcher.enrol(bench.statuses["1"])
    bench.idle("1")
    assert bench.match() == ["a-1"]


def test_a_new_requirement_finds_agents_already_idle() -> None:
    bench = Bench(floor([agent("1", skills={"en": 2})], queue("q")))
    bench.idle("1")
    assert bench.wait("a", skills={"en": 2}) is True
    assert bench.match() == ["a-1"]


@pytest.mark.parametrize(("strategy", "first"), [("longest_idle", "1"), ("fewest_calls", "2"), ("best_skill", "3")])
def test_strategies(strategy: str, first: str) -> None:
    agents = [agent("1", skills={"en": 1}), agent("2", skills={"en": 2}), agent("3", skills={"en": 5})]
    bench = Bench(floor(agents, queue("q", strategy=strategy)))
    for number, calls in (("1", 4), ("2", 1), ("3", 2)):
        bench.statuses[number].calls_count = calls
    bench.idle("1", "2", "3")
    bench.wait("a", skills={"en": 1})
    assert bench.match() == [f"a-{first}"]


def test_best_skill_goes_by_what_is_needed_now() -> None:
    both, only = ((("en", 1), ("tech", 1)),), ((("en", 1),),)
    named = Queue(
        name=QueueName("q"),
        groups=("all",),
        strategy="best_skill",
        need=both,
        steps=(Step(need=only, groups=("all",), signed_in_under=3),),
    )
    agents = [agent("1", skills={"en": 5, "tech": 1}), agent("2", skills={"en": 4, "tech": 4}), agent("3")]
    bench = Bench(floor(agents, named))
    bench.idle("1", "2")
    assert bench.match() == []
    bench.matcher.dismiss(AgentId("3"))
    bench.wait("a")
    assert bench.match() == ["a-1"], "of both skills agent 2 has more, of the one that is left agent 1"


def test_staff_that_leaves_counts_whatever_its_skills() -> None:
    """Somebody who could not have served the call goes home: the step that helps it is reached all the same."""
    named = Queue(
        name=QueueName("q"), groups=("all",), need=((("en", 1),),), steps=(Step(groups=("all",), signed_in_under=2),)
    )
    bench = Bench(floor([agent("1"), agent("2")], named))
    bench.wait("a")
    bench.idle("1")
    assert bench.match() == []
    bench.matcher.dismiss(AgentId("2"))
    assert bench.match() == ["a-1"]
    assert not bench.matcher.narrowed
    bench.matcher.enrol(bench.statuses["2"])
    bench.match()
    assert bench.matcher.narrowed, "nobody may serve the queue any more: its rules have to be looked at"
    assert list(bench.matcher.serving(QueueName("q"))) == []


@pytest.mark.parametrize(
    ("groups", "skills", "expected"),
    [((), {"en": 3}, True), ((), {"en": 2}, False), (("other",), {"en": 3}, False), ((), {}, False)],
)
def test_may_serve(groups: tuple[str, ...], skills: dict[str, int], expected: bool) -> None:
    assert may_serve(agent("1", *groups, skills=skills), ("all",), ((("en", 3),),)) is expected


def test_emergency_waits_for_those_who_may_serve_it() -> None:
    bench = Bench(floor([agent("1"), agent("2", "elsewhere")], queue("q"), queue("r", "elsewhere")))
    bench.wait("leak", tier=0)
    assert bench.matcher.emergency_waits_for(AgentId("1"))
    assert not bench.matcher.emergency_waits_for(AgentId("2"))


def test_waiting_is_plain_data() -> None:
    waiting = Waiting(call=CallId("a"), queue=QueueName("q"), need=((("en", 2),),), tier=1, key_ms=0, seq=1, asked_at=0)
    assert msgspec.convert(msgspec.to_builtins(waiting), Waiting) == waiting


# --- who stands before a caller ---


def newcomer(skills: dict[str, int] | None = None, queue: str = "q", key_ms: int = 100) -> Waiting:
    return Waiting(
        call=CallId("new"),
        queue=QueueName(queue),
        need=(tuple(sorted((skills or {}).items())),),
        privileged=True,
        tier=1,
        key_ms=key_ms,
        seq=99,
        asked_at=0,
    )


def test_all_who_stand_before_count_and_none_behind() -> None:
    bench = Bench(floor([agent("1"), agent("2")], queue("q")))
    bench.wait("a", key_ms=10)
    bench.wait("b", key_ms=20)
    bench.wait("c", key_ms=200)
    rivals = bench.matcher.rivals(newcomer())
    assert (sorted(rivals.agents), rivals.ahead, rivals.patient) == (["1", "2"], 2, 0)


def test_who_is_being_rung_for_has_their_agent() -> None:
    bench = Bench(floor([agent("1"), agent("2")], queue("q")))
    bench.wait("a", key_ms=10)
    bench.wait("b", key_ms=20)
    bench.idle("1")
    bench.match()
    assert bench.matcher.rivals(newcomer()).ahead == 1


def test_who_may_take_other_agents_too_counts_in_part() -> None:
    """Two speak English; those who need none compete with them for a third of the agents each."""
    agents = [agent("1", skills={"english": 1}), agent("2"), agent("3")]
    bench = Bench(floor(agents, queue("q")))
    for number in range(3):
        bench.wait(f"plain{number}", key_ms=number)
    bench.wait("english", key_ms=50, skills={"english": 1})
    rivals = bench.matcher.rivals(newcomer({"english": 1}))
    assert rivals.agents == ("1",)
    assert rivals.ahead == pytest.approx(1 + 3 / 3)
    assert bench.matcher.rivals(newcomer()).ahead == 4, "who needs English takes an agent all serve"


def test_callers_of_other_queues_with_the_same_agents_count() -> None:
    agents = [agent("1", "a", "b"), agent("2", "b")]
    bench = Bench(floor(agents, queue("q", "a"), queue("r", "b")))
    bench.wait("one", "r", key_ms=1)
    bench.wait("two", "r", key_ms=2)
    assert bench.matcher.rivals(newcomer(queue="q")).ahead == pytest.approx(1.0)
    assert bench.matcher.rivals(newcomer(queue="r")).ahead == 2


def test_callbacks_ahead_are_counted_as_patient_until_they_leave() -> None:
    bench = Bench(floor([agent("1")], queue("q")))
    callback = newcomer(key_ms=5)
    callback.call, callback.patient = CallId("callback"), True
    bench.matcher.add(callback)
    bench.wait("b", key_ms=20)
    assert bench.matcher.rivals(newcomer()).patient == 1
    bench.matcher.remove(CallId("callback"))
    rivals = bench.matcher.rivals(newcomer())
    assert (rivals.ahead, rivals.patient) == (1, 0)
