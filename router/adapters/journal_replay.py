"""From snapshot and journal back to a core: the very turns of the live engine, with their outputs dropped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from router.adapters.journal_codec import Codec, Entry
from router.adapters.journal_segments import lines_of, segments
from router.adapters.journal_snapshots import Snapshot, read_snapshot, snapshots
from router.core.commands import Command
from router.core.events import Event, RouterStarted, SiteLoaded
from router.core.ids import Ms
from router.core.records import Record
from router.errors import JournalError

SUFFIX = "journal"

Output = Command | Record


class Core(Protocol):
    """What engine and replay need of the core: facts and time in, commands and records out."""

    def handle(self, event: Event, now: Ms) -> Sequence[Output]:
        """Take one event; return what follows from it, in order."""
        ...

    def expire(self, now: Ms) -> Sequence[Output]:
        """Run the timers due by ``now``; return what follows, in order."""
        ...

    def deadline(self) -> Ms | None:
        """Return when ``expire`` is wanted next."""
        ...

    def snapshot(self) -> Mapping[str, Any]:
        """Return the whole state as plain data."""
        ...

    def overview(self, now: Ms) -> Mapping[str, Any]:
        """Return calls, queues and agents at a glance as plain data."""
        ...


C = TypeVar("C", bound=Core)


class Turn(NamedTuple):
    """What one turn put out: by timers, then by the event; ``error`` is what the core raised, if it did."""

    expired: Sequence[Output]
    handled: Sequence[Output]
    error: Exception | None


def turn(core: Core, now: Ms, event: Event | None) -> Turn:
    """Run the timers due by ``now``, then handle ``event``.

    Live and replay both go through here, so a core that raises (a bug) is left in the same state by both.
    """
    error: Exception | None = None
    expired: Sequence[Output] = ()
    handled: Sequence[Output] = ()
    try:
        expired = core.expire(now)
    except Exception as raised:
        error = raised
    if event is not None:
        try:
            handled = core.handle(event, now)
        except Exception as raised:
            error = raised
    return Turn(expired, handled, error)


class Makers(NamedTuple, Generic[C]):
    """How to make a core: ``fresh`` for a site version (None: the one in force), ``restore`` from a snapshot.

    ``need`` is told each site version before the core hears of it. All may raise JournalError or SiteError.
    """

    fresh: Callable[[str | None], C]
    restore: Callable[[Mapping[str, Any]], C]
    need: Callable[[str], object]


class Recovered(NamedTuple, Generic[C]):
    """A core brought back.

    ``entries`` journal entries are in it, the last at ``last_ms`` (0: none); ``epoch`` is the last start's (0: none);
    ``missing`` are the records others have not got yet, in order; ``strays`` counts turns that did not go as they
    went live (a core whose code changed in between).
    """

    core: C
    epoch: int
    last_ms: Ms
    entries: int
    missing: tuple[Record, ...]
    strays: int


def entries_after(folder: Path, codec: Codec, done: int, before: int | None = None) -> Iterator[Entry]:
    """Yield the journal's entries behind the first ``done`` ones, up to the segment that begins at ``before``.

    Raises JournalError where a line is damaged or entries are missing.
    """
    found = [(first, path) for first, path in segments(folder, SUFFIX) if before is None or first < before]
    for index, (first, path) in enumerate(found):
        following = found[index + 1][0] if index + 1 < len(found) else None
        if following is not None and following <= done + 1:
            continue
        if first > done + 1:
            raise JournalError(
                f"{path}: begins with entry {first}, but entry {done + 1} is not there",
                f"put the missing files back into {folder}, or move the folder away to start with no memory of calls",
            )
        number = first
        for line, _, payload in lines_of(path):
            if line == 1:
                codec.read_header(payload, f"{path}:1")
                continue
            if number > done:
                yield codec.decode(payload, f"{path}:{line}")
                done = number
            number += 1
        if following is not None and number < following:
            raise JournalError(
                f"{path}: ends with entry {number - 1}, but the next file begins with {following}",
                f"put the whole files back into {folder}, or move the folder away to start with no memory of calls",
            )


def recover(
    folder: Path, key: bytes, makers: Makers[C], *, recorded_seq: int = 0, before: int | None = None
) -> Recovered[C]:
    """Bring back the core from the newest snapshot and the journal in ``folder``; an empty folder gives a fresh core.

    ``recorded_seq`` is the last record others have: later ones are returned as ``missing``. ``before`` stops ahead of
    the segment that begins with that entry. Raises JournalError.
    """
    codec = Codec(key)
    newest = _newest_snapshot(folder, key, before)
    entries = newest.entries if newest else 0
    last_ms = newest.last_ms if newest else 0
    epoch = newest.epoch if newest else 0
    core: C | None = makers.restore(newest.state) if newest else None
    missing: list[Record] = []
    strays = 0
    for entry in entries_after(folder, codec, entries, before):
        event = entry.event
        if core is None:
            core = makers.fresh(event.config if isinstance(event, RouterStarted) else None)
        if isinstance(event, RouterStarted | SiteLoaded):
            makers.need(event.config)
        if isinstance(event, RouterStarted):
            epoch = max(epoch, event.epoch)
        done = turn(core, entry.at_ms, event)
        strays += (done.error is not None) != bool(entry.error)
        missing.extend(
            output
            for outputs in (done.expired, done.handled)
            for output in outputs
            if isinstance(output, Record) and output.seq > recorded_seq
        )
        entries += 1
        last_ms = entry.at_ms
    if core is None:
        core = makers.fresh(None)
    return Recovered(core, epoch, last_ms, entries, tuple(missing), strays)


def _newest_snapshot(folder: Path, key: bytes, before: int | None) -> Snapshot | None:
    found = [path for entries, path in snapshots(folder) if before is None or entries < before]
    return read_snapshot(found[-1], key) if found else None
