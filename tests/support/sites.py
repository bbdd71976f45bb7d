"""Sites made by hand for tests of the pure parts: no YAML, no files."""

import msgspec

from router.acd.spec import Agent, CallClass, Floor, Queue, Skills
from router.acd.surge import SurgePlan
from router.core.ids import AgentId, PhoneName, QueueName
from router.core.lines import Did, DutyShift, Extension, OutsideLine, Party, Phone, Trunk
from router.core.localtime import LocalClock
from router.core.services import TableSource, Webhook
from router.ivr.flow import Flow, Node, Script
from router.ivr.nodes.enqueue import Enqueue
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.menu import Menu
from router.ivr.nodes.message import Message
from router.ivr.nodes.survey import Survey
from router.ivr.orders import (
    AnyOrder,
    Authenticate,
    Book,
    Cancel,
    LookUp,
    Notify,
    Page,
    Record,
    Reply,
    SetExtension,
    Transfer,
)
from router.ivr.walk import Walk
from router.site import Site


class AskFor(Node, frozen=True, kw_only=True):
    """A node of the tests: asks for something outside and goes on, whatever the answer."""

    order: AnyOrder
    then: str = "bye"

    def enter(self, walk: Walk) -> None:
        walk.ask(self.order)

    def replied(self, walk: Walk, reply: Reply) -> None:
        walk.step(reply.status)
        walk.go(self.then)


class Accept(Node, frozen=True, kw_only=True):
    """A node of the tests: whoever was rung takes the matter on."""

    def enter(self, walk: Walk) -> None:
        walk.end(detail="accepted")


NOON = 1_790_000_000_000
"""A moment to start from."""


SKILLS = {"1001": (("gas", 3),), "1002": (("gas", 1),)}
KEYS = {
    "1": "person",
    "2": "vip",
    "9": "bye",
    "31": "look",
    "32": "record",
    "33": "out",
    "34": "room",
    "35": "wake",
    "36": "no_wake",
    "37": "quiet",
    "38": "page",
    "39": "sign_on",
    "41": "message",
    "42": "tell",
    "43": "abroad",
    "44": "desk_of",
}
ROOM = Party(kind="phone", number="1003")
PAGER = Party(kind="outside", number="95002")


def small_site(
    version: str = "v1",
    agents: tuple[str, ...] = ("1001", "1002", "1003"),
    connected: tuple[str, ...] = (),
    surges: tuple[SurgePlan, ...] = (),
    **queue: object,
) -> Site:
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
                QueueName("alarm"): msgspec.structs.replace(
                    desk, name=QueueName("alarm"), alarm_after_ms=90_000, duty_table="night", duty_flow="accept"
                ),
            },
            agents={
                AgentId(number): Agent(
                    number=AgentId(number),
                    groups=("inbound",),
                    phone=number,
                    place=place,
                    skills=SKILLS.get(number, ()),
                )
                for place, number in enumerate(agents)
            },
            classes={
                "standard": CallClass(name="standard"),
                "vip": CallClass(name="vip", head_start_ms=120_000),
                "emergency": CallClass(name="emergency", tier=0),
            },
            pause_reasons=("break", "meal"),
            wrap_up_codes=("bill", "tariff"),
        ),
        script=Script(
            language="en",
            flows={
                "main": Flow(
                    name="main",
                    start="choose",
                    person="person",
                    nodes={
                        "choose": Menu(prompt=("menu",), keys=KEYS, no_key="person"),
                        "person": Enqueue(queue="desk"),
                        "vip": Enqueue(queue="desk", call_class="vip"),
                        "bye": Hangup(),
                        "look": AskFor(order=LookUp(source="crm", fields={"number": "1"}), then="choose"),
                        "record": AskFor(order=Record(max_ms=60_000)),
                        "out": AskFor(order=Transfer(kind="outside", target="95001"), then="choose"),
                        "room": AskFor(order=Transfer(kind="extension", target="301"), then="choose"),
                        "wake": AskFor(order=Book(kind="wake_up", party=ROOM, flow="wake", at_minute=7 * 60)),
                        "no_wake": AskFor(order=Cancel(kind="wake_up", party=ROOM)),
                        "quiet": AskFor(order=SetExtension(extension="301", do_not_disturb=True)),
                        "page": AskFor(order=Page(table="night", flow="accept"), then="choose"),
                        "sign_on": AskFor(
                            order=Authenticate(source="bank", account="8888", password="123456"), then="choose"
                        ),
                        "message": Message(into="desk", service="sms", next="bye"),
                        "tell": AskFor(order=Notify(service="sms", fields={"text": "hi"}), then="choose"),
                        "abroad": AskFor(order=Transfer(kind="outside", target="00441"), then="choose"),
                        "desk_of": AskFor(order=LookUp(source="desks", fields={"subject": "Lamps"}), then="choose"),
                    },
                ),
                "how_was_it": Flow(
                    name="how_was_it",
                    start="ask",
                    nodes={"ask": Survey(prompt=("menu",), next="bye"), "bye": Hangup()},
                ),
                "wake": Flow(name="wake", start="bye", nodes={"bye": Hangup()}),
                "accept": Flow(
                    name="accept",
                    start="ask",
                    nodes={
                        "ask": Menu(prompt=("menu",), keys={"1": "take"}, no_key="leave"),
                        "take": Accept(),
                        "leave": Hangup(),
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
        phones={
            PhoneName(number): Phone(name=PhoneName(number), stays_connected=number in connected) for number in agents
        },
        outside=OutsideLine(trunk="local", allow=("95", "+86"), show_number="4001860"),
        extensions={"301": Extension(number="301", phone=PhoneName("1003"))},
        sources={
            "desks": TableSource(
                name="desks", keys=("subject",), columns=("subject", "desk"), rows={("lamps",): {"desk": "light"}}
            )
        },
        services={"sms": Webhook(name="sms", url="http://127.0.0.1:1/", give_up_ms=120_000)},
        duty={"night": (DutyShift(weekdays=tuple(range(7)), begins=0, ends=1440, parties=(PAGER, ROOM)),)},
        codes={
            "*11": "sign_in",
            "*12": "sign_out",
            "*13": "ready",
            "*14": "pause",
            "*15": "wrap_up_done",
            "*17": "solved",
            "*18": "unsolved",
            "*78": "do_not_disturb",
            "*72": "close_extension",
        },
        surges={plan.name: plan for plan in surges},
    )


def open_site(version: str, floor: Floor) -> Site:
    """A site with any floor and no way in yet: see :func:`open_door`."""
    return Site(
        name="t",
        version=version,
        country="CN",
        language="en",
        clock=LocalClock(zone="UTC"),
        ring_ms=5_000,
        floor=floor,
        script=Script(
            language="en",
            flows={"sorry": Flow(name="sorry", start="bye", nodes={"bye": Hangup()})},
            prompts={"en": {name: (f"sound:{name}",) for name in _PROMPTS}},
        ),
        trunks={"local": Trunk(name="local", peers=("127.0.0.0/8",))},
        outside=OutsideLine(trunk="local", allow=("95",), show_number="4001860"),
        dids={},
        phones={PhoneName(number): Phone(name=PhoneName(number)) for number in floor.agents},
        codes={"*11": "sign_in", "*12": "sign_out", "*13": "ready", "*14": "pause", "*15": "wrap_up_done"},
    )


def open_door(
    site: Site, queue: str, call_class: str, skills: Skills, *, sticky: str = "", classes: str = "", **left: str
) -> str:
    """Give a site a number whose callers ask for a queue at once; returns the number.

    ``sticky`` is the agent whom they had before, ``classes`` what they are besides. ``left`` names the queue they go on
    to when theirs does not keep them: ``full``, ``nobody``, ``timeout``...
    """
    also = tuple(name for name in classes.split(",") if name)
    number = " ".join([queue, call_class, *also, str(skills), sticky, *(f"{why}={to}" for why, to in left.items())])

    def ask(name: str, **targets: str) -> Node:
        return Enqueue(queue=name, call_class=call_class, classes=also, skills=dict(skills), sticky=sticky, **targets)

    nodes = {why: ask(other) for why, other in left.items()} | {"person": ask(queue, **{why: why for why in left})}
    site.script.flows[number] = Flow(name=number, start="person", nodes=nodes)
    emergency = any(site.floor.classes[name].tier == 0 for name in (call_class, *also))
    site.dids[number] = Did(number=number, flow=number, emergency=emergency)
    return number


_PROMPTS = (
    "menu",
    "class/vip",
    "router/agent_number",
    "router/waited",
    "router/nobody_free",
    "router/invalid_key",
    "router/leave_message",
    "router/message_review",
    "router/message_kept",
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
            "call_coded",
            "refused",
            "wrong_pin",
            "locked",
            "not_signed_in",
            "out_of_rotation",
            "goodbye",
        )
    ),
)
