"""Pure: the menu: a prompt, keys that lead on, time-outs and tries."""

from typing import Annotated

from msgspec import Meta

from router.ivr.choosing import Choosing
from router.ivr.digits import Digits, Heard
from router.ivr.fields import Keys, PromptName, Span, Target, TargetOrPerson
from router.ivr.walk import Walk

_TRIES = "tries"


class Menu(Choosing, frozen=True, kw_only=True):
    """Says the choices and follows the caller's key.

    Without a key the menu is said again; after ``tries`` times in all the caller goes to ``no_key``. A key that is
    none of ``keys`` is said to be so and counts as a try as well.
    """

    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="the choices, as they are said")]
    keys: Annotated[dict[Keys, Target], Meta(min_length=1, description="where each key leads; 12 is 1 and then 2")]
    no_key: Annotated[TargetOrPerson, Meta(description="where a caller goes who presses no key")] = ""
    invalid_prompt: Annotated[
        tuple[PromptName, ...], Meta(description="said when the key is none of the menu's, before it is said again")
    ] = ("router/invalid_key",)
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after the prompt")] = (
        5_000
    )
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key of several")] = 3_000
    tries: Annotated[int, Meta(ge=1, le=10, description="how often the menu is said in all")] = 3
    barge_in: Annotated[bool, Meta(description="false: keys during the prompt are not heard")] = True

    def enter(self, walk: Walk) -> None:
        """Say the menu for the first time."""
        walk.memory[_TRIES] = 1
        walk.play(self.prompt)

    def key(self, walk: Walk, key: str) -> None:
        """Take a key, unless the prompt must be heard out first."""
        if walk.playing and not self.barge_in:
            return
        super().key(walk, key)

    def follow(self, walk: Walk, heard: Heard) -> None:
        """Go where the key leads, or on without one."""
        if heard.result == "key":
            walk.step(heard.word)
            walk.go(self.keys[heard.word])
            return
        walk.step(heard.result)
        tries = int(walk.memory[_TRIES])
        if tries >= self.tries:
            walk.go_to_person(self.no_key)
            return
        walk.memory[_TRIES] = tries + 1
        walk.play((*self.invalid_prompt, *self.prompt) if heard.result == "invalid" else self.prompt)

    def digits(self) -> Digits:
        """The keys of the choices."""
        return Digits(words=self.keys, first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)
