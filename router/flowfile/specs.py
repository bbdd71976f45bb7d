"""What stands in the files of a hotline, flows' nodes left out: structs whose fields are the keys."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.core.cadence import RING_MS
from router.flowfile.callback_specs import CallbackNumbersSpec
from router.flowfile.floor_specs import AgentSpec, ClassSpec, QueueSpec
from router.flowfile.followup_specs import ComplaintsSpec, RoundSpec
from router.flowfile.names import NameText, PhoneText
from router.flowfile.service_specs import OutsideSpec
from router.flowfile.zones import zone_names
from router.ivr.fields import ClassRef, Span

AsciiName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$",
        extra={"what": "short, of small letters a-z, digits, - and _ (it becomes part of ids in Asterisk)"},
    ),
]
PhoneRef = Annotated[str, Meta(extra={"ref": "phone"}, description="a phone, by default named as its agent")]
GroupRef = Annotated[str, Meta(extra={"ref": "group"}, description="a group of agents.yaml")]
FlowRef = Annotated[str, Meta(extra={"ref": "flow"}, description="a flow: the name of a file in flows/")]
DidRef = Annotated[str, Meta(extra={"ref": "did"}, description="a number under 'dids' in site.yaml")]
LanguageRef = Annotated[str, Meta(extra={"ref": "language"}, description="a folder of prompts/, e.g. en or zh")]
DidText = Annotated[
    str, Meta(pattern=r"^\+?[0-9][0-9 -]{0,24}$", extra={"what": "a number as it is dialled (digits, in quotes)"})
]
Code = Annotated[str, Meta(pattern=r"^[*#][0-9*#]{1,7}$", extra={"what": 'a code such as "*11" (in quotes)'})]
AgentRange = Annotated[
    str, Meta(pattern=r"^[0-9]{1,12}(-[0-9]{1,12})?$", extra={"what": "a work number or a range, 1001-1040"})
]
Codec = Literal["alaw", "ulaw", "g722", "opus", "g729"]


class DidSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A number callers dial."""

    flow: Annotated[FlowRef, Meta(description="the flow its callers enter: the name of a file in flows/")]
    emergency: Annotated[bool, Meta(description="whether it is an emergency number")] = False
    language: Annotated[LanguageRef, Meta(description="the language its callers hear (default: the site's)")] = ""
    duty_phones: Annotated[tuple[PhoneRef, ...], Meta(description="phones that ring when the router is away")] = ()
    classes: Annotated[tuple[ClassRef, ...], Meta(description="the class of all who dial it, or several")] = field(
        name="class", default=()
    )


class CodesSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The feature codes agents dial."""

    sign_in: Code = "*11"
    sign_out: Code = "*12"
    ready: Code = "*13"
    pause: Code = "*14"
    wrap_up_done: Code = "*15"
    extend_wrap_up: Code = "*16"
    solved: Code = "*17"
    unsolved: Code = "*18"
    do_not_disturb: Code = "*78"
    end_do_not_disturb: Code = "*79"
    open_extension: Code = "*71"
    close_extension: Code = "*72"


class SiteFile(msgspec.Struct, frozen=True, kw_only=True):
    """``site.yaml``: what holds for the whole hotline."""

    name: Annotated[AsciiName, Meta(description="the hotline's short name")]
    title: Annotated[NameText, Meta(description="what people call it; any language")] = ""
    country: Annotated[
        str, Meta(extra={"one_of": lambda: RING_MS}, description="ISO code such as CN: ring length and numbers")
    ]
    time_zone: Annotated[str, Meta(extra={"one_of": zone_names}, description="such as Asia/Shanghai")]
    language: Annotated[LanguageRef, Meta(description="the language callers hear first")]
    languages: Annotated[
        dict[LanguageRef, tuple[LanguageRef, ...]],
        Meta(description="languages beside it and those heard where one has no words: zh-yue: [zh]"),
    ] = field(default_factory=dict)
    person_key: Annotated[
        str, Meta(pattern="^[0-9*#]$", extra={"what": "one key"}, description="leads to a person from everywhere")
    ] = "0"
    line_rings: Annotated[float, Meta(ge=0, description="rings a caller hears at most before the line answers")] = 1
    answer_after: Annotated[Span, Meta(description="wished ringing before the line answers")] = 0
    publish: Annotated[
        Literal["by_hand", "on_save"], Meta(description="when a change goes live: by `hotline publish`, or when saved")
    ] = "by_hand"
    codes: Annotated[CodesSpec, Meta(description="feature codes agents dial")] = CodesSpec()
    pause_reasons: Annotated[
        tuple[NameText, ...], Meta(min_length=1, description="reasons for a pause; agents dial their place in the list")
    ] = ("break",)
    pause_limits: Annotated[
        dict[NameText, Span], Meta(description="how long a pause may last, by reason; then the supervisor is told")
    ] = field(default_factory=dict)
    wrap_up_codes: Annotated[
        tuple[NameText, ...], Meta(description="what calls were about; agents dial a code's place in the list")
    ] = ()
    dids: Annotated[dict[DidText, DidSpec], Meta(min_length=1, description="the numbers callers dial")]
    callbacks: Annotated[CallbackNumbersSpec, Meta(description="which numbers callers may have called back")] = (
        CallbackNumbersSpec()
    )
    complaints: Annotated[ComplaintsSpec, Meta(description="when complaints are answered and resolved")] = (
        ComplaintsSpec()
    )
    rounds: Annotated[dict[NameText, RoundSpec], Meta(description="call-back rounds by name")] = field(
        default_factory=dict
    )
    classes: Annotated[
        dict[NameText, ClassSpec], Meta(description="classes of callers beside standard, vip, repeat, emergency")
    ] = field(default_factory=dict)


class TrunkSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A way in from the public network."""

    host: Annotated[str, Meta(description="the carrier's SIP host")] = ""
    port: Annotated[int, Meta(ge=1, le=65535)] = 5060
    register: Annotated[bool, Meta(description="whether we register at the host")] = False
    username: Annotated[str, Meta(description="our name there; the password is kept apart")] = ""
    peers: Annotated[tuple[str, ...], Meta(description="addresses calls come from, such as 203.0.113.0/24")] = ()
    dids: Annotated[tuple[DidRef, ...], Meta(description="numbers that arrive here (default: all)")] = ()
    channels: Annotated[int, Meta(ge=0, le=10_000, description="calls at once; 0: no limit of ours")] = 0
    codecs: Annotated[tuple[Codec, ...], Meta(min_length=1, description="in order of preference")] = ("alaw", "ulaw")
    transport: Literal["udp", "tcp", "tls"] = "udp"


class TrunksFile(msgspec.Struct, frozen=True, kw_only=True):
    """``trunks.yaml``."""

    trunks: Annotated[dict[AsciiName, TrunkSpec], Meta(min_length=1, description="ways in by name")]
    outside: Annotated[OutsideSpec, Meta(description="how numbers outside are rung")] = OutsideSpec()


class QueuesFile(msgspec.Struct, frozen=True, kw_only=True):
    """``queues.yaml``."""

    queues: Annotated[dict[NameText, QueueSpec], Meta(min_length=1, description="queues by name")]


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A group of agents."""

    title: Annotated[str, Meta(description="what people call it")] = ""


class PhoneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A SIP phone that registers; its password is kept apart."""

    codecs: Annotated[tuple[Codec, ...], Meta(min_length=1, description="in order of preference")] = ("alaw", "ulaw")
    auto_answer: Annotated[bool, Meta(description="whether it picks up by itself")] = False
    stays_connected: Annotated[
        bool, Meta(description="whether it is rung once, at sign-in, and calls are then put through without a ring")
    ] = False


class AgentsFile(msgspec.Struct, frozen=True, kw_only=True):
    """``agents.yaml``."""

    groups: Annotated[dict[NameText, GroupSpec], Meta(min_length=1, description="groups by name")]
    agents: Annotated[dict[AgentRange, AgentSpec], Meta(min_length=1, description="agents by work number or range")]
    phones: Annotated[dict[PhoneText, PhoneSpec], Meta(description="phones that are special or nobody's")] = field(
        default_factory=dict
    )


class FlowFile(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a file in ``flows/``; the nodes under ``nodes`` are read by their types."""

    start: Annotated[str, Meta(extra={"ref": "node", "default_ref": "first"}, description="the first node")] = ""
    person: Annotated[str, Meta(extra={"ref": "node", "default_ref": "none"}, description="where person_key leads")] = (
        ""
    )
    title: Annotated[str, Meta(description="what people call it")] = ""
