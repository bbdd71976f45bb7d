"""Pure: goes back to the flow that called this one."""

from typing import Annotated

from msgspec import Meta

from router.ivr.flow import Node
from router.ivr.walk import Walk


class Back(Node, frozen=True, kw_only=True):
    """Goes back to the ``subflow`` node that called this flow, with a result. Nobody called it: to the person."""

    result: Annotated[str, Meta(min_length=1, max_length=64, description="what the caller of the flow is told")] = (
        "done"
    )

    def enter(self, walk: Walk) -> None:
        """Go back."""
        walk.step(self.result)
        walk.back(self.result)
