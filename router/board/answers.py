"""``python -m router.board.answers``: ends with 0 where the wallboard of the settings answers; for health checks."""

import os
import sys
import urllib.error
import urllib.request

ANSWER_WITHIN_S = 3.0


def main() -> int:
    """Ask it; 0 where it answers at all, 1 where not."""
    host = os.environ.get("HOTLINE_HOST", "127.0.0.1")
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    port = os.environ.get("HOTLINE_BOARD_PORT", "8090")
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/ready", timeout=ANSWER_WITHIN_S):
            return 0
    except urllib.error.HTTPError as error:
        return 0 if error.code == 503 else 1  # up, and still reading the day
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
