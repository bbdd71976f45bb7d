"""Pure: the silent line: nothing is heard of the caller; greets twice, says so and hangs up."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.fields import PromptName, Span, TargetOrPerson
from router.ivr.flow import Node
from router.ivr.walk import Walk

_SAID = "said"
_PAUSE = "pause"


class SilentLine(Node, frozen=True, kw_only=True):
    """Greets, waits, greets again, waits, says that no voice is heard, waits, and hangs up.

    A key at any time leads to ``next``. Never for an emergency number.
    """

    listens: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(description="the greeting, said twice")] = ("router/are_you_there",)
    farewell: Annotated[tuple[PromptName, ...], Meta(description="says that no voice is heard, and to ring again")] = (
        "router/no_voice",
    )
    pause: Annotated[Span, Meta(ge=1000, le=30_000, description="the wait after each")] = 5_000
    next: Annotated[TargetOrPerson, Meta(description="where a caller goes who presses a key")] = ""

    def enter(self, walk: Walk) -> None:
        """Greet for the first time."""
        walk.memory[_SAID] = 1
        walk.play(self.prompt)

    def played(self, walk: Walk) -> None:
        """It has been said: wait."""
        walk.set_timer(_PAUSE, self.pause)

    def timer(self, walk: Walk, name: str) -> None:
        """Still nothing: greet again, then say so, then hang up."""
        said = int(walk.memory[_SAID])
        walk.memory[_SAID] = said + 1
        if said < 2:
            walk.play(self.prompt)
        elif said == 2:
            walk.play(self.farewell)
        else:
            walk.step("silent")
            walk.end(detail="silent_line")

    def key(self, walk: Walk, key: str) -> None:
        """There is somebody."""
        walk.step("key")
        walk.go_to_person(self.next)
