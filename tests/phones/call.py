"""One call of a phone, either direction: its dialog, its audio, and when what happened."""

import asyncio
from typing import TYPE_CHECKING

from phones import audio, sip
from phones.rtp import Audio

if TYPE_CHECKING:
    from phones.phone import Phone


class Call:
    """A call. Times (``rang_at``, ``answered_at``, ``ended_at``) are the loop's.

    ``statuses`` are the responses a caller got; ``status`` the final one (0 while there is none).
    """

    def __init__(self, phone: "Phone", call_id: str, *, incoming: bool) -> None:
        self.phone = phone
        self.call_id = call_id
        self.incoming = incoming
        self.audio = Audio()
        self.statuses: list[int] = []
        self.status = 0
        self.started_at = asyncio.get_running_loop().time()
        self.rang_at: float | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by = ""
        self.end_reason = ""
        """The Reason header of the CANCEL or BYE that ended it."""
        self.cancel_reason = ""
        """That of a CANCEL. Where our answer crosses it, a BYE ends the call, which does not say it again."""
        self.invite: sip.Message | None = None
        self.local_uri = ""
        self.remote_uri = ""
        self.local_tag = sip.random_token()
        self.remote_tag = ""
        self.target = ""
        self.sequence = 0
        self.sdp_version = 1
        self.invite_branch = ""
        self.invite_uri = ""
        self.acknowledged = asyncio.Event()
        self._ringing = asyncio.Event()
        self._answered = asyncio.Event()
        self._ended = asyncio.Event()

    # --- what happened ------------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        """Say whether it is answered and not over."""
        return self._answered.is_set() and not self._ended.is_set()

    @property
    def over(self) -> bool:
        """Say whether it is over."""
        return self._ended.is_set()

    async def ringing(self, within_s: float = 5.0) -> "Call":
        """Wait for 180."""
        await asyncio.wait_for(self._ringing.wait(), within_s)
        return self

    async def answered(self, within_s: float = 5.0) -> "Call":
        """Wait for the answer. Raises AssertionError where the call ends without one."""
        waiting = [asyncio.create_task(event.wait()) for event in (self._answered, self._ended)]
        await asyncio.wait(waiting, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        assert self._answered.is_set(), f"not answered within {within_s} s; statuses {self.statuses}"
        return self

    async def ended(self, within_s: float = 5.0) -> "Call":
        """Wait for its end."""
        try:
            await asyncio.wait_for(self._ended.wait(), within_s)
        except TimeoutError:
            raise AssertionError(f"{self.phone.name}'s call is not over after {within_s} s") from None
        return self

    def mark_ringing(self) -> None:
        """It rings."""
        if not self._ringing.is_set():
            self.rang_at = asyncio.get_running_loop().time()
            self._ringing.set()

    def mark_answered(self) -> None:
        """It is answered."""
        if not self._answered.is_set():
            self.answered_at = asyncio.get_running_loop().time()
            self._answered.set()

    def mark_ended(self, by: str, reason: str = "") -> None:
        """It is over."""
        if not self._ended.is_set():
            self.ended_at = asyncio.get_running_loop().time()
            self.ended_by, self.end_reason = by, reason
            self.audio.close()
            self._ended.set()
            self.acknowledged.set()

    # --- what the person at the phone does ----------------------------------------------------------------

    async def answer(self) -> None:
        """Pick up an incoming call."""
        await self.phone.answer(self)

    async def hang_up(self) -> None:
        """End it, in whatever state it is; over already is fine."""
        await self.phone.hang_up(self)

    async def hold(self, held: bool = True) -> None:
        """Put the other on hold by re-INVITE, or take them back."""
        await self.phone.hold(self, held)

    async def press(self, keys: str) -> None:
        """Press keys; returns after the last. Raises AssertionError where the call is over."""
        assert not self.over, f"{self.phone.name} cannot press {keys}: the call is over"
        await asyncio.wait_for(self.audio.press(keys), 1.0 + len(keys))

    def speak(self, frequency_hz: int | None) -> None:
        """Say a tone from now on, or silence."""
        self.audio.speak(frequency_hz)

    def heard(self, last_s: float | None = None) -> audio.Samples:
        """Return what was heard in all, or in the last so many seconds."""
        since = 0.0 if last_s is None else asyncio.get_running_loop().time() - last_s
        return self.audio.heard(since)

    @property
    def keys(self) -> str:
        """The keys heard, as events."""
        return "".join(self.audio.keys)
