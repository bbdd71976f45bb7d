"""Replaying the journal beside the running router, to look at one agent and one call. Writes nothing."""

from pathlib import Path

from router.adapters.journal_codec import Codec
from router.adapters.journal_replay import SUFFIX, entries_after, turn
from router.adapters.journal_segments import segments
from router.adapters.journal_snapshots import Snapshot, read_snapshot, snapshots
from router.callcontrol import CallControl
from router.core.events import RouterStarted, SiteLoaded
from router.core.ids import AgentId, CallId, Ms
from router.shelf import SiteShelf, makers
from router.why.watch import Watch

TRIES = 3
"""The replica may remove files between two looks; then it has written a newer snapshot."""


def watched(
    folder: Path, key: bytes, shelf: SiteShelf, call: CallId, agent: AgentId, asked_ms: Ms, until_ms: Ms
) -> Watch | None:
    """Watch a call and an agent from before ``asked_ms`` to ``until_ms``; None where the journal begins later.

    Raises JournalError for a damaged journal or a wrong key, SiteError for a site version that cannot be read.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return _watched(folder, key, shelf, Watch(call, agent), asked_ms, until_ms)
        except FileNotFoundError:
            if attempt == TRIES:
                raise
    return None


def _watched(folder: Path, key: bytes, shelf: SiteShelf, watch: Watch, asked_ms: Ms, until_ms: Ms) -> Watch | None:
    start = _snapshot_before(folder, key, asked_ms)
    found = segments(folder, SUFFIX)
    if start is None and (not found or found[0][0] > 1):
        return None
    how = makers(shelf, "")
    core: CallControl | None = how.restore(start.state) if start else None
    for entry in entries_after(folder, Codec(key), start.entries if start else 0):
        if entry.at_ms > until_ms:
            break
        event = entry.event
        if isinstance(event, RouterStarted | SiteLoaded):
            how.need(event.config)
        if core is None:
            core = how.fresh(event.config if isinstance(event, RouterStarted) else None)
        done = turn(core, entry.at_ms, event)
        watch.see(core.desk, entry.at_ms, (*done.expired, *done.handled))
    return watch


def _snapshot_before(folder: Path, key: bytes, asked_ms: Ms) -> Snapshot | None:
    """The newest snapshot from before a call asked, or None."""
    for _, path in reversed(snapshots(folder)):
        snapshot = read_snapshot(path, key)
        if snapshot.last_ms < asked_ms:
            return snapshot
    return None
