"""A port of a test's own, which no other test run of this machine is given before this one has ended."""

import os
import socket

from router.line.ports import is_free, reserved

# Between the blocks of the lines (router/line/ports.py) and the ports that the kernel gives out by itself: those would
# be given to whoever connects or listens next, while a test that named its port has not used it yet.
_FIRST, _LAST = 32_000, 32_767
_held: list[socket.socket] = []


def free_port() -> int:
    """Return a TCP port of loopback where nobody listens. It stays this run's until its process ends."""
    count = _LAST - _FIRST + 1
    start = os.getpid() * 97 + len(_held)
    for offset in range(count):
        number = _FIRST + (start + offset) % count
        hold = reserved(f"hotline-test-port-{number}")
        if hold is None:
            continue
        _held.append(hold)
        if is_free("127.0.0.1", number, "tcp"):
            return number
    raise AssertionError(f"no free port between {_FIRST} and {_LAST}: other test runs of this machine hold them all")
