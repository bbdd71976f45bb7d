"""Pure: the caller asks for a person and enters a queue."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.fields import ClassRef, Filled, Level, QueueRef, SkillRef, Target, VariableName
from router.ivr.filling import filled, filled_all
from router.ivr.flow import Node
from router.ivr.orders import Reply, Transfer
from router.ivr.walk import Walk

_WHY, _SENT, _THEN = "why", "sent", "then"
SHOWN_LENGTH = 60
"""The longest text an agent's phone is given to show."""


class Enqueue(Node, frozen=True, kw_only=True):
    """Puts the caller in a queue, where agents are.

    Where the queue cannot take them, or not any longer, they go on as the keys below say; without one they hear that
    nobody can take the call, and the call ends.
    """

    reaches_person: ClassVar[bool] = True

    queue: Annotated[QueueRef, Meta(description="the queue the caller waits in")]
    call_class: Annotated[ClassRef, Meta(description="the caller's class, which may give a head start")] = (
        msgspec.field(name="class", default="standard")
    )
    skills: Annotated[
        dict[SkillRef, Level], Meta(description="skills and least levels the agent must have, beside the queue's")
    ] = msgspec.field(default_factory=dict)

    classes: Annotated[
        tuple[ClassRef, ...], Meta(description="further classes they have; the one furthest ahead counts")
    ] = ()
    sticky: Annotated[
        Filled, Meta(description="the work number of the agent who knows the matter, {customer.agent}: rung first")
    ] = ""
    show: Annotated[
        Filled, Meta(description="what the agent's phone shows, {customer.name}; else the queue's name")
    ] = ""
    data: Annotated[dict[VariableName, Filled], Meta(description="what the agent may know of the caller, by name")] = (
        msgspec.field(default_factory=dict)
    )
    full: Annotated[Target, Meta(description="where callers go when the queue is full")] = ""
    nobody: Annotated[Target, Meta(description="where callers go when nobody is signed in (or all pause)")] = ""
    closed: Annotated[Target, Meta(description="where callers go outside the queue's hours")] = ""
    timeout: Annotated[Target, Meta(description="where callers go who have waited for the queue's longest wait")] = ""
    recording: Annotated[
        Target, Meta(description="where callers go who rather leave a recording than wait, when the queue offers it")
    ] = ""

    def enter(self, walk: Walk) -> None:
        """Enter the queue."""
        walk.step("done")
        walk.enqueue(
            self.queue,
            self.call_class,
            tuple(self.skills.items()),
            classes=self.classes,
            sticky=filled(walk, self.sticky),
            show=filled(walk, self.show)[:SHOWN_LENGTH],
            data=tuple(filled_all(walk, self.data).items()),
        )

    def replied(self, walk: Walk, reply: Reply) -> None:
        """The queue gives the caller back: ``full``, ``nobody``, ``closed`` or ``timeout``; or passes them on."""
        if walk.memory.pop(_SENT, ""):
            self.enter(walk)  # nobody took them outside: they wait on, at the place they had
            return
        walk.step(reply.status)
        if reply.status == "overflow":
            self._passed_on(walk, reply.fields)
            return
        targets = {"full": self.full, "nobody": self.nobody, "closed": self.closed, "timeout": self.timeout}
        targets["recording"] = self.recording
        if target := targets.get(reply.status):
            walk.go(target)
        else:
            walk.memory[_WHY] = reply.status
            walk.play(("router/nobody_free",))

    def _passed_on(self, walk: Walk, fields: Mapping[str, str]) -> None:
        """The queue passes the caller on: to a flow, to a number outside, or to a prompt and then to a flow."""
        if flow := fields.get("flow"):
            walk.go_to_flow(flow)
        elif number := fields.get("outside"):
            walk.memory[_SENT] = number
            walk.ask(Transfer(kind="outside", target=number, ring_ms=int(fields["ring_ms"])))
        else:
            walk.memory[_WHY], walk.memory[_THEN] = "overflow", fields.get("then", "")
            walk.play((fields["prompt"],))

    def played(self, walk: Walk) -> None:
        """They have been told that nobody can take the call, or what the queue that passes them on had to say."""
        if then := str(walk.memory.get(_THEN, "")):
            walk.go_to_flow(then)
        else:
            walk.end("turned_away", str(walk.memory.get(_WHY, "")))
