"""Pure: the field types node types are written in; their marks tell the loader what a text in the YAML stands for.

``extra`` of a field's ``msgspec.Meta`` is read by ``flowfile``: ``ref`` names what is referred to (and checked to be
there), ``default_ref`` what an empty reference means, ``unit`` how a text becomes a number.
"""

from typing import Annotated

from msgspec import Meta

from router.core.ids import Ms
from router.ivr.speech import FORMS, MINOR_DIGITS

PromptName = Annotated[str, Meta(min_length=1, extra={"ref": "prompt"}, description="a prompt's name")]
Target = Annotated[str, Meta(extra={"ref": "node"}, description="a node of this flow")]
TargetOrPerson = Annotated[
    str,
    Meta(extra={"ref": "node", "default_ref": "person"}, description="a node of this flow; else the flow's 'person'"),
]
QueueRef = Annotated[str, Meta(extra={"ref": "queue"}, description="a queue of queues.yaml")]
HoursRef = Annotated[str, Meta(extra={"ref": "hours"}, description="a calendar of hours.yaml")]
LanguageName = Annotated[str, Meta(extra={"ref": "language"}, description="a language: a folder of prompts/")]
Expression = Annotated[
    str,
    Meta(min_length=1, max_length=500, extra={"ref": "expression"}, description="an expression"),
]
ClassRef = Annotated[str, Meta(extra={"ref": "class"}, description="a class of callers")]
SkillRef = Annotated[str, Meta(extra={"ref": "skill"}, description="a skill that agents have")]
SourceRef = Annotated[str, Meta(extra={"ref": "source"}, description="a source of lookups.yaml")]
ServiceRef = Annotated[str, Meta(extra={"ref": "service"}, description="a service of notices.yaml")]
DutyRef = Annotated[str, Meta(extra={"ref": "duty"}, description="a table of duty.yaml")]
ExtensionRef = Annotated[str, Meta(extra={"ref": "extension"}, description="an extension of extensions.yaml")]
PhoneRef = Annotated[str, Meta(extra={"ref": "phone"}, description="a phone, by default named as its agent")]
GroupRef = Annotated[str, Meta(extra={"ref": "group"}, description="a group of agents.yaml")]
FlowRef = Annotated[str, Meta(extra={"ref": "flow"}, description="a flow: the name of a file in flows/")]
OutboundFlowRef = Annotated[
    str, Meta(extra={"ref": "outbound_flow"}, description="the flow whoever is rung enters: a file in flows/")
]
Filled = Annotated[
    str,
    Meta(max_length=500, extra={"fills": True}, description="a text; {caller}, {did} or a variable is filled in"),
]
VariableName = Annotated[
    str,
    Meta(
        pattern=r"^[^\W\d]\w{0,40}(\.[^\W\d]\w{0,40}){0,2}$",
        extra={"ref": "sets", "what": "a variable's name such as account or customer.vip"},
        description="a variable that is set",
    ),
]
ParameterName = Annotated[
    str,
    Meta(
        pattern=r"^[^\W\d]\w{0,40}(\.[^\W\d]\w{0,40}){0,2}$",
        extra={"ref": "parameter", "what": "a variable's name such as account or customer.vip"},
        description="a variable of the flow that is called",
    ),
]
Form = Annotated[
    str, Meta(extra={"one_of": lambda: FORMS}, description="how it is said: number, digits, money, date, time...")
]
Currency = Annotated[str, Meta(extra={"one_of": lambda: MINOR_DIGITS}, description="of money: CNY, USD, EUR...")]
MusicName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="a class of music")]
Level = Annotated[int, Meta(ge=1, le=5, description="a skill level, 1-5")]
Keys = Annotated[
    str,
    Meta(pattern=r"^[0-9*#A-D]{1,8}$", extra={"what": "one or more telephone keys (0-9, *, #)"}),
]
Span = Annotated[Ms, Meta(extra={"unit": "span"}, description="a span with its unit: 500ms, 15s, 2m")]
Clock = Annotated[int, Meta(ge=0, le=1440, extra={"unit": "clock"}, description="a time of day, 00:00-24:00")]
