"""Pure: sends a notice by a service of the site: a webhook, an SMS, a mail."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.ivr.asking import Asking
from router.ivr.fields import Filled, ServiceRef, Span, Target
from router.ivr.filling import filled_all
from router.ivr.orders import Notify as Order
from router.ivr.orders import Reply
from router.ivr.walk import Walk


class Notify(Asking, frozen=True, kw_only=True):
    """Sends a notice. Where it cannot be delivered at once it is tried again later, whatever the caller does.

    The caller goes on at once; with ``wait`` only when it is delivered or ``timeout`` has passed. Secret variables
    never leave by a notice.
    """

    service: Annotated[ServiceRef, Meta(description="a service of notices.yaml")]
    fields: Annotated[dict[str, Filled], Meta(description="what the notice says, by field")] = msgspec.field(
        default_factory=dict
    )
    wait: Annotated[bool, Meta(description="whether the caller waits until it is delivered")] = False
    timeout: Annotated[Span, Meta(ge=500, le=30_000, description="the longest wait")] = 5_000
    next: Annotated[Target, Meta(description="where the caller goes then")]
    failed: Annotated[Target, Meta(description="with 'wait': where they go when it is not delivered yet")] = ""

    def enter(self, walk: Walk) -> None:
        """Send it."""
        order = Order(service=self.service, fields=filled_all(walk, self.fields), timeout_ms=self.timeout)
        if self.wait:
            self.ask(walk, order, self.timeout)
        else:
            walk.ask(order)
            walk.step("done")
            walk.go(self.next)

    def replied(self, walk: Walk, reply: Reply) -> None:
        """It is delivered, or is not yet."""
        self.answered(walk)
        walk.step("sent" if reply.status == "ok" else "failed")
        walk.go(self.next if reply.status == "ok" or not self.failed else self.failed)
