"""The Redis of this machine, under whichever name Debian has it, and a port of the test's own."""

import shutil
import socket
from functools import cache


@cache
def redis_program() -> tuple[str, str]:
    """Return (file to run, name to run it as). Debian's ``redis-tools`` has the whole server under another name."""
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    assert found is not None, "no Redis on this machine; make setup installs redis-tools"
    return found, "redis-server"


def free_port() -> int:
    """A port nobody uses now; the run keeps it for itself by using it at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
