"""One line per home: a lock that the kernel gives back however its holder ends."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from router.errors import SetupError


class LineLock:
    """The lock of a home, held while its line is up. The file names the holder's process id."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def take(self) -> None:
        """Take it.

        Raises:
            SetupError: another process holds it, that is, the line of this home is up already; or it is not ours.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = self._path.open("a+")
        except PermissionError:
            raise _not_ours(self._path) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise SetupError(
                f"the line of {self._path.parent.parent} is up already (pid {holder(self._path) or 'unknown'})",
                "stop it with `hotline down`, or choose another home with HOTLINE_HOME",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def give_back(self) -> None:
        """Give it back; not held is fine."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(path: Path) -> int:
    """Return the process id of who holds the lock at ``path``; 0 where nobody does.

    Raises:
        SetupError: the home belongs to another account.
    """
    try:
        with path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read().strip()
                return int(text) if text.isdigit() else 0
    except FileNotFoundError:
        return 0
    except PermissionError:
        raise _not_ours(path) from None
    return 0


def _not_ours(path: Path) -> SetupError:
    return SetupError(
        f"{path.parent.parent} belongs to another account", "run as that account, or choose another HOTLINE_HOME"
    )
