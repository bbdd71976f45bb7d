"""Pure: rings the people on call, one after another, until one accepts."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.ivr.asking import Asking
from router.ivr.fields import DutyRef, Filled, OutboundFlowRef, Span, Target, TargetOrPerson, VariableName
from router.ivr.filling import cleaned, filled_all
from router.ivr.orders import Page as Order
from router.ivr.orders import Reply
from router.ivr.walk import Walk

_LONGEST_MS = 3_600_000


class Page(Asking, frozen=True, kw_only=True):
    """Rings the people of a duty table one after another; each enters ``flow``, which ends with ``result: accepted``
    where they take the matter on. Nobody accepting is an alarm for the supervisor.

    The caller goes on at once; with ``wait`` when somebody has accepted or all have been rung.
    """

    table: Annotated[DutyRef, Meta(description="a table of duty.yaml")]
    flow: Annotated[OutboundFlowRef, Meta(description="the flow that whoever is rung enters")]
    fields: Annotated[dict[VariableName, Filled], Meta(description="variables that flow begins with")] = msgspec.field(
        default_factory=dict
    )
    ring: Annotated[Span, Meta(ge=5_000, le=120_000, description="how long each is rung")] = 30_000
    wait: Annotated[bool, Meta(description="whether the caller waits for it")] = True
    variable: Annotated[VariableName, Meta(description="the variable that gets who accepted")] = "accepted_by"
    accepted: Annotated[Target, Meta(description="where the caller goes when somebody accepted (or without 'wait')")]
    failed: Annotated[TargetOrPerson, Meta(description="where they go when nobody did")] = ""
    nobody: Annotated[Target, Meta(description="where they go when nobody is on call now (else: failed)")] = ""

    def enter(self, walk: Walk) -> None:
        """Begin to ring."""
        order = Order(table=self.table, flow=self.flow, ring_ms=self.ring, fields=filled_all(walk, self.fields))
        if self.wait:
            self.ask(walk, order, _LONGEST_MS)
        else:
            walk.ask(order)
            walk.step("done")
            walk.go(self.accepted)

    def replied(self, walk: Walk, reply: Reply) -> None:
        """Somebody accepted, nobody did, or nobody is on call."""
        self.answered(walk)
        if reply.status == "ok":
            walk.step("accepted")
            walk.put(self.variable, cleaned(reply.fields.get("by", "")))
            walk.go(self.accepted)
        elif reply.status == "missing":
            walk.step("nobody")
            walk.go_to_person(self.nobody or self.failed)
        else:
            walk.step("failed")
            walk.go_to_person(self.failed)
