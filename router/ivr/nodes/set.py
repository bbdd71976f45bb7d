"""Pure: sets variables to what expressions give."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.expressions import ExpressionError, Plain
from router.ivr.facts import asks_secret, work_out
from router.ivr.fields import Expression, Target, VariableName
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Set(Node, frozen=True, kw_only=True):
    """Sets variables, one after the other: each expression sees those above it.

    Where one cannot be worked out none is set, and the caller goes to ``otherwise``. What is made of a secret variable
    is secret too.
    """

    goes_on: ClassVar[bool] = True

    values: Annotated[
        dict[VariableName, Expression], Meta(min_length=1, description="expressions by the variable they give")
    ]
    next: Annotated[Target, Meta(description="where the caller goes then")]
    otherwise: Annotated[Target, Meta(description="where they go when one cannot be worked out (default: next)")] = ""

    def enter(self, walk: Walk) -> None:
        """Set the variables."""
        made: dict[str, Plain] = {}
        try:
            for name, expression in self.values.items():
                made[name] = work_out(walk, expression, made)
        except ExpressionError:
            walk.step("failed")
            walk.go(self.otherwise or self.next)
            return
        for name, value in made.items():
            walk.put(name, value, secret=asks_secret(walk, self.values[name]))
        walk.step("done")
        walk.go(self.next)
