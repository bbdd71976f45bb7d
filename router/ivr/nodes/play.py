"""Pure: says one or several prompts and goes on."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import PromptName, Target
from router.ivr.flow import Node
from router.ivr.said import GoesOnWhenSaid
from router.ivr.walk import Walk


class Play(GoesOnWhenSaid, Node, frozen=True, kw_only=True):
    """Says one or several prompts and goes on. A key skips the rest and counts in ``next``."""

    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="one prompt, or several in a list")]
    barge_in: Annotated[bool, Meta(description="whether a key skips the prompt")] = True
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Say the prompts."""
        walk.play(self.prompt)
