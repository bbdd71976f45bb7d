"""Pure: what a queue's past says of its waits: handling, patience, picking up, and how good its forecasts were.

Means of the latest calls: every new one counts as much as those before until there are :data:`MEMORY`, then the oldest
fade. Before there is anything, what the YAML expects counts as if it had been seen a few times.
"""

import msgspec

from router.core.ids import Ms

MEMORY = 300
"""So many calls are remembered, in the mean."""
WAITS_REMEMBERED = 1_000
"""So many waits: losing patience is rarer than being served, and needs more of them."""
EXPECTED_CALLS = 10
"""What the YAML expects of handling weighs as much as so many calls."""
EXPECTED_LEAVERS = 5
"""What it expects of patience weighs as much as so many callers who lost it."""


class Mean(msgspec.Struct, kw_only=True):
    """A mean that follows: of all so far, then of about the last :data:`MEMORY`."""

    value: float = 0.0
    weight: int = 0

    def take(self, seen: float) -> None:
        """Take in one more."""
        if self.weight < MEMORY:
            self.weight += 1
        self.value += (seen - self.value) / self.weight


class Accuracy(msgspec.Struct, kw_only=True):
    """How good a queue's forecasts were. ``count`` is of all judged; the means are of the latest.

    ``within`` is the share of waits within the range (0.8 is what the range promises); errors are in seconds, and
    ``bias_s`` is above 0 where waits were longer than foretold.
    """

    count: int = 0
    within: Mean = msgspec.field(default_factory=Mean)
    squared_s2: Mean = msgspec.field(default_factory=Mean)
    absolute_s: Mean = msgspec.field(default_factory=Mean)
    bias_s: Mean = msgspec.field(default_factory=Mean)

    def take(self, within: bool, off_ms: Ms | None) -> None:
        """Take in one forecast: whether the wait was within its range, and how much longer than its mean.

        ``off_ms`` is None where the wait was not seen to its end.
        """
        self.count += 1
        self.within.take(within)
        if off_ms is not None:
            off_s = off_ms / 1_000
            self.squared_s2.take(off_s * off_s)
            self.absolute_s.take(abs(off_s))
            self.bias_s.take(off_s)


class Learnt(msgspec.Struct, kw_only=True):
    """What one queue has taught. Handling is talk, hold and wrap-up; ``answering`` how long phones rang."""

    handling: Mean = msgspec.field(default_factory=Mean)
    answering: Mean = msgspec.field(default_factory=Mean)
    left: float = 0.0
    waited_ms: float = 0.0
    accuracy: Accuracy = msgspec.field(default_factory=Accuracy)

    def wait_over(self, waited_ms: Ms, lost_patience: bool) -> None:
        """Take in one wait. Who was served might have lost patience later: only the time they waited counts."""
        self.left += lost_patience - self.left / WAITS_REMEMBERED
        self.waited_ms += waited_ms - self.waited_ms / WAITS_REMEMBERED

    def handling_ms(self, expected_ms: Ms) -> float:
        """Return the mean handling time."""
        weight = self.handling.weight
        return (expected_ms * EXPECTED_CALLS + self.handling.value * weight) / (EXPECTED_CALLS + weight)

    def leaving_per_ms(self, expected_patience_ms: Ms) -> float:
        """Return the rate at which one waiting caller loses patience: those who did over all time waited."""
        return (EXPECTED_LEAVERS + self.left) / (EXPECTED_LEAVERS * expected_patience_ms + self.waited_ms)
