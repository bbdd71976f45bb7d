"""Pure: the boxes messages are left in, as the site's YAML describes them: who answers them, by when, how long kept."""

import msgspec

from router.core.ids import Ms

AWAY = "away"
"""The box of messages taken by Asterisk while the router was away, unless ``messages.yaml`` names another."""
COMPLAINT = "complaint"
"""The call type whose recordings are kept whatever their age, unless ``messages.yaml`` says otherwise."""


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A box. Its messages are work for the agents of ``groups`` (none: for every agent).

    They are to be answered within ``answer_within_ms`` (0: no deadline); the supervisor is told ``alert_before_ms``
    before that. Who claimed one has it for ``claim_for_ms``, then it is open again (0: for good). Message and recording
    are deleted ``keep_ms`` after they were left (0: never).
    """

    name: str
    title: str = ""
    groups: tuple[str, ...] = ()
    answer_within_ms: Ms = 0
    alert_before_ms: Ms = 0
    claim_for_ms: Ms = 0
    keep_ms: Ms = 0


class MessageRules(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for all messages of a site. Those of calls of ``keep_types`` never get too old.

    The recordings of talks are deleted ``talk_keep_ms`` after they were made (0: never), but for ``talk_keep_types``.
    """

    boxes: dict[str, Box] = {}
    keep_ms: Ms = 0
    keep_types: tuple[str, ...] = (COMPLAINT,)
    away: str = AWAY
    talk_keep_ms: Ms = 0
    talk_keep_types: tuple[str, ...] = (COMPLAINT,)

    def box(self, name: str) -> Box:
        """Return a box; one that nobody described is open to every agent and has no deadline."""
        return self.boxes.get(name) or Box(name=name, keep_ms=self.keep_ms)
