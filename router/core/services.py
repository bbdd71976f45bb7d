"""Pure: the sources a flow may ask and the services that carry its notices, as the site's YAML describes them.

Texts hold places to fill, ``{number}``; ``{secret:crm}`` stands for a secret that is kept apart from the YAML and is
put in by the adapter alone, at the last moment.
"""

import re

import msgspec

from router.core.ids import Ms

PLACE = re.compile(r"\{(secret:)?([^{}\s][^{}]{0,79})\}")
"""A place to fill in a text: a field's name, or ``secret:`` and a secret's name."""

Pairs = tuple[tuple[str, str], ...]
"""Names with their texts, in the order of the file."""


class HttpSource(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A web service that answers in JSON.

    ``url``, ``headers`` and the values of ``body`` have places to fill. ``values`` names what is wanted of the answer
    by a path in it (``customer.name``); where ``accepted`` says what must stand somewhere and
    something else does, the answer is a refusal. A status of ``missing`` means that there is no such
    entry, one of ``refused`` a wrong password; any other but 2xx is a failure. Answers are kept for ``cache_ms``; one
    longer than ``max_bytes`` is a failure.
    """

    name: str
    url: str
    method: str = "GET"
    headers: Pairs = ()
    body: Pairs = ()
    values: Pairs = ()
    accepted: Pairs = ()
    missing: tuple[int, ...] = (404,)
    refused: tuple[int, ...] = (401, 403)
    timeout_ms: Ms = 3_000
    retries: int = 1
    cache_ms: Ms = 0
    max_bytes: int = 65_536


class RedisSource(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A hash in Redis under ``key`` (places to fill). ``url`` "" is the line's own Redis; ``auth`` its password."""

    name: str
    key: str
    url: str = ""
    auth: str = ""
    values: Pairs = ()
    timeout_ms: Ms = 1_000
    retries: int = 1
    cache_ms: Ms = 0


class TableSource(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A table of the hotline's own folder. ``rows`` are by their key columns' texts, in the order of ``keys``."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    rows: dict[tuple[str, ...], dict[str, str]]

    def row(self, fields: dict[str, str]) -> dict[str, str] | None:
        """Return the row these fields lead to, or None."""
        return self.rows.get(tuple(table_key(fields.get(key, "")) for key in self.keys))


Source = HttpSource | RedisSource | TableSource


def table_key(text: str) -> str:
    """Return a key as tables are searched by it: blanks around it and the case of its letters do not matter."""
    return text.strip().casefold()


class Webhook(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A notice by HTTP: a web service of ours, or an SMS gateway.

    ``body`` are the texts to send, with places to fill; () sends the notice's fields as they are. ``form`` sends them
    as a form, else as JSON.
    """

    name: str
    url: str
    method: str = "POST"
    headers: Pairs = ()
    body: Pairs = ()
    form: bool = False
    timeout_ms: Ms = 5_000
    give_up_ms: Ms = 3_600_000


class Mail(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A notice by mail. ``security``: ``starttls``, ``tls`` or ``none``; ``auth`` is the password's place."""

    name: str
    host: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    auth: str = ""
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    timeout_ms: Ms = 10_000
    give_up_ms: Ms = 3_600_000


Service = Webhook | Mail


def fill(text: str, fields: dict[str, str]) -> str:
    """Return a text with its places filled; a field nobody gave is empty. Secrets' places stay as they are."""
    return PLACE.sub(lambda found: found[0] if found[1] else fields.get(found[2], ""), text)


def places(text: str) -> tuple[str, ...]:
    """Return the names of the fields a text has places for, in order; secrets are not among them."""
    return tuple(found[2] for found in PLACE.finditer(text) if not found[1])


def secret_places(text: str) -> tuple[str, ...]:
    """Return the names of the secrets a text has places for, in order."""
    return tuple(found[2] for found in PLACE.finditer(text) if found[1])
