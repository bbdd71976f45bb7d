"""Sites made by hand for tests of the pure parts: no YAML, no files."""

import msgspec

from router.acd.spec import Agent, CallClass, Floor, Queue
from router.core.ids import AgentId, PhoneName, QueueName
from router.core.lines import Did, Phone, Trunk
from router.core.localtime import LocalClock
from router.ivr.flow import Flow, Script
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.menu import Menu
from router.site import Site

NOON = 1_790_000_000_000
"""A moment to start from."""


def small_site(version: str = "v1", agents: tuple[str, ...] = ("1001", "1002", "1003"), **queue: object) -> Site:
    """A site with a menu on 4001860, a bare queue on 4001862 and an emergency queue on 4001861."""
    desk = Queue(name=QueueName("desk"), groups=("inbound",), wrap_up_ms=3_000, return_after_ms=60_000)
    return Site(
        name="t",
        version=version,
        country="CN",
        language="en",
        clock=LocalClock(zone="UTC"),
        ring_ms=5_000,
        floor=Floor(
            queues={
                QueueName("desk"): msgspec.structs.replace(desk, **queue),
                QueueName("alarm"): msgspec.structs.replace(desk, name=QueueName("alarm")),
            },
            agents={
                AgentId(number): Agent(number=AgentId(number), groups=("inbound",), phone=number) for number in agents
            },
            classes={
                "standard": CallClass(name="standard"),
                "vip": CallClass(name="vip", head_start_ms=120_000),
                "emergency": CallClass(name="emergency", tier=0),
            },
            pause_reasons=("break", "meal"),
        ),
        script=Script(
            language="en",
            flows={
                "main": Flow(
                    name="main",
                    start="choose",
                    person="person",
                    nodes={
                        "choose": Menu(prompt=("menu",), keys={"1": "person", "2": "vip", "9": "bye"}, no_key="person"),
                        "person": Enqueue(queue="desk"),
                        "vip": Enqueue(queue="desk", call_class="vip"),
                        "bye": Hangup(),
                    },
                ),
                "direct": Flow(name="direct", start="person", nodes={"person": Enqueue(queue="desk")}),
                "alarm": Flow(
                    name="alarm", start="person", nodes={"person": Enqueue(queue="alarm", call_class="emergency")}
                ),
            },
            prompts={"en": {name: (f"sound:{name}",) for name in _PROMPTS}},
        ),
        trunks={"local": Trunk(name="local", peers=("127.0.0.0/8",))},
        dids={
            "4001860": Did(number="4001860", flow="main"),
            "4001861": Did(number="4001861", flow="alarm", emergency=True),
            "4001862": Did(number="4001862", flow="direct"),
        },
        phones={PhoneName(number): Phone(name=PhoneName(number)) for number in agents},
        codes={"*11": "sign_in", "*12": "sign_out", "*13": "ready", "*14": "pause", "*15": "wrap_up_done"},
    )


_PROMPTS = (
    "menu",
    "router/invalid_key",
    *(
        f"router/{name}"
        for name in (
            "work_number",
            "pin",
            "signed_in",
            "signed_out",
            "ready",
            "paused",
            "wrap_up_done",
            "refused",
            "wrong_pin",
            "locked",
            "not_signed_in",
            "out_of_rotation",
            "goodbye",
        )
    ),
)
