"""Pure: leads callers on by a calendar: open, closed, lunch, holiday."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.core.calendar import HOLIDAY, LUNCH, OPEN
from router.ivr.expressions import ExpressionError
from router.ivr.facts import status
from router.ivr.fields import HoursRef, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Hours(Node, frozen=True, kw_only=True):
    """Looks at a calendar of ``hours.yaml``: is it open now?

    ``lunch`` is between two openings of a day; ``holiday`` is closed on a holiday or on a date of its own. Both go to
    ``closed`` where they are left out.
    """

    goes_on: ClassVar[bool] = True

    hours: Annotated[HoursRef, Meta(description="the calendar")]
    open: Annotated[Target, Meta(description="where callers go within the opening hours")]
    closed: Annotated[Target, Meta(description="where they go outside")]
    lunch: Annotated[Target, Meta(description="where they go between two openings of a day (default: closed)")] = ""
    holiday: Annotated[Target, Meta(description="where they go on a holiday (default: closed)")] = ""

    def enter(self, walk: Walk) -> None:
        """Look at the calendar."""
        try:
            found = status(walk, self.hours)
        except ExpressionError:
            walk.step("failed")
            walk.go(self.closed)
            return
        walk.step(found)
        targets = {OPEN: self.open, LUNCH: self.lunch, HOLIDAY: self.holiday}
        walk.go(targets.get(found, "") or self.closed)
