"""The command line, run on a test's line."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from system.rig import Rig

HOTLINE = (sys.executable, "-c", "from router.cli import main; main()")


async def hotline(rig: Rig, *words: str) -> tuple[int, str]:
    """Run a command on a line; returns its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *HOTLINE, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**rig.line.environment(), "COLUMNS": "250"},
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def hotline_json(rig: Rig, *words: str) -> tuple[int, Any]:
    """Run a command on a line; returns its exit code and the JSON it printed."""
    code, said = await hotline(rig, *words, "--json")
    assert said.startswith(("{", "[")), said
    return code, json.loads(said)


@asynccontextmanager
async def archive_following(rig: Rig) -> AsyncIterator[asyncio.subprocess.Process]:
    """An archive that is kept up to date meanwhile; in the end it is told to write what it has, and ends."""
    follower = await asyncio.create_subprocess_exec(
        *HOTLINE, "archive", "--follow", stdout=asyncio.subprocess.DEVNULL, env=rig.line.environment()
    )
    try:
        yield follower
    finally:
        with suppress(ProcessLookupError):
            follower.terminate()
        await follower.wait()
