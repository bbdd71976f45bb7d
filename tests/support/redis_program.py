"""The Redis of this machine, under whichever name Debian has it."""

import shutil
from functools import cache


@cache
def redis_program() -> tuple[str, str]:
    """Return (file to run, name to run it as). Debian's ``redis-tools`` has the whole server under another name."""
    found = shutil.which("redis-server") or shutil.which("redis-check-rdb")
    assert found is not None, "no Redis on this machine; make setup installs redis-tools"
    return found, "redis-server"
