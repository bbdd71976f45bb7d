"""Pure: the ways on where somebody could not be reached: shared by the node types that ring one person."""

from typing import Annotated

from msgspec import Meta

from router.ivr.fields import MusicName, Span, Target, TargetOrPerson
from router.ivr.flow import Node
from router.ivr.orders import Reply
from router.ivr.walk import Walk

_WORDS = {
    "busy": "busy",
    "rejected": "busy",
    "no_answer": "no_answer",
    "forwarded": "no_answer",
    "unreachable": "unreachable",
    "closed": "closed",
    "do_not_disturb": "do_not_disturb",
    "missing": "missing",
    "refused": "refused",
}


class Reaching(Node, frozen=True, kw_only=True):
    """Rings one person for the caller, and goes on by why that came to nothing."""

    ring: Annotated[Span, Meta(ge=5_000, le=120_000, description="how long it rings")] = 30_000
    music: Annotated[MusicName, Meta(description="class of music while it rings")] = "default"
    busy: Annotated[Target, Meta(description="where the caller goes when the phone is busy or the call rejected")] = ""
    no_answer: Annotated[Target, Meta(description="where they go when nobody picks up")] = ""
    unreachable: Annotated[Target, Meta(description="where they go when the phone is not there")] = ""
    closed: Annotated[Target, Meta(description="where they go when the extension is closed")] = ""
    do_not_disturb: Annotated[Target, Meta(description="where they go when it is not to be disturbed")] = ""
    missing: Annotated[Target, Meta(description="where they go when there is no such extension")] = ""
    refused: Annotated[Target, Meta(description="where they go when the number may not be rung")] = ""
    otherwise: Annotated[TargetOrPerson, Meta(description="where they go for every reason not named")] = ""

    def not_reached(self, walk: Walk, reply: Reply) -> None:
        """Go on by the reason."""
        word = _WORDS.get(reply.status, "unreachable")
        walk.step(word)
        walk.go_to_person(str(getattr(self, word)) or self.otherwise)
