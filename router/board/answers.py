"""``python -m router.board.answers``: ends with 0 where the wallboard of the settings answers; for health checks."""

import sys
import urllib.error
import urllib.request

from router.addresses import board_address
from router.settings import Settings

ANSWER_WITHIN_S = 3.0


def main() -> int:
    """Ask it; 0 where it answers at all, 1 where not."""
    page = board_address(Settings.model_validate({}))
    try:
        with urllib.request.urlopen(f"{page}ready", timeout=ANSWER_WITHIN_S):
            return 0
    except urllib.error.HTTPError as error:
        return 0 if error.code == 503 else 1  # up, and still reading the day
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
