"""``python -m router.line``: builds what is built once, Asterisk's root folder. ``make setup`` calls it."""

import asyncio
import sys

import pydantic

from router.errors import HotlineError
from router.line import asterisk_root
from router.line.folders import Folders
from router.line.progress import Progress
from router.settings import Settings


def main() -> int:
    """Build the root where it is missing; return the exit code."""
    try:
        folders = Folders.of(Settings.model_validate({}))
        folders.make()
        if not asterisk_root.is_built(folders.root):
            with Progress().step("== building Asterisk's root folder, once (half a minute)"):
                asyncio.run(asterisk_root.build(folders.root, folders.logs / "asterisk-root.log"))
        root = asterisk_root.inspect(folders.root)
    except pydantic.ValidationError as error:
        print(f"setup: {error}\n  try: correct it in the environment or in settings.toml", file=sys.stderr)
        return 2
    except HotlineError as error:
        print(f"setup: {error}\n  try: {error.cure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted", file=sys.stderr)
        return 130
    print(f"== Asterisk {root.version} in {root.path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
