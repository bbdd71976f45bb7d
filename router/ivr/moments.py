"""Pure: what is said at some moments or to some callers only: in the morning, on holidays, to VIPs."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.core.localtime import LocalTime
from router.ivr.expressions import ExpressionError
from router.ivr.facts import holds
from router.ivr.fields import ClassRef, Clock, Expression, HoursRef, PromptName
from router.ivr.walk import Walk

_FRIDAY = 4
_NOON = 12 * 60


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the day, a holiday, some callers: all that is given must fit.

    ``from`` belongs to the part of the day, ``until`` does not. It may pass midnight.
    """

    begins: Annotated[Clock, Meta(description="first minute of this part of the day")] = msgspec.field(
        name="from", default=0
    )
    until: Annotated[Clock, Meta(description="end of this part of the day")] = 24 * 60
    holiday: Annotated[HoursRef, Meta(description="a calendar: only on its holidays")] = ""
    call_class: Annotated[ClassRef, Meta(description="only for callers of this class")] = msgspec.field(
        name="class", default=""
    )
    when: Annotated[Expression, Meta(description="only where this holds, such as customer.vip == yes")] = ""
    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="what is said then")]

    def fits(self, walk: Walk) -> bool:
        """Say whether this is the moment and the caller; a condition that cannot be worked out does not hold."""
        if not self._covers(walk.view.local) or (self.holiday and not is_holiday(walk, self.holiday)):
            return False
        if self.call_class and self.call_class not in walk.view.classes:
            return False
        try:
            return not self.when or holds(walk, self.when)
        except ExpressionError:
            return False

    def _covers(self, local: LocalTime) -> bool:
        if self.begins <= self.until:
            return self.begins <= local.minute < self.until
        return local.minute >= self.begins or local.minute < self.until


def first_fitting(walk: Walk, parts: tuple[Part, ...], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Return the prompts of the first part that fits, else ``otherwise``."""
    return next((part.prompt for part in parts if part.fits(walk)), otherwise)


def is_holiday(walk: Walk, calendar: str) -> bool:
    """Say whether it is a holiday of a calendar today."""
    found = walk.script.hours.get(calendar)
    return found is not None and bool(found.holiday(found.local(walk.view.now, walk.view.local)))


def is_weekend(local: LocalTime) -> bool:
    """Say whether a weekend wish fits: from Friday noon to Sunday night."""
    return local.weekday > _FRIDAY or (local.weekday == _FRIDAY and local.minute >= _NOON)
