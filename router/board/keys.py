"""The gate of a line's wallboard, from the line's secrets; by itself, so that showing a password loads no wallboard."""

import os

from router.board.gate import Gate
from router.line.secrets import Secrets


def gate_of(secrets: Secrets) -> Gate:
    """Return who may look, by a line's secrets. ``HOTLINE_BOARD_PASSWORD`` goes before what is kept."""
    return Gate(
        secrets.derived,
        password=os.environ.get("HOTLINE_BOARD_PASSWORD", ""),
        password_hash=secrets.board_password_hash,
        generation=secrets.board_generation,
    )
