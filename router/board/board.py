"""The board's heart: reads the stream, counts, looks for alarms, and keeps the rows that pages are told.

What changes at once (who waits, what an agent does) is on the rows within the same turn; the measures follow as soon as
they are counted, in a process of their own, so that counting never holds up the present.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from router.board.counter_keeper import CounterKeeper
from router.board.counter_wire import Orders
from router.board.earlier import Earlier
from router.board.expected import Forecasts
from router.board.measured import HalfHour
from router.board.reading import Reading
from router.board.rows import Patch, Row, Rows
from router.board.tell import Tell
from router.board.view import Looks, agents_of, keys_of, queues_of, rows_of, scope_of
from router.board.watch import Alarm, Health, Watcher
from router.core.ids import Ms
from router.core.present import Present
from router.core.records import Record, SiteChanged
from router.core.wall import Room
from router.errors import HotlineError
from router.kpi.clockwork import day_start
from router.site import Site

log = logging.getLogger(__name__)

SETTLE_S = 0.02
SETTLE_SHARE = 5
SETTLE_MOST_S = 0.2
"""Rows are made anew at most so often: not within SETTLE_S, nor within so many times what making them took."""
TICK_S = 1.0
HEALTH_S = 2.0
NOTE_MS: Ms = 60_000
PIECE = 500
"""So many records are folded in before others get a turn."""
ALL_ROOM = "all"


class Board:
    """Keeps the rows. ``clock`` gives ms UTC; ``load`` reads the site's YAML anew; ``health`` asks the router,
    ``earlier`` the archive for what the stream no longer has of today.

    :meth:`run` reads for ever; pages call :meth:`since` and wait on :meth:`changed`.
    """

    def __init__(
        self,
        site: Site,
        *,
        url: str,
        password: str,
        clock: Callable[[], Ms],
        load: Callable[[], Site],
        health: Callable[[], Awaitable[Health | None]] | None = None,
        tell: Tell | None = None,
        earlier: Earlier | None = None,
    ) -> None:
        self.site = site
        self.rooms = rooms_of(site)
        self.run_id = secrets.token_hex(4)
        """A page of another run knows nothing of this one's versions."""
        self._clock, self._load, self._ask_health, self._tell = clock, load, health, tell
        self._url, self._password = url, password
        self._archive = "" if earlier is None else str(earlier.folder)
        self._reading = Reading(
            url=url,
            password=password,
            site=site.name,
            clock=clock,
            day_start=lambda now: day_start(self.site.clock, now),
            begin=self._begin,
            take=self._take,
            caught_up=self._caught_up,
            earlier=earlier,
        )
        self._rows = Rows()
        self._seq = self._shown_seq = self._shown_measured_seq = 0
        self._present = Present()
        self._counter = CounterKeeper(self._counted)
        self._watcher = Watcher(site)
        self._forecasts = Forecasts()
        self._health: Health | None = None
        self._generation = 0
        self._note: Row | None = None
        self._note_until: Ms = 0
        self._alarms: Mapping[str, Alarm] = {}
        self._dirty = asyncio.Event()
        self._site_changed = asyncio.Event()
        self._caught = False
        self._waiters: set[asyncio.Event] = set()
        self._keys: dict[str, frozenset[str]] = {}

    # --- what pages ask --------------------------------------------------------------------------------------

    def head(self) -> Row:
        """Return what every message says: how fresh all this is, and what is wrong."""
        trouble, detail = self._reading.trouble, ""
        if not trouble and self._counter.is_silent:
            trouble = "not_counted"
        if not trouble and self._health is not None and not self._health.up:
            trouble = "router_away"
        return {
            "now_ms": self._clock(),
            "fresh_ms": self._reading.fresh_ms,
            "trouble": trouble,
            "detail": detail,
            "seq": self._shown_seq,
            "measured": self._shown_measured_seq,
        }

    @property
    def version(self) -> int:
        """The version of the newest rows."""
        return self._rows.version

    def since(self, room: str, version: int) -> Patch:
        """Return the rows of a room that changed behind a version."""
        keys = self._keys.get(room)
        if keys is None:
            keys = self._keys[room] = keys_of(self.rooms[room], self.site)
        mine = self._alarm_filter(room)
        return self._rows.since(version, lambda key: key in keys or (key.startswith("alarm:") and mine(key)))

    def trend(self, room: str) -> tuple[HalfHour, ...]:
        """Return the half hours of a room's day."""
        return self._counter.measured.trend.get(scope_of(self.rooms[room]), ())

    def row(self, key: str) -> Row | None:
        """Return a row, for tests and tools."""
        return self._rows.get(key)

    def day_start(self) -> Ms:
        """Return when the site's day began."""
        return day_start(self.site.clock, self._clock())

    def changed(self) -> asyncio.Event:
        """Return an event that is set at the next change; give it back with :meth:`forget`."""
        event = asyncio.Event()
        self._waiters.add(event)
        return event

    def forget(self, event: asyncio.Event) -> None:
        """Nobody waits on this event any more."""
        self._waiters.discard(event)

    def _alarm_filter(self, room_name: str) -> Callable[[str], bool]:
        """A room hears of its own queues and agents, and of what is nobody's."""
        room, site = self.rooms[room_name], self.site
        if not room.queues and not room.groups:
            return lambda key: True
        queues, agents = set(queues_of(room, site)), set(agents_of(room, site))

        def shown(key: str) -> bool:
            who = key.rpartition(":")[2]
            if who in site.floor.queues:
                return who in queues
            return who not in site.floor.agents or who in agents

        return shown

    # --- running ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._reading.run(), name="reading")
            tasks.create_task(self._keep_rows(), name="rows")
            tasks.create_task(self._counter.run(), name="counting")
            tasks.create_task(self._follow_site(), name="site")
            if self._ask_health is not None:
                tasks.create_task(self._keep_health(self._ask_health), name="health")
            if self._tell is not None:
                tasks.create_task(self._tell.run(), name="tell")

    def _order_counting(self) -> None:
        site = self.site
        self._counter.order(
            Orders(
                generation=self._generation,
                url=self._url,
                password=self._password,
                site=site.name,
                archive=self._archive,
                clock=site.clock,
                within_ms=site.wall.thresholds.within_ms,
                rooms=tuple(self.rooms.values()),
            )
        )

    def _counted(self) -> None:
        self._dirty.set()

    def _begin(self, present: Present, first_ms: Ms | None) -> None:
        """Everything is read anew from here."""
        self._generation += 1
        self._present = present
        self._order_counting()
        self._watcher = Watcher(self.site)
        self._watcher.last_call_ms = self._clock()
        self._forecasts = Forecasts()
        self._caught = False
        now = self._clock()
        if self._reading.read_anew:
            self._note, self._note_until = {"key": self._reading.read_anew}, now + NOTE_MS
        elif first_ms is not None:
            self._note, self._note_until = {"key": "measured_since", "at": first_ms}, now + 24 * 3_600_000

    async def _take(self, batch: Sequence[Record]) -> None:
        # in pieces, so that a page that waits gets its turn while a long day is read
        for start in range(0, len(batch), PIECE):
            for record in batch[start : start + PIECE]:
                self._present.apply(record)
                self._watcher.take(record)
                self._forecasts.take(record)
                if isinstance(record, SiteChanged):
                    self._site_changed.set()
            await asyncio.sleep(0)
        self._seq = batch[-1].seq
        if self._caught:
            self._dirty.set()

    def _caught_up(self) -> None:
        if not self._caught:
            self._caught = True
            self._dirty.set()

    async def _keep_rows(self) -> None:
        """Bring the rows up to date at every change, and at every second for what goes by the clock."""
        while True:
            try:
                async with asyncio.timeout(TICK_S):
                    await self._dirty.wait()
            except TimeoutError:
                pass
            self._dirty.clear()
            if not self._caught:
                continue  # half a day's state would be a lie
            began_s = time.monotonic()
            if self._put_rows():
                for event in self._waiters:
                    event.set()
            took_s = time.monotonic() - began_s
            await asyncio.sleep(min(max(SETTLE_S, SETTLE_SHARE * took_s), SETTLE_MOST_S))

    def _put_rows(self) -> bool:
        now = self._clock()
        if self._note is not None and now > self._note_until:
            self._note = None
        alarms = self._watcher.look(self._present, now, self._health)
        if self._tell is not None:
            self._tell.changed(alarms, now)
        self._alarms = alarms
        measured = self._counter.measured
        self._shown_seq, self._shown_measured_seq = self._seq, measured.seq
        self._present.changed()  # nobody asks what changed: it must not pile up
        looks = Looks(
            self.site,
            self._present,
            measured,
            tuple(alarms.values()),
            self._forecasts,
            self._note,
            now,
        )
        return self._rows.put(rows_of(looks, self.rooms.values()))

    async def _keep_health(self, ask: Callable[[], Awaitable[Health | None]]) -> None:
        while True:
            self._health = await ask()
            await asyncio.sleep(HEALTH_S)

    async def _follow_site(self) -> None:
        """A new version of the YAML is live: show its queues, agents and rooms."""
        while True:
            await self._site_changed.wait()
            self._site_changed.clear()
            try:
                site = await asyncio.to_thread(self._load)
            except HotlineError as error:
                log.warning("the board stays with the site it knows: %s", error)
                continue
            self.take_site(site)

    def take_site(self, site: Site) -> None:
        """Go on with a new version of the site."""
        self.site, self._watcher.site = site, site
        self.rooms = rooms_of(site)
        self._keys.clear()
        self._order_counting()
        self._dirty.set()


def rooms_of(site: Site) -> dict[str, Room]:
    """Return every room by name: the whole centre, and those of board.yaml."""
    whole = {} if ALL_ROOM in site.wall.rooms else {ALL_ROOM: Room(name=ALL_ROOM)}
    return {**whole, **site.wall.rooms}
