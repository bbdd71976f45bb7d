"""Pure: says farewell, with a wish before weekends and on holidays, and hangs up."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import HoursRef, PromptName
from router.ivr.flow import Node
from router.ivr.moments import Part, first_fitting, is_holiday, is_weekend
from router.ivr.walk import Walk


class Hangup(Node, frozen=True, kw_only=True):
    """Says farewell and hangs up; with a wish on a holiday of ``hours`` and from Friday noon to Sunday night."""

    parts: Annotated[
        tuple[Part, ...], Meta(description="farewells of their own; the first that fits is said, without a wish")
    ] = ()
    prompt: Annotated[tuple[PromptName, ...], Meta(description="the farewell (default: the router's own)")] = (
        "router/goodbye",
    )
    hours: Annotated[HoursRef, Meta(description="the calendar whose holidays get a wish")] = ""
    holiday_wish: Annotated[tuple[PromptName, ...], Meta(description="said before the farewell on a holiday")] = (
        "router/happy_holiday",
    )
    weekend_wish: Annotated[
        tuple[PromptName, ...], Meta(description="said before the farewell from Friday noon to Sunday; [] for none")
    ] = ("router/nice_weekend",)
    result: Annotated[
        str,
        Meta(max_length=64, description="what the call came to; somebody on call who is rung accepts with 'accepted'"),
    ] = ""

    def enter(self, walk: Walk) -> None:
        """Say farewell. The result holds from here on, also for somebody who does not hear the farewell out."""
        if self.result:
            walk.variables["result"] = self.result
        walk.play(first_fitting(walk, self.parts, (*self._wish(walk), *self.prompt)))

    def played(self, walk: Walk) -> None:
        """The farewell is over."""
        walk.step("done")
        walk.end(detail=self.result)

    def _wish(self, walk: Walk) -> tuple[str, ...]:
        if self.hours and is_holiday(walk, self.hours):
            return self.holiday_wish
        return self.weekend_wish if is_weekend(walk.view.local) else ()
