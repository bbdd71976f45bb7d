"""What the commands on archive and measures share: where things are, which moments are meant."""

import datetime
import hmac
from collections.abc import Iterator
from typing import Any

from router.adapters.stream_keys import stream_key
from router.adapters.stream_pages import Entry, forward
from router.cli.moments import past_moment
from router.cli.streams import connect, readable
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.flowfile import load_site
from router.kpi.archive import Archive
from router.kpi.clockwork import DAY_MS, Halves, local_of
from router.kpi.figures import Figures, read_figures
from router.kpi.history import History
from router.line.folders import archive_folder, figures_folder
from router.line.secrets import Secrets
from router.settings import Settings

BATCH_COUNT = 1_000
ANSWER_WITHIN_S = 30.0
PATIENCE_S = 30.0
"""How long a command waits for its turn to write the archive."""


class Past:
    """The site of the settings in force, and where its archive and figures are."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        site = load_site(settings.site)
        self.name = site.name
        self.country = site.country
        self.clock: LocalClock = site.clock
        self.groups: dict[str, tuple[str, ...]] = {agent: spec.groups for agent, spec in site.floor.agents.items()}
        self.archive_folder = archive_folder(settings)
        self.figures_folder = figures_folder(settings)
        self._figures: Figures | None = None
        self.secrets = Secrets.load_or_create(settings.home)
        self.key = hmac.digest(self.secrets.site_key.encode(), b"callers in facts", "sha256")

    def archive(self, patience_s: float = PATIENCE_S) -> Archive:
        """Return the archive, to be written: use it as a context. Another process that writes it is waited for."""
        return Archive(self.archive_folder, self.clock, groups=self.groups, key=self.key, patience_s=patience_s)

    def figures(self) -> Figures:
        """Return the roster and what else people keep. Raises FiguresError for a mistake."""
        if self._figures is None:
            self._figures = read_figures(self.figures_folder)
        return self._figures

    def history(self, span: tuple[int, int]) -> History:
        """Return the archive, to be read for a span."""
        from_day = Halves(self.clock).of(span[0])[2] - 1
        return History(
            self.archive_folder, self.clock, groups=self.groups, figures=self.figures(), from_day=max(0, from_day)
        )

    def redis(self) -> Any:
        """Return a connection to the line's Redis."""
        return connect(self.settings, ANSWER_WITHIN_S)

    @property
    def stream(self) -> str:
        """The key of the stream of records."""
        return stream_key(self.name)


def entries(redis: Any, key: str, after: str, before: str = "") -> Iterator[list[Entry]]:
    """Yield the stream's entries behind an id (``-``: from the first) up to what there is now, in batches.

    With ``before``, those before that id alone.

    Raises HotlineError where Redis cannot be read.
    """
    start = "-" if after == "-" else f"({after}"
    with readable(key):
        yield from forward(redis, key, start, f"({before}" if before else "+", BATCH_COUNT)


def span_of(past: Past, since: str, until: str, now_ms: int) -> tuple[int, int]:
    """Return the span meant by ``--from`` and ``--to``; by default today up to now."""
    begins = past_moment(since or "today", past.clock, now_ms)
    ends = past_moment(until, past.clock, now_ms, ends=True) if until else now_ms + 1
    if ends <= begins:
        raise HotlineError("--to is not after --from", "a day alone means the whole of it")
    return begins, ends


def local_text(past: Past, at_ms: int) -> str:
    """Write a moment on the site's clock."""
    return local_of(past.clock, at_ms).strftime("%Y-%m-%d %H:%M:%S")


def now_ms() -> int:
    """The wall clock; commands are no part of the core."""
    return round(datetime.datetime.now(datetime.UTC).timestamp() * 1000)  # noqa: TID251


def day_before(past: Past, days: int) -> int:
    """The local day so many days ago (days since 1970-01-01)."""
    return Halves(past.clock).of(now_ms() - days * DAY_MS)[2]
