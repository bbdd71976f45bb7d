"""Pure: the caller asks for a person and enters a queue."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.fields import ClassRef, Level, QueueRef, SkillRef
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Enqueue(Node, frozen=True, kw_only=True):
    """Puts the caller in a queue, where agents are; the flow ends here."""

    reaches_person: ClassVar[bool] = True

    queue: Annotated[QueueRef, Meta(description="the queue the caller waits in")]
    call_class: Annotated[ClassRef, Meta(description="the caller's class, which may give a head start")] = (
        msgspec.field(name="class", default="standard")
    )
    skills: Annotated[
        dict[SkillRef, Level], Meta(description="skills and least levels the agent must have, beside the queue's")
    ] = msgspec.field(default_factory=dict)

    def enter(self, walk: Walk) -> None:
        """Enter the queue."""
        walk.step("done")
        walk.enqueue(self.queue, self.call_class, tuple(self.skills.items()))
