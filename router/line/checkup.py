"""Looks at this machine: is everything there that the line needs, and if not, what to do."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from router.errors import SetupError
from router.line import asterisk_root, ports
from router.line.folders import Folders
from router.line.lock import holder
from router.settings import Settings

_DISK_BYTES = 1_000_000_000
_SOCKET_PATH_BYTES = 107


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``needed`` is False where the line runs without it; ``cure`` says what to do."""

    what: str
    ok: bool
    detail: str
    cure: str = ""
    needed: bool = True


def look(settings: Settings) -> list[Finding]:
    """Look at everything; nothing is changed."""
    folders = Folders.of(settings)
    return [*_programs(settings), *_account(settings), *_home(folders), *_asterisk(settings, folders),
            *_ports(settings, folders), *_elsewhere(settings)]  # fmt: skip


def _programs(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", sys.version_info >= (3, 11), version, "use Python 3.11 or later")
    wanted = [
        ("redis-cli", "redis-tools", settings.redis == "own", "brings Redis"),
        ("mmdebstrap", "mmdebstrap", settings.asterisk == "own", "builds Asterisk's root folder"),
        ("unshare", "util-linux", settings.asterisk == "own", "keeps Asterisk to itself"),
        ("setpriv", "util-linux", True, "lets no part outlive the line"),
        ("espeak-ng", "espeak-ng", True, "speaks prompts nobody has recorded"),
        ("sox", "sox", True, "levels prompts"),
        ("sipp", "sip-tester", False, "plays callers and agents for demo and tests"),
        ("baresip", "baresip-core", False, "plays a soft phone in tests"),
        ("docker-compose", "docker-compose", False, "lets a test check docker-compose.yml"),
    ]
    for program, package, needed, use in wanted:
        found = shutil.which(program)
        yield Finding(program, found is not None, found or f"not there; it {use}", f"apt-get install {package}", needed)


def _account(settings: Settings) -> Iterator[Finding]:
    if settings.asterisk != "own":
        return
    cure = "run as root, or use an Asterisk of yours: HOTLINE_ASTERISK=existing"
    if os.geteuid() != 0:
        yield Finding("account", False, "not root; an Asterisk of our own needs it", cure)
        return
    yield Finding("account", True, "root")
    trial = subprocess.run(
        ["unshare", "-m", "-p", "-f", "--kill-child", "--mount-proc", "mount", "-t", "tmpfs", "trial", "/mnt"],
        capture_output=True,
        text=True,
    )
    yield Finding(
        "namespaces",
        trial.returncode == 0,
        "mount and process namespaces can be made" if trial.returncode == 0 else trial.stderr.strip(),
        "in a container, give it CAP_SYS_ADMIN (docker run --privileged); or HOTLINE_ASTERISK=existing",
    )


def _home(folders: Folders) -> Iterator[Finding]:
    standing = next(folder for folder in (folders.home, *folders.home.parents) if _there(folder))
    writable = standing.is_dir() and os.access(standing, os.W_OK)
    yield Finding("home", writable, str(folders.home), "choose a folder you may write with HOTLINE_HOME")
    if len(os.fsencode(folders.control_socket)) > _SOCKET_PATH_BYTES:
        yield Finding(
            "control socket", False, f"its path is too long: {folders.control_socket}", "use a shorter HOTLINE_HOME"
        )
    free = shutil.disk_usage(standing).free
    yield Finding("disk", free > _DISK_BYTES, f"{free / 1e9:.1f} GB free", "make room: 1 GB is needed")


def _there(folder: Path) -> bool:
    try:
        return folder.exists()
    except PermissionError:
        return False


def _asterisk(settings: Settings, folders: Folders) -> Iterator[Finding]:
    if settings.asterisk != "own":
        return
    if not asterisk_root.is_built(folders.root):
        yield Finding("Asterisk", True, f"not built yet; `hotline up` builds it in {folders.root}")
        return
    try:
        yield Finding("Asterisk", True, f"{asterisk_root.inspect(folders.root).version} in {folders.root}")
    except SetupError as error:
        yield Finding("Asterisk", False, str(error), error.cure)


def _ports(settings: Settings, folders: Folders) -> Iterator[Finding]:
    try:
        pid = holder(folders.lock)
        if pid:
            yield Finding("ports", True, f"in use by our own line, which is up (pid {pid})")
            return
        ports.check(settings.host, ports.wanted(settings))
    except SetupError as error:
        yield Finding("ports", False, str(error), error.cure)
    else:
        yield Finding("ports", True, "free")


def _elsewhere(settings: Settings) -> Iterator[Finding]:
    """Parts that are there already, by settings: does anybody answer?"""
    places: list[tuple[str, str, int, str]] = []
    if settings.redis == "existing":
        url = urlsplit(settings.redis_url)
        places.append(("Redis", url.hostname or settings.host, url.port or settings.redis_port, "HOTLINE_REDIS_URL"))
    if settings.asterisk == "existing":
        ari = urlsplit(settings.ari_url)
        places.append(("ARI", ari.hostname or settings.host, ari.port or settings.ari_port, "HOTLINE_ARI_URL"))
        places.append(("AMI", settings.ami_host or settings.host, settings.ami_port, "HOTLINE_AMI_HOST"))
    for name, host, port, variable in places:
        try:
            socket.create_connection((host, port), timeout=2).close()
        except OSError as error:
            yield Finding(name, False, f"nobody answers at {host}:{port} ({error})", f"start it, or correct {variable}")
        else:
            yield Finding(name, True, f"answers at {host}:{port}")
