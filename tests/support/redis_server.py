"""A redis-server of a test's own, with an append-only file, on a port of its own."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from support.ports import free_port
from support.redis_program import redis_program

PASSWORD = "right"


class RedisServer:
    """It keeps its data over :meth:`stop` and :meth:`start`; ``fsync`` is its ``appendfsync``."""

    def __init__(self, folder: Path, *, port: int = 0, fsync: str = "always") -> None:
        self.port = port or free_port()
        self._fsync = fsync
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "RedisServer":
        """Start it and wait until it answers."""
        program, name = redis_program()
        self._folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [
                name, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder),
                "--appendonly", "yes", "--appendfsync", self._fsync, "--save", "", "--requirepass", PASSWORD,
            ],
            executable=program,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(500):
            with contextlib.suppress(RedisError):
                self.ask().ping()
                return self
            time.sleep(0.02)
        self.stop()
        raise AssertionError("redis-server did not come up")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self.resume()
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """Let it answer nobody until :meth:`resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def ask(self) -> Redis:
        """A connection to look into it with."""
        return Redis(port=self.port, password=PASSWORD, decode_responses=True, socket_timeout=2)

    def reader(self, user: str = "", password: str = PASSWORD) -> AsyncRedis:
        """A connection for a reader of streams."""
        return AsyncRedis(
            port=self.port, username=user or None, password=password, decode_responses=True, socket_timeout=5
        )
