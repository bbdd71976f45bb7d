"""What stands in YAML about calling back, and about what callers who wait are offered."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from router.acd.callback_rules import CallbackRules, NumberRules, OfferRules
from router.ivr.fields import HoursRef, Span

NumberPrefix = Annotated[
    str,
    Meta(pattern=r"^\+[0-9]{1,14}$", extra={"what": "the beginning of a number with its country code, +86 or +8610"}),
]


class CallbackNumbersSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers callers may have called back. Emergency, premium and our own numbers never are."""

    allow: Annotated[
        tuple[NumberPrefix, ...], Meta(description="beginnings of numbers (default: those of the country)")
    ] = ()
    block: Annotated[tuple[NumberPrefix, ...], Meta(description="beginnings of those that may not after all")] = ()


class SlotsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks for a time the caller chooses."""

    every: Annotated[Span, Meta(ge=300_000, le=86_400_000, description="the length of a slot")] = 1_800_000
    count: Annotated[int, Meta(ge=1, le=10_000, description="how many callbacks may be booked for one slot")]


class CallbacksSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue calls back."""

    first: Annotated[Literal["agent", "customer"], Meta(description="whose phone rings first")] = "agent"
    tries: Annotated[int, Meta(ge=1, le=20, description="how often the customer is rung")] = 3
    spacing: Annotated[Span, Meta(ge=10_000, description="the time between two tries")] = 600_000
    expire: Annotated[
        Span, Meta(ge=60_000, description="when it is given up, from the first moment it may be dialled")
    ] = 86_400_000
    ring: Annotated[Span, Meta(ge=5_000, le=120_000, description="how long the customer's phone rings")] = 30_000
    hours: Annotated[HoursRef, Meta(description="when customers may be rung (default: the queue's hours)")] = ""
    per_number: Annotated[
        int, Meta(ge=0, le=1_000, description="the most booked for one number a day; 0: no limit")
    ] = 3
    per_hour: Annotated[int, Meta(ge=0, le=100_000, description="the most booked in an hour; 0: no limit")] = 0
    slots: Annotated[SlotsSpec, Meta(description="for callers who choose a time; left out: they cannot")] | None = None
    machine_key: Annotated[
        str,
        Meta(pattern="^[0-9*#]$", extra={"what": "one key"}, description="by which an agent says: a machine answered"),
    ] = "*"


class OfferSpec(msgspec.Struct, frozen=True, kw_only=True):
    """When callers who wait are offered a callback, or to leave a recording. An emergency never is."""

    when_busy: Annotated[bool, Meta(description="as soon as they wait and nobody is free")] = False
    estimate_over: Annotated[Span, Meta(description="when they will wait longer than this; 0: not for that")] = 0
    after: Annotated[Span, Meta(description="when they have waited so long; 0: not for that")] = 0
    every: Annotated[Span, Meta(description="how long until it is offered again; 0: once")] = 60_000
    first_digit: Annotated[Span, Meta(ge=1_000, le=60_000, description="wait for a key; then they wait on")] = 5_000


def compile_numbers(spec: CallbackNumbersSpec) -> NumberRules:
    """Return the rules about numbers as the core is given them."""
    return NumberRules(allow=spec.allow, block=spec.block)


def compile_callbacks(spec: CallbacksSpec | None) -> CallbackRules | None:
    """Return how a queue calls back; None where it does not say."""
    if spec is None:
        return None
    return CallbackRules(
        agent_first=spec.first == "agent",
        tries=spec.tries,
        spacing_ms=spec.spacing,
        expire_ms=spec.expire,
        ring_ms=spec.ring,
        hours=spec.hours,
        per_number=spec.per_number,
        per_hour=spec.per_hour,
        slot_ms=spec.slots.every if spec.slots is not None else 1_800_000,
        slot_count=spec.slots.count if spec.slots is not None else 0,
        mark_key=spec.machine_key,
    )


def compile_offer(spec: OfferSpec | None) -> OfferRules | None:
    """Return when a queue offers something else than to wait; None where it never does."""
    if spec is None:
        return None
    return OfferRules(
        when_busy=spec.when_busy,
        estimate_over_ms=spec.estimate_over,
        after_ms=spec.after,
        every_ms=spec.every,
        key_ms=spec.first_digit,
    )
