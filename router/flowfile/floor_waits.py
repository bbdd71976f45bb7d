"""What stands in YAML about waiting in a queue: forecasts and announcements, as structs whose fields are the keys."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.acd.spec import AnnouncementPlan, EstimatePlan
from router.ivr.fields import PromptName, Span

SLOTS = ("position", "estimate", "comfort", "offer")
"""What an announcement can say."""
WHEN_LATER = ("explain", "silent")


class EstimateSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of the wait: made for every caller who finds nobody free, and compared with what happened."""

    announce: Annotated[bool, Meta(description="whether callers may hear them (in 'announcements')")] = True
    min_sample: Annotated[
        int, Meta(ge=1, le=100_000, description="how many must have been compared before callers hear one")
    ] = 30
    least_within: Annotated[
        int, Meta(ge=0, le=100, description="per cent of waits within the range told, or callers hear none")
    ] = 60
    when_later: Annotated[
        str,
        Meta(
            extra={"one_of": lambda: WHEN_LATER},
            description="a figure worse than the one told before: say why first, or stay silent",
        ),
    ] = "explain"


class AnnouncementsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What callers hear while they wait, between the music."""

    first_after: Annotated[Span, Meta(description="how long after entering the queue the first one comes")] = 20_000
    every: Annotated[Span, Meta(ge=5_000, description="from the beginning of one to that of the next")] = 60_000
    gap: Annotated[Span, Meta(ge=1_000, description="music between two of them, at least")] = 10_000
    say: Annotated[
        tuple[Annotated[str, Meta(extra={"one_of": lambda: SLOTS})], ...],
        Meta(min_length=1, description="what is said, in this order"),
    ] = SLOTS
    comfort: Annotated[tuple[PromptName, ...], Meta(description="prompts of comfort, one each time, in turn")] = ()


def compile_estimate(spec: EstimateSpec | None, announcements: AnnouncementsSpec | None) -> EstimatePlan | None:
    """Return how a queue's forecasts are used; where an announcement says one, a queue need not ask for them too."""
    if spec is None and (announcements is None or "estimate" not in announcements.say):
        return None
    spec = spec or EstimateSpec()
    return EstimatePlan(
        announce=spec.announce,
        min_sample=spec.min_sample,
        least_within=spec.least_within / 100,
        explain=spec.when_later == "explain",
    )


def compile_announcements(spec: AnnouncementsSpec | None) -> AnnouncementPlan | None:
    """Return what a queue's callers hear."""
    if spec is None:
        return None
    return AnnouncementPlan(
        first_after_ms=spec.first_after,
        every_ms=spec.every,
        gap_ms=spec.gap,
        say=spec.say,
        comfort=spec.comfort,
    )
