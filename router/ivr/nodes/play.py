"""Pure: says one or several prompts and goes on."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import PromptName, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk


class Play(Node, frozen=True, kw_only=True):
    """Says one or several prompts and goes on. A key skips the rest and counts in ``next``."""

    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="one prompt, or several in a list")]
    barge_in: Annotated[bool, Meta(description="whether a key skips the prompt")] = True
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Say the prompts."""
        walk.play(self.prompt)

    def key(self, walk: Walk, key: str) -> None:
        """A caller who knows the line presses on: the key belongs to what comes next."""
        if self.barge_in:
            walk.step("done")
            walk.go(self.next, typed=key)

    def played(self, walk: Walk) -> None:
        """All has been said."""
        walk.step("done")
        walk.go(self.next)
