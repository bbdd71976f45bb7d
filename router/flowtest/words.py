"""What callers hear, turned back from media into the prompts' names and texts."""

import msgspec

from router.flowfile.prompts import Prompts
from router.ivr.flow import Script

_SHOWN = 60
"""How much of a text a trace shows."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt as it is heard. ``text`` is "" where only a recording or tone is known."""

    name: str
    language: str = ""
    text: str = ""

    def __str__(self) -> str:
        """Return the name and the beginning of what is said."""
        text = self.text if len(self.text) <= _SHOWN else self.text[: _SHOWN - 3] + "..."
        return f'{self.name} "{text}"' if text else self.name


class Words:
    """Names and texts by media URI."""

    def __init__(self, script: Script, prompts: Prompts) -> None:
        self._spoken: dict[str, Spoken] = {}
        for language, by_name in script.prompts.items():
            for name, media in by_name.items():
                prompt = prompts.get(language, {}).get(name)
                text = prompt.text if prompt is not None else ""
                if len(media) == 1:
                    self._spoken[media[0]] = Spoken(name=name, language=language, text=text)

    def of(self, media: str) -> Spoken:
        """Return what a media URI says; one that is no prompt is named by itself."""
        return self._spoken.get(media) or Spoken(name=media)
