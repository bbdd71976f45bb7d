"""The recordings of talks as files: those too old are deleted, but for calls whose type keeps them.

Their age is the file's; the router remembers nothing of them. ``<recordings>/<call>.keep`` says that those of a call
are kept.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

from router.core.events import Event, TalkExpired
from router.core.ids import Ms

log = logging.getLogger(__name__)

LOOK_EVERY_S = 300.0
AT_ONCE_COUNT = 500
"""Deleted at one look at most: the next one takes the others."""
_SIDE = re.compile(r"(.+\.\d+\.c\d+)\.talk\d+-(?:caller|agent)\.wav")
_KEEP = ".keep"


class TalkRecordings:
    """Looks again and again. ``keep_ms`` says how long they are kept by the site of now (0: for ever)."""

    def __init__(
        self, *, recordings: Path, keep_ms: Callable[[], Ms], submit: Callable[[Event], None], now: Callable[[], Ms]
    ) -> None:
        self._recordings = recordings
        self._keep_ms = keep_ms
        self._submit = submit
        self._now = now
        self._said: set[str] = set()

    async def run(self) -> None:
        """Look every few minutes, for ever."""
        while True:
            if keep_ms := self._keep_ms():
                for recording in await asyncio.to_thread(self.look, self._now() - keep_ms):
                    self._submit(TalkExpired(recording=recording))
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self, before_ms: Ms) -> list[str]:
        """Delete what was finished before a moment; returns the names of what went, the oldest first."""
        try:
            return self._look(before_ms)
        except OSError as error:
            log.warning("the recordings of talks cannot be looked through: %s; check the folder's owner", error)
            return []

    def _look(self, before_ms: Ms) -> list[str]:
        old: list[tuple[int, Path]] = []
        for path in self._recordings.glob("*.wav"):
            side = _SIDE.fullmatch(path.name)
            if side is None or _keep_file(self._recordings, side[1]).exists():
                continue
            made_ms = path.stat().st_mtime_ns // 1_000_000
            if made_ms < before_ms:
                old.append((made_ms, path))
        gone = []
        for _, path in sorted(old)[:AT_ONCE_COUNT]:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                if path.name not in self._said:
                    self._said.add(path.name)
                    call_id = path.name.partition(".talk")[0]
                    log.error("recording %s cannot be deleted: %s", path.name, error, extra={"call_id": call_id})
                continue
            gone.append(path.stem)
        return gone


def keep_talks(recordings: Path, call: str) -> None:
    """Mark the recordings of a call's talks as to be kept."""
    try:
        _keep_file(recordings, call).touch()
    except OSError as error:
        log.error("the recordings of a call cannot be marked as kept: %s", error, extra={"call_id": call})


def _keep_file(recordings: Path, call: str) -> Path:
    return recordings / f"{call}{_KEEP}"
