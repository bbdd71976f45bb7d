"""``python -m router.line.ready``: ends with 0 where the router of this home is ready for calls. A health check."""

import asyncio
import sys

from router.errors import HotlineError
from router.line.folders import Folders
from router.line.line import readiness
from router.settings import Settings


def main() -> int:
    """Ask the router; print what it says and return the exit code."""
    try:
        folders = Folders.of(Settings.model_validate({}))
    except HotlineError as error:
        print(error, file=sys.stderr)
        return 1
    said = asyncio.run(readiness(folders.control_socket)) or "no router answers"
    print(said)
    return 0 if said == "ready" else 1


if __name__ == "__main__":
    sys.exit(main())
