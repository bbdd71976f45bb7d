"""Asks a web service and takes the wanted texts out of its JSON."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from router.adapters.service_texts import Answer, Trouble, filled, filled_address
from router.core.services import HttpSource, places

_BIG_BYTES = 200_000
"""What is longer is decoded in a thread, so that calls go on meanwhile."""
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpAsker:
    """Speaks HTTP to any number of services over kept connections, following no redirect and keeping no cookie."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, source: HttpSource, fields: Mapping[str, str]) -> Answer:
        """Ask once. Raises Trouble, or SettingsError for a secret that is not there."""
        if any(not fields.get(name) for name in places(source.url)):
            return Answer("missing")  # a withheld number is nobody's: asking for "" would find anybody
        url = URL(filled_address(source.url, fields, self._secret), encoded=True)
        headers = {name: filled(text, fields, self._secret) for name, text in source.headers}
        body = {name: filled(text, fields, self._secret) for name, text in source.body}
        sends = source.method != "GET"
        try:
            async with self._open().request(
                source.method,
                url,
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                json=(body or dict(fields)) if sends else None,
                allow_redirects=False,
            ) as response:
                return await self._heard(source, response)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Trouble(
                f"{type(error).__name__}", may_pass=isinstance(error, aiohttp.ClientError | OSError)
            ) from None

    async def _heard(self, source: HttpSource, response: aiohttp.ClientResponse) -> Answer:
        if response.status in source.missing:
            return Answer("missing")
        if response.status in source.refused:
            return Answer("refused")
        if not 200 <= response.status < 300:
            raise Trouble(f"HTTP status {response.status}", may_pass=response.status in _PASSING)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Trouble("a packed answer nobody asked for")
        data = bytearray()
        async for chunk in response.content.iter_chunked(16_384):
            data += chunk
            if len(data) > source.max_bytes:
                response.close()
                raise Trouble(f"an answer of more than {source.max_bytes} bytes")
        if len(data) > _BIG_BYTES:
            return await asyncio.to_thread(_taken, source, bytes(data))
        return _taken(source, bytes(data))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                connector=aiohttp.TCPConnector(limit=200, limit_per_host=50),
                max_line_size=8_190,
                max_field_size=8_190,
            )
        return self._session


def _taken(source: HttpSource, data: bytes) -> Answer:
    """Take the wanted texts out of an answer."""
    if not data.strip():
        if source.values or source.accepted:
            raise Trouble("an empty answer")
        return Answer("ok")
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        is_page = data.lstrip()[:1] == b"<"
        raise Trouble("a web page instead of JSON" if is_page else "an answer that is not JSON") from None
    for path, wanted in source.accepted:
        if _text(_at(tree, path), path).casefold() != wanted.casefold():
            return Answer("refused")
    return Answer("ok", {name: _text(_at(tree, path), path) for name, path in source.values})


def _at(tree: Any, path: str) -> Any:
    """Return what stands at a path such as ``orders.0.state``; None where nothing does."""
    for part in path.removeprefix("$.").split("."):
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and part.isascii() and part.isdecimal() and len(part) < 6:
            tree = tree[int(part)] if int(part) < len(tree) else None
        else:
            return None
    return tree


def _text(value: Any, path: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            raise Trouble(f"no text at '{path}' of the answer")
