"""Pure: the base of node types that ask for something outside: the caller is never left in silence, nor for ever.

What is answered within a moment is answered without a sound. Else the caller hears ``while``, then music. An answer
that never comes (the router was restarted in between) counts as ``failed``.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.core.ids import Ms
from router.ivr.fields import MusicName, PromptName
from router.ivr.flow import Node
from router.ivr.orders import AnyOrder, Reply
from router.ivr.walk import Walk

MOMENT_MS: Ms = 400
"""How long a caller may hear nothing."""
MARGIN_MS: Ms = 2_000
"""How much later than the answer's own time-out we give it up."""
_COMPANY = "company"
_REPLY = "reply"


class Asking(Node, frozen=True, kw_only=True):
    """Asks and waits. Node types call :meth:`ask` and say in ``replied`` what follows."""

    goes_on: ClassVar[bool] = True

    meanwhile: Annotated[
        tuple[PromptName, ...], Meta(description="what the caller hears if it takes longer; then music")
    ] = msgspec.field(name="while", default=())
    music: Annotated[MusicName, Meta(description="class of music while the caller waits")] = "default"

    def ask(self, walk: Walk, order: AnyOrder, timeout_ms: Ms) -> None:
        """Ask for something outside that is answered within ``timeout_ms``."""
        walk.ask(order)
        walk.set_timer(_COMPANY, MOMENT_MS)
        walk.set_timer(_REPLY, timeout_ms + MARGIN_MS)

    def answered(self, walk: Walk) -> None:
        """The answer is here: nothing need be waited for; the company goes on until something else is played."""
        walk.cancel_timer(_COMPANY)
        walk.cancel_timer(_REPLY)

    def timer(self, walk: Walk, name: str) -> None:
        """It takes longer than a moment, or longer than it ever should."""
        if name == _COMPANY:
            if self.meanwhile:
                walk.play(self.meanwhile)
            else:
                walk.music(self.music)
        elif name == _REPLY:
            walk.withdraw()
            self.replied(walk, Reply(status="failed"))

    def played(self, walk: Walk) -> None:
        """``while`` is over, the answer not here yet."""
        walk.music(self.music)
