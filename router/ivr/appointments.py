"""Pure: asking for a time of day, having it confirmed and booking a call. The base of two node types."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from router.core.lines import Party
from router.ivr.digits import Digits, Heard
from router.ivr.entry import Entry
from router.ivr.fields import Filled, OutboundFlowRef, PhoneRef, PromptName, Span, Target, TargetOrPerson, VariableName
from router.ivr.filling import filled, filled_all
from router.ivr.flow import Node, node_type
from router.ivr.orders import Book, Cancel, Reply
from router.ivr.walk import Walk

YES_KEY, NO_KEY = "1", "2"
_STAGE = "stage"
_MINUTE = "minute"
_TRIES = "tries"


class Appointing(Node, frozen=True, kw_only=True):
    """Books a call at a time the caller types as HHMM, or cancels those that are booked. A subclass's type is the kind.

    Whoever rings from a phone of ours is rung there, anybody else at ``number``, where the site allows it.
    """

    listens: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True

    action: Annotated[Literal["book", "cancel"], Meta(description="book one, or cancel all that are booked")] = (
        msgspec.field(name="do", default="book")
    )
    flow: Annotated[OutboundFlowRef, Meta(description="the flow that runs when the call is answered")]
    phone: Annotated[PhoneRef, Meta(description="the phone to ring (default: the one the caller rings from)")] = ""
    number: Annotated[Filled, Meta(description="the number to ring for callers from outside")] = "{caller}"
    fields: Annotated[dict[VariableName, Filled], Meta(description="variables that flow begins with")] = msgspec.field(
        default_factory=dict
    )
    prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for the time")] = ("router/ask_time",)
    invalid_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that this is no time")] = (
        "router/no_time",
    )
    before_time: Annotated[tuple[PromptName, ...], Meta(description="said before the time is said back")] = (
        "router/booked_for",
    )
    confirm_prompt: Annotated[tuple[PromptName, ...], Meta(description="1 is right, 2 is another time")] = (
        "router/confirm",
    )
    done_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that it is booked")] = ("router/booked",)
    cancelled_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that it is cancelled")] = (
        "router/booking_cancelled",
    )
    tries: Annotated[int, Meta(ge=1, le=10, description="how often the caller is asked")] = 3
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after a prompt")] = 7_000
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key")] = 4_000
    next: Annotated[Target, Meta(description="where the caller goes when it is booked or cancelled")]
    no_key: Annotated[TargetOrPerson, Meta(description="where they go without a (right) time")] = ""
    refused: Annotated[TargetOrPerson, Meta(description="where they go when we may not ring them")] = ""
    missing: Annotated[
        Target, Meta(description="when cancelling: where they go when nothing is booked (else: next)")
    ] = ""

    def enter(self, walk: Walk) -> None:
        """Ask for the time, or cancel at once."""
        walk.memory[_TRIES] = 1
        if self.action == "cancel":
            walk.memory[_STAGE] = "asking"
            walk.ask(Cancel(kind=node_type(self), party=self._party(walk)))
        else:
            self._ask(walk, ())

    def key(self, walk: Walk, key: str) -> None:
        """Take a digit of the time, or the confirmation."""
        stage = walk.memory[_STAGE]
        if stage == "time":
            heard = self._entry().press(walk, key)
            if heard is not None:
                self._typed(walk, heard)
        elif stage == "confirm":
            heard = self._yes_or_no().press(walk, key)
            if heard is not None:
                self._confirmed(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No (further) key within the time."""
        if walk.memory[_STAGE] == "time":
            self._typed(walk, self._entry().expired(walk, name))
        else:
            self._confirmed(walk, self._yes_or_no().expired(walk, name))

    def played(self, walk: Walk) -> None:
        """A prompt is over."""
        match walk.memory[_STAGE]:
            case "time":
                self._entry().listen(walk)
            case "confirm":
                self._yes_or_no().listen(walk)
            case "done":
                walk.go(self.next)
            case _:
                pass

    def takes(self, walk: Walk, key: str) -> bool:
        """Every key may be a digit of the time; ``*`` and the person key lead to a person."""
        return walk.memory.get(_STAGE) == "time"

    def replied(self, walk: Walk, reply: Reply) -> None:
        """It is booked or cancelled, or cannot be."""
        if reply.status == "ok":
            walk.step("cancelled" if self.action == "cancel" else "booked")
            walk.memory[_STAGE] = "done"
            walk.play(self.cancelled_prompt if self.action == "cancel" else self.done_prompt)
        elif reply.status == "missing":
            walk.step("missing")
            walk.go(self.missing or self.next)
        else:
            walk.step("refused")
            walk.go_to_person(self.refused)

    def _ask(self, walk: Walk, before: tuple[str, ...]) -> None:
        walk.memory[_STAGE] = "time"
        walk.play((*before, *self.prompt))

    def _typed(self, walk: Walk, heard: Heard) -> None:
        minute = minute_typed(heard.word) if heard.result == "key" else None
        if heard.result == "person":
            walk.step("person")
            walk.go_to_person()
        elif minute is not None:
            walk.memory[_MINUTE] = minute
            walk.memory[_STAGE] = "confirm"
            self._say_back(walk)
        else:
            walk.step("no_key" if heard.result == "no_key" else "invalid")
            self._again(walk, () if heard.result == "no_key" else self.invalid_prompt)

    def _confirmed(self, walk: Walk, heard: Heard) -> None:
        if heard.word == YES_KEY:
            walk.memory[_STAGE] = "asking"
            walk.ask(
                Book(
                    kind=node_type(self),
                    party=self._party(walk),
                    flow=self.flow,
                    at_minute=int(walk.memory[_MINUTE]),
                    fields=filled_all(walk, self.fields),
                )
            )
        elif heard.word == NO_KEY:
            walk.step("another")
            self._again(walk, ())
        else:
            walk.step(heard.result)
            tries = int(walk.memory[_TRIES]) + 1
            walk.memory[_TRIES] = tries
            if tries > self.tries:
                walk.go_to_person(self.no_key)
            else:
                self._say_back(walk)

    def _again(self, walk: Walk, before: tuple[str, ...]) -> None:
        tries = int(walk.memory[_TRIES]) + 1
        walk.memory[_TRIES] = tries
        if tries > self.tries:
            walk.go_to_person(self.no_key)
        else:
            self._ask(walk, before)

    def _say_back(self, walk: Walk) -> None:
        hour, minute = divmod(int(walk.memory[_MINUTE]), 60)
        said = walk.spoken(f"{hour:02}:{minute:02}", "time")
        walk.play_media((*walk.media(self.before_time), *said, *walk.media(self.confirm_prompt)))

    def _party(self, walk: Walk) -> Party:
        trunk = walk.view.trunk
        phone = self.phone or (trunk.removeprefix("phone-") if trunk.startswith("phone-") else "")
        return Party(kind="phone", number=phone) if phone else Party(kind="outside", number=filled(walk, self.number))

    def _entry(self) -> Entry:
        return Entry(at_most=4, at_least=3, first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)

    def _yes_or_no(self) -> Digits:
        return Digits(words=(YES_KEY, NO_KEY), first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)


def minute_typed(digits: str) -> int | None:
    """Return minutes since midnight of a time typed as HHMM or HMM; None where it is none."""
    hour, minute = int(digits[:-2] or "0"), int(digits[-2:])
    return hour * 60 + minute if hour < 24 and minute < 60 else None
