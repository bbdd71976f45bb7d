"""Pure: offers a choice to callers before they wait, when nobody is free to take them at once."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.choosing import Choosing
from router.ivr.digits import Digits, Heard
from router.ivr.fields import Keys, PromptName, QueueRef, Span, Target
from router.ivr.walk import Walk

_TRIES = "tries"


class Offer(Choosing, frozen=True, kw_only=True):
    """Offers a choice (leave a message, be called back, ...) when the caller would have to wait; else goes on at once.

    ``wait`` is the node that puts them in the queue: a caller who presses nothing waits. The choice is offered where
    nobody of ``queue`` is ready now, or at least ``waiting`` callers wait in it already.
    """

    goes_on: ClassVar[bool] = True

    queue: Annotated[QueueRef, Meta(description="the queue it depends on")]
    prompt: Annotated[tuple[PromptName, ...], Meta(description="the choices, as they are said")] = ("router/offer",)
    keys: Annotated[dict[Keys, Target], Meta(min_length=1, description="where each key leads")]
    wait: Annotated[Target, Meta(description="where callers go who wait (mostly an enqueue node)")]
    waiting: Annotated[int, Meta(ge=1, le=10_000, description="callers waiting from which on it is offered")] = 1
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for a key; then they wait")] = 5_000
    tries: Annotated[int, Meta(ge=1, le=5, description="how often it is said after a key that is none")] = 2

    def enter(self, walk: Walk) -> None:
        """Say the choices, if the caller would have to wait."""
        queue = walk.view.queues.get(self.queue)
        if queue is None or (queue.agents_ready > 0 and queue.waiting < self.waiting):
            walk.step("free")
            walk.go(self.wait)
        else:
            walk.memory[_TRIES] = 1
            walk.play(self.prompt)

    def follow(self, walk: Walk, heard: Heard) -> None:
        """Go where the key leads, or on without one."""
        walk.step(heard.word if heard.result == "key" else heard.result)
        tries = int(walk.memory[_TRIES])
        if heard.result == "key":
            walk.go(self.keys[heard.word])
        elif heard.result == "invalid" and tries < self.tries:
            walk.memory[_TRIES] = tries + 1
            walk.play(("router/invalid_key", *self.prompt))
        else:
            walk.go(self.wait)

    def digits(self) -> Digits:
        """The keys of the choices."""
        return Digits(words=self.keys, first_digit_ms=self.first_digit, inter_digit_ms=self.first_digit)
