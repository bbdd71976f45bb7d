"""Pure: what the YAML says of queues, agents, groups and classes, compiled: spans in ms, rings counted."""

import msgspec

from router.acd.callback_rules import CallbackRules, OfferRules
from router.core.ids import AgentId, Ms, QueueName

Skills = tuple[tuple[str, int], ...]
"""Skills with levels 1-5, sorted by name."""
Need = tuple[Skills, ...]
"""What an agent must have: one of these sets of skills, each at its level or higher. ``ANYBODY`` asks for nothing."""
ANYBODY: Need = ((),)


def both(first: Need, second: Need) -> Need:
    """Return the need that is met where both are."""
    met = {_merge(one, other) for one in first for other in second}
    return tuple(sorted(met))


def meets(levels: dict[str, int], need: Need) -> bool:
    """Say whether somebody with these skill levels meets a need."""
    return any(all(levels.get(skill, 0) >= level for skill, level in skills) for skills in need)


def need_text(need: Need) -> str:
    """Return a need as it is read: ``gas:3 english:1``, ways to meet it divided by ``|``; "" for none."""
    if any(not skills for skills in need):
        return ""
    return " | ".join(" ".join(f"{skill}:{level}" for skill, level in skills) for skills in need)


def _merge(one: Skills, other: Skills) -> Skills:
    levels = dict(one)
    for skill, level in other:
        levels[skill] = max(level, levels.get(skill, 0))
    return tuple(sorted(levels.items()))


class CallClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class of callers. ``head_start_ms`` moves its calls forward in every queue; ``tier`` 0 is the emergency's.

    For ``senior_for_ms`` its callers are kept for agents of ``senior_groups``, if any of these is signed in.
    """

    name: str
    head_start_ms: Ms = 0
    tier: int = 1
    senior_groups: tuple[str, ...] = ()
    senior_for_ms: Ms = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A relaxation of what a queue needs; a later step of a queue asks for less than an earlier one.

    It is reached by a call that has waited ``after_ms`` (None: not by time), and by all calls of the queue while more
    than ``waiting_over`` wait, or fewer than ``signed_in_under`` agents of its own groups are signed in, whatever their
    skills (0: not so).
    """

    need: Need = ANYBODY
    groups: tuple[str, ...] = ()
    after_ms: Ms | None = None
    waiting_over: int = 0
    signed_in_under: int = 0


class Overflow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule by which a queue passes callers on. ``why`` says when, ``to_kind`` where to.

    ``why``: ``after`` (a wait of ``after_ms``), ``waiting_over`` (so many wait already, or ahead), ``estimate`` (they
    have longer to wait than ``estimate_over_ms``), ``nobody`` (no agent is there) or ``closing``. ``to_kind``:
    ``queue`` (there they stand by when they asked where ``keep_place``), ``groups`` (who serve them too from then on),
    ``outside`` (the ``number``, rung for ``ring_ms``), ``flow``, or ``prompt`` (and ``then`` a flow; "": the call
    ends).
    """

    why: str
    to_kind: str
    after_ms: Ms | None = None
    waiting_over: int = 0
    estimate_over_ms: Ms = 0
    queue: QueueName = QueueName("")
    keep_place: bool = True
    groups: tuple[str, ...] = ()
    number: str = ""
    ring_ms: Ms = 30_000
    flow: str = ""
    prompt: str = ""
    then: str = ""

    @property
    def to(self) -> str:
        """The target in one word."""
        return self.queue or " ".join(self.groups) or self.number or self.flow or self.prompt


class EstimatePlan(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue's forecasts are used. Callers hear them where ``announce``, and only once at least ``min_sample``
    have been compared with what happened and ``least_within`` (a share) of the waits were within the range foretold.

    ``explain`` says whether a forecast that is later than the one told before is told with its reason, or not at all.
    """

    announce: bool = True
    min_sample: int = 30
    least_within: float = 0.6
    explain: bool = True


class AnnouncementPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What waiting callers hear between music: ``say`` names it in order, ``comfort`` prompts are taken in turn.

    The first time ``first_after_ms`` after entering the queue, then every ``every_ms`` from beginning to beginning, and
    never less than ``gap_ms`` after the end of the one before.
    """

    first_after_ms: Ms = 20_000
    every_ms: Ms = 60_000
    gap_ms: Ms = 10_000
    say: tuple[str, ...] = ("position", "estimate", "comfort", "offer")
    comfort: tuple[str, ...] = ()


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A queue.

    ``groups`` name the agent groups that serve it; ``need`` the skills an agent must have, less by ``steps``;
    ``answer_within_ms`` is how long a phone may ring; ``unreachable_after_ms`` how soon it must say that it rings;
    ``wrap_up_ms`` after-call work (0: none; it then ends by itself, or with ``wrap_up_until_done`` the supervisor is
    told that it takes longer); ``return_after_ms`` when an agent who did not answer comes back by themselves (0:
    never); ``round_pause_ms`` how long a phone that did not take a call is passed over by all calls; ``late_after_ms``
    when an answer counts as late; ``short_abandon_ms`` the longest wait that counts as a short abandonment;
    ``weight_ms`` a head start for all its callers. ``ring_count`` phones ring at once, and the first to answer wins. By
    the rules of ``overflow`` callers are passed on.

    ``hours`` names a calendar outside which the queue is closed; ``keep_at_closing`` whether callers who wait then
    are still served. ``capacity`` is how many may wait (None: no limit); ``max_wait_ms`` the longest wait (0: none);
    ``join_empty`` whether callers may wait while nobody is signed in, ``stay_empty`` whether they go on waiting when
    everybody has left. ``reserve_count`` idle agents are kept for calls of ``reserve_for`` classes. For ``sticky_ms``
    a caller waits for the agent they had before. When an emergency has waited ``alarm_after_ms`` the supervisor is
    alarmed, and the people of ``duty_table`` (if it names one) are rung with ``duty_flow`` until one accepts.
    ``transfers`` says how agents may hand callers over: ``announced`` (they consult first), or ``both``.
    ``whisper`` is what the agent hears of the caller once both are connected (``class``, ``wait``, or a prompt's
    name); ``tell_work_number`` says whether the caller then hears the agent's work number. ``callbacks`` says how its
    callers are called back (None: as :class:`CallbackRules` is by itself), ``offer`` when those who wait are offered
    it. Of callers whose agent hangs up first, ``survey_share`` per cent are led into ``survey_flow`` ("": none),
    emergencies only where ``survey_emergencies`` says so.


    ``expected_handling_ms`` and ``expected_patience_ms`` are what forecasts of the wait begin with, until the queue has
    taught better; ``estimate`` says how they are used (None: none are made), ``announcements`` what callers hear while
    they wait (None: music alone).
    """

    name: QueueName
    groups: tuple[str, ...]
    need: Need = ANYBODY
    steps: tuple[Step, ...] = ()
    overflow: tuple[Overflow, ...] = ()
    strategy: str = "longest_idle"
    ring_count: int = 1
    music: str = "default"
    answer_within_ms: Ms = 15_000
    unreachable_after_ms: Ms = 2_000
    wrap_up_ms: Ms = 60_000
    wrap_up_until_done: bool = False
    return_after_ms: Ms = 0
    round_pause_ms: Ms = 2_000
    late_after_ms: Ms = 15_000
    short_abandon_ms: Ms = 20_000
    weight_ms: Ms = 0
    capacity: int | None = None
    max_wait_ms: Ms = 0
    hours: str = ""
    keep_at_closing: bool = True
    join_empty: bool = True
    stay_empty: bool = True
    reserve_count: int = 0
    reserve_for: tuple[str, ...] = ()
    sticky_ms: Ms = 0
    alarm_after_ms: Ms = 15_000
    duty_table: str = ""
    duty_flow: str = ""
    transfers: str = "announced"
    whisper: tuple[str, ...] = ()
    tell_work_number: bool = False
    survey_flow: str = ""
    survey_share: float = 100
    survey_emergencies: bool = False
    callbacks: CallbackRules | None = None
    offer: OfferRules | None = None
    expected_handling_ms: Ms = 300_000
    expected_patience_ms: Ms = 600_000
    estimate: EstimatePlan | None = None
    announcements: AnnouncementPlan | None = None


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent: work number, the groups they belong to, their skills with levels 1-5, and their usual phone.

    ``favours`` are head starts, in ms, that calls needing a skill have with this agent; ``share`` weighs random picks;
    ``place`` is their place in the order of the file; ``wrap_up_ms`` their own after-call work (None: the queue's).
    """

    number: AgentId
    name: str = ""
    groups: tuple[str, ...] = ()
    skills: Skills = ()
    phone: str = ""
    favours: tuple[tuple[str, Ms], ...] = ()
    share: int = 1
    place: int = 0
    wrap_up_ms: Ms | None = None


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """All that the ACD needs to know of a site. A pause longer than its reason's limit is told to the supervisor.

    ``wrap_up_codes`` are the reasons agents can give a call.
    """

    queues: dict[QueueName, Queue]
    agents: dict[AgentId, Agent]
    classes: dict[str, CallClass] = {}
    pause_reasons: tuple[str, ...] = ("break",)
    pause_limits: dict[str, Ms] = {}
    wrap_up_codes: tuple[str, ...] = ()
