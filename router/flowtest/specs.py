"""What may stand in a ``*.test.yaml``: structs whose fields are the keys, read by the schema of the other files."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.core.records import Outcome
from router.flowtest.people import PARTY_FORM, STAFF_FORM
from router.ivr.fields import ClassRef, Level, QueueRef, Span

ANYTHING = "..."
"""Stands for any number of prompts in what is heard."""

MomentText = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}$",
        extra={"what": "a date and time such as 2026-10-01 09:30, or a time such as 09:30, on the site's clock"},
    ),
]
KeysText = Annotated[
    str, Meta(pattern=r"^[0-9*#A-D]{1,40}$", extra={"what": 'keys such as "1" or "123456#" (in quotes)'})
]
NumberText = Annotated[
    str,
    Meta(
        pattern=r"^(withheld|\+?[0-9][0-9 ()-]{0,30})$",
        extra={"what": 'a number such as "13800138000" (in quotes), or withheld'},
    ),
]
StaffText = Annotated[
    str,
    Meta(
        pattern=r"^(none|[0-9]{1,3} (ready|busy|paused|not answering|rejecting|waiting)(, ?[0-9]{1,3} [a-z ]+)*)$",
        extra={"what": STAFF_FORM},
    ),
]
PartyText = Annotated[
    str,
    Meta(
        pattern=r"^(answers( and presses [0-9*#]{1,8})?|busy|no answer|rejects|unreachable)$",
        extra={"what": PARTY_FORM},
    ),
]
HeardText = Annotated[str, Meta(min_length=1, extra={"ref": "heard"}, description="a prompt's name, or ...")]
DidText = Annotated[str, Meta(extra={"ref": "did"}, description="a number under 'dids' in site.yaml")]
FlowText = Annotated[str, Meta(extra={"ref": "flow"}, description="a flow: the name of a file in flows/")]
LanguageText = Annotated[str, Meta(extra={"ref": "language"}, description="a folder of prompts/, e.g. en or zh")]
OutcomeText = Annotated[
    str, Meta(extra={"one_of": lambda: [outcome.value for outcome in Outcome]}, description="how the call ends")
]


class CallSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Who rings which number."""

    did: Annotated[DidText, Meta(description="the number dialled (default: the first that leads to the flow)")] = ""
    caller: Annotated[NumberText, Meta(description="the caller's number, or withheld")] = msgspec.field(
        name="from", default="13800138000"
    )
    name: Annotated[str, Meta(max_length=100, description="the name the caller's phone sends")] = ""
    diverted_from: Annotated[NumberText, Meta(description="the number whose calls are diverted to us")] = ""


class GivenSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How things are before the call; at the top of a file for all its tests, in a test for that one."""

    flow: Annotated[
        FlowText, Meta(description="the flow that is tested (default: the one the file is named after)")
    ] = ""
    at: Annotated[MomentText, Meta(description="when the call comes (default: a Wednesday, 10:00)")] = ""
    call: Annotated[CallSpec, Meta(description="who rings which number")] = CallSpec()
    agents: Annotated[dict[QueueRef, StaffText], Meta(description="the people of each queue")] = field(
        default_factory=dict
    )
    parties: Annotated[
        dict[str, PartyText],
        Meta(description="what numbers outside and phones do when they are rung (default: answers)"),
    ] = field(default_factory=dict)


class ExpectSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What must be so now, or in the end."""

    queue: Annotated[QueueRef, Meta(description="the queue the caller asked for last")] = ""
    call_class: Annotated[ClassRef, Meta(description="the class they wait as")] = msgspec.field(
        name="class", default=""
    )
    skills: Annotated[dict[str, Level], Meta(description="the skills the flow asks for, no more and no less")] = field(
        default_factory=dict
    )
    position: Annotated[int, Meta(ge=1, description="the place in the queue")] = 0
    agent: Annotated[str, Meta(description="the work number of the agent the caller talks with")] = ""
    node: Annotated[str, Meta(description="where the caller is: a node, or flow/node")] = ""
    variables: Annotated[dict[str, str], Meta(description="variables of the flow")] = field(default_factory=dict)
    language: Annotated[LanguageText, Meta(description="the language the caller hears")] = ""
    tag: Annotated[str, Meta(description="the type of call, for reports")] = ""
    asked: Annotated[tuple[str, ...], Meta(description="the sources that were looked up, in order")] = ()
    notified: Annotated[tuple[str, ...], Meta(description="the services a notice was sent by, in order")] = ()
    end: Annotated[OutcomeText, Meta(description="the call's outcome")] = ""


class StepSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a test; exactly one of these keys stands in it."""

    hears: Annotated[tuple[HeardText, ...], Meta(min_length=1, description="the prompts heard next, in order")] = ()
    says: Annotated[str, Meta(description="words that are in what is heard next")] = ""
    press: Annotated[KeysText, Meta(description="keys pressed when all has been said")] = ""
    barge_in: Annotated[KeysText, Meta(description="keys pressed while the line speaks")] = ""
    wait: Annotated[Span, Meta(ge=1, le=172_800_000, description="how long the caller does nothing")] = 0
    speak: Annotated[Span, Meta(ge=1, le=3_600_000, description="how long the caller speaks (into a recording)")] = 0
    hang_up: Annotated[bool, Meta(description="yes: the caller hangs up")] = False
    agents: Annotated[dict[QueueRef, StaffText], Meta(description="the people of a queue, from now on")] = field(
        default_factory=dict
    )
    expect: Annotated[ExpectSpec, Meta(description="what must be so now")] = ExpectSpec()


StepKind = Literal["hears", "says", "press", "barge_in", "wait", "speak", "hang_up", "agents", "expect"]
