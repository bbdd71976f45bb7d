"""Makes snapshots: replays the journal's closed segments in a process of its own, then removes what they replace.

``python -m router.replica`` does it once; the router starts it when a segment is closed. It never touches the segment
the router writes, and a snapshot is read back before anything is removed.
"""

import itertools
import os
import sys
import time
from pathlib import Path

import msgspec

from router.adapters.journal import journal_lock
from router.adapters.journal_replay import SUFFIX, C, Makers, recover
from router.adapters.journal_segments import segments
from router.adapters.journal_snapshots import Snapshot, read_snapshot, snapshots, write_snapshot
from router.errors import HotlineError, JournalError
from router.flowfile import load_site
from router.line.secrets import Secrets
from router.settings import Settings
from router.shelf import SiteShelf, makers

NICENESS = 15
"""Calls go first: on a busy machine a snapshot may take its time."""


def make_snapshot(folder: Path, key: bytes, how: Makers[C]) -> Path | None:
    """Snapshot everything up to the segment in use; return the new file, or None where nothing was closed since.

    Raises JournalError (another replica at work, a damaged journal) and OSError; nothing is removed then.
    """
    with journal_lock(folder, "replica"):
        found = segments(folder, SUFFIX)
        known = snapshots(folder)
        done = known[-1][0] if known else 0
        if not found or found[-1][0] - 1 <= done:
            return None
        in_use = found[-1][0]
        recovered = recover(folder, key, how, before=in_use)
        state = recovered.core.snapshot()
        made = write_snapshot(
            folder,
            key,
            Snapshot(entries=recovered.entries, last_ms=recovered.last_ms, epoch=recovered.epoch, state=state),
        )
        back = how.restore(read_snapshot(made, key).state).snapshot()
        if msgspec.json.encode(back) != msgspec.json.encode(state):
            made.unlink()
            raise JournalError(f"{made}: does not read back as it was written", "report this; the journal is whole")
        for (_, path), (following, _) in itertools.pairwise(found):
            if following - 1 <= recovered.entries:
                path.unlink()
        for _, path in known:
            path.unlink()
        return made


def main() -> int:
    """Make one snapshot of the home in force; 0 done, 1 not possible."""
    os.nice(NICENESS)
    settings = Settings.model_validate({})
    home = settings.home.absolute()
    try:
        shelf = SiteShelf(home, load_site)
        began = time.monotonic()
        made = make_snapshot(home / "journal", Secrets.load_or_create(home).journal_key, makers(shelf, ""))
    except (HotlineError, OSError) as error:
        print(f"no snapshot: {error}", file=sys.stderr)
        return 1
    print(f"{made.name} in {time.monotonic() - began:.1f} s" if made else "nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
