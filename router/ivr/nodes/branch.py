"""Pure: leads callers on by conditions: who they are, what they typed, how full a queue is, what time it is."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.expressions import ExpressionError
from router.ivr.facts import holds
from router.ivr.fields import Expression, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A condition and where it leads."""

    when: Annotated[Expression, Meta(description="the condition, such as queue('desk').waiting > 10")]
    next: Annotated[Target, Meta(description="where callers go for whom it holds")]


class Branch(Node, frozen=True, kw_only=True):
    """Leads the caller to the first case that holds, else to ``otherwise``.

    So does a condition that cannot be worked out (a text where a number is wanted): it is noted as ``failed``.
    """

    goes_on: ClassVar[bool] = True

    cases: Annotated[tuple[Case, ...], Meta(min_length=1, description="conditions, the first that holds is followed")]
    otherwise: Annotated[Target, Meta(description="where callers go for whom none holds")]

    def enter(self, walk: Walk) -> None:
        """Find the case; its number, counted from 1, is the result."""
        try:
            number = next((place for place, case in enumerate(self.cases, 1) if holds(walk, case.when)), 0)
        except ExpressionError:
            walk.step("failed")
            walk.go(self.otherwise)
            return
        walk.step(str(number) if number else "otherwise")
        walk.go(self.cases[number - 1].next if number else self.otherwise)
