"""What makes speech of text: the engine the settings name, the voice of each language, and how an engine fails."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from router.errors import SettingsError, SetupError

LONGEST_BYTES = 50_000_000
"""Of the audio an engine may hand over: about nine minutes at the highest rate there is."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class EngineFailed(SetupError):
    """An engine did not make speech of a text. ``cure`` says what to do about the engine, "" where it is the text."""


class Engine(Protocol):
    """Makes speech. Used by several threads at once."""

    def recipe(self, language: str) -> str:
        """Return all that decides how a text of a language sounds; where it changes, that language is made again."""
        ...

    def ensure(self) -> None:
        """Raise SetupError where the engine is not there at all."""
        ...

    def say(self, text: str, language: str, work: Path) -> Path:
        """Write speech as a file in ``work``, in any form sox reads, and return it. Raises EngineFailed."""
        ...


def voices_of(setting: str) -> dict[str, str]:
    """Read ``zh=cmn, en=en-gb`` as language -> voice. Raises SettingsError."""
    voices = {}
    for part in setting.split(","):
        if not part.strip():
            continue
        language, equals, voice = (word.strip() for word in part.partition("="))
        if not equals or not language or not voice:
            raise SettingsError(
                f"setting prompt_voices (HOTLINE_PROMPT_VOICES): '{part.strip()}' is not LANGUAGE=VOICE",
                "write a voice for each language, as in 'zh=cmn, en=en-gb'",
            )
        voices[language] = voice
    return voices


def voice_for(language: str, voices: Mapping[str, str]) -> str:
    """Return the voice of a language, or of the language a dialect belongs to (``zh-HK`` of ``zh``); "" for none."""
    return voices.get(language) or voices.get(language.partition("-")[0], "")


def check_template(template: str, setting: str, known: frozenset[str]) -> frozenset[str]:
    """Return the ``{placeholders}`` of a template. Raises SettingsError for one that is not known."""
    names = frozenset(_PLACEHOLDER.findall(template))
    wrong = sorted(names - known)
    if wrong:
        raise SettingsError(
            f"setting {setting} (HOTLINE_{setting.upper()}) has a placeholder {{{wrong[0]}}} that nothing fills",
            "there are " + ", ".join(f"{{{name}}}" for name in sorted(known)),
        )
    return names


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in place of placeholders; what looks like one inside a value stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def needed_voice(language: str, voices: Mapping[str, str], wanted: bool) -> str:
    """Return the voice of a language. Raises EngineFailed where a template wants one and none is set."""
    voice = voice_for(language, voices)
    if wanted and not voice:
        raise EngineFailed(
            f"no voice is set for language '{language}'", f"add it to HOTLINE_PROMPT_VOICES, as in '{language}=NAME'"
        )
    return voice
