"""The root folder of our own Asterisk: built once from Debian's package, read-only afterwards."""

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from router.errors import SetupError

SUITE = "forky"
"""The Debian suite that has Asterisk 22; Debian 12 and 13 have none."""

PACKAGES = ("asterisk", "asterisk-moh-opsound-wav")
OLDEST = (22, 4)
"""From this version on ARI takes requests over the event socket."""

_MOUNT_POINTS = (
    "usr/share/asterisk/sounds/hotline",
    "var/spool/asterisk/recording",
    "run/asterisk",
    "var/cache/asterisk",
)
_VERSION_FILE = "etc/hotline-asterisk-version"


class AsteriskVersionWarning(UserWarning):
    """An Asterisk newer than the ones this project was tried with."""


@dataclass(frozen=True)
class Root:
    """A built root: where, which Asterisk is in it, and who it runs as (numeric ids inside the root)."""

    path: Path
    version: str
    uid: int
    gid: int


def command(target: Path) -> list[str]:
    """The command that builds a root in ``target``."""
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=apt",
        # mirrors of Debian testing lag behind, and their lists then count as out of date
        '--aptopt=Acquire::Check-Valid-Until "false"',
        "--include=" + ",".join(PACKAGES),
        # the package list and documentation are not needed again
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        SUITE,
        str(target),
    ]


async def build(target: Path, log: Path) -> Root:
    """Return the root at ``target``, building it first (half a minute) where it is not there.

    A build is made beside and renamed at its end, so a broken one never looks whole; two at once wait for each other.

    Raises:
        SetupError: not root, no mmdebstrap, or the build failed (with the end of its log); Asterisk too old.
    """
    if not is_built(target):
        if os.geteuid() != 0:
            raise SetupError(
                "building Asterisk's root folder needs root",
                "run as root, or use an Asterisk of yours: HOTLINE_ASTERISK=existing",
            )
        if shutil.which("mmdebstrap") is None:
            raise SetupError("mmdebstrap is not installed", "run `make setup`, or apt-get install mmdebstrap")
        target.parent.mkdir(parents=True, exist_ok=True)
        async with _alone(target.with_name(target.name + ".lock")):
            if not is_built(target):
                await _build(target, log)
    return inspect(target)


def is_built(target: Path) -> bool:
    """Say whether a whole root is there (that we may look into)."""
    try:
        return (target / "usr/sbin/asterisk").exists()
    except PermissionError:
        return False


def inspect(target: Path) -> Root:
    """Read version and owner of a built root.

    Raises:
        SetupError: there is no Asterisk in it, or it is older than we need.
    """
    version = _recorded_version(target)
    check_version(version)
    try:
        rows = (target / "etc/passwd").read_text().splitlines()
        fields = next(row.split(":") for row in rows if row.startswith("asterisk:"))
        uid, gid = int(fields[2]), int(fields[3])
    except (OSError, StopIteration, ValueError, IndexError) as error:
        raise SetupError(f"{target} has no account `asterisk`", f"remove {target}; it will be built anew") from error
    return Root(target, version, uid, gid)


def check_version(version: str) -> None:
    """Refuse an Asterisk that is too old; warn of one newer than tried.

    Raises:
        SetupError: older than 22.4.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise SetupError(f"cannot read Asterisk's version from {version!r}", "Asterisk 22.4 or later is needed")
    numbers = (int(found[1]), int(found[2]))
    if numbers < OLDEST:
        raise SetupError(
            f"Asterisk {version} is too old; 22.4 or later is needed",
            "install a newer one, or let us bring our own with HOTLINE_ASTERISK=own",
        )
    if numbers[0] != OLDEST[0]:
        warnings.warn(
            f"Asterisk {version} is not of the 22 series this project is tested with",
            AsteriskVersionWarning,
            stacklevel=2,
        )


def _recorded_version(target: Path) -> str:
    with contextlib.suppress(OSError):
        return (target / _VERSION_FILE).read_text().strip()
    # the package database knows, without running a program of the root
    with contextlib.suppress(OSError):
        status = (target / "var/lib/dpkg/status").read_text()
        found = re.search(r"^Package: asterisk\n(?:.+\n)*?Version: (?:\d+:)?(\d[\w.]*)", status, re.MULTILINE)
        if found is not None:
            return found[1]
    raise SetupError(f"there is no Asterisk in {target}", f"remove {target}; it will be built anew")


async def _build(target: Path, log: Path) -> None:
    half = target.with_name(f"{target.name}.half")
    await asyncio.to_thread(_remove, half)
    await asyncio.to_thread(log.parent.mkdir, parents=True, exist_ok=True)
    # a process group of its own: the terminal's Ctrl-C must not cut it in the middle of mounting
    argv = ["setpriv", "--pdeathsig", "TERM", "--", *command(half)]
    with log.open("wb") as output:
        child = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            # asked to end it takes its mounts down
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
            await child.wait()
            _remove(half)
            raise
    if code != 0 or not is_built(half):
        tail = _tail(log)
        await asyncio.to_thread(_remove, half)
        raise SetupError(
            f"building Asterisk's root failed (mmdebstrap exited with {code}):\n{tail}",
            f"check the network and apt's sources, then try again; the whole log is {log}",
        )
    _finish(half, target)


def _finish(half: Path, target: Path) -> None:
    for inside in _MOUNT_POINTS:
        (half / inside).mkdir(parents=True, exist_ok=True)
    (half / _VERSION_FILE).write_text(_recorded_version(half) + "\n")
    if target.exists():
        _remove(target)
    half.rename(target)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def _remove(folder: Path) -> None:
    """Remove a half-built root, and first whatever a build killed midway has left mounted in it."""
    if not folder.exists():
        return
    # mountinfo writes a blank as \\040
    places = [row.split()[4].replace("\\040", " ") for row in Path("/proc/self/mountinfo").read_text().splitlines()]
    for place in sorted(places, key=len, reverse=True):
        if place == str(folder) or place.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
    shutil.rmtree(folder)


@contextlib.asynccontextmanager
async def _alone(lock: Path) -> AsyncIterator[None]:
    with lock.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.3)
        yield
