"""Pure: asks the caller for their language, each choice said in its own."""

from typing import Annotated, ClassVar

from msgspec import Meta

from router.ivr.choosing import Choosing
from router.ivr.digits import Digits, Heard
from router.ivr.fields import Keys, LanguageName, PromptName, Span, Target
from router.ivr.walk import Walk

_TRIES = "tries"


class ChooseLanguage(Choosing, frozen=True, kw_only=True):
    """Says ``prompt`` once in each language of ``keys``, in their order, and follows the caller's key.

    So ``prompts/zh/`` says which key is Mandarin's and ``prompts/en/`` which is English's. Without a key it is said
    again; after ``tries`` times in all the language stays as it is.
    """

    goes_on: ClassVar[bool] = True

    prompt: Annotated[tuple[PromptName, ...], Meta(min_length=1, description="each language's own invitation")]
    keys: Annotated[dict[Keys, LanguageName], Meta(min_length=2, description="languages by the key that chooses them")]
    first_digit: Annotated[Span, Meta(ge=1000, le=60_000, description="wait for a key after the prompt")] = 5_000
    inter_digit: Annotated[Span, Meta(ge=500, le=20_000, description="wait for the next key of several")] = 3_000
    tries: Annotated[int, Meta(ge=1, le=10, description="how often it is said in all")] = 2
    next: Annotated[Target, Meta(description="where the caller goes then")]
    no_key: Annotated[Target, Meta(description="where a caller goes who chooses none (default: next)")] = ""

    def enter(self, walk: Walk) -> None:
        """Ask for the first time."""
        walk.memory[_TRIES] = 1
        self._ask(walk)

    def follow(self, walk: Walk, heard: Heard) -> None:
        """Go where the key leads, or on without one."""
        if heard.result == "key":
            walk.language = self.keys[heard.word]
            walk.step(walk.language)
            walk.go(self.next)
            return
        walk.step(heard.result)
        tries = int(walk.memory[_TRIES])
        if tries >= self.tries:
            walk.go(self.no_key or self.next)
            return
        walk.memory[_TRIES] = tries + 1
        self._ask(walk)

    def _ask(self, walk: Walk) -> None:
        languages = dict.fromkeys(self.keys.values())
        walk.play_media([uri for language in languages for uri in walk.media(self.prompt, language)])

    def digits(self) -> Digits:
        """The keys of the choices."""
        return Digits(words=self.keys, first_digit_ms=self.first_digit, inter_digit_ms=self.inter_digit)
