"""Pure: calls another flow and goes on when it comes back."""

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.expressions import ExpressionError, Plain
from router.ivr.facts import asks_secret, work_out
from router.ivr.fields import Expression, FlowRef, ParameterName, Target, TargetOrPerson, VariableName
from router.ivr.flow import Node, Value
from router.ivr.walk import Walk


class Subflow(Node, frozen=True, kw_only=True):
    """Calls another flow; a ``back`` node there leads back here, and the caller goes on.

    The flow called begins with the variables of ``with`` and no others; what it sets is its own, but for ``returns``.
    Its person key leads to its own person, else to this flow's.
    """

    goes_on: ClassVar[bool] = True

    flow: Annotated[FlowRef, Meta(description="the flow that is called")]
    given: Annotated[
        dict[ParameterName, Expression], Meta(description="variables it begins with, and what they are")
    ] = msgspec.field(name="with", default_factory=dict)
    returns: Annotated[
        dict[VariableName, ParameterName], Meta(description="variables set here, and the other flow's they come from")
    ] = msgspec.field(default_factory=dict)
    results: Annotated[dict[str, Target], Meta(description="where a result of its back node leads")] = msgspec.field(
        default_factory=dict
    )
    next: Annotated[Target, Meta(description="where the caller goes with any other result")]
    otherwise: Annotated[TargetOrPerson, Meta(description="where they go when it cannot be called")] = ""

    def enter(self, walk: Walk) -> None:
        """Call the flow."""
        try:
            given = {name: work_out(walk, expression) for name, expression in self.given.items()}
        except ExpressionError:
            self._fail(walk)
            return
        secrets = [name for name, expression in self.given.items() if asks_secret(walk, expression)]
        if not walk.call(self.flow, given, secrets):
            self._fail(walk)

    def returned(self, walk: Walk, result: str, variables: Mapping[str, Value], secrets: Collection[str]) -> None:
        """It has come back: take over what it returns."""
        for mine, theirs in self.returns.items():
            value: Plain = variables.get(theirs, "")
            walk.put(mine, value, secret=theirs in secrets)
        walk.step(result)
        walk.go(self.results.get(result) or self.next)

    def _fail(self, walk: Walk) -> None:
        walk.step("failed")
        walk.go_to_person(self.otherwise)
