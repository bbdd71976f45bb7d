"""Pure: a message as a piece of work: its table, and what is remembered of it."""

from enum import StrEnum

import msgspec

from router.acd.agent import IllegalTransition
from router.core.ids import Ms


class MessageStage(StrEnum):
    """Where a message is."""

    OPEN = "open"
    CLAIMED = "claimed"
    """An agent has it."""
    DONE = "done"
    EXPIRED = "expired"
    """It has grown too old to be kept."""
    DELETED = "deleted"


class MessageEvent(StrEnum):
    """What can happen to a message."""

    CLAIMED = "claimed"
    RELEASED = "released"
    """The agent gives it back, or has had it for too long."""
    DONE = "done"
    REOPENED = "reopened"
    EXPIRED = "expired"
    DELETED = "deleted"


MESSAGE_TABLE: dict[MessageStage, dict[MessageEvent, MessageStage]] = {
    MessageStage.OPEN: {
        MessageEvent.CLAIMED: MessageStage.CLAIMED,
        MessageEvent.DONE: MessageStage.DONE,
        MessageEvent.EXPIRED: MessageStage.EXPIRED,
        MessageEvent.DELETED: MessageStage.DELETED,
    },
    MessageStage.CLAIMED: {
        MessageEvent.RELEASED: MessageStage.OPEN,
        MessageEvent.DONE: MessageStage.DONE,
        MessageEvent.EXPIRED: MessageStage.EXPIRED,
        MessageEvent.DELETED: MessageStage.DELETED,
    },
    MessageStage.DONE: {
        MessageEvent.REOPENED: MessageStage.OPEN,
        MessageEvent.EXPIRED: MessageStage.EXPIRED,
        MessageEvent.DELETED: MessageStage.DELETED,
    },
    MessageStage.EXPIRED: {},
    MessageStage.DELETED: {},
}
"""Stage -> event -> next stage; what is not here cannot happen. One that is expired or deleted is forgotten."""


class Message(msgspec.Struct, kw_only=True):
    """A message somebody left, with the data of its call.

    ``recording`` is the file's name below the recordings folder, ``caller`` E.164 or as sent ("": withheld).
    ``answers`` are the variables of the flow, secret ones masked. ``due_at`` is when it is to be answered (0: no
    deadline); ``agent`` who has it or has done it; ``note`` what they wrote. ``call_id`` is "" where nobody knows the
    call.
    """

    id: str
    box: str
    recording: str
    left_at: Ms
    length_ms: Ms
    stage: MessageStage = MessageStage.OPEN
    call_id: str = ""
    did: str = ""
    caller: str = ""
    caller_name: str = ""
    call_class: str = ""
    call_type: str = ""
    language: str = ""
    queue: str = ""
    answers: dict[str, str] = {}
    due_at: Ms = 0
    late: bool = False
    agent: str = ""
    claimed_at: Ms = 0
    done_at: Ms = 0
    note: str = ""

    def apply(self, event: MessageEvent) -> None:
        """Move to the next stage; raises :class:`IllegalTransition` where the table has none."""
        try:
            self.stage = MESSAGE_TABLE[self.stage][event]
        except KeyError:
            raise IllegalTransition(f"message: {event} in {self.stage}") from None

    def can(self, event: MessageEvent) -> bool:
        """Say whether an event is possible now."""
        return event in MESSAGE_TABLE[self.stage]
