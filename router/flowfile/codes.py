"""What a kind of mistake is: its message, its cure and its reason. The codes themselves stand in ``diagnostics``."""

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]
"""An error keeps a hotline from starting; a warning is most likely not meant, and nothing stops for it."""


class Code(msgspec.Struct, frozen=True):
    """A kind of mistake: its message with the places of the particulars, the hint where none fits better, and why."""

    text: str
    hint: str
    meaning: str


def severity_of(code: str) -> Severity:
    """Return how bad a mistake is: codes of warnings begin with W."""
    return "warning" if code.startswith("W") else "error"
