"""Pure: the caller asks to be called back: at the number they ring from, or one they type."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.digits import Digits, Heard
from router.ivr.entry import Entry
from router.ivr.fields import PromptName, QueueRef, Span, Target, TargetOrPerson
from router.ivr.flow import Node
from router.ivr.orders import CallBack, Reply
from router.ivr.walk import Walk

YES_KEY, OTHER_KEY = "1", "2"
NO_KEY = OTHER_KEY
_STAGE = "stage"
_NUMBER = "number"
_TRIES = "tries"
_CHOOSING = ("confirm", "open")
_LIMITS = ("number_limit", "hour_limit", "no_queue", "not_dialable")
"""Refusals that another number does not help against."""


class Callback(Node, frozen=True, kw_only=True):
    """Takes down that the caller wants to be called back, and at which number: theirs is said to them and confirmed
    (1), or they type another (2).

    It is promised then: ``queue`` calls back as its ``callbacks`` say. Somebody who has been promised one already may
    keep it (1) or cancel it (2). A number that cannot be called is refused with the reason, and asked for again.
    """

    listens: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True

    queue: Annotated[QueueRef, Meta(description="the queue whose people call back")]
    confirm_prompt: Annotated[tuple[PromptName, ...], Meta(description="said before the caller's number")] = (
        "router/callback_number",
    )
    choices_prompt: Annotated[tuple[PromptName, ...], Meta(description="1 is right, 2 is another number")] = (
        "router/callback_choices",
    )
    number_prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for a number")] = ("router/type_number",)
    noted_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that it is noted")] = (
        "router/callback_noted",
    )
    open_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that one is promised already: 1, 2")] = (
        "router/callback_open",
    )
    cancelled_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that it is cancelled")] = (
        "router/callback_cancelled",
    )
    refused_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that this number cannot be called")] = (
        "router/callback_bad_number",
    )
    limit_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that no more can be promised now")] = (
        "router/callback_limit",
    )
    digits: Annotated[int, Meta(ge=3, le=20, description="the most digits of a number; # ends a shorter one")] = 16
    tries: Annotated[int, Meta(ge=1, le=10, description="how often the caller is asked")] = 3
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after a prompt")] = 7_000
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key")] = 4_000
    next: Annotated[Target, Meta(description="where the caller goes when it is noted")]
    no_key: Annotated[TargetOrPerson, Meta(description="where they go without a number")] = ""

    def enter(self, walk: Walk) -> None:
        """Say the caller's number, or ask for one."""
        walk.memory[_TRIES] = 0
        walk.memory[_NUMBER] = walk.view.caller
        self._offer(walk) if walk.view.caller else self._ask(walk)

    def played(self, walk: Walk) -> None:
        """A prompt is over."""
        match walk.memory[_STAGE]:
            case "confirm":
                self._choices().listen(walk)
            case "typing":
                self._entry().listen(walk)
            case "open":
                self._choices().listen(walk)
            case "noted":
                walk.go(self.next)
            case "limit":
                walk.go_to_person(self.no_key)
            case _:
                pass

    def key(self, walk: Walk, key: str) -> None:
        """Take the choice, or a digit."""
        heard: Heard | None = None
        if walk.memory[_STAGE] in _CHOOSING:
            heard = self._choices().press(walk, key)
        elif walk.memory[_STAGE] == "typing":
            heard = self._entry().press(walk, key)
        if heard is not None:
            self._heard(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No (further) key within the time."""
        confirming = walk.memory[_STAGE] in _CHOOSING
        self._heard(walk, (self._choices() if confirming else self._entry()).expired(walk, name))

    def takes(self, walk: Walk, key: str) -> bool:
        """Every key may be a digit of the number; ``*`` and the person key lead to a person."""
        return walk.memory.get(_STAGE) == "typing"

    def _heard(self, walk: Walk, heard: Heard) -> None:
        confirming = walk.memory[_STAGE] == "confirm"
        if heard.result == "person":
            walk.step("person")
            walk.go_to_person()
        elif walk.memory[_STAGE] == "open":
            self._kept(walk, heard)
        elif confirming and heard.word == YES_KEY:
            walk.memory[_STAGE] = "asking"
            walk.ask(CallBack(queue=self.queue, number=str(walk.memory[_NUMBER])))
        elif confirming and heard.word == OTHER_KEY:
            walk.step("another")
            self._ask(walk)
        elif not confirming and heard.result == "key":
            walk.memory[_NUMBER] = heard.word
            self._offer(walk)
        else:
            walk.step(heard.result)
            self._offer(walk) if confirming else self._ask(walk)

    def _offer(self, walk: Walk) -> None:
        if self._tried_enough(walk):
            return
        walk.memory[_STAGE] = "confirm"
        number = walk.spoken(str(walk.memory[_NUMBER]), "digits")
        walk.play_media((*walk.media(self.confirm_prompt), *number, *walk.media(self.choices_prompt)))

    def _ask(self, walk: Walk) -> None:
        if self._tried_enough(walk):
            return
        walk.memory[_STAGE] = "typing"
        walk.play(self.number_prompt)

    def _tried_enough(self, walk: Walk) -> bool:
        tries = int(walk.memory[_TRIES]) + 1
        walk.memory[_TRIES] = tries
        enough = tries > 2 * self.tries
        if enough:
            walk.go_to_person(self.no_key)
        return enough

    def replied(self, walk: Walk, reply: Reply) -> None:
        """It is promised, or was already, or cannot be."""
        stage = walk.memory[_STAGE]
        if stage == "cancelling":
            walk.step("cancelled")
            self._say(walk, "noted", self.cancelled_prompt)
        elif reply.status == "ok":
            walk.step("noted")
            self._say(walk, "noted", self.noted_prompt)
        elif reply.status == "open":
            walk.step("open")
            self._say(walk, "open", self.open_prompt)
        elif reply.status in _LIMITS:
            walk.step("limit")
            self._say(walk, "limit", self.limit_prompt)
        else:
            walk.step("refused")
            if not self._tried_enough(walk):
                self._say(walk, "typing", (*self.refused_prompt, *self.number_prompt))

    def _kept(self, walk: Walk, heard: Heard) -> None:
        """One is promised already: keep it, or cancel it; without a key it is kept."""
        if heard.word == NO_KEY:
            walk.memory[_STAGE] = "cancelling"
            walk.ask(CallBack(queue=self.queue, number=str(walk.memory[_NUMBER]), cancel=True))
        else:
            walk.step("kept")
            self._say(walk, "noted", self.noted_prompt)

    def _say(self, walk: Walk, stage: str, prompts: tuple[str, ...]) -> None:
        walk.memory[_STAGE] = stage
        walk.play(prompts)

    def _choices(self) -> Digits:
        return Digits(words=(YES_KEY, OTHER_KEY), first_digit_ms=self.first_digit, inter_digit_ms=self.first_digit)

    def _entry(self) -> Entry:
        return Entry(at_most=self.digits, at_least=3, first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)
