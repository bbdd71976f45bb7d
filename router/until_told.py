"""A process of the line: runs until SIGTERM or SIGINT, and says why where it cannot."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from router.errors import HotlineError, SettingsError, SiteError

_new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # uvloop is not made for every machine
    import uvloop

    _new_loop = uvloop.new_event_loop


def run_until_told(run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run ``run`` with an event that is set when the process shall stop. Raises what it raises."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_until_told(run))


def not_run(name: str, error: HotlineError) -> int:
    """Say on stderr why a process could not run; returns its exit code: 2 for a mistake in settings or site, else 1."""
    print(f"{name}: {error}", file=sys.stderr)
    if error.cure:
        print(f"  try: {error.cure}", file=sys.stderr)
    return 2 if isinstance(error, SettingsError | SiteError) else 1


async def _until_told(run: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(stop)
