"""What sources and services share: filling texts with fields and secrets, and bounding what comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from router.core.services import PLACE
from router.errors import HotlineError

MAX_FIELDS = 100
MAX_FIELD_CHARACTERS = 500


class Answer(NamedTuple):
    """What a source says: ``ok``, ``missing``, ``refused`` or ``failed``, and its fields."""

    status: str
    fields: Mapping[str, str] = MappingProxyType({})


class Trouble(Exception):
    """A source or service did not do its work; the text says why, without anything it was asked.

    ``may_pass`` says that another try may go better.
    """

    def __init__(self, why: str, *, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass


@asynccontextmanager
async def told(trouble: Callable[[str], None], timeout_ms: int, late: str) -> AsyncIterator[None]:
    """Ask a service within a time, and let nothing that goes wrong there get any further than to ``trouble``.

    ``late`` says what did not come in time: ``no answer``.
    """
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            yield
    except TimeoutError:
        trouble(f"{late} within {timeout_ms} ms")
    except Trouble as why:
        trouble(str(why))
    except HotlineError as error:
        trouble(f"{error}; {error.cure}")
    except Exception as error:
        # A fault of ours or of a library must cost this try, no call. Its text could hold what was asked or sent.
        trouble(f"unexpected {type(error).__name__}")


def plain_text(text: str) -> str:
    """Return a text without control characters (a header or log line they could break up), bounded."""
    return "".join(letter if letter.isprintable() else " " for letter in text[: MAX_FIELD_CHARACTERS * 4]).strip()[
        :MAX_FIELD_CHARACTERS
    ]


def bounded_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields bounded in number and length, without control characters."""
    first = list(fields.items())[:MAX_FIELDS]
    return {plain_text(name): plain_text(value) for name, value in first}


def filled(text: str, fields: Mapping[str, str], secret: Callable[[str], str]) -> str:
    """Return a text with fields and secrets filled in. ``secret`` raises SettingsError where there is none."""
    return PLACE.sub(lambda found: secret(found[2]) if found[1] else plain_text(fields.get(found[2], "")), text)


def filled_address(url: str, fields: Mapping[str, str], secret: Callable[[str], str]) -> str:
    """Return an address with fields and secrets filled in, each as one part of it that cannot reach beyond.

    Raises Trouble for a field that would change where the address leads.
    """

    def part(name: str, is_secret: bool) -> str:
        value = secret(name) if is_secret else plain_text(fields.get(name, ""))
        if value.strip(".") == "" and value:
            raise Trouble(f"field '{name}' cannot be part of an address")
        return quote(value, safe="")

    return PLACE.sub(lambda found: part(found[2], bool(found[1])), url)
