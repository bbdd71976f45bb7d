"""``python -m router``: runs the router of the settings in force until SIGTERM or SIGINT."""

import sys

from router.adapters.logs import Logging
from router.app import run
from router.cli.options import settings_of
from router.errors import HotlineError, SettingsError
from router.until_told import not_run, run_until_told


def main() -> int:
    """Run the router; 0 after an orderly stop, 1 where it could not run, 2 for a mistake in settings or site."""
    try:
        settings = settings_of()
    except SettingsError as error:
        return not_run("router", error)
    logs = Logging(settings.home.absolute() / "logs")
    logs.start()
    try:
        run_until_told(lambda stop: run(settings, stop))
    except HotlineError as error:
        logs.stop()  # what it holds back stands before our last words
        return not_run("router", error)
    finally:
        logs.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
