"""Pure: the greeting by time of day: a good morning before noon, a plain greeting later."""

from typing import Annotated

import msgspec
from msgspec import Meta

from router.core.localtime import LocalTime
from router.ivr.fields import Clock, PromptName, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk

_NOON = 12 * 60


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the day with its own greeting; ``from`` belongs to it, ``until`` does not. It may pass midnight."""

    begins: Annotated[Clock, Meta(description="first minute of this part of the day")] = msgspec.field(name="from")
    until: Annotated[Clock, Meta(description="end of this part of the day")]
    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="what is said then")]

    def covers(self, local: LocalTime) -> bool:
        """Say whether a moment is in this part of the day."""
        if self.begins <= self.until:
            return self.begins <= local.minute < self.until
        return local.minute >= self.begins or local.minute < self.until


class Greeting(Node, frozen=True, kw_only=True):
    """Greets the caller by the time of day, then says ``prompt`` and goes on. A key skips it and counts in ``next``."""

    parts: Annotated[
        tuple[Part, ...], Meta(description="parts of the day; the first that fits is taken (default: morning to noon)")
    ] = (Part(begins=0, until=_NOON, prompt=("good_morning",)),)
    otherwise: Annotated[
        tuple[PromptName, ...], Meta(description="the greeting outside all parts of the day (default: hello)")
    ] = ("hello",)
    prompt: Annotated[tuple[PromptName, ...], Meta(description="what is said after the greeting")] = ()
    barge_in: Annotated[bool, Meta(description="whether a key skips the greeting")] = True
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Say the greeting of this part of the day."""
        greeting = next((part.prompt for part in self.parts if part.covers(walk.view.local)), self.otherwise)
        walk.play((*greeting, *self.prompt))

    def key(self, walk: Walk, key: str) -> None:
        """A caller who knows the line presses on: the key belongs to what comes next."""
        if self.barge_in:
            walk.step("done")
            walk.go(self.next, typed=key)

    def played(self, walk: Walk) -> None:
        """The greeting is over."""
        walk.step("done")
        walk.go(self.next)
