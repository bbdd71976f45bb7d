"""What stands in site.yaml about complaints and call-back rounds."""

from typing import Annotated

import msgspec
from msgspec import Meta, field

from router.core.followups import KINDS, ComplaintKind, ComplaintRules, Round
from router.flowfile.names import NameText
from router.ivr.fields import ClassRef, Clock, HoursRef, QueueRef, Span


class ComplaintKindSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Within what a kind of complaint is answered and resolved. Of a built-in kind, what is left out stays."""

    answer: Annotated[Span, Meta(ge=60_000, description="when the caller is answered at the latest")] | None = None
    resolve: Annotated[Span, Meta(ge=60_000, description="when it is resolved at the latest")] | None = None
    resolve_days: (
        Annotated[int, Meta(ge=1, le=365, description="the same in working days, in the place of 'resolve'")] | None
    ) = None
    answer_of: Annotated[dict[ClassRef, Span], Meta(description="sooner for a class of customers")] = field(
        default_factory=dict
    )
    resolve_of: Annotated[dict[ClassRef, Span], Meta(description="sooner for a class of customers")] = field(
        default_factory=dict
    )


class ComplaintsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of complaints; simple, complex, other_province and other_organisation are built in."""

    kinds: Annotated[dict[NameText, ComplaintKindSpec], Meta(description="kinds of complaints by name")] = field(
        default_factory=dict
    )
    warn: Annotated[Span, Meta(description="how long before a clock lapses the supervisor is told")] = 1_800_000
    hours: Annotated[HoursRef, Meta(description="the calendar of working days (default: Monday to Friday)")] = ""
    tags: Annotated[
        dict[NameText, NameText],
        Meta(description="types of calls that are complaints, and of which kind: fault: simple"),
    ] = field(default_factory=dict)


class RoundSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A call-back round over the day's calls of some types."""

    queue: Annotated[QueueRef, Meta(description="the queue that calls back")]
    at: Annotated[tuple[Clock, ...], Meta(min_length=1, description='when it begins: ["11:00", "16:00"]')]
    tags: Annotated[tuple[NameText, ...], Meta(min_length=1, description="types of calls that are called back")]
    percent: Annotated[int, Meta(ge=1, le=100, description="how many of a hundred are called back")] = 100
    own: Annotated[Span, Meta(description="how long the agent who took the call is waited for")] = 1_800_000


def compile_complaints(spec: ComplaintsSpec) -> ComplaintRules:
    """Return the clocks of complaints as the core is given them."""
    kinds = dict(KINDS)
    for name, kind in spec.kinds.items():
        base = KINDS.get(name, ComplaintKind(answer_ms=24 * 3_600_000, resolve_ms=48 * 3_600_000))
        by_days = (
            kind.resolve_days if kind.resolve_days is not None else 0 if kind.resolve is not None else base.resolve_days
        )
        kinds[name] = ComplaintKind(
            answer_ms=base.answer_ms if kind.answer is None else kind.answer,
            resolve_ms=base.resolve_ms if kind.resolve is None else kind.resolve,
            resolve_days=by_days,
            answer_of=dict(kind.answer_of),
            resolve_of=dict(kind.resolve_of),
        )
    return ComplaintRules(kinds=kinds, warn_ms=spec.warn, hours=spec.hours, tags=dict(spec.tags))


def compile_rounds(rounds: dict[str, RoundSpec]) -> dict[str, Round]:
    """Return the call-back rounds by name."""
    return {
        name: Round(
            name=name,
            queue=spec.queue,
            at=tuple(sorted(minute % 1440 for minute in spec.at)),
            tags=spec.tags,
            percent=spec.percent,
            own_ms=spec.own,
        )
        for name, spec in rounds.items()
    }
