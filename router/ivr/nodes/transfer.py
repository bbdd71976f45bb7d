"""Pure: connects the caller to an extension, a phone, a number outside, a queue, or another flow."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.fields import ClassRef, ExtensionRef, Filled, FlowRef, PhoneRef, PromptName, QueueRef
from router.ivr.filling import filled
from router.ivr.orders import Reply
from router.ivr.orders import Transfer as Order
from router.ivr.reaching import Reaching
from router.ivr.walk import Walk

TARGETS = ("extension", "phone", "number", "queue", "flow")
"""The keys of which one says where the caller goes."""


class Transfer(Reaching, frozen=True, kw_only=True):
    """Connects the caller to exactly one of ``extension``, ``phone``, ``number`` (outside), ``queue`` and ``flow``.

    A number outside is rung only where ``outside`` of trunks.yaml allows it. Where it comes to nothing the caller goes
    on by the reason; while it rings they may press the key to a person.
    """

    one_of: ClassVar[tuple[str, ...]] = TARGETS

    extension: Annotated[ExtensionRef, Meta(description="an extension of extensions.yaml")] = ""
    phone: Annotated[PhoneRef, Meta(description="a phone of ours")] = ""
    number: Annotated[Filled, Meta(description="a number outside, or a text such as {callback_number}")] = ""
    queue: Annotated[QueueRef, Meta(description="a queue")] = ""
    flow: Annotated[FlowRef, Meta(description="another flow, for good")] = ""
    call_class: Annotated[ClassRef, Meta(description="with 'queue': the caller's class")] = msgspec.field(
        name="class", default="standard"
    )
    prompt: Annotated[tuple[PromptName, ...], Meta(description="what is said before")] = ()

    def enter(self, walk: Walk) -> None:
        """Say that the caller is being connected."""
        walk.play(self.prompt)

    def played(self, walk: Walk) -> None:
        """Now connect."""
        if self.queue:
            walk.step("done")
            walk.enqueue(self.queue, self.call_class)
        elif self.flow:
            walk.step("done")
            walk.go_to_flow(self.flow)
        else:
            kind = "extension" if self.extension else "phone" if self.phone else "outside"
            target = self.extension or self.phone or _dialled(filled(walk, self.number))
            walk.ask(Order(kind=kind, target=target, ring_ms=self.ring, music=self.music))

    def replied(self, walk: Walk, reply: Reply) -> None:
        """It came to nothing: with the person, or with the queue."""
        if self.queue:
            walk.step(reply.status)
            walk.go_to_person(self.otherwise)
        else:
            self.not_reached(walk, reply)


def _dialled(number: str) -> str:
    return "".join(letter for letter in number if letter not in " -()")
