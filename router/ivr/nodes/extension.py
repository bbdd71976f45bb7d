"""Pure: asks for an extension and rings it."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.digits import Heard
from router.ivr.entry import Entry
from router.ivr.fields import PromptName, Span, TargetOrPerson
from router.ivr.orders import Reply, Transfer
from router.ivr.reaching import Reaching
from router.ivr.walk import Walk

_TRIES = "tries"
_RINGING = "ringing"


class Extension(Reaching, frozen=True, kw_only=True):
    """Asks the caller for an extension's number and rings it.

    A number that is none is said to be so and asked for again, up to ``tries`` times; whether an extension is closed or
    not to be disturbed decides where the caller goes. The number of the phone behind it is never told.
    """

    listens: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(description="asks for the extension")] = ("router/extension",)
    digits: Annotated[int, Meta(ge=1, le=12, description="the most digits an extension has; # ends a shorter one")] = 4
    missing_prompt: Annotated[tuple[PromptName, ...], Meta(description="says that there is no such extension")] = (
        "router/no_extension",
    )
    connecting_prompt: Annotated[tuple[PromptName, ...], Meta(description="said before it rings")] = ()
    tries: Annotated[int, Meta(ge=1, le=10, description="how often the caller is asked")] = 3
    no_key: Annotated[TargetOrPerson, Meta(description="where a caller goes who presses no key")] = ""
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after the prompt")] = (
        7_000
    )
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key")] = 3_000

    def enter(self, walk: Walk) -> None:
        """Ask for the number."""
        walk.memory[_TRIES] = 1
        walk.play(self.prompt)

    def played(self, walk: Walk) -> None:
        """Listen, or ring what was typed."""
        number = str(walk.memory.get(_RINGING, ""))
        if number:
            walk.ask(Transfer(kind="extension", target=number, ring_ms=self.ring, music=self.music))
        else:
            self._entry().listen(walk)

    def key(self, walk: Walk, key: str) -> None:
        """Take a digit."""
        if not walk.memory.get(_RINGING):
            heard = self._entry().press(walk, key)
            if heard is not None:
                self._heard(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No (further) key within the time."""
        self._heard(walk, self._entry().expired(walk, name))

    def takes(self, walk: Walk, key: str) -> bool:
        """Every key may be a digit; while it rings the person key leads to a person."""
        return not walk.memory.get(_RINGING)

    def replied(self, walk: Walk, reply: Reply) -> None:
        """It came to nothing; a number that is none is asked for again."""
        walk.memory[_RINGING] = ""
        tries = int(walk.memory[_TRIES])
        if reply.status == "missing" and tries < self.tries:
            walk.step("missing")
            walk.memory[_TRIES] = tries + 1
            walk.play((*self.missing_prompt, *self.prompt))
        else:
            self.not_reached(walk, reply)

    def _heard(self, walk: Walk, heard: Heard) -> None:
        if heard.result == "person":
            walk.step("person")
            walk.go_to_person()
        elif heard.result == "no_key":
            walk.step("no_key")
            tries = int(walk.memory[_TRIES])
            if tries >= self.tries:
                walk.go_to_person(self.no_key)
            else:
                walk.memory[_TRIES] = tries + 1
                walk.play(self.prompt)
        else:
            walk.memory[_RINGING] = heard.word
            walk.play(self.connecting_prompt)

    def _entry(self) -> Entry:
        return Entry(at_most=self.digits, first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)
