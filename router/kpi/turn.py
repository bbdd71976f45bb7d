"""Whose turn it is to write a folder: one process at a time, and one that goes on for ever can be asked to give way."""

import fcntl
import time
from io import TextIOWrapper
from pathlib import Path

_LOOK_EVERY_S = 0.05


class Turn:
    """A lock on a folder; ``patience_s`` is how long to wait for whoever has it."""

    def __init__(self, folder: Path, patience_s: float = 0.0) -> None:
        self._folder = folder
        self._patience_s = patience_s
        self._held: TextIOWrapper | None = None

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for this turn to end."""
        return self._asking.exists()

    def take(self) -> bool:
        """Take the lock, asking who has it to give way. Returns whether it was had in time."""
        held = (self._folder / "lock").open("a+")
        if not _lock(held) and not self._wait_for(held):
            held.close()
            return False
        self._held = held
        return True

    def give_back(self) -> None:
        """Let others have it; one not held is no error."""
        if self._held is not None:
            self._held.close()
            self._held = None

    @property
    def _asking(self) -> Path:
        return self._folder / "wanted"

    def _wait_for(self, held: TextIOWrapper) -> bool:
        deadline = time.monotonic() + self._patience_s
        try:
            while time.monotonic() < deadline:
                self._asking.touch()
                time.sleep(_LOOK_EVERY_S)
                if _lock(held):
                    return True
            return False
        finally:
            self._asking.unlink(missing_ok=True)


def _lock(held: TextIOWrapper) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
