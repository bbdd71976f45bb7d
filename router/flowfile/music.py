"""The music for callers who wait: recordings in ``prompts/music/<class>/``; a queue's ``music`` names a class."""

import re
from pathlib import Path

from router.flowfile.prompts import RECORDINGS

DEFAULT = "default"
"""The class that is always there: the music that comes with Asterisk, unless a hotline has its own of this name."""
_CLASS = re.compile(r"^[A-Za-z0-9_-]{1,40}$")


def read_music(site: Path) -> dict[str, tuple[Path, ...]]:
    """Return the recordings of each class of a hotline, both in the order of their names; no recordings, no class."""
    found: dict[str, tuple[Path, ...]] = {}
    folder = site / "prompts" / "music"
    try:
        classes = sorted(path for path in folder.iterdir() if path.is_dir() and _CLASS.match(path.name))
    except OSError:
        return {}
    for inside in classes:
        recordings = tuple(path for path in sorted(inside.iterdir()) if path.suffix in RECORDINGS and path.is_file())
        if recordings:
            found[inside.name] = recordings
    return found
