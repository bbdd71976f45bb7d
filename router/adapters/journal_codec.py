"""One entry of the journal as one line of text, and back: ``[at_ms, event]``, secrets encrypted.

An event that carries a caller's keys is written as AES-GCM ciphertext, bound to its time, so that neither the journal
nor a copy of it shows a password typed on a phone.
"""

import base64
import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from router.adapters.journal_segments import sealed
from router.core.events import AnyEvent, CallerErasureAsked, Event, KeyPressed
from router.core.ids import Ms
from router.errors import JournalError

FORMAT = 1
SECRET_EVENTS = (KeyPressed, CallerErasureAsked)
"""Events whose content must not be readable on disk."""

_NONCE_BYTES = 12


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One turn of the core: at ``at_ms`` timers were run, then ``event`` was handled (None: only timers).

    ``error`` says what the core raised, "" as a rule; a replay meets the same error at the same place.
    """

    at_ms: Ms
    event: AnyEvent | None = None
    error: str = ""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """First line of a segment."""

    format: int
    first: int


class _Line(msgspec.Struct, frozen=True, array_like=True):
    at_ms: Ms
    event: msgspec.Raw
    error: str = ""


class Codec:
    """Writes and reads entries with the site's journal key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise JournalError(
                f"the journal key has {len(key)} bytes, not 32", "check HOTLINE_JOURNAL_KEY (base64 of 32 bytes)"
            )
        self._cipher = AESGCM(key)
        self._encoder = msgspec.json.Encoder()
        self._lines = msgspec.json.Decoder(_Line)
        self._events: msgspec.json.Decoder[AnyEvent | str | None] = msgspec.json.Decoder(AnyEvent | str | None)
        self._headers = msgspec.json.Decoder(Header)

    def header(self, first: int) -> bytes:
        """Return the header payload of a segment that begins with entry ``first``."""
        return self._encoder.encode(Header(format=FORMAT, first=first))

    def read_header(self, payload: bytes, where: str) -> Header:
        """Return a header. Raises JournalError for a format this router does not know."""
        try:
            header = self._headers.decode(payload)
        except msgspec.MsgspecError as error:
            raise JournalError(f"{where}: not a journal header: {error}", "restore the file from a backup") from None
        if header.format != FORMAT:
            raise JournalError(
                f"{where}: journal format {header.format}, this router reads {FORMAT}",
                "start the version of the router that wrote it",
            )
        return header

    def encode(self, entry: Entry) -> bytes:
        """Return the line of an entry, checksum and newline included."""
        return self.line(entry.at_ms, self.event(entry.at_ms, entry.event), entry.error)

    def event(self, at_ms: Ms, event: Event | None) -> msgspec.Raw:
        """Return an event as it will stand in the line of :meth:`line` at the same time.

        Raises ValueError (or msgspec.MsgspecError, TypeError) for one that cannot be written, such as broken text.
        """
        plain = self._encoder.encode(event)
        if not isinstance(event, SECRET_EVENTS):
            return msgspec.Raw(plain)
        nonce = os.urandom(_NONCE_BYTES)
        hidden = self._cipher.encrypt(nonce, plain, str(at_ms).encode())
        return msgspec.Raw(b'"%b"' % base64.b64encode(nonce + hidden))

    def line(self, at_ms: Ms, event: msgspec.Raw, error: str = "") -> bytes:
        """Return the line of an entry whose event was made by :meth:`event`, checksum and newline included."""
        return sealed(self._encoder.encode([at_ms, event, error] if error else [at_ms, event]))

    def decode(self, payload: bytes, where: str) -> Entry:
        """Return an entry. Raises JournalError beginning with ``where`` for a wrong key or an unknown event."""
        try:
            line = self._lines.decode(payload)
            event = self._events.decode(line.event)
            if isinstance(event, str):
                event = self._reveal(event, line.at_ms)
        except InvalidTag:
            raise JournalError(
                f"{where}: cannot be decrypted with this journal key",
                "put back the journal_key of secrets.json (or HOTLINE_JOURNAL_KEY) this journal was written with",
            ) from None
        except (msgspec.MsgspecError, ValueError) as error:
            raise JournalError(
                f"{where}: not an entry this router knows: {error}", "start the version of the router that wrote it"
            ) from None
        return Entry(line.at_ms, event, line.error)

    def _reveal(self, text: str, at_ms: Ms) -> AnyEvent:
        raw = base64.b64decode(text, validate=True)
        plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], str(at_ms).encode())
        event = self._events.decode(plain)
        if not isinstance(event, SECRET_EVENTS):
            raise ValueError(f"a secret entry holds {type(event).__name__}")
        return event
