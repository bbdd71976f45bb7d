"""``python -m router``: runs the router of the settings in force until SIGTERM or SIGINT."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable

from router.adapters.logs import Logging
from router.app import run
from router.cli.options import settings_of
from router.errors import HotlineError, SettingsError, SiteError
from router.settings import Settings

_new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with contextlib.suppress(ImportError):  # uvloop is not made for every machine
    import uvloop

    _new_loop = uvloop.new_event_loop


def main() -> int:
    """Run the router; 0 after an orderly stop, 1 where it could not run, 2 for a mistake in settings or site."""
    try:
        settings = settings_of()
    except SettingsError as error:
        print(f"router: {error}\n  try: {error.cure}", file=sys.stderr)
        return 2
    logs = Logging(settings.home.absolute() / "logs")
    logs.start()
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(_until_told(settings))
    except HotlineError as error:
        logs.stop()
        print(f"router: {error}", file=sys.stderr)
        if error.cure:
            print(f"  try: {error.cure}", file=sys.stderr)
        return 2 if isinstance(error, SettingsError | SiteError) else 1
    finally:
        logs.stop()
    return 0


async def _until_told(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(settings, stop)


if __name__ == "__main__":
    sys.exit(main())
