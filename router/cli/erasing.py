"""The steps by which one caller's data leave a line: the core's memory, streams, archive, recordings, logs, files.

Each step may be done again: where one fails, the same order goes on. First comes a look at everything, which changes
nothing; the caller's own open business ends it there.
"""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from redis.exceptions import RedisError

from router.adapters.erasing_files import cover_logs, erase_files, recordings_of, standing
from router.adapters.journal_replay import SUFFIX as JOURNAL
from router.adapters.journal_segments import segments
from router.adapters.journal_snapshots import snapshots
from router.adapters.outbox import SUFFIX as OUTBOX
from router.adapters.pseudonyms import pseudonyms
from router.adapters.redis_stream import cure_of
from router.adapters.stream_erasing import StreamErasing
from router.cli.past import Past, now_ms
from router.cli.reach import with_router
from router.core.erasure import Traces, forms_of
from router.core.events import CallerErasureAsked, CallerErasureDone
from router.errors import HotlineError
from router.kpi.erasing import count_caller, erase_caller, learn_caller
from router.line.folders import Folders

COUNTS = ("messages", "mentions", "listed", "booked", "entries", "present", "archived", "facts", "recordings", "logs")
"""What is counted, in the order in which it is told."""
SETTLE_S = 15.0
"""How long the router may take to erase recordings and to send its last records."""
FILES_S = 300.0
"""How long Redis may take to write its files anew, and the router to replace its journal by a snapshot."""
_LOOK_EVERY_S = 0.2

Watch = Callable[[str], None]


class Outcome(msgspec.Struct, kw_only=True):
    """What was found or erased. ``counts`` by place; ``open`` what must be closed first: what, its id, the cure.

    ``named`` are lines of files that are the site's to change; ``left`` what could not be done, in words.
    """

    dry_run: bool
    counts: dict[str, int] = {}
    streams: dict[str, int] = {}
    open: list[tuple[str, str, str]] = []
    named: list[str] = []
    left: list[str] = []

    @property
    def clean(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.open or self.named or self.left)


class Erasing:
    """Erases one caller (E.164). Needs the running router, for journal and outbox are its own; and its Redis."""

    def __init__(
        self,
        past: Past,
        number: str,
        by: str,
        watch: Watch = lambda step: None,
        read: Callable[[int], None] = lambda count: None,
    ) -> None:
        """``watch`` is told each step, ``read`` how many entries of the streams were read just now."""
        self._past = past
        self._read = read
        self._number = number
        self._by = by
        self._watch = watch
        self._folders = Folders.of(past.settings)
        hide = pseudonyms(past.secrets.site_key)
        forms = forms_of(number, past.country)
        self._traces = Traces((*forms, *map(hide, forms)))

    def run(self, *, dry_run: bool) -> Outcome:
        """Look at everything and, unless it is to be ``dry_run`` or something is open, erase it.

        Raises HotlineError: the router or Redis is away, or a part of it failed; what was done before stays done.
        """
        with self._alone():
            return self._run(dry_run=dry_run)

    def _run(self, *, dry_run: bool) -> Outcome:
        redis = self._past.redis()
        streams = StreamErasing(redis, self._past.name, self._traces, lambda key, count: self._read(count))
        try:
            self._settled()
            outcome = self._look(streams, dry_run=dry_run)
            if not dry_run and not outcome.open:
                self._erase(streams, outcome)
            outcome.named, elsewhere = self._standing()
            if not dry_run and not outcome.open:
                outcome.left += elsewhere
            return outcome
        except RedisError as error:
            raise HotlineError(f"Redis: {' '.join(str(error).split())}", cure_of(error)) from error
        finally:
            redis.close()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two at once would build the same streams."""
        self._folders.run.mkdir(parents=True, exist_ok=True)
        with (self._folders.run / "erase.lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HotlineError("somebody is being erased just now", "say it again when that is done") from None
            yield

    # --- looking ---

    def _look(self, streams: StreamErasing, *, dry_run: bool) -> Outcome:
        self._watch("look")
        held = with_router(lambda control: control.held(self._number))
        self._traces.refs.update(held["refs"])
        streams.learn()
        ends_here = dry_run or bool(held["open"])  # else it is counted as it is erased
        in_archive = 0
        if self._past.archive_folder.is_dir():
            with self._past.archive() as archive:
                learn_caller(archive, self._traces)
                in_archive = count_caller(archive, self._traces) if ends_here else 0
        in_streams = streams.count() if ends_here else {}
        logs = standing(self._logs, self._traces)
        counts = {
            "messages": held["messages"],
            "mentions": held["mentions"],
            "listed": held["listed"],
            "booked": held["booked"],
            "entries": sum(in_streams.values()),
            "present": streams.in_present(),
            "archived": in_archive,
            "recordings": len(recordings_of(self._folders.recordings, self._traces)),
            "logs": len(logs),
        }
        return Outcome(dry_run=dry_run, counts=counts, streams=in_streams, open=[tuple(one) for one in held["open"]])

    def _settled(self) -> None:
        """See that Redis has all that the router has told: what comes later would have the number again."""

        def redis_seen() -> Any:
            return with_router(lambda control: control.health())["redis"]

        if not self._wait(lambda: not redis_seen()["unsent_count"], SETTLE_S):
            redis = redis_seen()
            raise HotlineError(
                f"{redis['unsent_count']} records wait for Redis: {redis['trouble'] or 'it is slow'}",
                "wait until it has them (hotline status), then say it again",
            )

    # --- erasing ---

    def _erase(self, streams: StreamErasing, outcome: Outcome) -> None:
        counts = outcome.counts
        self._watch("router")
        records = with_router(lambda control: control.ask(CallerErasureAsked(caller=self._number, by=self._by)))
        if refused := [record for record in records if record["type"] == "AskRefused"]:
            raise HotlineError(f"the router: {refused[0]['reason']}", refused[0]["cure"])
        if not self._wait(lambda: not with_router(lambda control: control.held(self._number))["erasing"], SETTLE_S):
            outcome.left.append("recordings of messages that cannot be deleted: see logs/router.jsonl")
        # Before what tells whose they are is gone: stopped half-way, the same order finds the rest again.
        gone, stuck = erase_files(recordings_of(self._folders.recordings, self._traces))
        counts["recordings"] = gone + counts["messages"]
        outcome.left += map(str, stuck)
        self._settled()
        self._watch("streams")
        streams.learn()
        outcome.streams = streams.erase()
        counts["entries"] = sum(outcome.streams.values())
        if self._past.archive_folder.is_dir():
            self._watch("archive")
            with self._past.archive() as archive:
                learn_caller(archive, self._traces)
                erased = erase_caller(archive, self._number, self._traces, now_ms(), self._by)
            counts["archived"], counts["facts"] = erased.records, erased.calls
        self._watch("files")
        counts["logs"] = cover_logs(self._logs, self._traces)
        self._rewrite_redis(streams, outcome)
        self._watch("journal")
        self._forget(outcome)

    def _rewrite_redis(self, streams: StreamErasing, outcome: Outcome) -> None:
        try:
            began = self._wait(streams.rewrite_files, FILES_S)
            if began and self._wait(lambda: streams.files_written() != "busy", FILES_S):
                if (said := streams.files_written()) != "ok":
                    outcome.left.append(f"Redis could not write its files anew ({said}): BGREWRITEAOF or BGSAVE")
                return
            outcome.left.append("Redis still writes its files anew: until it is done they have the number")
        except RedisError as error:
            outcome.left.append(f"Redis's own files still have the number, it refused to write them anew: {error}")

    def _forget(self, outcome: Outcome) -> None:
        """Note the erasure, and wait until journal and outbox begin behind it."""
        done = CallerErasureDone(counts=outcome.counts, left=len(outcome.left) + len(self._standing()[0]), by=self._by)
        began = with_router(lambda control: control.forget(done))
        home = self._folders.home
        journal_from, outbox_from = began["journal_from"], began["outbox_from"]

        def journal_is_new() -> bool:
            old = [first for first, _ in segments(home / "journal", JOURNAL) if first < journal_from]
            return not old and all(entries >= journal_from - 1 for entries, _ in snapshots(home / "journal"))

        def outbox_is_new() -> bool:
            return all(first >= outbox_from for first, _ in segments(home / "outbox", OUTBOX))

        if not self._wait(journal_is_new, FILES_S):
            outcome.left.append(f"{home / 'journal'}: no snapshot has replaced it yet, see logs/router.jsonl")
        if not self._wait(outbox_is_new, SETTLE_S):
            outcome.left.append(f"{home / 'outbox'}: goes when Redis has its records")

    # --- where else it stands ---

    @property
    def _logs(self) -> tuple[Path, ...]:
        return (self._folders.logs, self._folders.asterisk)

    def _standing(self) -> tuple[list[str], list[str]]:
        """Where the number stands that nobody here may change: (files of the site's and people's own, the line's)."""
        home, site = self._folders.home, self._past.settings.site.absolute()
        own = (home / "journal", home / "outbox", home / "redis", self._past.archive_folder, *self._logs)
        out = (self._folders.root, self._folders.run, *own)
        named = standing((site, home), self._traces, leave_out=out)
        named += standing(() if self._folders.shared.is_relative_to(home) else (self._folders.shared,), self._traces)
        left = standing([path for path in own if path.is_dir()], self._traces)
        words = [f"{path}:{line}" if line else str(path) for path, line in dict.fromkeys(named)]
        return words, [f"{path}: still has the number" for path in dict.fromkeys(path for path, _ in left)]

    @staticmethod
    def _wait(holds: Callable[[], bool], within_s: float) -> bool:
        give_up = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > give_up:
                return False
            time.sleep(_LOOK_EVERY_S)
        return True
