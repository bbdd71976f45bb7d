"""Messages that Asterisk took by itself while the router was away: found, reported once, put with the others.

Asterisk records into ``<recordings>/away/<epoch s>_<number dialled>_<caller>_<channel>.wav``; a finished one goes to
``<recordings>/messages/``, which is also the mark that it was reported.
"""

import asyncio
import logging
import re
import wave
from collections.abc import Callable
from pathlib import Path

from router.adapters.numbers import caller_from
from router.core.events import Event, MessageFound
from router.core.ids import Ms

log = logging.getLogger(__name__)

_NAME = re.compile(r"(\d{9,11})_(\+?[0-9]{1,20})_(\+?[0-9]{0,20})_([A-Za-z0-9._-]{1,80})\.wav")
_SCAN_EACH_S = 5.0
_AT_ONCE_COUNT = 100
_HEADER_BYTES = 44
PATIENCE = 6
"""Looks after which a recording that no longer grows is taken as it is."""


class AwayMessages:
    """Looks through the folder of away messages again and again.

    ``recordings`` is the shared folder as the router sees it; ``country`` the site's. A message whose size has not
    changed between two looks is finished; one whose header says nothing of its length is given ``PATIENCE`` looks and
    then mended (Asterisk died while recording it). An empty one counts too: its caller waits for a call.
    """

    def __init__(self, *, recordings: Path, country: str, submit: Callable[[Event], None]) -> None:
        self._away = recordings / "away"
        self._messages = recordings / "messages"
        self._country = country
        self._submit = submit
        self._sizes: dict[str, int] = {}
        self._looks: dict[str, int] = {}
        self._odd: set[str] = set()

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            try:
                found = await asyncio.to_thread(self.look)
            except OSError as error:
                log.warning("the folder of away messages cannot be read: %s; check its owner and rights", error)
                found = ()
            for message in found:
                self._submit(message)
            await asyncio.sleep(_SCAN_EACH_S)

    def look(self) -> tuple[MessageFound, ...]:
        """Look once; moves each finished message and returns them, oldest first, a hundred at most."""
        if not self._away.is_dir():
            return ()
        sizes = {path.name: path.stat().st_size for path in self._away.glob("*.wav") if path.is_file()}
        before, self._sizes = self._sizes, sizes
        self._odd &= sizes.keys()
        self._looks = {name: self._looks.get(name, 0) + 1 for name, size in sizes.items() if before.get(name) == size}
        steady = sorted(self._looks.keys() - self._odd)
        found = (self._take(name) for name in steady[:_AT_ONCE_COUNT])
        return tuple(message for message in found if message is not None)

    def _take(self, name: str) -> MessageFound | None:
        path = self._away / name
        parts = _NAME.fullmatch(name)
        if parts is None:
            self._leave(name, "its name is not one that our dialplan gives")
            return None
        length_ms = wave_length_ms(path)
        if length_ms is None:
            if self._looks[name] < PATIENCE:
                return None
            if not mend_wave(path):
                self._leave(name, "it is no WAV file")
                return None
            length_ms = wave_length_ms(path) or 0
        began_s, did, raw, _ = parts.groups()
        self._messages.mkdir(parents=True, exist_ok=True)
        path.rename(self._messages / name)
        return MessageFound(
            recording=f"messages/{name}",
            did=did,
            caller=caller_from(raw, self._country, presentation="" if raw else "unavailable"),
            left_at=int(began_s) * 1000,
            length_ms=length_ms,
        )

    def _leave(self, name: str, why: str) -> None:
        self._odd.add(name)
        log.warning("recording %s is left in %s: %s", name, self._away, why)


def wave_length_ms(path: Path) -> Ms | None:
    """Return the length of a WAV file in ms, None where it is half-written or something else.

    Asterisk fills in the lengths of the header when it closes the file.
    """
    try:
        with wave.open(str(path), "rb") as file:
            frames, rate, width = file.getnframes(), file.getframerate(), file.getsampwidth() * file.getnchannels()
    except (wave.Error, EOFError, OSError):
        return None
    if rate <= 0 or path.stat().st_size != _HEADER_BYTES + frames * width:
        return None
    return frames * 1000 // rate


def mend_wave(path: Path) -> bool:
    """Write the true lengths into the header of a WAV file as Asterisk makes it; False where it is none."""
    size = path.stat().st_size
    if size < _HEADER_BYTES:
        return False
    with path.open("r+b") as file:
        header = file.read(_HEADER_BYTES)
        if header[:4] != b"RIFF" or header[8:16] != b"WAVEfmt " or header[36:40] != b"data":
            return False
        file.seek(4)
        file.write((size - 8).to_bytes(4, "little"))
        file.seek(40)
        file.write((size - _HEADER_BYTES).to_bytes(4, "little"))
    return True
