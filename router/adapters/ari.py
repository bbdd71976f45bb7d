"""Asterisk as the core sees it: its events in, the core's commands out, and the truth after every (re)connect."""

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from router.adapters.ari_codec import WANTED, Endpoint, decode_endpoints, decode_event
from router.adapters.ari_lanes import Fenced
from router.adapters.ari_legs import LegBook
from router.adapters.ari_orders import Orders
from router.adapters.ari_reader import EventReader, Settled
from router.adapters.ari_transport import OF_NO_CALL, AriTransport
from router.adapters.ari_truth import ask_truth
from router.adapters.numbers import to_e164
from router.core.commands import Command
from router.core.events import Event, RecordingFinished, SwitchLost
from router.core.ids import PlaybackId, call_of
from router.core.spans import Buckets
from router.errors import SwitchError

log = logging.getLogger(__name__)

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0


class SwitchCounters(msgspec.Struct):
    """What went through since the start, for metrics."""

    connects: int = 0
    losses: int = 0
    events: int = 0
    unreadable_events: int = 0
    commands: int = 0
    requests: int = 0
    failures: int = 0


def _not_recorded(recording: str) -> RecordingFinished:
    return RecordingFinished(recording=recording, length_ms=0, failed=True)


class AriSwitch:
    """One Asterisk.

    ``submit`` takes the core's events and never blocks; ``open_playbacks`` says which playbacks the core waits for;
    ``other`` takes the commands that are not for Asterisk (``CheckPin``). ``open_recordings`` says for which recordings
    it waits, and ``recording_over`` how one ended that Asterisk makes no longer. ``url`` is ``http://host:port/ari``;
    ``country`` the site's, by which numbers become E.164.
    """

    def __init__(
        self,
        *,
        url: str,
        user: str,
        password: str,
        app: str,
        site: str,
        country: str,
        submit: Callable[[Event], None],
        open_playbacks: Callable[[], tuple[PlaybackId, ...]],
        other: Callable[[Command], None],
        open_recordings: Callable[[], tuple[str, ...]] = tuple,
        recording_over: Callable[[str], RecordingFinished] = _not_recorded,
        lane_count: int = 4,
        timeout_s: float = 10.0,
    ) -> None:
        self.fenced = False
        """Another router took our place: :meth:`run` has ended and no order is given any more."""
        self.counters = SwitchCounters()
        self._site = site
        self._country = country
        self._submit = submit
        self._open_playbacks = open_playbacks
        self._open_recordings = open_recordings
        self._recording_over = recording_over
        self._live = False
        self._kept: list[str] | None = None
        self._transport = AriTransport(
            url=url,
            user=user,
            password=password,
            app=app,
            lane_count=lane_count,
            on_event=self._on_event,
            on_lost=self._on_lost,
            timeout_s=timeout_s,
        )
        self._legs = LegBook()
        settled = Settled()
        self._orders = Orders(
            app=app,
            transport=self._transport,
            legs=self._legs,
            settled=settled,
            submit=submit,
            other=other,
            live=lambda: self._live,
        )
        self._reader = EventReader(
            site=site,
            country=country,
            legs=self._legs,
            settled=settled,
            dial=self._orders.dial,
            turn_away=self._orders.turn_away,
            fence=self._transport.fence,
            snooped=self._orders.snooped,
        )

    @property
    def connected(self) -> bool:
        """Whether events come in and orders go out."""
        return self._live

    @property
    def version(self) -> str:
        """The version of the Asterisk last connected to, "" before that."""
        return self._transport.version

    def execute(self, commands: Sequence[Command]) -> None:
        """Carry out commands without blocking; those of one call in the order given.

        What fails comes back as an event: ``CommandFailed``; of a prompt ``PlaybackFinished``, of a leg to a phone
        ``AgentLegEnded``. While there is no connection everything fails at once, save prompts: whether those are open
        comes with the next ``SwitchSeen``.
        """
        for command in commands:
            self.counters.commands += 1
            self._orders.carry_out(command)
        self.counters.requests = self._orders.sent_count
        self.counters.failures = self._orders.failed_count

    @property
    def answers_s(self) -> Buckets:
        """How long Asterisk took to answer a request, since the start."""
        return self._transport.answers_s

    def waiting_counts(self) -> dict[str, int]:
        """How many requests of each command lane, by its number, are not answered yet."""
        return self._transport.waiting_counts()

    async def run(self) -> None:
        """Connect, read, and reconnect for ever; returns only when another router took our place (``fenced``)."""
        to_e164("+12125550100", self._country)  # loads the number plans now, not within the first call
        pause_s = _FIRST_PAUSE_S
        said = ""
        while True:
            try:
                await self._connect()
                pause_s, said = _FIRST_PAUSE_S, ""
                error = await self._transport.lost()
            except SwitchError as refusal:
                error = refusal
            except asyncio.CancelledError:
                self._live = False  # we leave; the connection is not lost
                raise
            self._end()
            await self._transport.drop()
            words = f"{error}; {error.cure}" if error.cure else str(error)
            if isinstance(error, Fenced):
                log.error("%s", words)
                self.fenced = True
                return
            if words != said:
                log.warning("%s (trying again until it works)", words)
                said = words
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def endpoints(self) -> tuple[Endpoint, ...]:
        """Ask for all SIP endpoints with their reachability and channels. Raises :class:`SwitchError`."""
        if not self._live:
            raise SwitchError("not connected to Asterisk")
        reply = await self._transport.send(OF_NO_CALL, self._transport.encode("endpoints.listByTech", tech="PJSIP"))
        if not reply.ok:
            raise SwitchError(f"Asterisk does not list its endpoints: {reply.reason}", status=reply.status)
        try:
            return decode_endpoints(reply.body)
        except msgspec.DecodeError as error:
            raise SwitchError(f"Asterisk's list of endpoints is unreadable: {error}") from error

    async def close(self) -> None:
        """Close all sockets. Calls stay up in Asterisk; cancel :meth:`run` first."""
        self._live = False
        await self._transport.close()

    # --- inside -------------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        self._kept = []
        await self._transport.open()
        wanted = [{"type": kind} for kind in WANTED]
        filtered = await self._transport.send(
            OF_NO_CALL,
            self._transport.encode("applications.filter", {"allowed": wanted}, applicationName=self._transport.app),
        )
        if not filtered.ok:
            log.warning("Asterisk will not filter events (%d %s): it sends them all", filtered.status, filtered.reason)
        truth = await ask_truth(
            self._transport,
            site=self._site,
            country=self._country,
            playbacks=self._open_playbacks(),
            recordings=self._open_recordings(),
        )
        recorded = tuple(self._recording_over(name) for name in truth.lost_recordings)
        self._legs.take_over(truth.legs, {leg: call_of(leg) for leg in truth.legs})
        self._reader.take_over(truth.callers, truth.lost_playbacks)
        self._orders.take_over(truth.bridged)
        self._live = True
        self.counters.connects += 1
        log.info("Asterisk %s is ours: %d calls there", self._transport.version, len(truth.callers))
        self._submit(msgspec.structs.replace(truth.seen, recorded=recorded))
        for channel, why in truth.strays.items():
            self._orders.turn_away(channel, why)
        kept, self._kept = self._kept, None
        for text in kept:
            self._on_event(text)

    def _on_event(self, text: str) -> None:
        if self._kept is not None:
            # Asked for the truth but not answered yet: what happens meanwhile comes after it.
            self._kept.append(text)
            return
        self.counters.events += 1
        try:
            wire = decode_event(text)
        except msgspec.DecodeError as error:
            self.counters.unreadable_events += 1
            log.warning("an event of Asterisk is unreadable: %s", error)
            return
        event = self._reader.read(wire)
        if isinstance(event, RecordingFinished) and not event.failed:
            # Asterisk counts whole seconds; the file says it exactly.
            measured = self._recording_over(event.recording)
            event = event if measured.failed else measured
        if event is not None:
            self._submit(event)

    def _on_lost(self, error: SwitchError) -> None:
        log.debug("lost: %s", error)
        self._end()

    def _end(self) -> None:
        if self._live:
            self._live = False
            self.counters.losses += 1
            self._submit(SwitchLost())
