"""Pure: whether the talk with an agent will be recorded, announced or with the caller's consent."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.digits import Digits, Heard
from router.ivr.effects import RecordTalk
from router.ivr.fields import PromptName, Span, Target
from router.ivr.flow import Node
from router.ivr.walk import Walk

YES_KEY, NO_KEY = "1", "2"


class Record(Node, frozen=True, kw_only=True):
    """Turns the recording of the talk on or off, from the talk's beginning.

    On, the caller is told so (``announce``), or with ``consent`` asked: 1 agrees, 2 does not; no key means no
    recording. The flow goes on to ``next`` either way, or to ``refused`` where the caller does not agree.
    """

    goes_on: ClassVar[bool] = True

    on: Annotated[bool, Meta(description="whether the talk is recorded")] = True
    announce: Annotated[tuple[PromptName, ...], Meta(description="tells the caller so")] = ("router/recorded",)
    consent: Annotated[bool, Meta(description="whether the caller is asked")] = False
    consent_prompt: Annotated[tuple[PromptName, ...], Meta(description="1 agrees, 2 does not")] = (
        "router/ask_consent",
    )
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the answer")] = 5_000
    next: Annotated[Target, Meta(description="where the caller goes then")]
    refused: Annotated[Target, Meta(description="where they go when they do not agree (else: next)")] = ""

    def enter(self, walk: Walk) -> None:
        """Tell, or ask."""
        if not self.on:
            self._decide(walk, False, "off")
        else:
            walk.play(self.consent_prompt if self.consent else self.announce)

    def played(self, walk: Walk) -> None:
        """The caller has been told, or asked."""
        if self.consent:
            self._answer().listen(walk)
        else:
            self._decide(walk, True, "announced")

    def key(self, walk: Walk, key: str) -> None:
        """The caller's answer. An announcement cannot be skipped."""
        if self.consent:
            heard = self._answer().press(walk, key)
            if heard is not None:
                self._heard(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No answer is a no."""
        self._heard(walk, self._answer().expired(walk, name))

    def _heard(self, walk: Walk, heard: Heard) -> None:
        agreed = heard.word == YES_KEY
        self._decide(walk, agreed, "agreed" if agreed else "refused")

    def _decide(self, walk: Walk, on: bool, result: str) -> None:
        walk.step(result)
        consent = {"announced": "announced", "agreed": "given"}.get(result, "")
        walk.do(RecordTalk(on=on, consent=consent))
        walk.go(self.refused if result == "refused" and self.refused else self.next)

    def _answer(self) -> Digits:
        return Digits(words=(YES_KEY, NO_KEY), first_digit_ms=self.first_digit, inter_digit_ms=self.first_digit)
