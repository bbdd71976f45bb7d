"""Pure: says a value with the right grammar: a number, digits, money, a date, a time, a duration, a place in a row."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.ivr.expressions import ExpressionError
from router.ivr.facts import asks_secret, work_out
from router.ivr.fields import Currency, Expression, Form, PromptName, Target
from router.ivr.flow import Node
from router.ivr.said import GoesOnWhenSaid
from router.ivr.speech import Unspeakable
from router.ivr.walk import Walk


class Say(GoesOnWhenSaid, Node, frozen=True, kw_only=True):
    """Says a value, put together from recorded words, between ``prompt`` and ``after``. A key skips it.

    What cannot be said so (a date that does not exist, a text as a number, a secret) leads to ``otherwise``.
    """

    goes_on: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(description="said before the value")] = ()
    value: Annotated[Expression, Meta(description="what is said: a variable, queue('desk').waiting, now.date")]
    form: Annotated[Form, Meta(description="how it is said: number, digits, money, date, time, duration...")] = (
        msgspec.field(name="as")
    )
    currency: Annotated[Currency, Meta(description="of money")] = "CNY"
    after: Annotated[tuple[PromptName, ...], Meta(description="said after the value")] = ()
    barge_in: Annotated[bool, Meta(description="whether a key skips it")] = True
    next: Annotated[Target, Meta(description="where the caller goes then")]
    otherwise: Annotated[Target, Meta(description="where they go when it cannot be said (default: next)")] = ""

    def enter(self, walk: Walk) -> None:
        """Say the value."""
        try:
            if asks_secret(walk, self.value):
                raise Unspeakable("a secret")
            spoken = walk.spoken(work_out(walk, self.value), self.form, self.currency)
        except (ExpressionError, Unspeakable):
            walk.step("failed")
            walk.go(self.otherwise or self.next)
            return
        walk.play_media((*walk.media(self.prompt), *spoken, *walk.media(self.after)))
