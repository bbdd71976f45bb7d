"""What stands in ``surge.yaml``: structs whose fields are the keys."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.flowfile.names import NameText
from router.ivr.fields import GroupRef, HoursRef, QueueRef, Span

SeatsText = Annotated[
    str,
    Meta(
        pattern=r"^(all|[0-9]{1,4}( ?- ?[0-9]{1,4})?)$",
        extra={"what": "how many: 3, 2-3 or all"},
        description="how many: 3; 2-3 (3 while more than 'high' wait, else 2); all",
    ),
]


class SurgeStepSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A step: agents of a group join. The steps are taken in this order and released in the reverse one."""

    group: Annotated[GroupRef, Meta(description="whose agents join")]
    seats: Annotated[SeatsText, Meta(description="how many: 3; 2-3 (3 while more than 'high' wait, else 2); all")] = (
        "all"
    )
    when: Annotated[
        Literal["low", "high"],
        Meta(description="high: taken only while more than 'high' wait; low: while more than 'low' do"),
    ] = "low"
    keep_groups: Annotated[
        bool, Meta(description="whether they serve their own groups too; no: the plan's group alone")
    ] = True


class NightSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The night: while the calendar is open everybody but one lead is in the plan's group."""

    hours: Annotated[HoursRef, Meta(description="the calendar of hours.yaml that is open at night")]
    leads: Annotated[GroupRef, Meta(description="the group of which one stays out, to lead")]


class SpareSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A surge known beforehand, such as bill day or a festival: the supervisor is told to keep seats in spare."""

    hours: Annotated[HoursRef, Meta(description="the calendar of hours.yaml that is open then")]
    seats: Annotated[SeatsText, Meta(description="how many seats: 5-7")] = "5-7"


class TargetSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What missing seats are worked out for: so much of the calls answered in time."""

    answered: Annotated[int, Meta(ge=1, le=99, description="share of calls in percent")] = 80
    within: Annotated[Span, Meta(ge=1_000, description="how soon they are answered")] = 20_000


class SurgePlanSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A plan for when queues grow: who joins when."""

    queues: Annotated[tuple[QueueRef, ...], Meta(min_length=1, description="whose waiting callers are counted")]
    group: Annotated[GroupRef, Meta(description="the group that helpers join; it serves these queues")]
    steps: Annotated[tuple[SurgeStepSpec, ...], Meta(min_length=1, description="who joins, one step after another")]
    low: Annotated[int, Meta(ge=0, le=100_000, description="more callers waiting than this: steps are taken")] = 5
    high: Annotated[int, Meta(ge=1, le=100_000, description="more than this: steps follow fast")] = 10
    for_: Annotated[
        Span, Meta(ge=1_000, description="how long more than 'low' wait before a step, and no more before a release")
    ] = field(name="for", default=300_000)
    dip: Annotated[Span, Meta(description="how long fewer may wait without the time beginning anew")] = 10_000
    fast_step: Annotated[
        Span, Meta(description="between steps, once one is taken and more than 'high' wait; off: 'for' as well")
    ] = 60_000
    mode: Annotated[Literal["propose", "automatic"], Meta(description="propose: the supervisor confirms each step")] = (
        "propose"
    )
    seats_max: (
        Annotated[
            int,
            Meta(ge=1, le=20_000, description="seats there are: never more agents in the group; left out: no limit"),
        ]
        | None
    ) = None
    shifts: Annotated[bool, Meta(description="whether the group's agents work in shifts, never all at once")] = False
    target: Annotated[TargetSpec, Meta(description="what missing seats are worked out for")] = TargetSpec()
    night: Annotated[NightSpec, Meta(description="when everybody but one lead joins")] | None = None
    spare: Annotated[tuple[SpareSpec, ...], Meta(description="surges known beforehand")] = ()


class SurgeFile(msgspec.Struct, frozen=True, kw_only=True):
    """``surge.yaml``: what is done when more callers wait than the agents can take."""

    plans: Annotated[dict[NameText, SurgePlanSpec], Meta(min_length=1, description="plans by name; mostly one")]
