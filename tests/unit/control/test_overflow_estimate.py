"""Overflow by estimate, when a caller asks and while they wait; not knowing passes nobody on."""

import msgspec
import pytest

from router.acd.spec import Agent, CallClass, Floor, Overflow, Queue
from router.callcontrol import CallControl
from router.core import events, records
from router.core.events import Caller
from router.core.ids import AgentId, ChannelId, Ms, PhoneName, QueueName
from support.sites import NOON, open_door, open_site

RULE = Overflow(why="estimate", to_kind="queue", estimate_over_ms=300_000, queue=QueueName("help"))
FLOOR = Floor(
    queues={
        QueueName("help"): Queue(name=QueueName("help"), groups=("helpers",)),
    },
    agents={
        AgentId("2001"): Agent(number=AgentId("2001"), groups=("helpers",), phone="2001"),
    },
    classes={"standard": CallClass(name="standard"), "emergency": CallClass(name="emergency", tier=0)},
)


def a_core(call_class: str, rule: Overflow = RULE) -> tuple[CallControl, str]:
    """A core with nobody at the desk and one helper, and a number that leads to the desk."""
    desk = Queue(name=QueueName("desk"), groups=("inbound",), overflow=(rule,))
    site = open_site("v1", msgspec.structs.replace(FLOOR, queues={**FLOOR.queues, desk.name: desk}))
    number = open_door(site, "desk", call_class, ())
    core = CallControl({"v1": site}, "v1")
    for fact in (
        events.RouterStarted(epoch=1, config="v1"),
        events.SwitchSeen(channels=()),
        events.PhoneReachabilityChanged(phone=PhoneName("2001"), reachable=True),
        events.AgentSignInAsked(agent=AgentId("2001"), phone=PhoneName("2001")),
    ):
        core.handle(fact, NOON)
    return core, number


@pytest.mark.parametrize(
    ("estimate_ms", "call_class", "queue"),
    [
        (300_001, "standard", "help"),
        (300_000, "standard", "desk"),
        (None, "standard", "desk"),
        (300_001, "emergency", "desk"),
    ],
)
def test_a_wait_foretold_too_long(estimate_ms: Ms | None, call_class: str, queue: str) -> None:
    core, number = a_core(call_class)
    core.queueing.overflowing.estimate = lambda turn, call, waiting: estimate_ms
    out = core.handle(events.CallArrived(channel=ChannelId("A"), did=number, caller=Caller(number="+861")), NOON)
    [queued] = [record for record in out if isinstance(record, records.CallQueued)]
    assert queued.queue == queue
    passed = [record for record in out if isinstance(record, records.CallOverflowed)]
    assert [(record.why, record.kept_place, record.queued) for record in passed] == [("estimate", True, False)] * (
        queue == "help"
    )


FLOW = Overflow(why="estimate", to_kind="flow", estimate_over_ms=300_000, flow="sorry")


@pytest.mark.parametrize(
    ("left_ms", "call_class", "rule", "passed_on"),
    [
        (300_001, "standard", RULE, True),
        (300_000, "standard", RULE, False),
        (None, "standard", RULE, False),
        (300_001, "emergency", RULE, False),
        (300_001, "standard", FLOW, False),  # who has been taken is not sent away
    ],
)
def test_a_wait_that_becomes_too_long(left_ms: Ms | None, call_class: str, rule: Overflow, passed_on: bool) -> None:
    core, number = a_core(call_class, rule)
    told: list[Ms | None] = [300_000, 300_000, left_ms]
    core.queueing.overflowing.left = lambda turn, call, waiting: told.pop(0)
    core.handle(events.CallArrived(channel=ChannelId("A"), did=number, caller=Caller(number="+861")), NOON)
    [call] = core.desk.state.calls
    passed = []
    for second in range(1, 40):
        out = core.expire(NOON + second * 1_000)
        passed += [(second, record.why) for record in out if isinstance(record, records.CallOverflowed)]
        if len(told) == 0:
            break
    looked = call_class == "standard" and rule is RULE
    assert (passed, len(told)) == ([(30, "estimate")] if passed_on else [], 0 if looked else 3)
    assert core.desk.timers.armed(f"call:{call}", "overflow:1") == (looked and not passed_on)
