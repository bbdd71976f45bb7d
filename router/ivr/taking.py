"""Pure: taking a message: record it, let the caller hear it, speak it anew or keep it. The base of two node types.

A caller who hangs up while speaking, or afterwards, has left a message too: call control keeps it.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from router.core.ids import Ms
from router.ivr.digits import Digits, Heard
from router.ivr.effects import DropMessage, KeepMessage
from router.ivr.fields import Filled, PromptName, QueueRef, ServiceRef, Span, Target, TargetOrPerson
from router.ivr.filling import filled, filled_all
from router.ivr.flow import Node
from router.ivr.orders import Reply, TakeMessage
from router.ivr.walk import Walk

KEEP_KEY, LISTEN_KEY, AGAIN_KEY = "1", "2", "3"
END_KEY = "#"
SILENT_REVIEWS = 2
"""After so many reviews without a key the message is kept: whoever spoke it wants it heard."""
MARGIN_MS: Ms = 10_000
"""How long after its longest time a recording that nobody reports as over is taken for over."""

_STAGE = "stage"
_RECORDING = "recording"
_TAKES = "takes"
_SILENT = "silent"
_LATE = "late"


class TakingMessage(Node, frozen=True, kw_only=True):
    """Records a message; subclasses say into which ``box``."""

    listens: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for the message")] = ("router/leave_message",)
    max: Annotated[Span, Meta(ge=5_000, le=1_800_000, description="the longest message")] = 120_000
    min: Annotated[Span, Meta(ge=0, le=30_000, description="what is shorter is no message")] = 2_000
    silence: Annotated[Span, Meta(le=60_000, description="silence that ends it; 0: none does")] = 8_000
    review: Annotated[bool, Meta(description="whether the caller may hear it and speak it anew before it is kept")] = (
        True
    )
    review_prompt: Annotated[tuple[PromptName, ...], Meta(description="1 keeps it, 2 plays it, 3 records it anew")] = (
        "router/message_review",
    )
    kept_prompt: Annotated[tuple[PromptName, ...], Meta(description="said when it is kept")] = ("router/message_kept",)
    short_prompt: Annotated[tuple[PromptName, ...], Meta(description="said when nothing was heard")] = (
        "router/message_short",
    )
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for a key in the review")] = 5_000
    tries: Annotated[int, Meta(ge=1, le=10, description="how often it may be recorded")] = 3
    service: Annotated[ServiceRef, Meta(description="the service that carries word of it on")] = ""
    fields: Annotated[dict[str, Filled], Meta(description="what the service is given beside the message itself")] = (
        msgspec.field(default_factory=dict)
    )
    next: Annotated[Target, Meta(description="where the caller goes when it is kept")]
    failed: Annotated[TargetOrPerson, Meta(description="where they go when nothing could be recorded")] = ""
    queue: Annotated[QueueRef, Meta(description="a queue whose agent, ready before the tone, takes the caller")] = ""
    free: Annotated[Target, Meta(description="the node that puts the caller into that queue then")] = ""

    @property
    def box(self) -> str:
        """Where the message goes."""
        raise NotImplementedError

    def enter(self, walk: Walk) -> None:
        """Ask for the message, unless somebody is there to take the caller."""
        walk.memory[_TAKES] = 0
        if not self._somebody_is_free(walk):
            self._ask(walk, ())

    def played(self, walk: Walk) -> None:
        """A prompt or the message itself is over."""
        match walk.memory[_STAGE]:
            case "prompt":
                self._record(walk)
            case "review":
                self._choices(walk).listen(walk)
            case "kept":
                walk.step("kept")
                walk.go(self.next)
            case "failed":
                walk.step("failed")
                walk.go_to_person(self.failed)
            case _:
                pass

    def key(self, walk: Walk, key: str) -> None:
        """A key skips the prompt; in the review it chooses. The one that ends a recording is Asterisk's."""
        if walk.memory[_STAGE] == "prompt":
            walk.stop()
            self._record(walk)
        elif walk.memory[_STAGE] == "review" and key != END_KEY:
            heard = self._choices(walk).press(walk, key)
            if heard is not None:
                self._chosen(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No key in the review, or a recording of which nothing is heard any more."""
        if name == _LATE:
            walk.withdraw()
            self._review(walk)
        else:
            self._chosen(walk, self._choices(walk).expired(walk, name))

    def takes(self, walk: Walk, key: str) -> bool:
        """While the caller speaks, no key leads away: it would cut them off."""
        return walk.memory.get(_STAGE) == "recording"

    def replied(self, walk: Walk, reply: Reply) -> None:
        """The recording is over."""
        walk.cancel_timer(_LATE)
        length_ms = int(reply.fields.get("length_ms") or 0)
        if reply.status == "ok" and length_ms >= self.min:
            walk.memory[_RECORDING] = reply.fields.get("recording", "")
            self._review(walk)
            return
        walk.do(DropMessage())
        walk.step("short" if reply.status == "ok" else "not_recorded")
        if reply.status == "ok" and int(walk.memory[_TAKES]) < self.tries:
            self._ask(walk, self.short_prompt)
        else:
            walk.memory[_STAGE] = "failed"
            walk.play(("router/technical",) if reply.status != "ok" else self.short_prompt)

    def _ask(self, walk: Walk, before: tuple[str, ...]) -> None:
        walk.memory[_STAGE] = "prompt"
        walk.play((*before, *self.prompt))

    def _somebody_is_free(self, walk: Walk) -> bool:
        """Until the tone a ready agent wins; a recording under way, or one spoken already, is not interrupted."""
        queue = walk.view.queues.get(self.queue) if self.queue and self.free else None
        if queue is None or not queue.agents_ready or queue.waiting or walk.memory[_TAKES]:
            return False
        walk.step("free")
        walk.go(self.free)
        return True

    def _record(self, walk: Walk) -> None:
        if self._somebody_is_free(walk):
            return
        walk.memory[_STAGE] = "recording"
        walk.memory[_TAKES] = int(walk.memory[_TAKES]) + 1
        walk.ask(
            TakeMessage(
                box=filled(walk, self.box),
                max_ms=self.max,
                min_ms=self.min,
                silence_ms=self.silence,
                end_key=END_KEY,
                service=self.service,
                fields=filled_all(walk, self.fields),
            )
        )
        walk.set_timer(_LATE, self.max + MARGIN_MS)

    def _review(self, walk: Walk) -> None:
        if not self.review:
            self._keep(walk)
            return
        walk.memory[_STAGE], walk.memory[_SILENT] = "review", 0
        walk.play(self.review_prompt)

    def _chosen(self, walk: Walk, heard: Heard) -> None:
        match heard.word:
            case "1":
                self._keep(walk)
            case "2":
                walk.step("listen")
                recording = str(walk.memory.get(_RECORDING, ""))
                own = (f"recording:{recording}",) if recording else ()
                walk.play_media((*own, *walk.media(self.review_prompt)))
            case "3" if int(walk.memory[_TAKES]) < self.tries:
                walk.step("again")
                walk.do(DropMessage())
                self._ask(walk, ())
            case "3":
                self._keep(walk)
            case _ if heard.result == "invalid":
                walk.play(("router/invalid_key", *self.review_prompt))
            case _:
                silent = int(walk.memory[_SILENT]) + 1
                walk.memory[_SILENT] = silent
                if silent >= SILENT_REVIEWS:
                    self._keep(walk)
                else:
                    walk.play(self.review_prompt)

    def _keep(self, walk: Walk) -> None:
        walk.memory[_STAGE] = "kept"
        walk.do(KeepMessage())
        walk.play(self.kept_prompt)

    def _choices(self, walk: Walk) -> Digits:
        keys = (KEEP_KEY, LISTEN_KEY, AGAIN_KEY)
        return Digits(words=keys, first_digit_ms=self.first_digit, inter_digit_ms=self.first_digit)
