"""Pure: what is simulated, as plain data: who rings, how often, with what patience; who answers, and when they work."""

import msgspec

from router.core.ids import AgentId, Ms, PhoneName
from router.sim.arrivals import DAY_MS, Arrivals
from router.sim.spans import Endless, Fixed, Span
from router.site import Site


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of caller: the number they dial, the keys they press there, and their share of all callers (weights)."""

    name: str
    did: str
    share: float = 1.0
    keys: str = ""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's service on a phone, in ms since midnight; ``ends_ms`` None: until the run ends."""

    agent: AgentId
    phone: PhoneName
    begins_ms: Ms = 0
    ends_ms: Ms | None = None


class Steady(msgspec.Struct, frozen=True, kw_only=True, tag="steady"):
    """One long run in a steady state: ``calls`` in all, cut into ``batches`` of equal number behind one to warm up."""

    calls: int
    batches: int = 40


class Days(msgspec.Struct, frozen=True, kw_only=True, tag="days"):
    """``count`` repetitions of a stretch of ``length_ms`` (whole days), each beginning at midnight; no warm-up."""

    count: int
    length_ms: Ms = DAY_MS


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One simulation. ``answering`` is how long an agent's phone rings before it is picked up, ``prompts`` how long a
    playback lasts, ``lines`` how many calls the trunk carries at once (None: no limit; more are blocked at the
    carrier), ``target_ms`` the wait within which an answer counts for the service level.
    """

    site: Site
    entries: tuple[Entry, ...]
    arrivals: Arrivals
    handling: Span
    shifts: tuple[Shift, ...]
    length: Steady | Days
    patience: Span = Endless()
    answering: Span = Fixed(0)
    prompts: Span = Fixed(0)
    lines: int | None = None
    target_ms: Ms = 20_000
    seed: int = 1
