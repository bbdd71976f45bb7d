"""Pure: takes a message from the caller, reads it back, and sends word of it on."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.ivr.fields import Filled
from router.ivr.taking import TakingMessage


class Message(TakingMessage, frozen=True, kw_only=True):
    """Takes a message into a box. The caller may hear it and speak it anew; then word of it goes out by ``service``.

    A caller who hangs up after speaking has left the message too.
    """

    into: Annotated[Filled, Meta(min_length=1, description="the box it goes into, by a name of your choice")] = (
        msgspec.field(name="box")
    )

    @property
    def box(self) -> str:
        """The box the flow names."""
        return self.into
