"""Pure: prompts and spoken values as media, outside of flows: for whispers and for callers who wait."""

from router.ivr.flow import Script
from router.ivr.speech import Unspeakable, grammar_for, speak, speak_between


def media(script: Script, names: list[str] | tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the media of prompts in a language; one that there is not is left out."""
    return tuple(uri for name in names for uri in script.media(name, language))


def spoken(script: Script, value: str | int, form: str, language: str) -> tuple[str, ...]:
    """Return the prompts that say a value; none where it cannot be said (a work number with letters)."""
    try:
        return speak(value, form, _grammar(script, language))
    except Unspeakable:
        return ()


def spoken_between(script: Script, low_min: int, high_min: int, language: str) -> tuple[str, ...]:
    """Return the prompts that say "between ``low_min`` and ``high_min`` minutes"."""
    return speak_between(low_min, high_min, _grammar(script, language))


def _grammar(script: Script, language: str) -> str:
    return grammar_for(language, (*script.fallbacks.get(language, ()), script.language))
