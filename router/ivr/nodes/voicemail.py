"""Pure: takes a message into the box of a group, for its agents to answer."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import GroupRef
from router.ivr.taking import TakingMessage


class Voicemail(TakingMessage, frozen=True, kw_only=True):
    """Takes a message into a group's box, as ``message`` does."""

    group: Annotated[GroupRef, Meta(description="the group whose people answer it")]

    @property
    def box(self) -> str:
        """The box of the group."""
        return self.group
