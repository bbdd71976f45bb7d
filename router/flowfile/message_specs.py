"""What stands in messages.yaml, and under ``survey`` in queues.yaml: structs whose fields are the keys."""

from typing import Annotated

import msgspec
from msgspec import Meta, field

from router.core.boxes import AWAY, COMPLAINT
from router.core.ids import Ms
from router.flowfile.names import NameText
from router.ivr.fields import GroupRef, OutboundFlowRef, Span

KEEP_MS: Ms = 90 * 86_400_000
LONGEST_KEPT_MS: Ms = 3_660 * 86_400_000
Share = Annotated[
    str,
    Meta(pattern=r"^(100|[0-9]{1,2}(\.[0-9]{1,2})?) ?%$", extra={"what": "a share such as 20%"}),
]


class BoxSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A box messages are left in: the name a `message` node gives it, or the group of a `voicemail` node."""

    title: Annotated[NameText, Meta(description="what people call it")] = ""
    groups: Annotated[
        tuple[GroupRef, ...], Meta(description="groups that answer it (default: the group of its name, else everybody)")
    ] = ()
    answer_within: Annotated[Span, Meta(description="how soon a message is to be answered; 0: no deadline")] = 0
    alert_before: (
        Annotated[
            Span, Meta(description="how long before that the supervisor is told (default: a quarter of answer_within)")
        ]
        | None
    ) = None
    claim_for: Annotated[
        Span, Meta(description="how long an agent has a message they claimed; then it is open again; 0: for good")
    ] = 0
    keep_for: (
        Annotated[
            Span, Meta(le=LONGEST_KEPT_MS, description="when message and recording are deleted (default: the site's)")
        ]
        | None
    ) = None


class TalksSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The recordings of talks (``record`` nodes)."""

    keep_for: Annotated[
        Span, Meta(le=LONGEST_KEPT_MS, description="when the recordings of talks are deleted; 0: never")
    ] = 0
    keep_types: Annotated[
        tuple[NameText, ...], Meta(description="types of calls (by a 'tag' node) whose talks are never too old")
    ] = (COMPLAINT,)


class MessagesFile(msgspec.Struct, frozen=True, kw_only=True):
    """``messages.yaml``: the boxes messages are left in, who answers them, and how long they are kept."""

    keep_for: Annotated[
        Span, Meta(le=LONGEST_KEPT_MS, description="when messages and their recordings are deleted; 0: never")
    ] = KEEP_MS
    keep_types: Annotated[
        tuple[NameText, ...], Meta(description="types of calls (by a 'tag' node) whose messages are never too old")
    ] = (COMPLAINT,)
    away: Annotated[NameText, Meta(min_length=1, description="the box of messages left while the router was away")] = (
        AWAY
    )
    talks: Annotated[TalksSpec, Meta(description="how long the recordings of talks are kept")] = TalksSpec()
    boxes: Annotated[dict[NameText, BoxSpec], Meta(description="boxes by name")] = field(default_factory=dict)


class SurveySpec(msgspec.Struct, frozen=True, kw_only=True):
    """Callers whose agent hangs up first are asked how it was."""

    flow: Annotated[OutboundFlowRef, Meta(description="the flow they hear then, with a 'survey' node")]
    share: Annotated[Share, Meta(description="the share of these callers, drawn by lot")] = "100%"
    emergencies: Annotated[bool, Meta(description="whether callers of emergency classes are asked too")] = False


def share_of(spec: SurveySpec) -> float:
    """Return the share of callers who are asked, in per cent."""
    return float(spec.share.rstrip("% "))
