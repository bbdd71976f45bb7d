"""Simulated callers: so many a second, pressing keys, talking, hanging up."""

import dataclasses
from collections.abc import Sequence

from router.drill import pcap
from router.drill.sipp import Sipp

_TALK_TONE_HZ = 350
_AT_ONCE = 1_000
"""SIPp holds callers back by itself beyond three seconds of arrivals; ours ring whatever is still going on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """What a wave of callers does.

    ``count`` callers at ``per_second`` ring ``number``; each presses ``keys``, ``key_after_ms`` before each one, and
    hangs up ``hang_up_after_ms`` after the last (0: waits to be hung up on). ``callers`` are their numbers, used over
    and over; ``sound`` says whether they talk.
    """

    number: str
    count: int
    per_second: float = 1
    keys: str = ""
    key_after_ms: int = 500
    hang_up_after_ms: int = 5_000
    callers: Sequence[str] = tuple(f"1380013{number:04d}" for number in range(8_000, 8_400))
    sound: bool = False


class Callers:
    """One wave of callers in one SIPp process, from ``host`` as from a trunk."""

    def __init__(self, plan: Plan, *, host: str, sip_port: int) -> None:
        self.plan = plan
        self._host = host
        self._sip_port = sip_port
        self._wave: Sipp | None = None

    async def start(self) -> None:
        """Begin to ring; calls go on by themselves.

        Raises :class:`SetupError` where SIPp is missing.
        """
        plan = self.plan
        values: dict[str, object] = {"number": plan.number, "hang_up_after_ms": plan.hang_up_after_ms}
        self._wave = wave = Sipp("callers.xml", values, host=self._host)
        steps = []
        for number, key in enumerate(plan.keys, 1):
            capture = wave.folder / f"key{number}.pcap"
            pcap.write_key(capture, key, stream=wave.port * 100 + number)
            steps.append({"after_ms": plan.key_after_ms, "capture": str(capture)})
        if plan.sound:
            talk = wave.folder / "talk.pcap"
            pcap.write_tone(talk, _TALK_TONE_HZ, min(plan.hang_up_after_ms or 10_000, 10_000), stream=wave.port)
            steps.append({"after_ms": plan.key_after_ms, "capture": str(talk)})
        values["steps"] = steps
        # SIPp counts whole calls per period: fewer than one a second is one call in a longer period.
        rate = ("-r", "1", "-rp", str(round(1_000 / plan.per_second)))
        if plan.per_second >= 1:
            rate = ("-r", str(round(plan.per_second)), "-rp", "1000")
        options = ("-m", str(plan.count), "-l", str(min(plan.count, _AT_ONCE)), *rate)
        await wave.start(self._sip_port, *options, rows=[(caller,) for caller in plan.callers])

    async def finished(self) -> dict[str, int]:
        """Wait until every call is over; return how many were ``made``, ``succeeded`` and ``failed``."""
        if self._wave is None:
            return {"made": 0, "succeeded": 0, "failed": 0}
        await self._wave.finished()
        return self._wave.counts()

    def errors(self) -> str:
        """Return what SIPp complained about first."""
        return "" if self._wave is None else self._wave.errors()

    async def stop(self) -> None:
        """End the wave; calls under way are dropped."""
        if self._wave is not None:
            await self._wave.stop()
