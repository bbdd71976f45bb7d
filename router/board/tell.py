"""Tells alarms outside the room: by webhook or mail, through the services of notices.yaml. Nothing waits for it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from router.adapters.notices import Notices
from router.board.watch import Alarm
from router.board.words import WORDS, words_of
from router.core.commands import SendNotice
from router.core.events import Event, ReplyArrived
from router.core.ids import CallId, Ms
from router.core.services import Service
from router.site import Site

log = logging.getLogger(__name__)

TRIES = 6
PAUSES_S = (1, 5, 15, 60, 300)
TIMEOUT_MS = 10_000
KEPT = 1_000
"""How many messages wait to be told at most; the oldest go first."""


class _Message(NamedTuple):
    request: str
    service: str
    fields: dict[str, str]


class Tell:
    """Tells the services of ``site.wall.watch.tell`` when an alarm begins and is over.

    ``secret`` gives a secret of the site by its name. Each message has an id that is the same at every try
    (``Idempotency-Key``).
    """

    def __init__(self, site: Site, secret: Callable[[str], str]) -> None:
        self.site = site
        self.sent_count = self.failed_count = 0
        self._secret = secret
        self._waiting: deque[_Message] = deque(maxlen=KEPT)
        self._wake = asyncio.Event()
        self._told: dict[str, Alarm] = {}
        self._seen: dict[str, tuple[Alarm, Ms]] = {}
        self._answers: dict[str, asyncio.Future[str]] = {}

    def changed(self, alarms: Mapping[str, Alarm], now: Ms) -> None:
        """These are the alarms now; tell what is new for long enough, and what is over."""
        watch = self.site.wall.watch
        if not watch.tell:
            return
        for key, alarm in alarms.items():
            seen, since = self._seen.setdefault(key, (alarm, now))
            if seen.since_ms != alarm.since_ms and key in self._told:
                continue
            if key not in self._told and now - since >= watch.settle_ms:
                self._told[key] = alarm
                self._say(alarm, "begins", now)
        for key in [key for key in self._seen if key not in alarms]:
            del self._seen[key]
            alarm_told = self._told.pop(key, None)
            if alarm_told is not None and watch.tell_end:
                self._say(alarm_told, "ends", now)

    def _say(self, alarm: Alarm, change: str, now: Ms) -> None:
        said = {language: words_for(alarm, language, now) for language in ("en", "zh")}
        fields = {
            "site": self.site.name,
            "alarm": alarm.kind,
            "who": alarm.who,
            "level": alarm.level,
            "change": change,
            "detail": alarm.detail,
            "text": said["en"],
            "text_zh": said["zh"],
            "since_ms": str(alarm.since_ms),
        }
        for service in self.site.wall.watch.tell:
            request = f"{self.site.name}.board.{alarm.key}.{alarm.since_ms}.{change}.{service}"
            self._waiting.append(_Message(request, service, fields))
        self._wake.set()

    async def run(self) -> None:
        """Deliver until cancelled; each message on its own, so that one dead service holds up no other."""
        async with (
            Notices(find=self._find, secret=self._secret, submit=self._answered) as notices,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    tasks.create_task(self._deliver(notices, self._waiting.popleft()))

    async def _deliver(self, notices: Notices, message: _Message) -> None:
        for attempt in range(1, TRIES + 1):
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            self._answers[message.request] = answer
            await notices.deliver(
                SendNotice(
                    call=CallId(""),
                    request=message.request,
                    service=message.service,
                    fields=message.fields,
                    timeout_ms=TIMEOUT_MS,
                    config="",
                )
            )
            if await answer == "ok":
                self.sent_count += 1
                return
            if attempt < TRIES:
                await asyncio.sleep(PAUSES_S[attempt - 1])
        self.failed_count += 1
        log.error("an alarm could not be told by '%s' in %d tries", message.service, TRIES)

    def _find(self, _config: str, service: str) -> Service | None:
        return self.site.services.get(service)

    def _answered(self, event: Event) -> None:
        if isinstance(event, ReplyArrived) and (answer := self._answers.pop(event.request, None)) is not None:
            answer.set_result(event.status)


def words_for(alarm: Alarm, language: str, now: Ms) -> str:
    """Return an alarm as a sentence."""
    words = words_of(language)
    key = f"alarm.{alarm.kind}" if f"alarm.{alarm.kind}" in WORDS else "alarm.other"
    age_s = max(0, now - (alarm.counts_from_ms or alarm.since_ms)) // 1_000
    return words[key].format(
        who=alarm.who, count=alarm.count, kind=alarm.kind, detail=alarm.detail, age=f"{age_s // 60}:{age_s % 60:02}"
    )
