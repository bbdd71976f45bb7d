"""Overflow by estimate: whoever foretells waits is asked when a caller asks; not knowing passes nobody on."""

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
        QueueName("desk"): Queue(name=QueueName("desk"), groups=("inbound",), overflow=(RULE,)),
        QueueName("help"): Queue(name=QueueName("help"), groups=("helpers",)),
    },
    agents={
        AgentId("2001"): Agent(number=AgentId("2001"), groups=("helpers",), phone="2001"),
    },
    classes={"standard": CallClass(name="standard"), "emergency": CallClass(name="emergency", tier=0)},
)


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
    site = open_site("v1", FLOOR)
    number = open_door(site, "desk", call_class, ())
    core = CallControl({"v1": site}, "v1")
    core.queueing.overflowing.estimate = lambda turn, call, waiting: estimate_ms
    for fact in (
        events.RouterStarted(epoch=1, config="v1"),
        events.SwitchSeen(channels=()),
        events.PhoneReachabilityChanged(phone=PhoneName("2001"), reachable=True),
        events.AgentSignInAsked(agent=AgentId("2001"), phone=PhoneName("2001")),
    ):
        core.handle(fact, NOON)
    out = core.handle(events.CallArrived(channel=ChannelId("A"), did=number, caller=Caller(number="+861")), NOON)
    [queued] = [record for record in out if isinstance(record, records.CallQueued)]
    assert queued.queue == queue
    passed = [record for record in out if isinstance(record, records.CallOverflowed)]
    assert [(record.why, record.kept_place, record.queued) for record in passed] == [("estimate", True, False)] * (
        queue == "help"
    )
