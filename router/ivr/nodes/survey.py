"""Pure: asks one question that is answered with a score."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.digits import Digits, Heard
from router.ivr.effects import NoteScore
from router.ivr.fields import PromptName, Span, Target, VariableName
from router.ivr.flow import Node
from router.ivr.walk import Walk

_TRIES = "tries"


class Survey(Node, frozen=True, kw_only=True):
    """Asks one question; the caller answers with a key from 1 to ``scale``. No answer is no score, never a bad one."""

    listens: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True

    question: Annotated[
        VariableName, Meta(description="the question's name in reports; the variable gets the score")
    ] = "satisfaction"
    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="the question, with its keys")]
    scale: Annotated[int, Meta(ge=2, le=9, description="the highest score")] = 5
    thanks_prompt: Annotated[tuple[PromptName, ...], Meta(description="said after an answer")] = ("router/thanks",)
    tries: Annotated[int, Meta(ge=1, le=5, description="how often it is asked")] = 2
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the answer")] = 5_000
    next: Annotated[Target, Meta(description="where the caller goes then")]

    def enter(self, walk: Walk) -> None:
        """Ask."""
        walk.memory[_TRIES] = 1
        walk.play(self.prompt)

    def played(self, walk: Walk) -> None:
        """The question has been asked, or the caller thanked."""
        if walk.memory.get("answered"):
            walk.go(self.next)
        else:
            self._keys().listen(walk)

    def key(self, walk: Walk, key: str) -> None:
        """Take the answer."""
        if walk.memory.get("answered"):
            return
        heard = self._keys().press(walk, key)
        if heard is not None:
            self._heard(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No answer within the time."""
        self._heard(walk, self._keys().expired(walk, name))

    def _heard(self, walk: Walk, heard: Heard) -> None:
        if heard.result == "key":
            walk.step(heard.word)
            walk.put(self.question, int(heard.word))
            walk.do(NoteScore(question=self.question, score=int(heard.word)))
            walk.memory["answered"] = 1
            walk.play(self.thanks_prompt)
            return
        walk.step(heard.result)
        tries = int(walk.memory[_TRIES])
        walk.memory[_TRIES] = tries + 1
        if tries >= self.tries:
            walk.go(self.next)
        else:
            walk.play(("router/invalid_key", *self.prompt) if heard.result == "invalid" else self.prompt)

    def _keys(self) -> Digits:
        words = tuple(str(score) for score in range(1, self.scale + 1))
        return Digits(words=words, first_digit_ms=self.first_digit, inter_digit_ms=self.first_digit)
