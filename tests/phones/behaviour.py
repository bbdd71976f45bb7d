"""What a phone does when it is rung."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Answer:
    """Rings, and answers after so long; None: the test answers by hand."""

    after_ms: int | None = 50


@dataclasses.dataclass(frozen=True)
class Refuse:
    """Refuses at once: 486 busy, 603 declined, 480, 503, or 302 towards ``to``."""

    status: int
    to: str = ""


@dataclasses.dataclass(frozen=True)
class Silent:
    """Says nothing at all to an INVITE, yet still answers OPTIONS: a phone whose user interface hangs."""


Behaviour = Answer | Refuse | Silent
