"""Pure: collects digits the caller types: how many, how long, whether they are right, and into which variable."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from router.ivr.digits import FIRST_DIGIT, INTER_DIGIT, Heard
from router.ivr.entry import END_KEY, Entry
from router.ivr.expressions import ExpressionError
from router.ivr.facts import holds
from router.ivr.fields import Currency, Expression, Form, PromptName, Span, Target, TargetOrPerson, VariableName
from router.ivr.flow import Node
from router.ivr.speech import Unspeakable
from router.ivr.walk import Walk

OneKey = Annotated[str, Meta(pattern=r"^[0-9*#]$", extra={"what": "one telephone key"})]

MASK = "***"
"""What a secret number is in records."""
OVERALL = "overall"
_STAGE = "stage"
_TYPING = "typing"
_CONFIRMING = "confirming"
_TRIES = "tries"
_WORD = "word"


class Collect(Node, frozen=True, kw_only=True):
    """Asks for a number and keeps what is typed in a variable.

    ``#`` ends it, ``*`` takes back what has been typed. While digits are typed none of them leads to the person: ``*``
    and then the site's person key does, and ``person_prompt`` says so. Nothing typed, or something wrong, and it is
    asked again; after ``tries`` times in all the caller goes to ``no_key`` or ``invalid``. A ``secret`` number is never
    spoken back nor in any record, log or message.
    """

    listens: ClassVar[bool] = True
    goes_on: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="asks for the number")]
    person_prompt: Annotated[
        tuple[PromptName, ...], Meta(description="says that star and the person key lead to a person, the first time")
    ] = ("router/person_while_typing",)
    variable: Annotated[VariableName, Meta(description="the variable that gets the digits")]
    min_length: Annotated[int, Meta(ge=0, le=40, description="the fewest digits; with 0 # alone is enough")] = 1
    max_length: Annotated[int, Meta(ge=1, le=40, description="the most digits; with as many it is complete")] = 20
    terminator: Annotated[Literal["#", "none"], Meta(description="the key that ends the number, or none")] = "#"
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for the first key after the prompt")] = (
        7_000
    )
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key")] = 4_000
    overall: Annotated[Span, Meta(ge=3_000, le=600_000, description="longest time from the first key to the last")] = (
        60_000
    )
    tries: Annotated[int, Meta(ge=1, le=10, description="how often it is asked in all")] = 3
    barge_in: Annotated[bool, Meta(description="false: keys during the prompt are not heard")] = True
    check: Annotated[Expression, Meta(description="must hold; the digits are called value: len(value) == 11")] = ""
    secret: Annotated[bool, Meta(description="whether the number is secret (a password)")] = False
    read_back: Annotated[bool, Meta(description="whether it is read back and has to be confirmed")] = False
    read_back_as: Annotated[Form, Meta(description="how it is read back")] = "digits"
    currency: Annotated[Currency, Meta(description="of an amount that is read back as money")] = "CNY"
    read_back_prompt: Annotated[tuple[PromptName, ...], Meta(description="said before the number")] = (
        "router/you_typed",
    )
    confirm_prompt: Annotated[tuple[PromptName, ...], Meta(description="says which keys confirm and begin again")] = (
        "router/confirm_typed",
    )
    confirm_key: Annotated[OneKey, Meta(description="the key that confirms")] = "1"
    again_key: Annotated[OneKey, Meta(description="the key to type it again")] = "2"
    invalid_prompt: Annotated[tuple[PromptName, ...], Meta(description="said when the number is wrong")] = (
        "router/invalid_number",
    )
    next: Annotated[Target, Meta(description="where the caller goes then")]
    no_key: Annotated[TargetOrPerson, Meta(description="where a caller goes who types nothing")] = ""
    invalid: Annotated[TargetOrPerson, Meta(description="where a caller goes whose number is wrong every time")] = ""

    def enter(self, walk: Walk) -> None:
        """Ask for the first time."""
        walk.memory[_TRIES] = 1
        self._ask(walk, (*self.prompt, *(self.person_prompt if walk.has_person else ())))

    def played(self, walk: Walk) -> None:
        """It has been said: wait for keys."""
        if walk.memory[_STAGE] == _CONFIRMING:
            walk.set_timer(FIRST_DIGIT, self.first_digit)
        else:
            self._entry().listen(walk)

    def key(self, walk: Walk, key: str) -> None:
        """Take a digit, or the answer to whether the number is right."""
        if walk.playing and not self.barge_in:
            return
        if walk.memory[_STAGE] == _CONFIRMING:
            self._answer(walk, key)
            return
        if OVERALL not in walk.session.timers:
            walk.set_timer(OVERALL, self.overall)
        heard = self._entry().press(walk, key)
        if heard is not None:
            self._heard(walk, heard)

    def timer(self, walk: Walk, name: str) -> None:
        """No key, or no further key, within the time."""
        if walk.memory[_STAGE] == _CONFIRMING:
            self._once_more(walk, "no_key")
        else:
            self._heard(walk, self._entry().expired(walk, name))

    def takes(self, walk: Walk, key: str) -> bool:
        """While digits are typed every key is the number's; then the keys that confirm or begin again."""
        return walk.memory[_STAGE] == _TYPING or key in (self.confirm_key, self.again_key)

    def _ask(self, walk: Walk, prompt: tuple[str, ...]) -> None:
        walk.memory[_STAGE] = _TYPING
        walk.play(prompt)

    def _heard(self, walk: Walk, heard: Heard) -> None:
        for name in (FIRST_DIGIT, INTER_DIGIT, OVERALL):
            walk.cancel_timer(name)
        if heard.result == "person":
            walk.step("person")
            walk.go_to_person()
        elif heard.result != "key":
            self._once_more(walk, heard.result)
        elif (wrong := self._wrong(walk, heard.word)) is not None:
            self._once_more(walk, wrong)
        elif self.read_back and not self.secret:
            walk.memory[_WORD] = heard.word
            self._read_back(walk)
        else:
            self._accept(walk, heard.word)

    def _wrong(self, walk: Walk, word: str) -> str | None:
        """Return what is wrong with a number: ``invalid``, ``failed`` where that cannot be worked out, or None."""
        try:
            return None if not self.check or holds(walk, self.check, {"value": word}) else "invalid"
        except ExpressionError:
            return "failed"

    def _read_back(self, walk: Walk) -> None:
        word = str(walk.memory[_WORD])
        try:
            spoken = walk.spoken(word, self.read_back_as, self.currency)
        except Unspeakable:
            self._once_more(walk, "invalid")  # no such day, no such time
            return
        walk.memory[_STAGE] = _CONFIRMING
        walk.play_media((*walk.media(self.read_back_prompt), *spoken, *walk.media(self.confirm_prompt)))

    def _answer(self, walk: Walk, key: str) -> None:
        walk.stop()
        walk.cancel_timer(FIRST_DIGIT)
        if key == self.confirm_key:
            self._accept(walk, str(walk.memory[_WORD]))
        else:
            self._once_more(walk, "again" if key == self.again_key else "no_confirmation")

    def _accept(self, walk: Walk, word: str) -> None:
        walk.put(self.variable, word, secret=self.secret)
        walk.step(MASK if self.secret else word or "empty")
        walk.go(self.next)

    def _once_more(self, walk: Walk, result: str) -> None:
        walk.step(result)
        tries = int(walk.memory[_TRIES])
        if tries >= self.tries:
            walk.go_to_person(self.no_key if result == "no_key" else self.invalid or self.no_key)
            return
        walk.memory[_TRIES] = tries + 1
        if walk.memory[_STAGE] == _CONFIRMING and result != "again":
            self._read_back(walk)
        elif result in ("no_key", "again"):
            self._ask(walk, self.prompt)
        else:
            self._ask(walk, (*self.invalid_prompt, *self.prompt))

    def _entry(self) -> Entry:
        return Entry(
            at_least=self.min_length,
            at_most=self.max_length,
            first_digit_ms=self.first_digit,
            inter_digit_ms=self.inter_digit,
            end_key=END_KEY if self.terminator == END_KEY else "",
        )
