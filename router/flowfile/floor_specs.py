"""What stands in YAML about the floor: queues, agents and classes of callers, as structs whose fields are the keys."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.acd.selection import STRATEGIES
from router.acd.spec import ANYBODY
from router.flowfile.callback_specs import CallbacksSpec, OfferSpec
from router.flowfile.floor_need import AS_BEFORE, NeedMap
from router.flowfile.floor_waits import AnnouncementsSpec, EstimateSpec
from router.flowfile.floor_whisper import WhisperParts
from router.flowfile.message_specs import SurveySpec
from router.flowfile.names import NameText, PhoneText
from router.ivr.fields import (
    ClassRef,
    DutyRef,
    FlowRef,
    GroupRef,
    HoursRef,
    Level,
    MusicName,
    OutboundFlowRef,
    PromptName,
    QueueRef,
    SkillRef,
    Span,
)

NumberText = Annotated[
    str, Meta(pattern=r"^\+?[0-9][0-9 -]{0,24}$", extra={"what": "a number as it is dialled (digits, in quotes)"})
]


class SeniorsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The agents who serve a class of callers first."""

    groups: Annotated[tuple[GroupRef, ...], Meta(min_length=1, description="groups of senior agents")]
    for_: Annotated[Span, Meta(ge=1_000, description="how long callers wait for them alone; then for everybody")] = (
        field(name="for", default=60_000)
    )


class ClassSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A class of callers. Of a built-in class, what is left out stays as it is built in."""

    head_start: Annotated[Span, Meta(description="how far ahead its callers are put")] | None = None
    emergency: Annotated[bool, Meta(description="whether its callers go before all others")] | None = None
    seniors: Annotated[SeniorsSpec, Meta(description="agents who serve its callers first")] | None = None


class StepSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a queue: from here on it asks for less. What it leaves out stays as it was."""

    after: Annotated[Span, Meta(ge=1_000, description="for callers who have waited so long")] | None = None
    waiting_over: Annotated[int, Meta(ge=1, description="for all, while more callers than this wait")] | None = None
    signed_in_under: (
        Annotated[int, Meta(ge=1, description="for all, while fewer agents of the queue's groups are signed in")] | None
    ) = None
    skills: Annotated[NeedMap, Meta(description="skills and least levels from here on; none: anybody")] = AS_BEFORE
    groups: Annotated[tuple[GroupRef, ...], Meta(description="groups that serve the queue from here on")] = ()


class OverflowSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A rule by which a queue passes callers on: one condition and one target. It passes a caller on once."""

    after: Annotated[Span, Meta(ge=1_000, description="who has waited so long")] | None = None
    waiting_over: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=100_000,
                description="who asks while so many wait and nobody is free, or waits behind them",
            ),
        ]
        | None
    ) = None
    estimate_over: (
        Annotated[Span, Meta(ge=1_000, description="whose wait from now on is foretold to be longer")] | None
    ) = None
    nobody: Annotated[bool, Meta(description="all, while no agent of the queue is there: signed out, or pausing")] = (
        False
    )
    closing: Annotated[bool, Meta(description="all, when the queue closes and while it is closed")] = False
    queue: Annotated[QueueRef, Meta(description="to another queue, if it is open and has people and room")] = ""
    keep_place: Annotated[bool, Meta(description="whether they stand there by when they asked first")] | None = None
    groups: Annotated[
        tuple[GroupRef, ...], Meta(description="they stay, and agents of these groups serve them too")
    ] = ()
    outside: Annotated[
        NumberText, Meta(description="to a number outside, such as another site; who is not taken there waits on")
    ] = ""
    ring: Annotated[Span, Meta(ge=1_000, le=120_000, description="how long it rings there; else 30s")] | None = None
    flow: Annotated[FlowRef, Meta(description="to a flow: a message, a callback, another menu")] = ""
    prompt: Annotated[PromptName, Meta(description="they hear this, and the call ends, or goes on at 'then'")] = ""
    then: Annotated[FlowRef, Meta(description="the flow after the prompt")] = ""


class ReserveSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Idle agents that are kept for some callers."""

    count: Annotated[int, Meta(ge=1, le=10_000, description="how many idle agents are kept")]
    for_: Annotated[tuple[ClassRef, ...], Meta(min_length=1, description="the classes they are kept for")] = field(
        name="for"
    )


class DutySpec(msgspec.Struct, frozen=True, kw_only=True):
    """The people on call, rung one after another for an emergency that has waited for ``alarm_after``."""

    table: Annotated[DutyRef, Meta(description="the table of duty.yaml")]
    flow: Annotated[OutboundFlowRef, Meta(description="the flow they hear, in which they accept")]


class QueueSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A queue."""

    groups: Annotated[tuple[GroupRef, ...], Meta(min_length=1, description="groups of agents that serve it")]
    skills: NeedMap = ANYBODY
    steps: Annotated[tuple[StepSpec, ...], Meta(description="what it asks for when it grows or callers wait")] = ()
    overflow: Annotated[tuple[OverflowSpec, ...], Meta(description="rules by which callers are passed on")] = ()
    strategy: Annotated[
        str, Meta(extra={"one_of": lambda: STRATEGIES}, description="which of the idle agents is rung first")
    ] = "longest_idle"
    ring: Annotated[int, Meta(ge=1, le=20, description="phones that ring at once; the first to answer wins")] = 1
    music: Annotated[MusicName, Meta(description="class of music while waiting")] = "default"
    answer_within: Annotated[Span, Meta(ge=1_000, description="how long a phone rings, up to 3 rings")] = 0
    unreachable_after: Annotated[
        Span, Meta(ge=500, le=10_000, description="how soon a phone must say that it rings, else it is passed over")
    ] = 2_000
    round_pause: Annotated[
        Span, Meta(ge=500, le=60_000, description="how long a phone that did not take a call is passed over")
    ] = 2_000
    wrap_up: Annotated[Span, Meta(le=3_600_000, description="after-call work")] = 60_000
    wrap_up_until_done: Annotated[
        bool, Meta(description="whether after-call work lasts until the agent ends it; 'wrap_up' is then its alarm")
    ] = False
    return_after: Annotated[Span, Meta(description="when an agent who did not answer comes back; 0: never")] = 0
    late_after: Annotated[Span, Meta(description="a wait longer than this is late")] = 15_000
    short_abandon: Annotated[Span, Meta(description="longest wait of a short abandonment")] = 20_000
    weight: Annotated[Span, Meta(description="a head start for all its callers")] = 0
    capacity: Annotated[int, Meta(ge=0, le=100_000, description="how many may wait; left out: no limit")] | None = None
    max_wait: Annotated[Span, Meta(description="the longest wait; then the flow goes on at 'timeout'; 0: none")] = 0
    hours: Annotated[HoursRef, Meta(description="the calendar outside which it is closed; left out: always open")] = ""
    keep_at_closing: Annotated[
        bool, Meta(description="whether those who wait at closing time are still served; no: they are given back")
    ] = True
    join_empty: Annotated[bool, Meta(description="whether callers may wait while nobody is signed in")] = True
    stay_empty: Annotated[bool, Meta(description="whether they wait on when the last agent has signed out")] = True
    reserve: Annotated[ReserveSpec, Meta(description="idle agents kept for some classes")] | None = None
    sticky: Annotated[Span, Meta(description="how long a caller waits for the agent they had before; 0: not")] = 0
    alarm_after: Annotated[
        Span, Meta(ge=1_000, description="how long an emergency waits before the supervisor is alarmed")
    ] = 15_000
    duty: Annotated[DutySpec, Meta(description="who is rung for an emergency nobody takes")] | None = None
    transfers: Annotated[
        Literal["announced", "both"],
        Meta(description="how agents hand callers over: announced (they consult first), or both ways"),
    ] = "announced"
    whisper: WhisperParts = ()
    tell_work_number: Annotated[bool, Meta(description="whether the caller hears the agent's work number")] = False
    survey: Annotated[SurveySpec, Meta(description="asks callers after the talk how it was")] | None = None
    callbacks: Annotated[CallbacksSpec, Meta(description="how its callers are called back")] | None = None
    offer: Annotated[OfferSpec, Meta(description="what callers who wait are offered, and when")] | None = None
    expected_handling: Annotated[
        Span,
        Meta(ge=1_000, le=14_400_000, description="talk, hold and wrap-up, for forecasts until calls have shown"),
    ] = 300_000
    expected_patience: Annotated[
        Span, Meta(ge=1_000, le=86_400_000, description="how long callers stay, for forecasts until they have shown")
    ] = 600_000
    estimate: Annotated[EstimateSpec, Meta(description="forecasts of the wait; left out: none")] | None = None
    announcements: (
        Annotated[AnnouncementsSpec, Meta(description="what callers hear between the music; left out: music alone")]
        | None
    ) = None


class AgentSpec(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, or all agents of a range."""

    name: Annotated[NameText, Meta(description="the agent's name; callers hear the work number only")] = ""
    groups: Annotated[tuple[GroupRef, ...], Meta(min_length=1, description="groups they belong to")]
    skills: Annotated[dict[NameText, Level], Meta(description="skills with levels 1-5")] = field(default_factory=dict)
    phone: Annotated[PhoneText, Meta(description="their usual phone (default: named as the work number)")] = ""
    wrap_up: (
        Annotated[Span, Meta(le=3_600_000, description="their own after-call work (default: the queue's)")] | None
    ) = None
    favours: Annotated[
        dict[SkillRef, Span], Meta(description="a head start that calls needing a skill have with this agent")
    ] = field(default_factory=dict)
    share: Annotated[
        int, Meta(ge=1, le=100, description="their share of the calls where the strategy is weighted_random")
    ] = 1
