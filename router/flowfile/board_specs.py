"""What stands in board.yaml: rooms, thresholds and what the wallboard watches."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.core.wall import Room, Thresholds, Wall, Watch
from router.flowfile.names import NameText
from router.ivr.fields import Span

QueueRef = Annotated[str, Meta(extra={"ref": "queue"})]
GroupRef = Annotated[str, Meta(extra={"ref": "group"})]
ServiceRef = Annotated[str, Meta(extra={"ref": "service"})]
RoomText = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]{0,31}$",
        extra={"what": "small letters, digits and hyphens: front-desk"},
        description="the room as it stands in its address",
    ),
]
Share = Annotated[float, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=1, le=100_000)]


class RoomSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A screen on a wall, at ``/room/NAME``."""

    title: Annotated[NameText, Meta(description="its headline (default: its name)")] = ""
    queues: Annotated[tuple[QueueRef, ...], Meta(description="the queues it shows, in this order (default: all)")] = ()
    groups: Annotated[tuple[GroupRef, ...], Meta(description="the groups whose agents it shows (default: all)")] = ()
    show: Annotated[
        tuple[Literal["summary", "queues", "trend", "agents"], ...],
        Meta(min_length=1, description="the parts of the screen"),
    ] = ("summary", "queues", "trend", "agents")
    language: Annotated[Literal["en", "zh", ""], Meta(description="its language (default: the viewer's)")] = ""
    theme: Annotated[Literal["dark", "light", ""], Meta(description="its colours (default: the viewer's)")] = ""


class ThresholdsSpec(msgspec.Struct, frozen=True, kw_only=True):
    """From where a number warns (orange, with a triangle) and is bad (red, with an octagon)."""

    answered_within: Annotated[Span, Meta(ge=1_000, le=600_000, description="the X of the service level")] = 20_000
    service_level: Annotated[Share, Meta(description="target, in percent; below it warns")] = 80
    service_level_bad: Annotated[Share, Meta(description="so many points below the target is bad")] = 20
    waiting: Annotated[Count, Meta(description="more callers than this waiting in a queue warn")] = 5
    waiting_bad: Annotated[Count, Meta(description="more than this are bad")] = 10
    wait: Annotated[Span, Meta(ge=1_000, description="a wait longer than this warns")] = 30_000
    wait_bad: Annotated[Span, Meta(ge=1_000, description="a wait longer than this is bad")] = 90_000
    abandoned: Annotated[Share, Meta(description="a greater share of the day abandoned warns, in percent")] = 5
    abandoned_bad: Annotated[Share, Meta(description="a greater share than this is bad")] = 10
    wrap_up_over: Annotated[Span, Meta(ge=1_000, description="an agent longer in wrap-up is an alarm")] = 120_000
    pause_over: Annotated[
        Span, Meta(ge=1_000, description="a longer pause is an alarm, where its reason has no limit")
    ] = 1_800_000


class WatchSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the board alarms, and whom it tells. A span of 0 switches that watch off."""

    hours: Annotated[str, Meta(extra={"ref": "hours"}, description="opening hours (default: always open)")] = ""
    quiet_after: Annotated[Span, Meta(description="no call for so long while open")] = 1_800_000
    phone_used: Annotated[Span, Meta(description="a ready agent's phone off the hook or in use for so long")] = 600_000
    phone_away: Annotated[Span, Meta(description="a signed-in agent's phone unreachable for so long")] = 15_000
    unstaffed: Annotated[Span, Meta(description="an open queue with nobody signed in for so long")] = 60_000
    router_away: Annotated[Span, Meta(description="the router or Asterisk away for so long")] = 10_000
    settle: Annotated[Span, Meta(le=600_000, description="an alarm is told outside only if it lasts so long")] = 5_000
    show: Annotated[
        Span, Meta(ge=10_000, le=86_400_000, description="how long something that happened once is shown")
    ] = 300_000
    tell: Annotated[tuple[ServiceRef, ...], Meta(description="services of notices.yaml that get each alarm")] = ()
    tell_end: Annotated[bool, Meta(description="whether they are told that it is over, too")] = True


class BoardFile(msgspec.Struct, frozen=True, kw_only=True):
    """``board.yaml``: what the wallboard shows and watches; without it one screen shows all."""

    rooms: Annotated[dict[RoomText, RoomSpec], Meta(description="screens by the name in their address")] = field(
        default_factory=dict
    )
    thresholds: Annotated[ThresholdsSpec, Meta(description="from where a number warns")] = ThresholdsSpec()
    watch: Annotated[WatchSpec, Meta(description="what is an alarm, and who is told")] = WatchSpec()


def compile_wall(file: BoardFile | None, title: str = "") -> Wall:
    """Return what the file says; without one everything is as usual."""
    if file is None:
        return Wall(title=title)
    limits, watch = file.thresholds, file.watch
    return Wall(
        title=title,
        rooms={
            name: Room(
                name=name,
                title=spec.title,
                queues=spec.queues,
                groups=spec.groups,
                show=spec.show,
                language=spec.language,
                theme=spec.theme,
            )
            for name, spec in file.rooms.items()
        },
        thresholds=Thresholds(
            within_ms=limits.answered_within,
            service_level=limits.service_level,
            service_level_bad=limits.service_level_bad,
            waiting=limits.waiting,
            waiting_bad=limits.waiting_bad,
            wait_ms=limits.wait,
            wait_bad_ms=limits.wait_bad,
            abandoned=limits.abandoned,
            abandoned_bad=limits.abandoned_bad,
            wrap_up_over_ms=limits.wrap_up_over,
            pause_over_ms=limits.pause_over,
        ),
        watch=Watch(
            hours=watch.hours,
            quiet_after_ms=watch.quiet_after,
            phone_used_ms=watch.phone_used,
            phone_away_ms=watch.phone_away,
            unstaffed_ms=watch.unstaffed,
            router_away_ms=watch.router_away,
            settle_ms=watch.settle,
            show_ms=watch.show,
            tell=watch.tell,
            tell_end=watch.tell_end,
        ),
    )
