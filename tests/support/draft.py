"""The site of a scenario, written in words: ``queue desk need=gas:2 wrap_up=10s``, ``agent 1001 skills=gas:3``.

A field is named as in :mod:`router.acd.spec`, spans without their ``_ms`` (``wrap_up=10s``). A need is ``gas:2,en:1``
with ``|`` between alternatives, a step ``step=after=10s;need=gas:1`` (with ``groups``, ``waiting_over``,
``signed_in_under``), a rule of overflow ``overflow=after=60s;queue=other`` (``why=nobody``, ``why=closing``,
``waiting_over``; ``groups``, ``number``, ``flow``, ``prompt``, ``keep_place=no``); several are several words. Several
groups or classes have commas between them.
"""

from typing import Any, TypeVar

import msgspec

from router.acd.spec import ANYBODY, Agent, CallClass, Floor, Need, Overflow, Queue, Skills, Step
from router.acd.surge import Spare, SurgePlan, SurgeStep
from router.core.calendar import Calendar, Hours
from router.core.ids import AgentId, Ms, QueueName
from router.site import Site
from support.sites import open_site

Spec = TypeVar("Spec", Queue, Agent, CallClass, Step, Overflow, SurgePlan)


class Draft:
    """What the words have said so far."""

    def __init__(self) -> None:
        self.queues: dict[QueueName, Queue] = {}
        self.agents: dict[AgentId, Agent] = {}
        self.classes: dict[str, CallClass] = {
            "standard": CallClass(name="standard"),
            "vip": CallClass(name="vip", head_start_ms=120_000),
            "emergency": CallClass(name="emergency", tier=0),
        }
        self.pause_reasons: tuple[str, ...] = ("break", "meal")
        self.pause_limits: dict[str, Ms] = {}
        self.wrap_up_codes: tuple[str, ...] = ("bill", "tariff")
        self.surges: dict[str, SurgePlan] = {}
        self.hours: dict[str, Calendar] = {}

    def queue(self, name: str, *words: str) -> None:
        """Add a queue, or change one; served by the group ``all`` unless said otherwise."""
        known = self.queues.get(QueueName(name)) or Queue(name=QueueName(name), groups=("all",))
        self.queues[known.name] = changed(known, words)

    def agent(self, number: str, *words: str) -> None:
        """Add an agent, or change one; of the group ``all`` unless said otherwise."""
        fresh = Agent(number=AgentId(number), groups=("all",), phone=number, place=len(self.agents))
        self.agents[fresh.number] = changed(self.agents.get(fresh.number) or fresh, words)

    def call_class(self, name: str, *words: str) -> None:
        """Add a class of callers, or change one."""
        self.classes[name] = changed(self.classes.get(name) or CallClass(name=name), words)

    def surge(self, name: str, *words: str) -> None:
        """Add a surge plan, or change one: ``step=outbound:2-3`` (``:all``, ``:high``), ``spare=bill:5-7``."""
        known = self.surges.get(name) or SurgePlan(name=name, queues=(), group="all", steps=(), mode="automatic")
        steps = tuple(_surge_step(word.removeprefix("step=")) for word in words if word.startswith("step="))
        spares = tuple(_spare(word.removeprefix("spare=")) for word in words if word.startswith("spare="))
        known = msgspec.structs.replace(known, steps=steps or known.steps, spare=spares or known.spare)
        rest = tuple(word for word in words if not word.startswith(("step=", "spare=")))
        self.surges[name] = changed(known, rest)

    def calendar(self, name: str, *openings: str) -> None:
        """Add a calendar, open at these times every day: ``00:00-08:00``."""
        day = Hours(open=tuple(_minutes(opening) for opening in openings))
        self.hours[name] = Calendar(name=name, week=(day,) * 7)

    def site(self, version: str) -> Site:
        """The site as the words have it now."""
        floor = Floor(
            queues=dict(self.queues),
            agents=dict(self.agents),
            classes=dict(self.classes),
            pause_reasons=self.pause_reasons,
            pause_limits=dict(self.pause_limits),
            wrap_up_codes=self.wrap_up_codes,
        )
        drafted = open_site(version, floor)
        return msgspec.structs.replace(drafted, surges=dict(self.surges), hours=dict(self.hours))


def changed(spec: Spec, words: tuple[str, ...]) -> Spec:
    """Return a specification with the fields that the words give."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(type(spec))}
    values: dict[str, Any] = {}
    steps: list[Step] = []
    rules: list[Overflow] = []
    for word in words:
        name, _, text = word.partition("=")
        if name == "overflow":
            rules.append(changed(Overflow(why="", to_kind=""), tuple(text.split(";"))))
        elif name == "step":
            steps.append(changed(Step(), tuple(text.split(";"))))
        elif name == "need":
            values[name] = need(text)
        elif name == "skills":
            values[name] = skills(text)
        elif name == "favours":
            values[name] = tuple(
                (skill, span_ms(ms)) for skill, _, ms in (one.partition(":") for one in text.split(","))
            )
        elif f"{name}_ms" in kinds:
            values[f"{name}_ms"] = span_ms(text)
        elif kinds[name] in (tuple[str, ...], tuple[QueueName, ...]):
            values[name] = tuple(text.split(","))
        elif kinds[name] is bool:
            values[name] = text == "yes"
        else:
            values[name] = msgspec.convert(text, kinds[name], strict=False)
    if rules:
        values["overflow"] = tuple(_whole(rule) for rule in rules)
    if steps:
        values["steps"] = tuple(steps)
    return msgspec.structs.replace(spec, **values)


def _whole(rule: Overflow) -> Overflow:
    """A rule with what its target and its condition are called."""
    kinds = {
        "queue": rule.queue,
        "groups": rule.groups,
        "outside": rule.number,
        "flow": rule.flow,
        "prompt": rule.prompt,
    }
    kind = next(kind for kind, to in kinds.items() if to)
    why = rule.why or ("after" if rule.after_ms is not None else "waiting_over" if rule.waiting_over else "estimate")
    return msgspec.structs.replace(rule, to_kind=kind, why=why)


def skills(text: str) -> Skills:
    """Read skills with levels: ``gas:2,en:1``."""
    pairs = (one.partition(":") for one in text.split(",") if one)
    return tuple(sorted((skill, int(level or 1)) for skill, _, level in pairs))


def need(text: str) -> Need:
    """Read a need: ``gas:2|all:3``; nothing is anybody."""
    return tuple(skills(one) for one in text.split("|")) if text else ANYBODY


def _surge_step(text: str) -> SurgeStep:
    """Read ``outbound:2-3:high``: the group, how many (``all``), and whether only far above."""
    group, seats, *more = text.split(":")
    least, _, most = seats.partition("-")
    if seats == "all":
        return SurgeStep(group=group, least=1, most=None, above_high=bool(more))
    return SurgeStep(group=group, least=int(least), most=int(most or least), above_high=bool(more))


def _spare(text: str) -> Spare:
    hours, _, seats = text.partition(":")
    least, _, most = seats.partition("-")
    return Spare(hours=hours, least=int(least), most=int(most or least))


def _minutes(text: str) -> tuple[int, int]:
    first, last = ((int(at[:2]) * 60 + int(at[3:])) for at in text.split("-"))
    return first, last


def span_ms(text: str) -> Ms:
    """Read a span: ``15s``, ``200ms``, ``5m``, ``2h``."""
    if text == "off":
        return 0
    if text.endswith("ms"):
        return int(text[:-2])
    return int(float(text[:-1]) * {"s": 1_000, "m": 60_000, "h": 3_600_000}[text[-1]])
