"""Asterisk's console over its control socket: one command in, its output back."""

import asyncio
import os
from pathlib import Path

from router.errors import SetupError


async def ask(run_folder: Path, command: str, timeout_s: float = 10.0) -> str:
    """Run a console command (``core show channels``) and return what it prints.

    ``run_folder`` is the folder that holds ``asterisk.ctl``.

    Raises:
        SetupError: no Asterisk listens there, or it did not finish within ``timeout_s``.
    """
    # a socket's path may have 107 letters at most; through a descriptor of its folder it never has more
    try:
        folder = os.open(run_folder, os.O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise SetupError(f"no Asterisk in {run_folder}: {error.strerror}", "start the line first") from error
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/asterisk.ctl")
            try:
                greeting = await reader.readline()
                writer.write(f"cli quit after {command}".encode() + b"\0")
                await writer.drain()
                output = await reader.read()
            finally:
                writer.close()
    except TimeoutError as error:
        raise SetupError(f"Asterisk did not finish `{command}` in {timeout_s:g} s", "see its log") from error
    except OSError as error:
        raise SetupError(f"no Asterisk listens in {run_folder}: {error}", "start the line first") from error
    finally:
        os.close(folder)
    if not greeting:
        raise SetupError("Asterisk closed its console", "see its log")
    return _plain(output)


def _plain(output: bytes) -> str:
    """Drop the level marks (a NUL-like byte and a digit class) Asterisk puts before each verbose line."""
    return "".join(c for c in output.decode(errors="replace") if c.isprintable() or c in "\n\t")
