"""Pure: the greeting by time of day, calendar and caller: a good morning before noon, a plain greeting later."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.fields import PromptName, Target
from router.ivr.flow import Node
from router.ivr.moments import Part, first_fitting
from router.ivr.said import GoesOnWhenSaid
from router.ivr.walk import Walk

_NOON = 12 * 60


class Greeting(GoesOnWhenSaid, Node, frozen=True, kw_only=True):
    """Greets the caller by the first of ``parts`` that fits: the time of day, a holiday, a class of callers.

    Then says ``prompt`` and goes on. A key skips it and counts in ``next``.
    """

    goes_on: ClassVar[bool] = True

    parts: Annotated[
        tuple[Part, ...], Meta(description="the first that fits is said (default: good_morning until noon)")
    ] = (Part(begins=0, until=_NOON, prompt=("good_morning",)),)
    otherwise: Annotated[
        tuple[PromptName, ...], Meta(description="the greeting where no part fits (default: hello)")
    ] = ("hello",)
    prompt: Annotated[tuple[PromptName, ...], Meta(description="what is said after the greeting")] = ()
    barge_in: Annotated[bool, Meta(description="whether a key skips the greeting")] = True
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Say the greeting that fits."""
        walk.play((*first_fitting(walk, self.parts, self.otherwise), *self.prompt))
