"""Pure: hearing keys out: the first-digit and inter-digit time-outs and when what was typed is complete.

The state (what has been typed) is in the node's memory, so a snapshot keeps it.
"""

from collections.abc import Collection

import msgspec

from router.core.ids import Ms
from router.ivr.walk import Walk

FIRST_DIGIT = "first_digit"
INTER_DIGIT = "inter_digit"
_TYPED = "typed"


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of listening. ``result``: ``key`` (``word`` is what was typed), ``no_key`` or ``invalid``."""

    result: str
    word: str = ""


class Digits(msgspec.Struct, frozen=True, kw_only=True):
    """Listens for one of ``words``, each one or several keys.

    ``first_digit_ms`` runs from the end of the prompt to the first key, ``inter_digit_ms`` from key to key. A word
    that begins a longer one (``1`` beside ``12``) is taken when ``inter_digit_ms`` has passed.
    """

    words: Collection[str]
    first_digit_ms: Ms
    inter_digit_ms: Ms

    def listen(self, walk: Walk) -> None:
        """The prompt is over: wait for the first key."""
        walk.memory[_TYPED] = ""
        walk.set_timer(FIRST_DIGIT, self.first_digit_ms)

    def press(self, walk: Walk, key: str) -> Heard | None:
        """Take a key, from the prompt on (which it interrupts); None while more keys may come."""
        walk.stop()
        walk.cancel_timer(FIRST_DIGIT)
        walk.cancel_timer(INTER_DIGIT)
        typed = self.typed(walk) + key
        longer = self._goes_on(typed)
        if typed in self.words and not longer:
            return self._heard(walk, Heard(result="key", word=typed))
        if not longer:
            return self._heard(walk, Heard(result="invalid", word=typed))
        walk.memory[_TYPED] = typed
        walk.set_timer(INTER_DIGIT, self.inter_digit_ms)
        return None

    def expired(self, walk: Walk, name: str) -> Heard:
        """A time-out: nothing was typed, or what was typed is all there is."""
        typed = self.typed(walk)
        if name == FIRST_DIGIT or not typed:
            return self._heard(walk, Heard(result="no_key"))
        return self._heard(walk, Heard(result="key" if typed in self.words else "invalid", word=typed))

    def typed(self, walk: Walk) -> str:
        """Return the keys typed so far."""
        return str(walk.memory.get(_TYPED, ""))

    def fits(self, walk: Walk, key: str) -> bool:
        """Say whether ``key`` continues or completes one of the words."""
        typed = self.typed(walk) + key
        return typed in self.words or self._goes_on(typed)

    def _goes_on(self, typed: str) -> bool:
        return any(len(word) > len(typed) and word.startswith(typed) for word in self.words)

    def _heard(self, walk: Walk, heard: Heard) -> Heard:
        walk.memory[_TYPED] = ""
        return heard
