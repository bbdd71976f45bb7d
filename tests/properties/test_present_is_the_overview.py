"""The present folded from the records alone equals what the core itself says of the moment, whatever happens."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from properties import test_callbacks as callback_courses
from properties import test_callcontrol_machine as courses

from router.acd.spec import Queue
from router.core import events
from router.core.ids import AgentId
from router.core.present import Present, present_of
from router.core.records import AgentState, Record
from router.core.routing import queues_of
from support.outside import AGENTS, Outside


class Told(Outside):
    """The outside of a core whose records are folded as they come."""

    def __init__(self, **queue: object) -> None:
        self.present = Present()
        self.told: list[Record] = []
        super().__init__(**queue)
        site = self.sites["v1"]
        more = Queue(name="second", groups=("second",), wrap_up_ms=10_000)
        floor = msgspec.structs.replace(site.floor, queues={**site.floor.queues, "second": more})
        agents = {**floor.agents, "1003": msgspec.structs.replace(floor.agents["1003"], groups=("second", "inbound"))}
        agents.pop("1002")
        self.sites["v2"] = msgspec.structs.replace(
            site, version="v2", floor=msgspec.structs.replace(floor, agents=agents)
        )

    def _check(self, record: Record) -> None:
        self.told.append(record)
        self.present.apply(record)
        super()._check(record)


class Course(courses.Course):
    """Any course of events, with publishes, closed queues and regrouped agents."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.outside = Told(**self.rules())

    def publish(self) -> None:
        self.outside.feed(events.SiteLoaded(config=self.choose(["v1", "v2"])))

    def close_queue(self) -> None:
        queue, closed = self.choose(list(self.outside.sites["v2"].floor.queues)), self.choose([True, False])
        self.outside.feed(events.QueueCloseAsked(queue=queue, closed=closed, by="lead"))

    def regroup(self) -> None:
        known = {group for agent in self.outside.core.desk.site.floor.agents.values() for group in agent.groups}
        groups = self.choose([None, (), *[(group,) for group in sorted(known)]])
        self.outside.feed(events.AgentRegroupAsked(agent=self.choose(AGENTS), groups=groups, by="lead"))

    def possible(self) -> Any:
        return {**super().possible(), self.publish: 1, self.close_queue: 1, self.regroup: 2}


class WithMessages(Course):
    """Such a course in which callers have left messages, too."""

    def message(self) -> None:
        """Somebody has left a message, or something is done with one."""
        outside = self.outside
        known = list(outside.core.desk.state.messages)
        if not known or self.choose([True, False, False]):
            name = f"messages/{len(outside.told)}.wav"
            caller = events.Caller(number="+8613800138000")
            outside.feed(
                events.MessageFound(
                    recording=name, did="4001860", caller=caller, left_at=outside.now - 5, length_ms=4_000
                )
            )
        else:
            ask = self.choose(["claim", "release", "done", "reopen", "delete"])
            agent = AgentId(self.choose([*AGENTS, ""]))
            outside.feed(events.MessageAsked(message=self.choose(known), ask=ask, agent=agent))

    def possible(self) -> Any:
        return {**super().possible(), self.message: 2}


def as_plain(present: Present, agents: set[str]) -> dict[str, Any]:
    """A present to compare, without what only one side can know: agents who are no longer in the site."""
    plain: dict[str, Any] = msgspec.to_builtins(
        {
            "cursor": present.cursor,
            "calls": present.calls,
            "agents": {name: agent for name, agent in present.agents.items() if name in agents},
            "phones": present.phones,
            "callbacks": present.callbacks,
            "messages": present.messages,
            "queues": present.queues,
        }
    )
    for call in plain["calls"].values():
        if call["stage"] not in ("waiting", "talking"):  # where it was last: the core also counts a queue that refused
            del call["queue"], call["call_class"], call["asked_at_ms"]
    for queue in plain["queues"].values():
        del queue["estimate_ms"], queue["estimate_at_ms"]  # what was foretold last: the core keeps it not
    plain["queues"] = {name: row for name, row in sorted(plain["queues"].items()) if _busy(row)}
    return {name: dict(sorted(rows.items())) for name, rows in plain.items()}


def _busy(row: dict[str, Any]) -> bool:
    return any(value for name, value in row.items() if name != "queue")


def compare(outside: Told) -> None:
    overview = outside.core.overview(outside.now)
    core = present_of(overview, outside.told[-1].at_ms)
    site = {row["agent"] for row in overview["agents"]}
    gone = {agent for agent in outside.present.agents if agent not in site}
    folded = as_plain(outside.present, site)
    here = {row["queue"] for row in overview["queues"]}
    for name in [name for name, row in folded["queues"].items() if name not in here and row["closed_by"]]:
        # Closed by hand, and then left out of the site: it would be closed still if a version brought it back.
        assert outside.core.desk.state.floor.closed[name] == folded["queues"].pop(name)["closed_by"]
    if gone:  # in a call still, although the new version has them no longer: they serve no queue
        assert all(not outside.present.agents[agent].queues for agent in gone)
    assert folded == as_plain(core, site)
    # A queue that a version no longer has goes on as long as somebody waits in it; the overview leaves it out.
    assert set(outside.present.queues) >= {row["queue"] for row in overview["queues"]}


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 200))
def test_the_fold_of_the_records_is_the_cores_overview(seed: int, steps: int) -> None:
    course = WithMessages(seed)
    for _ in range(steps):
        course.step()
        compare(course.outside)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(20, 150), data=st.data())
def test_a_present_taken_midway_goes_on_to_the_same(seed: int, steps: int, data: st.DataObject) -> None:
    course = WithMessages(seed)
    for _ in range(steps):
        course.step()
    told = course.outside.told
    cut, again = sorted(data.draw(st.tuples(*[st.integers(0, len(told))] * 2)))
    first = Present()
    for record in told[:again]:
        first.apply(record)
    for record in told[cut:]:  # those between are told twice, as after a break
        first.apply(record)
    assert as_plain(first, set(AGENTS)) == as_plain(course.outside.present, set(AGENTS))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(20, 150))
def test_the_records_of_one_queue_tell_all_about_it(seed: int, steps: int) -> None:
    course = WithMessages(seed)
    for _ in range(steps):
        course.step()
    present = course.outside.present
    for name in present.queues:
        alone = Present()
        for record in course.outside.told:
            if name in queues_of(record):
                alone.apply(record)
        assert alone.queue(name) == present.queue(name)


def test_courses_meet_what_the_present_is_about() -> None:
    states: set[str] = set()
    waited = closed = False
    for seed in range(12):
        course = Course(seed)
        for _ in range(150):
            course.step()
            present = course.outside.present
            states |= {agent.state.value for agent in present.agents.values()}
            waited = waited or any(queue.waiting_count > 1 for queue in present.queues.values())
            closed = closed or any(queue.closed_by for queue in present.queues.values())
    assert states >= {state.value for state in AgentState} - {"signed_out", "not_answering", "consulting", "holding"}
    assert waited
    assert closed


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**9), steps=st.integers(1, 100))
def test_callbacks_too_are_as_the_core_has_them(seed: int, steps: int) -> None:
    course = callback_courses.Course(seed)
    floor, present = course.floor, Present()
    for _ in range(steps):
        course.step()
        told = floor.noted()
        for record in told:
            present.apply(record)
        overview = floor.core.overview(floor.now)
        site = {row["agent"] for row in overview["agents"]}
        if told:
            assert as_plain(present, site) == as_plain(present_of(overview, told[-1].at_ms), site)
