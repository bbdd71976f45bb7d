"""Runs an Asterisk of our own: in a read-only root, in mount and process namespaces that end with it."""

import asyncio
import contextlib
import os
import shutil
import time
from pathlib import Path

from router.errors import SetupError
from router.line import console
from router.line.asterisk_root import Root
from router.line.folders import RECORDINGS_INSIDE, SOUNDS_INSIDE, Folders
from router.line.process import Process

_BOOT_S = 30.0
_ENCLOSURE = Path(__file__).with_name("enclosure.sh")


class Asterisk:
    """One Asterisk over one home folder. Its configuration must be in ``folders.asterisk_etc`` before ``start``."""

    def __init__(self, folders: Folders, root: Root) -> None:
        self._folders = folders
        self._root = root
        self._up = False
        self.process = Process("Asterisk", enclosure(folders, root), folders.logs / "asterisk.log")

    async def start(self) -> None:
        """Start it and wait until it has fully booted.

        Raises:
            SetupError: no right to make namespaces, or it ended or hung before it was up (with the end of its log).
        """
        if os.geteuid() != 0:
            raise SetupError(
                "an Asterisk of our own needs root: it runs in a root folder and namespaces of its own",
                "run as root, or use an Asterisk of yours: HOTLINE_ASTERISK=existing",
            )
        _prepare(self._folders, self._root)
        self._up = False
        await self.process.start()
        deadline = time.monotonic() + _BOOT_S
        while not await self._booted():
            if not self.process.running:
                raise SetupError(f"Asterisk ended at its start:\n{self.tail()}", self._cure())
            if time.monotonic() > deadline:
                await self.process.kill()
                raise SetupError(f"Asterisk was not up after {_BOOT_S:g} s:\n{self.tail()}", self._cure())
            await asyncio.sleep(0.05)
        self._up = True

    async def console(self, command: str) -> str:
        """Run a console command and return its output."""
        return await console.ask(self._folders.asterisk / "run", command)

    async def stop(self) -> None:
        """Hang up all calls and end it; kill it after 5 s. One not running is no error."""
        if not self.process.running:
            return
        if self._up:
            with contextlib.suppress(SetupError, TimeoutError):
                await self.console("core stop now")
                await asyncio.wait_for(self.process.wait(), 5.0)
        await self.process.kill()

    def tail(self) -> str:
        """Return the end of what it printed and logged."""
        messages = self._folders.logs / "asterisk" / "messages"
        try:
            logged = messages.read_text(errors="replace").splitlines()[-15:]
        except OSError:
            logged = []
        return "\n".join([*self.process.tail().splitlines(), *logged])

    async def _booted(self) -> bool:
        try:
            return "fully booted" in await self.console("core waitfullybooted")
        except SetupError:
            return False

    def _cure(self) -> str:
        return f"the whole log is in {self._folders.logs / 'asterisk'}; `hotline doctor` checks the machine"


def enclosure(folders: Folders, root: Root) -> list[str]:
    """Return the command line that runs Asterisk in namespaces over its root.

    The shell stays as the first process of the process namespace: it keeps the death signal that Asterisk loses by
    changing its account, and when it dies the kernel takes Asterisk along, and every mount with them.
    """
    places = (root.path, folders.asterisk, folders.logs / "asterisk", folders.prompts, folders.recordings)
    namespaces = ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc"]
    inside = (SOUNDS_INSIDE, RECORDINGS_INSIDE)
    return [*namespaces, "sh", str(_ENCLOSURE), *map(str, (*places, *inside))]


def _prepare(folders: Folders, root: Root) -> None:
    """Make the folders Asterisk writes to, and give them to its account."""
    own = folders.asterisk
    try:
        # leftovers of a run that was killed: its socket, which nobody serves any more
        shutil.rmtree(own / "run", ignore_errors=True)
        for folder in (own / "cell", own / "etc"):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (
            own / "run",
            own / "lib",
            own / "spool",
            own / "spool" / "recording",
            folders.logs / "asterisk",
            folders.recordings,
            folders.recordings / "away",
        ):
            folder.mkdir(parents=True, exist_ok=True)
            _give(folder, root)
        for path in (*(own / "lib").rglob("*"), *(folders.logs / "asterisk").iterdir()):
            _give(path, root)
        own.chmod(0o700)
    except OSError as error:
        raise SetupError(
            f"cannot prepare {error.filename or own} for Asterisk: {error.strerror}", "check its owner, or remove it"
        ) from error


def _give(path: Path, root: Root) -> None:
    # an account number of the root folder, not of this machine
    if path.stat().st_uid != root.uid:
        os.chown(path, root.uid, root.gid)
