"""Simulated agents' phones: registered with digest, kept registered, each call taken in the way asked."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping

from router.core.ids import PhoneName
from router.drill import pcap
from router.drill.relay import Relay
from router.drill.sipp import Sipp
from router.errors import SetupError

EXPIRES_S = 120
_RENEW_AFTER_S = 60
_REGISTRATIONS_PER_S = 50
_REGISTER_WITHIN_S = 15
_TONE_HZ = 425
_SOUND_MS = 8_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What a phone does when it rings.

    It rings and answers after ``answer_after_ms`` (None: rings for ever), talks for ``talk_ms`` (0: until the other
    hangs up) with or without ``sound``; or, where ``final_status`` is set (486, 603, 302), refuses at once;
    ``redirect_to`` is where a 302 points.
    """

    answer_after_ms: int | None = 200
    talk_ms: int = 0
    sound: bool = False
    final_status: int = 0
    redirect_to: str = ""


_REASONS = {302: "Moved Temporarily", 486: "Busy Here", 503: "Service Unavailable", 603: "Decline"}


class Phones:
    """Many phones in one SIPp process; ``passwords`` gives each phone's name and password."""

    def __init__(self, passwords: Mapping[PhoneName, str], behaviour: Behaviour, *, host: str, sip_port: int) -> None:
        self.names = tuple(passwords)
        self._passwords = passwords
        self._behaviour = behaviour
        self._host = host
        self._sip_port = sip_port
        self._line: Sipp | None = None
        self._relay: Relay | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start answering, then register every phone; all are registered when this returns.

        Raises :class:`SetupError` where SIPp is missing or a registration was refused.
        """
        values = dataclasses.asdict(self._behaviour)
        values["behaviour"] = "refuse" if self._behaviour.final_status else "answer"
        values["final_reason"] = _REASONS.get(self._behaviour.final_status, "Refused")
        # The phones' port is chosen before they start, and the relay's before that: each must know the other.
        self._line = line = Sipp("phones.xml", values, host=self._host)
        self._relay = relay = Relay(self._host, self._sip_port, line.port)
        await relay.start()
        if self._behaviour.sound:
            sound = line.folder / "sound.pcap"
            pcap.write_tone(sound, _TONE_HZ, _SOUND_MS, stream=line.port)
            values["sound"] = str(sound)
        try:
            await line.start(relay.port)
            await self._register(relay, EXPIRES_S)
        except BaseException:
            await line.stop()
            relay.stop()
            raise
        self._renewing = asyncio.create_task(self._renew(relay), name="drill registrations")

    async def stop(self) -> None:
        """Take the registrations back and end the process."""
        if self._renewing is not None and self._relay is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
            with contextlib.suppress(SetupError):  # Asterisk is gone already: nothing is registered any more.
                await self._register(self._relay, 0)
        if self._line is not None:
            await self._line.stop()
        if self._relay is not None:
            self._relay.stop()

    async def _renew(self, relay: Relay) -> None:
        while True:
            await asyncio.sleep(_RENEW_AFTER_S)
            try:
                await self._register(relay, EXPIRES_S)
            except SetupError:
                continue  # Asterisk may be on its way back; the next round registers again.

    async def _register(self, relay: Relay, expires_s: int) -> None:
        values = {"contact_port": relay.port, "expires_s": expires_s}
        registration = Sipp("register.xml", values, host=self._host)
        relay.registering_port = registration.port
        rows = [(name, f"[authentication username={name} password={self._passwords[name]}]") for name in self.names]
        try:
            await registration.start(
                relay.port,
                *("-m", str(len(rows)), "-r", str(_REGISTRATIONS_PER_S)),
                *("-timeout", str(_REGISTER_WITHIN_S), "-timeout_error"),
                rows=rows,
            )
            if not await registration.finished():
                failed = registration.counts()["failed"]
                raise SetupError(
                    f"{failed} of {len(rows)} phones could not register: {registration.errors()}",
                    "is the line up (hotline status), and are the passwords those of this line?",
                )
        finally:
            relay.registering_port = 0
            await registration.stop()
