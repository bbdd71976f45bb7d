"""An engine that is a web service: the text is posted, the answer is the sound."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiohttp
from yarl import URL

from router.adapters.prompt_engine import (
    LONGEST_BYTES,
    EngineFailed,
    check_template,
    fill,
    needed_voice,
    voice_for,
)
from router.errors import SettingsError

_KNOWN = frozenset({"language", "voice"})
_SUFFIXES = {
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/wave": ".wav",
    "audio/vnd.wave": ".wav",
    "audio/flac": ".flac",
    "audio/x-flac": ".flac",
    "audio/ogg": ".ogg",
    "application/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/aiff": ".aiff",
    "audio/x-aiff": ".aiff",
    "audio/basic": ".au",
}
_MAGIC = {b"RIFF": ".wav", b"fLaC": ".flac", b"OggS": ".ogg", b"ID3": ".mp3", b"FORM": ".aiff", b".snd": ".au"}


class HttpEngine:
    """Posts the text as UTF-8 plain text to an address with ``{language}`` and ``{voice}``; takes audio that sox reads.

    ``token`` goes along as ``Authorization: Bearer``. No redirect is followed: texts go where the setting says.
    """

    def __init__(self, url: str, voices: Mapping[str, str], timeout_s: float, token: str = "") -> None:
        self._names = check_template(url, "prompt_url", _KNOWN)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc:
            raise SettingsError(
                f"setting prompt_url (HOTLINE_PROMPT_URL) is {url!r}, not an address",
                "write it as in http://127.0.0.1:5000/say?voice={voice}",
            )
        if parts.password:
            raise SettingsError(
                "setting prompt_url (HOTLINE_PROMPT_URL) holds a password", "give it as HOTLINE_PROMPT_TOKEN"
            )
        self._url = url
        self._voices = voices
        self._timeout_s = timeout_s
        self._token = token

    def recipe(self, language: str) -> str:
        """Return the address and the voice."""
        return f"http|{self._url}|{voice_for(language, self._voices)}"

    def ensure(self) -> None:
        """Nothing to see before the first text is posted."""

    def say(self, text: str, language: str, work: Path) -> Path:
        """Post the text and keep the answer as a file."""
        voice = needed_voice(language, self._voices, "voice" in self._names)
        url = fill(self._url, {"language": quote(language, safe=""), "voice": quote(voice, safe="")})
        try:
            # a loop of this thread's own: prompts are made in worker threads
            data, kind = asyncio.run(self._post(url, text))
        except TimeoutError:
            raise EngineFailed(
                f"{self._host} did not answer within {self._timeout_s:g} s",
                "see why it is slow, or raise HOTLINE_PROMPT_TIMEOUT_S",
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise EngineFailed(
                f"{self._host} cannot be reached: {str(error) or type(error).__name__}",
                "start that service, or correct HOTLINE_PROMPT_URL",
            ) from None
        file = work / f"said{_suffix(data, kind)}"
        file.write_bytes(data)
        return file

    @property
    def _host(self) -> str:
        return urlsplit(self._url).netloc

    async def _post(self, url: str, text: str) -> tuple[bytes, str]:
        headers = {"Content-Type": "text/plain; charset=utf-8", "Accept": "audio/wav, audio/*;q=0.8"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        async with (
            aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(URL(url, encoded=True), data=text.encode(), headers=headers, allow_redirects=False) as reply,
        ):
            data = bytearray()
            async for chunk in reply.content.iter_chunked(65_536):
                data += chunk
                if len(data) > LONGEST_BYTES:
                    raise EngineFailed(f"{self._host} sent more than {LONGEST_BYTES} bytes")
            if reply.status != 200:
                cure = "look at HOTLINE_PROMPT_TOKEN" if reply.status in (401, 403) else "look at that service's log"
                raise EngineFailed(f"{self._host} answered {reply.status}{_start_of(data)}", cure)
            return bytes(data), reply.content_type


def _suffix(data: bytes, kind: str) -> str:
    """Return the suffix sox knows the audio by: from its first bytes, else from the content type."""
    if not data:
        raise EngineFailed("the engine answered 200 and nothing else", "look at that service's log")
    known = next((suffix for magic, suffix in _MAGIC.items() if data.startswith(magic)), None) or _SUFFIXES.get(kind)
    if known is None:
        raise EngineFailed(
            f"the engine answered with {kind}, not with audio{_start_of(data)}", "have it answer with audio/wav"
        )
    return known


def _start_of(data: bytes | bytearray) -> str:
    said = "".join(c if c.isprintable() else " " for c in bytes(data[:200]).decode(errors="replace")).strip()
    return f": {said}" if said else ""
