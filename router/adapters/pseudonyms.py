"""Turns numbers into pseudonyms: the same for the same number, so that redials can be counted, and no way back.

There are few telephone numbers, so a plain hash could be turned back by trying them all; this one needs the site's key.
"""

import base64
import functools
import hmac
from collections.abc import Callable

MARK = "~"
"""What every pseudonym begins with; no telephone number does."""
_LENGTH = 12


def pseudonyms(site_key: str) -> Callable[[str], str]:
    """Return what makes pseudonyms of numbers, with a key made of the site's own."""
    key = hmac.digest(site_key.encode(), b"callers' pseudonyms", "sha256")

    @functools.lru_cache(maxsize=10_000)
    def hide(number: str) -> str:
        digest = hmac.digest(key, number.encode(), "sha256")
        return MARK + base64.b32encode(digest).decode().lower()[:_LENGTH]

    return hide
