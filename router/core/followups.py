"""Pure: what the YAML says of complaints and call-back rounds, compiled: spans in ms, times of day in minutes."""

import msgspec

from router.core.ids import Ms


class ComplaintKind(msgspec.Struct, frozen=True, kw_only=True):
    """Within what a kind of complaint is answered and resolved: spans, or ``resolve_days`` working days (0: a span).

    ``answer_of`` and ``resolve_of`` are shorter spans for some classes of customers.
    """

    answer_ms: Ms
    resolve_ms: Ms = 0
    resolve_days: int = 0
    answer_of: dict[str, Ms] = {}
    resolve_of: dict[str, Ms] = {}


HOUR_MS: Ms = 3_600_000
KINDS: dict[str, ComplaintKind] = {
    "simple": ComplaintKind(answer_ms=2 * HOUR_MS, resolve_ms=2 * HOUR_MS),
    "complex": ComplaintKind(answer_ms=24 * HOUR_MS, resolve_ms=48 * HOUR_MS),
    "other_province": ComplaintKind(answer_ms=24 * HOUR_MS, resolve_days=4),
    "other_organisation": ComplaintKind(answer_ms=24 * HOUR_MS, resolve_days=7),
}
"""The kinds every hotline has; the YAML changes them and adds others."""


class ComplaintRules(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of complaints. ``warn_ms`` before one lapses the supervisor is told.

    ``hours`` names the calendar whose open days are working days ("": Monday to Friday). An answered call whose type is
    in ``tags`` opens a complaint of that kind by itself.
    """

    kinds: dict[str, ComplaintKind] = msgspec.field(default_factory=lambda: dict(KINDS))
    warn_ms: Ms = 1_800_000
    hours: str = ""
    tags: dict[str, str] = {}


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A call-back round: at some minutes of the day, over the answered calls of some types since the round before.

    ``percent`` of them are drawn. ``queue`` calls; whoever took the call does so, else it is shared equally; after
    ``own_ms`` of waiting for that agent anybody may.
    """

    name: str
    queue: str
    at: tuple[int, ...]
    tags: tuple[str, ...]
    percent: int = 100
    own_ms: Ms = 1_800_000
