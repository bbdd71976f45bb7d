"""Pure: sites for the models of queueing theory: no menus, agents as one group, one queue; VIPs in a tier of their own.

Wrap-up is part of the handling time there, so the queue has none unless asked for.
"""

import msgspec

from router.acd.spec import Agent, CallClass, Floor, Queue
from router.core.ids import AgentId, Ms, PhoneName, QueueName
from router.core.lines import Did, Phone, Trunk
from router.core.localtime import LocalClock
from router.ivr.flow import Flow, Script
from router.ivr.nodes.enqueue import Enqueue
from router.sim.scenario import Entry, Shift
from router.site import Site

QUEUE = QueueName("line")
GROUP = "agents"
STANDARD = "standard"
VIP = "vip"
Skills = tuple[tuple[str, int], ...]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of caller: share (weight), tier (1 before 2) and the skills with levels their agent must have."""

    name: str
    share: float = 1.0
    tier: int = 1
    skills: Skills = ()


def kinds(vip_share: float) -> tuple[Kind, ...]:
    """Return VIPs, if any, a tier before the standard callers."""
    standard = Kind(name=STANDARD, share=1 - vip_share, tier=2)
    vip = Kind(name=VIP, share=vip_share, tier=1)
    return tuple(kind for kind in (vip, standard) if kind.share > 0)


def same_agents(count: int) -> tuple[Skills, ...]:
    """Return ``count`` agents who are all alike."""
    return ((),) * count


def model_site(
    agents: tuple[Skills, ...],
    kinds: tuple[Kind, ...],
    *,
    wrap_up_ms: Ms = 0,
    favour_ms: Ms = 0,
    ringing: bool = False,
    **queue: object,
) -> Site:
    """Return a site with one queue, a way in for each kind of caller and an agent for each list of skills.

    ``favour_ms`` is the head start that calls needing an agent's first skill have with that agent. Phones stay
    connected, as the textbook has it, or each call lets one ring (``ringing``). ``queue`` sets further fields of the
    :class:`router.acd.spec.Queue`.
    """
    numbers = [str(1001 + index) for index in range(len(agents))]
    line = Queue(name=QUEUE, groups=(GROUP,), wrap_up_ms=wrap_up_ms, music="")
    return Site(
        name="model",
        version="model",
        country="US",
        language="en",
        clock=LocalClock(zone="UTC"),
        ring_ms=6_000,
        floor=Floor(
            queues={QUEUE: msgspec.structs.replace(line, **queue)},
            agents={
                AgentId(number): Agent(
                    number=AgentId(number),
                    groups=(GROUP,),
                    skills=tuple(sorted(skills)),
                    phone=number,
                    favours=tuple((skill, favour_ms) for skill, _ in skills[:1] if favour_ms),
                )
                for number, skills in zip(numbers, agents, strict=True)
            },
            classes={kind.name: CallClass(name=kind.name, tier=kind.tier) for kind in kinds},
        ),
        script=Script(
            language="en",
            flows={
                kind.name: Flow(
                    name=kind.name,
                    start="person",
                    nodes={"person": Enqueue(queue=QUEUE, call_class=kind.name, skills=dict(kind.skills))},
                )
                for kind in kinds
            },
            prompts={"en": {}},
        ),
        trunks={"local": Trunk(name="local")},
        dids={kind.name: Did(number=kind.name, flow=kind.name) for kind in kinds},
        phones={PhoneName(number): Phone(name=PhoneName(number), stays_connected=not ringing) for number in numbers},
        codes={},
    )


def entries(kinds: tuple[Kind, ...]) -> tuple[Entry, ...]:
    """Return the callers of these kinds, each dialling their own way in."""
    return tuple(Entry(name=kind.name, did=kind.name, share=kind.share) for kind in kinds)


def always(site: Site) -> tuple[Shift, ...]:
    """Return every agent of a site in service all the time, on their usual phone."""
    return tuple(
        Shift(agent=agent.number, phone=PhoneName(agent.phone or agent.number)) for agent in site.floor.agents.values()
    )
