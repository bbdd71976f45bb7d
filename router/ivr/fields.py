"""Pure: the field types node types are written in; their marks tell the loader what a text in the YAML stands for.

``extra`` of a field's ``msgspec.Meta`` is read by ``flowfile``: ``ref`` names what is referred to (and checked to be
there), ``default_ref`` what an empty reference means, ``unit`` how a text becomes a number.
"""

from typing import Annotated

from msgspec import Meta

from router.core.ids import Ms

PromptName = Annotated[str, Meta(min_length=1, extra={"ref": "prompt"}, description="a prompt's name")]
Target = Annotated[str, Meta(extra={"ref": "node"}, description="a node of this flow")]
TargetOrPerson = Annotated[
    str,
    Meta(extra={"ref": "node", "default_ref": "person"}, description="a node of this flow; else the flow's 'person'"),
]
QueueRef = Annotated[str, Meta(extra={"ref": "queue"}, description="a queue of queues.yaml")]
ClassRef = Annotated[str, Meta(extra={"ref": "class"}, description="a class of callers")]
SkillRef = Annotated[str, Meta(extra={"ref": "skill"}, description="a skill that agents have")]
Level = Annotated[int, Meta(ge=1, le=5, description="a skill level, 1-5")]
Keys = Annotated[
    str,
    Meta(pattern=r"^[0-9*#A-D]{1,8}$", extra={"what": "one or more telephone keys (0-9, *, #)"}),
]
Span = Annotated[Ms, Meta(extra={"unit": "span"}, description="a span with its unit: 500ms, 15s, 2m")]
Clock = Annotated[int, Meta(ge=0, le=1440, extra={"unit": "clock"}, description="a time of day, 00:00-24:00")]
