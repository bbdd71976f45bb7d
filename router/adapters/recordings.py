"""Recordings of messages as files: those nobody knows of are found and reported, others measured, mended and erased.

While the router is away Asterisk records into ``<recordings>/away/<epoch s>_<number
dialled>_<caller>_<channel>.wav``; a finished one goes to ``<recordings>/messages/``. What a flow records is
``<recordings>/<call>.r<n>.wav``. A finished file that the core knows nothing of (the router died before it could
write it down) is reported as a message.
"""

import asyncio
import itertools
import logging
import re
import wave
from collections.abc import Callable, Collection
from pathlib import Path

from router.adapters.numbers import caller_from
from router.core.events import Caller, Event, MessageFound, RecordingErased, RecordingFinished
from router.core.ids import Ms

log = logging.getLogger(__name__)

_NAME = re.compile(r"(\d{9,11})_(\+?[0-9]{1,20})_(\+?[0-9]{0,20})_([A-Za-z0-9._-]{1,80})\.wav")
_TAKEN = re.compile(r"[A-Za-z0-9._-]{1,120}\.c\d+\.r\d+")
_ENDING = ".wav"
_SCAN_EACH_S = 5.0
_AT_ONCE_COUNT = 100
_HEADER_BYTES = 44
LOOKS_EVERYWHERE = 60
"""So many looks after the start are at all folders: a message gets lost only where a router or machine died."""
PATIENCE = 6
"""Looks after which a recording that no longer grows is taken as it is."""


class AwayMessages:
    """Looks through the folder of away messages again and again.

    ``recordings`` is the shared folder as the router sees it; ``country`` the site's. A message whose size has not
    changed between two looks is finished; one whose header says nothing of its length is given ``PATIENCE`` looks and
    then mended (Asterisk died while recording it). An empty one counts too: its caller waits for a call.
    ``known`` says which recordings the core knows of; without it nothing but the folder of away messages is looked at.
    """

    def __init__(
        self,
        *,
        recordings: Path,
        country: str,
        submit: Callable[[Event], None],
        known: Callable[[], Collection[str]] | None = None,
    ) -> None:
        self._recordings = recordings
        self._known = known
        self._away = recordings / "away"
        self._messages = recordings / "messages"
        self._country = country
        self._submit = submit
        self._sizes: dict[str, int] = {}
        self._looks: dict[str, int] = {}
        self._odd: set[str] = set()

    async def run(self) -> None:
        """Look every few seconds, for ever; for some minutes after the start at all folders, then at the one."""
        for number in itertools.count():
            known = self._known() if self._known is not None and number < LOOKS_EVERYWHERE else None
            try:
                found = await asyncio.to_thread(self.look, known)
            except OSError as error:
                log.warning("the folder of away messages cannot be read: %s; check its owner and rights", error)
                found = ()
            for message in found:
                self._submit(message)
            await asyncio.sleep(_SCAN_EACH_S)

    def look(self, known: Collection[str] | None = None) -> tuple[MessageFound, ...]:
        """Look once; moves each finished away message; returns what nobody knows of, oldest first, a hundred at most.

        ``known`` are the recordings the core knows of; None: only the folder of away messages is looked at.
        """
        sizes = {
            name: path.stat().st_size
            for folder, path in self._files(known is not None)
            if (name := f"{folder}{path.name}") not in (known or ()) and path.stem not in (known or ())
        }
        before, self._sizes = self._sizes, sizes
        self._odd &= sizes.keys()
        self._looks = {name: self._looks.get(name, 0) + 1 for name, size in sizes.items() if before.get(name) == size}
        steady = sorted(self._looks.keys() - self._odd)
        found = (self._take(name) for name in steady[:_AT_ONCE_COUNT])
        return tuple(message for message in found if message is not None)

    def _files(self, everywhere: bool) -> list[tuple[str, Path]]:
        """The files that may be messages, each with the part of its name that says in which folder it is."""
        found = [("away/", path) for path in self._away.glob(f"*{_ENDING}")]
        if everywhere:
            found += [("messages/", path) for path in self._messages.glob(f"*{_ENDING}")]
            found += [("", path) for path in self._recordings.glob(f"*{_ENDING}") if _TAKEN.fullmatch(path.stem)]
        return [(folder, path) for folder, path in found if path.is_file()]

    def _take(self, known_as: str) -> MessageFound | None:
        path, name = self._recordings / known_as, Path(known_as).name
        if known_as == name:
            return self._orphan(known_as, path)
        parts = _NAME.fullmatch(name)
        if parts is None:
            self._leave(known_as, "its name is not one that our dialplan gives")
            return None
        length_ms = self._length_ms(known_as, path)
        if length_ms is None:
            return None
        began_s, did, raw, _ = parts.groups()
        if path.parent != self._messages:
            self._messages.mkdir(parents=True, exist_ok=True)
            path.rename(self._messages / name)
        return MessageFound(
            recording=f"messages/{name}",
            did=did,
            caller=caller_from(raw, self._country, presentation="" if raw else "unavailable"),
            left_at=int(began_s) * 1000,
            length_ms=length_ms,
        )

    def _orphan(self, name: str, path: Path) -> MessageFound | None:
        """A message that a flow recorded and that the core does not know: its call's data went with the core's."""
        length_ms = self._length_ms(name, path)
        if length_ms is None:
            return None
        ended_at = int(path.stat().st_mtime * 1000)
        return MessageFound(
            recording=path.stem, did="", caller=Caller(), left_at=max(ended_at - length_ms, 0), length_ms=length_ms
        )

    def _length_ms(self, name: str, path: Path) -> Ms | None:
        """Return the length of a file that no longer grows, mended where need be; None while it may still change."""
        length_ms = wave_length_ms(path)
        if length_ms is None and self._looks[name] >= PATIENCE:
            if mend_wave(path):
                return wave_length_ms(path) or 0
            self._leave(name, "it is no WAV file")
        return length_ms

    def _leave(self, name: str, why: str) -> None:
        self._odd.add(name)
        log.warning("recording %s is left in %s: %s", name, self._recordings, why, extra={"call_id": call_in(name)})


def recording_path(recordings: Path, name: str) -> Path | None:
    """Return the file of a recording by its name, as records have it; None for a name that leads out of the folder."""
    path = (recordings / (name if name.endswith(_ENDING) else f"{name}{_ENDING}")).resolve()
    return path if path.is_relative_to(recordings.resolve()) and path != recordings.resolve() else None


def call_in(name: str) -> str:
    """Return the call whose recording has this name; "" where it does not say (a message left while we were away)."""
    named = _TAKEN.fullmatch(name.removesuffix(_ENDING))
    return name.rpartition(".r")[0] if named is not None else ""


def recording_over(recordings: Path, name: str) -> RecordingFinished:
    """Say how a recording ended that Asterisk makes no longer, by its file; one cut off in the middle is mended."""
    path = recording_path(recordings, name)
    length_ms = wave_length_ms(path) if path is not None else None
    if length_ms is None and path is not None and path.is_file() and mend_wave(path):
        length_ms = wave_length_ms(path)
    return RecordingFinished(recording=name, length_ms=length_ms or 0, failed=length_ms is None)


def erase_recording(recordings: Path, name: str) -> RecordingErased:
    """Delete a recording's file; says whether it was there, or why it still is."""
    path = recording_path(recordings, name)
    if path is None:
        return RecordingErased(recording=name, found=False)
    try:
        path.unlink()
    except FileNotFoundError:
        return RecordingErased(recording=name, found=False)
    except OSError as error:
        log.error(
            "recording %s cannot be deleted: %s; check the owner and rights of its folder",
            name,
            error,
            extra={"call_id": call_in(name)},
        )
        return RecordingErased(recording=name, trouble=str(error))
    return RecordingErased(recording=name)


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
