"""Pure: what the YAML says of calling back and of what waiting callers are offered, compiled: spans in ms."""

import msgspec

from router.core.ids import Ms

LOOK_MS: Ms = 1_000
"""How often it is looked at whether callers are to be offered something."""


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a queue calls back.

    ``agent_first``: the agent's phone rings first; else the customer's, while a free agent is held for them. It gives
    up after ``tries`` tries, each ``spacing_ms`` after the one before, or ``expire_ms`` after it could first be
    dialled. ``ring_ms`` is how long the customer's phone rings. ``hours`` names the calendar within which customers
    are rung ("": the queue's). At most ``per_number`` callbacks a day are booked for one number and ``per_hour`` an
    hour for the queue (0: no limit). ``slot_count`` callbacks may be booked for one span of ``slot_ms`` (0: none for
    a time). ``mark_key`` is the key by which the agent says that a machine answered.
    """

    agent_first: bool = True
    tries: int = 3
    spacing_ms: Ms = 600_000
    expire_ms: Ms = 86_400_000
    ring_ms: Ms = 30_000
    hours: str = ""
    per_number: int = 3
    per_hour: int = 0
    slot_ms: Ms = 1_800_000
    slot_count: int = 0
    mark_key: str = "*"


class NumberRules(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers callers may have called back: ``allow`` and ``block`` are beginnings of numbers in E.164.

    ``allow`` () allows the numbers of the hotline's own country.
    """

    allow: tuple[str, ...] = ()
    block: tuple[str, ...] = ()


class OfferRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a waiting caller is offered something else than to wait.

    As soon as they wait and nobody is free (``when_busy``), when the estimate passes ``estimate_over_ms``, or after a
    wait of ``after_ms`` (0: not so); then every ``every_ms`` (0: once). ``key_ms`` is how long a key is waited for.
    """

    when_busy: bool = False
    estimate_over_ms: Ms = 0
    after_ms: Ms = 0
    every_ms: Ms = 60_000
    key_ms: Ms = 5_000

    @property
    def first_look_ms(self) -> Ms:
        """How long after a caller has begun to wait it is looked at first whether to offer it (0: never)."""
        soon = LOOK_MS if self.when_busy or self.estimate_over_ms else 0
        return min(self.after_ms, soon) if self.after_ms and soon else self.after_ms or soon
