"""What every part of one report is made with."""

from collections.abc import Callable
from typing import NamedTuple

from router.core.localtime import LocalClock
from router.reports.counted import Counted
from router.reports.footnotes import Footnotes
from router.reports.period import Period
from router.reports.words import Say


class Draft(NamedTuple):
    """A report in the making."""

    period: Period
    clock: LocalClock
    counted: Counted
    notes: Footnotes
    say: Say
    step: Callable[[str], None]
    """Told before each step what is done now."""
