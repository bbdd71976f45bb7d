"""The book of agents' legs: how far each one is, and which event of the core each step makes. No I/O here."""

from enum import IntEnum

import msgspec

from router.adapters.ari_codec import ABSENT_CAUSE, NORMAL_CAUSE, leg_end
from router.core.events import AgentLegAnswered, AgentLegEnded, AgentLegRinging, LegEnd
from router.core.ids import CallId, ChannelId


class LegStep(IntEnum):
    """How far a leg is; it only ever goes forward."""

    CREATED = 0
    DIALLED = 1
    RINGING = 2
    ANSWERED = 3


class Leg(msgspec.Struct):
    """One leg to an agent's phone. ``cancelled``: we ordered its end; ``give_up_s``: Asterisk's own time-out."""

    channel: ChannelId
    call: CallId
    give_up_s: int
    step: LegStep = LegStep.CREATED
    cancelled: bool = False


class LegBook:
    """All legs that Asterisk has or is making for us. Each leg's events come out once and in order."""

    def __init__(self) -> None:
        self._legs: dict[str, Leg] = {}

    def __contains__(self, channel: str) -> bool:
        return channel in self._legs

    def __len__(self) -> int:
        return len(self._legs)

    def begin(self, channel: ChannelId, call: CallId, give_up_ms: int) -> None:
        """A leg is being created."""
        self._legs[channel] = Leg(channel, call, max(-(-give_up_ms // 1000), 1))

    def take_over(self, legs: dict[ChannelId, LegStep], call_of: dict[ChannelId, CallId]) -> None:
        """Forget all and start from what Asterisk has after a (re)connect."""
        self._legs = {channel: Leg(channel, call_of[channel], 1, step) for channel, step in legs.items()}

    def entered(self, channel: str) -> Leg | None:
        """The leg is in our application. Returns it where it must be dialled now."""
        leg = self._legs.get(channel)
        if leg is None or leg.cancelled or leg.step is not LegStep.CREATED:
            return None
        leg.step = LegStep.DIALLED
        return leg

    def rang(self, channel: str) -> AgentLegRinging | None:
        """The phone says it rings."""
        leg = self._legs.get(channel)
        if leg is None or leg.step >= LegStep.RINGING:
            return None
        leg.step = LegStep.RINGING
        return AgentLegRinging(leg=leg.channel)

    def answered(self, channel: str) -> AgentLegAnswered | None:
        """The agent picked up."""
        leg = self._legs.get(channel)
        if leg is None or leg.step is LegStep.ANSWERED:
            return None
        leg.step = LegStep.ANSWERED
        return AgentLegAnswered(leg=leg.channel)

    def cancel(self, channel: str) -> None:
        """We order the leg's end; one that is not dialled yet will not be."""
        leg = self._legs.get(channel)
        if leg is not None:
            leg.cancelled = True

    def ended(self, channel: str, cause: int | None, tech_cause: int | None) -> AgentLegEnded | None:
        """The leg is gone. None where it was not in the book."""
        leg = self._legs.pop(channel, None)
        if leg is None:
            return None
        cause, tech_cause = cause or NORMAL_CAUSE, tech_cause or 0
        if leg.cancelled:
            why = LegEnd.CANCELLED
        elif leg.step is LegStep.ANSWERED:
            why = LegEnd.HUNG_UP
        else:
            why = leg_end(cause=cause, tech_cause=tech_cause, rang=leg.step is LegStep.RINGING)
        return AgentLegEnded(leg=leg.channel, why=why, cause=cause, tech_cause=tech_cause)

    def refused(self, channel: str) -> AgentLegEnded | None:
        """Asterisk would not create the leg: no such phone, or nobody registered on it."""
        return self.ended(channel, ABSENT_CAUSE, 0)

    def forget(self, channel: str) -> None:
        """Nothing is to be said of this leg any more."""
        self._legs.pop(channel, None)
