"""Runs a Redis of our own: loopback, a password, an append-only file; it never drops data to make room."""

import asyncio
import os
import shutil
import time
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from router.errors import SetupError
from router.line.folders import Folders
from router.line.process import Process
from router.line.secrets import Secrets
from router.settings import Settings

_START_S = 15.0


class OwnRedis:
    """One Redis server over ``<home>/redis``; a second start finds the data of the first."""

    def __init__(self, settings: Settings, secrets: Secrets, folders: Folders) -> None:
        self._settings = settings
        self._secrets = secrets
        self._folders = folders
        conf = folders.redis / "redis.conf"
        self.process = Process("Redis", [str(_program(folders)), str(conf)], folders.logs / "redis.log")

    async def start(self) -> None:
        """Start it and wait until it has loaded its data and answers.

        Raises:
            SetupError: no Redis program, or it ended or hung at its start (with the end of its log).
        """
        _link_program(self._folders)
        _write_conf(self._folders.redis / "redis.conf", conf(self._settings, self._secrets, self._folders))
        await self.process.start()
        deadline = time.monotonic() + _START_S
        trouble = ""
        while True:
            if not self.process.running:
                raise SetupError(
                    f"Redis ended at its start:\n{self.process.tail()}", f"see {self._folders.logs / 'redis.log'}"
                )
            trouble = await ping(self._settings.host, self._settings.redis_port, self._secrets.redis_password)
            if not trouble:
                return
            if time.monotonic() > deadline:
                await self.process.kill()
                raise SetupError(
                    f"Redis did not answer within {_START_S:g} s: {trouble}\n{self.process.tail()}",
                    f"see {self._folders.logs / 'redis.log'}",
                )
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End it; it writes its data first. One not running is no error."""
        await self.process.stop(patience_s=10.0)


async def ping(host: str, port: int, password: str) -> str:
    """Ask a Redis for a sign of life; return "" or what is wrong."""
    connection = Redis(host=host, port=port, password=password, socket_timeout=2, socket_connect_timeout=2)
    try:
        await connection.ping()
    except AuthenticationError:
        return "it refuses our password"
    except (RedisError, OSError) as error:
        return str(error)
    finally:
        await connection.aclose()
    return ""


def conf(settings: Settings, secrets: Secrets, folders: Folders) -> str:
    """Return the text of ``redis.conf``."""
    place = str(folders.redis).replace("\\", "\\\\").replace('"', '\\"')
    return f"""# Made by `hotline up`; do not edit.
bind {settings.host}
port {settings.redis_port}
requirepass {secrets.redis_password}
daemonize no
dir "{place}"
appendonly yes
appendfsync everysec
save ""
# the stream of events is never thrown away to make room; writing fails and the router keeps the records
maxmemory-policy noeviction
enable-debug-command no
enable-module-command no
enable-protected-configs no
"""


def _program(folders: Folders) -> Path:
    return folders.run / "redis-server"


def _link_program(folders: Folders) -> None:
    """Make ``<home>/run/redis-server`` point to the program of this machine.

    Debian's package ``redis-tools`` has the whole server under another name; installing ``redis-server`` would start
    one of the system's own on our very port.
    """
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    if found is None:
        raise SetupError(
            "Redis is not installed",
            "run `make setup`, or apt-get install redis-tools, or use a Redis of yours: HOTLINE_REDIS=existing",
        )
    link = _program(folders)
    try:
        link.unlink(missing_ok=True)
        link.symlink_to(Path(found).resolve())
    except OSError as error:
        raise SetupError(f"cannot make {link}: {error.strerror}", "check its owner, or remove it") from error


def _write_conf(path: Path, text: str) -> None:
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror}", "check its owner, or remove it") from error
