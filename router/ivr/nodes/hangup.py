"""Pure: says farewell and hangs up."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import PromptName
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Hangup(Node, frozen=True, kw_only=True):
    """Says farewell and hangs up."""

    prompt: Annotated[tuple[PromptName, ...], Meta(description="the farewell (default: the router's own)")] = (
        "router/goodbye",
    )

    def enter(self, walk: Walk) -> None:
        """Say farewell."""
        walk.play(self.prompt)

    def played(self, walk: Walk) -> None:
        """The farewell is over."""
        walk.step("done")
        walk.end()
