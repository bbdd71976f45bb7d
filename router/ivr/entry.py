"""Pure: a number the caller types: how long it may be, its time-outs, and what ends it. For nodes that need one.

``#`` ends it. ``*`` takes back what has been typed; ``*`` and then the site's person key leads to a person.
"""

import msgspec

from router.core.ids import Ms
from router.ivr.digits import FIRST_DIGIT, INTER_DIGIT, Heard
from router.ivr.walk import Walk

END_KEY = "#"
BACK_KEY = "*"
_TYPED = "typed"
_BACK = "took_back"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Listens for ``at_least`` to ``at_most`` digits; with ``at_most`` the number is complete at once.

    ``end_key`` ends it ("" for none); with ``at_least`` 0 that key alone is an empty number.
    ``first_digit_ms`` runs from the end of the prompt to the first key, ``inter_digit_ms`` from key to key. What comes
    out is a :class:`Heard` with ``result`` ``key`` (``word`` is the number), ``no_key``, ``invalid`` or ``person``.
    """

    at_most: int
    at_least: int = 1
    first_digit_ms: Ms = 7_000
    inter_digit_ms: Ms = 4_000
    end_key: str = END_KEY

    def listen(self, walk: Walk) -> None:
        """The prompt is over: wait for the first key, unless some were typed into the prompt."""
        if not walk.memory.get(_TYPED):
            walk.set_timer(FIRST_DIGIT, self.first_digit_ms)

    def press(self, walk: Walk, key: str) -> Heard | None:
        """Take a key, from the prompt on (which it interrupts); None while more keys may come."""
        walk.stop()
        walk.cancel_timer(FIRST_DIGIT)
        walk.cancel_timer(INTER_DIGIT)
        typed = str(walk.memory.get(_TYPED, ""))
        took_back = bool(walk.memory.pop(_BACK, 0))
        if took_back and key == walk.script.person_key and walk.has_person:
            return self._heard(walk, Heard(result="person"))
        if key == self.end_key and not typed and not self.at_least:
            return self._heard(walk, Heard(result="key"))
        if key == self.end_key:
            return self._complete(walk, typed)
        if key == BACK_KEY:
            walk.memory[_TYPED], walk.memory[_BACK] = "", 1
        elif key.isascii() and key.isdecimal():
            walk.memory[_TYPED] = typed = typed + key
            if len(typed) >= self.at_most:
                return self._complete(walk, typed)
        walk.set_timer(INTER_DIGIT, self.inter_digit_ms)
        return None

    def expired(self, walk: Walk, name: str) -> Heard:
        """A time-out: nothing was typed, or what was typed is all there is."""
        return self._complete(walk, str(walk.memory.get(_TYPED, "")))

    def forget(self, walk: Walk) -> None:
        """Forget what was typed."""
        walk.memory.pop(_TYPED, None)
        walk.memory.pop(_BACK, None)

    def _complete(self, walk: Walk, typed: str) -> Heard:
        if not typed:
            return self._heard(walk, Heard(result="no_key"))
        return self._heard(walk, Heard(result="key" if len(typed) >= self.at_least else "invalid", word=typed))

    def _heard(self, walk: Walk, heard: Heard) -> Heard:
        self.forget(walk)
        return heard
