"""Wires the router together: what starts, in which order, and how it stops. Calls stay up in Asterisk meanwhile.

Start: recover the core, open the control socket, send the outbox, then Asterisk (ARI, AMI). Stop: no more events in,
journal and outbox to disk, close.
"""

import asyncio
import contextlib
import gc
import logging
import os
import secrets as random_numbers
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from router.adapters.ami import AmiWatch
from router.adapters.ari import AriSwitch
from router.adapters.control import AnyAsk
from router.adapters.control_server import ControlServer, Services
from router.adapters.journal import Journal, JournalBusy, journal_lock
from router.adapters.journal_replay import Recovered, recover
from router.adapters.lookups import Lookups
from router.adapters.metrics import Metrics, Sources
from router.adapters.metrics_server import MetricsServer
from router.adapters.notices import Notices
from router.adapters.outbox import Outbox
from router.adapters.pins import Pins
from router.adapters.pseudonyms import pseudonyms
from router.adapters.record_counts import RecordCounts
from router.adapters.recordings import AwayMessages, erase_recording, recording_over
from router.adapters.redis_stream import Keep, RedisStream
from router.adapters.talk_recordings import TalkRecordings, keep_talks
from router.addresses import ari_address, metrics_address, reachable, redis_address
from router.callcontrol import CallControl
from router.core.commands import CheckPin, Command, EraseRecording, KeepTalks, LookUp, SendNotice
from router.core.events import CallerErasureDone, Event, HealthChecked, PhonesSeen, PinChecked, RouterStarted
from router.core.present import present_of
from router.core.records import Record
from router.engine import Clock, Engine
from router.errors import HotlineError, SettingsError
from router.flowfile import load_site
from router.line.folders import Folders
from router.line.secrets import Secrets
from router.live import LiveSite
from router.settings import Settings
from router.shelf import SiteShelf, makers
from router.site import Site

log = logging.getLogger(__name__)

DRAIN_S = 2.0
"""How long a stopping router waits for Redis to take the last records (they stay on disk otherwise)."""
REPLICA_WAIT_S = 30.0
"""How long a start waits for a snapshot under way."""
RESTART_PAUSE_S = 1.0
HEALTH_EVERY_S = 10.0
HUNG_S = 10.0
"""An event that has waited so long for the core: it hangs."""
PIN_CHECKS_AT_ONCE = 2


class Router:
    """One running router of a site. Make it, then :meth:`run` it."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._home = settings.home.absolute()
        self._shelf = SiteShelf(self._home, load_site)
        self._pins = Pins(self._home, secrets.site_key)
        self._pin_checks = asyncio.Semaphore(PIN_CHECKS_AT_ONCE)
        self._phones_seen = False
        self._live = LiveSite(settings, self._shelf)
        self._segment_closed = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set.

        Raises SiteError, SettingsError or JournalError where it cannot start.
        """
        folder = self._home / "journal"
        with journal_lock(folder):
            site = self._live.begin(Clock()())
            outbox = Outbox(self._home / "outbox")
            recovered = await self._recover(folder, site, outbox)
            outbox.append(recovered.missing)
            journal = Journal(
                folder,
                self._secrets.journal_key,
                recovered.entries,
                closed=lambda path: self._segment_closed.set(),
            )
            try:
                await self._serve(site, recovered, journal, outbox, stop)
            finally:
                journal.close()
                outbox.close()

    async def _recover(self, folder: Path, site: Site, outbox: Outbox) -> Recovered[CallControl]:
        began = time.monotonic()
        give_up = began + REPLICA_WAIT_S
        while True:
            try:
                with journal_lock(folder, "replica"):
                    recovered = recover(
                        folder,
                        self._secrets.journal_key,
                        makers(self._shelf, site.version),
                        recorded_seq=outbox.last.seq,
                    )
                    break
            except JournalBusy:
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(0.1)
        if recovered.entries:
            log.info(
                "recovered %d entries of the journal in %.1f s; %d records to add to the outbox",
                recovered.entries,
                time.monotonic() - began,
                len(recovered.missing),
            )
        if recovered.strays:
            log.warning("%d turns went otherwise than before the restart (a new version?)", recovered.strays)
        return recovered

    async def _serve(
        self,
        site: Site,
        recovered: Recovered[CallControl],
        journal: Journal,
        outbox: Outbox,
        stop: asyncio.Event,
    ) -> None:
        settings, secrets = self._settings, self._secrets
        self._core = recovered.core
        self._journal = journal
        self._outbox = outbox
        self._recordings = Folders.of(settings).recordings
        overview = recovered.core.overview(max(recovered.last_ms, outbox.last.at_ms))
        self._redis = RedisStream(
            outbox,
            redis_address(settings),
            secrets.redis_password,
            site.name,
            present=present_of(overview, outbox.last.at_ms),
            hide=pseudonyms(secrets.site_key),
            keep=Keep(
                settings.stream_keep_count, settings.stream_queue_keep_count, settings.stream_keep_days * 86_400_000
            ),
        )
        self._ari = AriSwitch(
            url=ari_address(settings),
            user=settings.ari_user,
            password=secrets.ari_password,
            app=settings.ari_app,
            site=site.name,
            country=site.country,
            submit=self._submit,
            open_playbacks=recovered.core.open_playbacks,
            other=self._other,
            open_recordings=recovered.core.open_recordings,
            recording_over=lambda name: recording_over(self._recordings, name),
            lane_count=settings.ari_lanes,
        )
        self._ami = AmiWatch(
            host=settings.ami_host or reachable(settings.host),
            port=settings.ami_port,
            user=settings.ami_user,
            password=secrets.ami_password,
            site=site.name,
            submit=self._submit,
            endpoints=self._ari.endpoints,
        )
        self._lookups = Lookups(
            find=lambda config, name: self._version(config).sources.get(name),
            secret=secrets.service_secret,
            submit=self._submit,
            redis_url=redis_address(settings),
            redis_password=secrets.redis_password,
        )
        self._notices = Notices(
            find=lambda config, name: self._version(config).services.get(name),
            secret=secrets.service_secret,
            submit=self._submit,
        )
        self._away = AwayMessages(
            recordings=self._recordings, country=site.country, submit=self._submit, known=recovered.core.recordings
        )
        self._talks = TalkRecordings(
            recordings=self._recordings,
            keep_ms=lambda: self._live.site.messages.talk_keep_ms,
            submit=self._submit,
            now=lambda: self._engine.clock(),
        )
        self._engine = Engine(
            recovered.core,
            journal=journal,
            outbox=outbox,
            execute=self._ari.execute,
            clock=Clock(max(recovered.last_ms, outbox.last.at_ms)),
        )
        self._counts = RecordCounts(present_of(overview, outbox.last.at_ms))
        self._engine.taps.append(self._counts.take)
        self._live.attach(self._engine.ask, self._engine.clock)
        self._engine.submit(
            RouterStarted(epoch=recovered.epoch + 1, config=site.version, seed=random_numbers.randbits(32))
        )
        control = ControlServer(
            self._home,
            Services(
                ask=self._ask,
                overview=self._engine.overview,
                health=self._health,
                ready=self._missing,
                publish=self._live.publish,
                messages=lambda wanted, done_too: recovered.core.messages(
                    self._engine.clock(), wanted, done_too=done_too
                ),
                held=lambda caller: msgspec.to_builtins(recovered.core.held(caller)),
                forget=self._forget,
            ),
        )
        await control.start()
        gc.collect()
        gc.freeze()  # what is there now stays: no need to look through it again and again while calls run
        try:
            await self._run_parts(stop)
        finally:
            await control.stop()
            await self._ari.close()

    async def _run_parts(self, stop: asyncio.Event) -> None:
        async with self._lookups, self._notices, asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            engine = tasks.create_task(self._engine.run(), name="engine")
            keepers = [
                tasks.create_task(self._keep("journal", self._journal.run), name="journal"),
                tasks.create_task(self._keep("outbox", self._outbox.run), name="outbox"),
                tasks.create_task(self._keep("snapshots", self._replicate), name="snapshots"),
                tasks.create_task(self._keep("counts", self._counts.run), name="counts"),
            ]
            if self._settings.metrics_port:
                keepers.append(tasks.create_task(self._keep("metrics", self._metrics_server().run), name="metrics"))
            publishers = [
                tasks.create_task(self._keep("saved files", self._live.watch), name="saved files"),
                tasks.create_task(self._keep("planned versions", self._live.run_plan), name="planned versions"),
            ]
            redis = tasks.create_task(self._keep("redis", self._redis.run), name="redis")
            readers = [
                tasks.create_task(self._keep("ari", self._ari.run), name="ari"),
                tasks.create_task(self._keep("ami", self._ami.run), name="ami"),
                tasks.create_task(self._keep("away messages", self._away.run), name="away messages"),
                tasks.create_task(self._keep("talk recordings", self._talks.run), name="talk recordings"),
                tasks.create_task(self._keep("health", self._look_after), name="health"),
            ]
            await stop.wait()
            log.info("stopping; calls stay up in Asterisk")
            for part in (*publishers, *readers):
                await _end(part)
            await _end(engine)
            if self._redis.connected:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(DRAIN_S):
                        await self._redis.drain()
            for keeper in (redis, *keepers):
                await _end(keeper)

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part; should it fail (a bug), say so and run it again: the calls must not pay for it."""
        while True:
            try:
                await run()
                return
            except Exception:
                log.exception("%s failed and is started again; please report this", name)
            await asyncio.sleep(RESTART_PAUSE_S)

    async def _look_after(self) -> None:
        """Let the core look now and then whether everything it holds is consistent."""
        while True:
            await asyncio.sleep(HEALTH_EVERY_S)
            self._engine.submit(HealthChecked())

    async def _replicate(self) -> None:
        """Let a process of its own make a snapshot whenever a segment of the journal was closed."""
        self._segment_closed.set()  # the start of this router closed one
        while True:
            await self._segment_closed.wait()
            await asyncio.sleep(RESTART_PAUSE_S)
            self._segment_closed.clear()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "router.replica",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, "HOTLINE_HOME": str(self._home)},
            )
            try:
                said, _ = await process.communicate()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                raise
            words = said.decode(errors="replace").strip()
            log.log(logging.WARNING if process.returncode else logging.DEBUG, "snapshot: %s", words)

    # --- what the parts ask of each other ---

    def _submit(self, event: Event) -> None:
        if isinstance(event, PhonesSeen):
            self._phones_seen = True
        self._engine.submit(event)

    def _version(self, config: str) -> Site:
        """Return the site of a version; the present one where it is not said."""
        return self._shelf[config] if config else self._live.site

    def _other(self, command: Command) -> None:
        """Carry out what is not for Asterisk."""
        if isinstance(command, CheckPin):
            self._tasks.create_task(self._check_pin(command), name="pin")
        elif isinstance(command, LookUp):
            self._tasks.create_task(self._lookups.answer(command), name="lookup")
        elif isinstance(command, SendNotice):
            self._tasks.create_task(self._notices.deliver(command), name="notice")
        elif isinstance(command, KeepTalks):
            self._tasks.create_task(asyncio.to_thread(keep_talks, self._recordings, command.call), name="keep talks")
        elif isinstance(command, EraseRecording):
            self._tasks.create_task(self._erase(command), name="erase")
        else:
            log.error("nobody carries out %s", type(command).__name__, extra={"call_id": command.call})

    async def _check_pin(self, command: CheckPin) -> None:
        correct = locked = False
        try:
            async with self._pin_checks:
                correct, locked = await asyncio.to_thread(
                    self._pins.check, command.agent, command.pin, self._engine.clock()
                )
        except SettingsError as error:
            log.error("a PIN cannot be checked: %s; %s", error, error.cure, extra={"call_id": command.call})
        self._engine.submit(PinChecked(call=command.call, agent=command.agent, correct=correct, locked=locked))

    async def _erase(self, command: EraseRecording) -> None:
        self._engine.submit(await asyncio.to_thread(erase_recording, self._recordings, command.recording))

    async def _forget(self, done: CallerErasureDone) -> Mapping[str, Any]:
        """Note an erasure as the first thing in new files; the old ones go with the next snapshot, which comes now."""
        journal_from, outbox_from = self._journal.cut(), self._outbox.cut()
        await self._engine.ask(done)
        self._segment_closed.set()
        return {"journal_from": journal_from, "outbox_from": outbox_from}

    async def _ask(self, ask: AnyAsk) -> list[Record]:
        return await self._engine.ask(ask)

    def _missing(self) -> tuple[str, ...]:
        missing = []
        if not self._ari.connected:
            missing.append("ari (another router took our place)" if self._ari.fenced else "ari")
        if not self._ami.connected or not self._phones_seen:
            missing.append("ami")
        return tuple(missing)

    def _metrics_server(self) -> MetricsServer:
        metrics = Metrics(
            Sources(
                counts=self._counts,
                health=self._health,
                now=self._engine.clock,
                turns=self._engine.turns_s,
                lanes=self._ari.waiting_counts,
                answers=self._ari.answers_s,
                sending=self._redis.sending_s,
                streams=lambda: {
                    "sent_records": self._redis.sent_count,
                    "foreign_entries": self._redis.foreign_count,
                    "connects": self._redis.connect_count,
                },
                folders={"journal": self._home / "journal", "outbox": self._home / "outbox"},
            )
        )
        settings = self._settings
        return MetricsServer(
            settings.metrics_host, settings.metrics_port, metrics=metrics.text, live=self._is_live, ready=self._is_ready
        )

    def _is_live(self) -> Mapping[str, Any]:
        waited_s = self._engine.oldest_wait_s
        return {"ok": waited_s < HUNG_S, "oldest_event_waits_s": round(waited_s, 3)}

    def _is_ready(self) -> Mapping[str, Any]:
        missing, disk = self._missing(), self._journal.trouble or self._outbox.trouble
        return {
            "ok": not missing and not disk,
            "missing": list(missing),
            "disk": disk,
            "redis": self._redis.trouble,
            "unsent_count": self._outbox.unsent_count,
        }

    def _health(self) -> Mapping[str, Any]:
        waiting_since_ms = self._outbox.waiting_since_ms
        return {
            "pid": os.getpid(),
            "site": self._live.site.name,
            "config": self._live.site.version,
            "publish": self._live.health(),
            "ready": not self._missing(),
            "ari": {"connected": self._ari.connected, "version": self._ari.version},
            "ami": {"connected": self._ami.connected},
            "trunks": {
                name: self._ami.trunks.get(trunk.username or trunk.host, "")
                for name, trunk in self._live.site.trunks.items()
                if trunk.register
            },
            # one without a host is for calls that come in: there is nobody to ask whether it is there
            "trunks_unreachable": [
                name
                for name, trunk in self._live.site.trunks.items()
                if trunk.host and self._ami.trunks_reached.get(name) is False
            ],
            "redis": {
                "connected": self._redis.connected,
                "trouble": self._redis.trouble,
                "stream": self._redis.key,
                "unsent_count": self._outbox.unsent_count,
                "unsent_ms": 0 if waiting_since_ms is None else max(self._engine.clock() - waiting_since_ms, 0),
            },
            "disk": {"trouble": self._journal.trouble or self._outbox.trouble},
            "metrics": metrics_address(self._settings),
            "engine": self._engine.load._asdict(),
            "switch": msgspec.to_builtins(self._ari.counters),
        }


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run a router until ``stop`` is set. Raises HotlineError where it cannot start."""
    try:
        await Router(settings, Secrets.load_or_create(settings.home)).run(stop)
    except OSError as error:
        raise HotlineError(
            f"{error.filename or settings.home}: {error.strerror}", "is the home folder there and writable?"
        ) from error


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
