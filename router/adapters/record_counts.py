"""Counts what the records say, for operators' metrics. Taking records costs the engine next to nothing.

They are put aside as they come and counted when somebody asks, or once a second. Everything counts from the start of
this router on, as counters of Prometheus do.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

from router.core import records
from router.core.present import Present
from router.core.records import Outcome, Record
from router.core.spans import Buckets

log = logging.getLogger(__name__)

COUNT_EVERY_S = 1.0
AT_MOST = 20_000
"""Records put aside; where more come between two looks, they are counted at once."""
WAITS_S = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200)
RINGS_S = (1, 2, 3, 5, 7.5, 10, 12.5, 15, 20, 30)
TALKS_S = (10, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1800, 3600)


class RecordCounts:
    """Counters and histograms from records, and the present to read gauges from."""

    def __init__(self, present: Present) -> None:
        self.present = present
        self.received_count = 0
        self.by_type: dict[str, int] = {}
        self.outcomes: dict[str, int] = dict.fromkeys((outcome.value for outcome in Outcome), 0)
        self.alerts: dict[str, int] = {}
        self.missed: dict[tuple[str, str], int] = {}
        """(queue, why) -> how often an agent did not take a call."""
        self.waits: dict[tuple[str, str], Buckets] = {}
        """(queue, ``answered`` or ``abandoned``) -> how long callers waited, in s."""
        self.rings: dict[str, Buckets] = {}
        """Queue -> how long agents' phones rang until they were picked up, in s."""
        self.talks: dict[str, Buckets] = {}
        self.line = Buckets(RINGS_S)
        """How long callers heard ringing until the line answered, in s."""
        self.late: dict[str, int] = {}
        self._aside: deque[Record] = deque()

    def take(self, taken: Sequence[Record]) -> None:
        """Put records aside, to be counted."""
        self._aside.extend(taken)
        if len(self._aside) > AT_MOST:
            self.count()

    def count(self) -> None:
        """Count what was put aside."""
        while self._aside:
            record = self._aside.popleft()
            name = type(record).__name__
            self.by_type[name] = self.by_type.get(name, 0) + 1
            try:
                self.present.apply(record)
                self._count(record)
            except Exception:
                log.exception("a %s could not be counted; please report this", name)

    async def run(self) -> None:
        """Count once a second, until cancelled."""
        while True:
            await asyncio.sleep(COUNT_EVERY_S)
            self.count()

    def _count(self, record: Record) -> None:
        match record:
            case records.CallReceived():
                self.received_count += 1
            case records.LineAnswered(line_ms=line_ms):
                self.line.add(line_ms / 1000)
            case records.CallConnected(queue=queue, wait_ms=wait_ms, rang_ms=rang_ms, late=late):
                self.waits.setdefault((queue, "answered"), Buckets(WAITS_S)).add(wait_ms / 1000)
                self.rings.setdefault(queue, Buckets(RINGS_S)).add(rang_ms / 1000)
                self.late[queue] = self.late.get(queue, 0) + late
            case records.TalkEnded(queue=queue, talk_ms=talk_ms):
                self.talks.setdefault(queue, Buckets(TALKS_S)).add(talk_ms / 1000)
            case records.AgentMissed(queue=queue, why=why):
                self.missed[(queue, why)] = self.missed.get((queue, why), 0) + 1
            case records.Alert(kind=kind):
                self.alerts[kind] = self.alerts.get(kind, 0) + 1
            case records.CallEnded(outcome=outcome, queue=queue, wait_ms=wait_ms):
                self.outcomes[outcome.value] += 1
                if outcome in (Outcome.ABANDONED, Outcome.ABANDONED_SHORT):
                    self.waits.setdefault((queue, "abandoned"), Buckets(WAITS_S)).add(wait_ms / 1000)
            case _:
                pass
