"""Which version of the site was live when, put there by whom: ``<home>/sites/history.jsonl``, one line a change.

The copies themselves are kept by :mod:`router.shelf` beside it. Beside them lies ``planned.json``: the version that
is to go live at a time.
"""

import logging
import os
from pathlib import Path

import msgspec

from router.core.ids import Ms

log = logging.getLogger(__name__)

_LONGEST_COMPLAINT = 2_000


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version went live, or was refused (``refused`` says why, and then nothing changed).

    ``how``: ``start``, ``publish``, ``on_save``, ``plan`` or ``rollback``. ``by`` is who asked, ``folder`` where the
    files were read, ``tests`` how many tests they passed.
    """

    at_ms: Ms
    version: str
    previous: str = ""
    how: str
    by: str = ""
    folder: str = ""
    tests: int = 0
    refused: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is to go live at ``at_ms``."""

    version: str
    at_ms: Ms
    by: str = ""
    folder: str = ""


class Versions:
    """The history and the plan of one home. Only the running router writes; anybody may read."""

    def __init__(self, home: Path) -> None:
        self.folder = home.absolute() / "sites"
        self._history = self.folder / "history.jsonl"
        self._plan = self.folder / "planned.json"

    def changes(self) -> list[Change]:
        """Return all changes, oldest first; a line that cannot be read (a crash while it was written) is left out."""
        found = []
        for line in self._lines():
            try:
                found.append(msgspec.json.decode(line, type=Change))
            except msgspec.MsgspecError:
                log.warning("%s: a line cannot be read and is left out", self._history)
        return found

    def last(self) -> Change | None:
        """Return the change that put the present version live, or None."""
        return next((change for change in reversed(self.changes()) if not change.refused), None)

    def note(self, change: Change) -> None:
        """Add a change; the router goes on where the disk takes nothing."""
        kept = msgspec.structs.replace(change, refused=change.refused[:_LONGEST_COMPLAINT])
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._history.open("ab") as file:
                if file.tell() and not self._ends_well():
                    file.write(b"\n")  # what a crash left unfinished stays a line of its own
                file.write(msgspec.json.encode(kept) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            log.error("%s: %s; the change is live all the same", self._history, error.strerror)

    def plan(self) -> Plan | None:
        """Return what is planned, or None."""
        try:
            return msgspec.json.decode(self._plan.read_bytes(), type=Plan)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.error("%s cannot be read: %s; nothing is planned", self._plan, error)
            return None

    def keep_plan(self, plan: Plan | None) -> None:
        """Remember a plan in place of the one before; None forgets it. Raises OSError."""
        if plan is None:
            self._plan.unlink(missing_ok=True)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._plan.with_name(f".{self._plan.name}.part")
        new.write_bytes(msgspec.json.encode(plan))
        new.replace(self._plan)

    def kept(self) -> list[str]:
        """Return the versions there are copies of."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))

    def _lines(self) -> list[bytes]:
        try:
            return [line for line in self._history.read_bytes().splitlines() if line.strip()]
        except FileNotFoundError:
            return []

    def _ends_well(self) -> bool:
        with self._history.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
