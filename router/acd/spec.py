"""Pure: what the YAML says of queues, agents, groups and classes, compiled: spans in ms, rings counted."""

import msgspec

from router.core.ids import AgentId, Ms, QueueName


class CallClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of callers. ``head_start_ms`` moves its calls forward in every queue; ``tier`` 0 is the emergency's."""

    name: str
    head_start_ms: Ms = 0
    tier: int = 1


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue.

    ``groups`` name the agent groups that serve it; ``skills`` are the least levels an agent must have (1-5);
    ``answer_within_ms`` is how long a phone may ring; ``unreachable_after_ms`` how soon it must say that it rings;
    ``wrap_up_ms`` after-call work; ``return_after_ms`` when an agent who did not answer comes back by themselves (0:
    never); ``round_pause_ms`` how long a phone that did not take a call is passed over by all calls; ``late_after_ms``
    when an answer counts as late; ``short_abandon_ms`` the longest wait that counts as a short abandonment.
    """

    name: QueueName
    groups: tuple[str, ...]
    skills: tuple[tuple[str, int], ...] = ()
    strategy: str = "longest_idle"
    music: str = "default"
    answer_within_ms: Ms = 15_000
    unreachable_after_ms: Ms = 2_000
    wrap_up_ms: Ms = 60_000
    return_after_ms: Ms = 0
    round_pause_ms: Ms = 2_000
    late_after_ms: Ms = 15_000
    short_abandon_ms: Ms = 20_000
    weight_ms: Ms = 0


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent: work number, the groups they belong to, their skills with levels 1-5, and their usual phone."""

    number: AgentId
    name: str = ""
    groups: tuple[str, ...] = ()
    skills: tuple[tuple[str, int], ...] = ()
    phone: str = ""


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """All that the ACD needs to know of a site."""

    queues: dict[QueueName, Queue]
    agents: dict[AgentId, Agent]
    classes: dict[str, CallClass] = {}
    pause_reasons: tuple[str, ...] = ("break",)
