"""Pure: gives the call a type for the reports."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.fields import Target
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Tag(Node, frozen=True, kw_only=True):
    """Gives the call its type for the reports; a later one replaces it."""

    goes_on: ClassVar[bool] = True

    tag: Annotated[str, Meta(min_length=1, max_length=64, description="the type of the call, such as bill or 查询")]
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Give the tag."""
        walk.tag(self.tag)
        walk.step("done")
        walk.go(self.next)
