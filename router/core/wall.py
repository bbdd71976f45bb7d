"""Pure: what the wallboard of a site shows in which room, when it warns, and whom it tells."""

import msgspec

from router.core.ids import Ms

SECTIONS = ("summary", "queues", "trend", "agents")


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A screen on a wall. ``queues`` and ``groups`` () mean all, ``language`` and ``theme`` "" the viewer's."""

    name: str
    title: str = ""
    queues: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    show: tuple[str, ...] = SECTIONS
    language: str = ""
    theme: str = ""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From where a number is shown as a warning, and as bad. Shares are percent.

    ``within_ms`` is the X of the service level, ``service_level`` its target; below the target is a warning, more than
    ``service_level_bad`` points below it is bad.
    """

    within_ms: Ms = 20_000
    service_level: float = 80
    service_level_bad: float = 20
    waiting: int = 5
    waiting_bad: int = 10
    wait_ms: Ms = 30_000
    wait_bad_ms: Ms = 90_000
    abandoned: float = 5
    abandoned_bad: float = 10
    wrap_up_over_ms: Ms = 120_000
    pause_over_ms: Ms = 1_800_000


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What the board alarms by itself. A span of 0 switches its watch off.

    ``hours`` names the calendar of the opening hours ("": always open). ``tell`` names services of notices.yaml that
    get each alarm, once when it begins and, with ``tell_end``, once when it is over; nothing is told that lasted
    shorter than ``settle_ms``.
    """

    hours: str = ""
    quiet_after_ms: Ms = 1_800_000
    phone_used_ms: Ms = 600_000
    phone_away_ms: Ms = 15_000
    unstaffed_ms: Ms = 60_000
    router_away_ms: Ms = 10_000
    settle_ms: Ms = 5_000
    show_ms: Ms = 300_000
    tell: tuple[str, ...] = ()
    tell_end: bool = True


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """All of ``board.yaml``, and what people call the hotline."""

    title: str = ""
    rooms: dict[str, Room] = {}
    thresholds: Thresholds = Thresholds()
    watch: Watch = Watch()
