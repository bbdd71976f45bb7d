"""What stands in extensions.yaml, duty.yaml, lookups.yaml and notices.yaml, and under ``outside`` in trunks.yaml."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from router.flowfile.names import NameText
from router.ivr.fields import Clock, Filled, PhoneRef, Span

TrunkRef = Annotated[str, Meta(extra={"ref": "trunk"}, description="a trunk of trunks.yaml")]
Prefix = Annotated[
    str, Meta(pattern=r"^\+?[0-9]{1,15}$", extra={"what": "the beginning of a number, +86 or 0 (digits, in quotes)"})
]
Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[A-Za-z0-9._~:\[\]-]+(/\S*|\?\S*)?$",
        extra={"what": "such as https://crm.example/customers/{number}, its host written out"},
        description="the address; what stands in braces is filled in",
    ),
]
ExtensionRange = Annotated[
    str, Meta(pattern=r"^[0-9]{1,12}(-[0-9]{1,12})?$", extra={"what": "an extension or a range, 301-340 (in quotes)"})
]
_DAY = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
Days = Annotated[
    str,
    Meta(
        pattern=rf"^(daily|{_DAY}(-{_DAY})?)$", extra={"what": "a day such as monday, a range monday-friday, or daily"}
    ),
]
SecretPlace = Annotated[
    str, Meta(pattern=r"^\{secret:[A-Za-z0-9_-]{1,40}\}$", extra={"what": "the name of a secret: {secret:crm}"})
]
FieldName = Annotated[str, Meta(min_length=1, max_length=64)]
Status = Annotated[int, Meta(ge=200, le=599)]


class OutsideSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How numbers outside are rung; without it none is."""

    trunk: Annotated[TrunkRef, Meta(description="the trunk such calls go out by")] = ""
    allow: Annotated[tuple[Prefix, ...], Meta(description="beginnings of numbers that may be rung")] = ()
    deny: Annotated[tuple[Prefix, ...], Meta(description="beginnings of those that may not after all")] = ()
    show_number: Annotated[str, Meta(pattern=r"^\+?[0-9]{0,20}$", description="our number as they see it")] = ""


class ExtensionSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A number inside: a room, a department."""

    phone: Annotated[PhoneRef, Meta(description="the phone that rings (default: named as the extension)")] = ""
    open: Annotated[bool, Meta(description="whether it takes calls until somebody opens or closes it")] = True
    title: Annotated[NameText, Meta(description="what people call it")] = ""


class ExtensionsFile(msgspec.Struct, frozen=True, kw_only=True):
    """``extensions.yaml``."""

    extensions: Annotated[
        dict[ExtensionRange, ExtensionSpec], Meta(min_length=1, description="extensions by number or range")
    ]


class ShiftSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call in some hours. From 17:00 until 08:00 goes over midnight and belongs to its first day."""

    days: Annotated[tuple[Days, ...], Meta(min_length=1, description="on which days")] = ("daily",)
    begins: Annotated[Clock, Meta(description="when it begins")] = field(name="from", default=0)
    until: Annotated[Clock, Meta(description="when it ends")] = 1440
    ring: Annotated[
        tuple[NameText, ...], Meta(min_length=1, description="phones of ours and numbers outside, in this order")
    ]


class DutyFile(msgspec.Struct, frozen=True, kw_only=True):
    """``duty.yaml``."""

    tables: Annotated[
        dict[NameText, tuple[ShiftSpec, ...]], Meta(min_length=1, description="shifts of each table, by its name")
    ]


class HttpSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A web service that answers in JSON."""

    url: Url
    method: Literal["GET", "POST", "PUT"] = "GET"
    headers: Annotated[dict[FieldName, Filled], Meta(description="HTTP headers; secrets as {secret:crm}")] = field(
        default_factory=dict
    )
    body: Annotated[dict[FieldName, Filled], Meta(description="fields of the JSON that is sent")] = field(
        default_factory=dict
    )
    values: Annotated[
        dict[FieldName, FieldName], Meta(description="what is wanted of the answer, by its path: customer.name")
    ] = field(default_factory=dict)
    accepted: Annotated[
        dict[FieldName, FieldName], Meta(description="paths and what must stand there; anything else is a refusal")
    ] = field(default_factory=dict)
    missing: Annotated[tuple[Status, ...], Meta(description="HTTP status that means: no such entry")] = (404,)
    refused: Annotated[tuple[Status, ...], Meta(description="HTTP status that means: wrong password")] = (401, 403)
    timeout: Annotated[Span, Meta(ge=100, le=30_000, description="the longest wait for an answer")] = 3_000
    retries: Annotated[int, Meta(ge=0, le=5, description="tries after the first, within the time-out")] = 1
    cache: Annotated[Span, Meta(le=86_400_000, description="how long an answer is kept; 0: not at all")] = 0
    max_bytes: Annotated[int, Meta(ge=100, le=10_000_000, description="what is longer is no answer")] = 65_536


class RedisSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A hash in Redis."""

    key: Annotated[Filled, Meta(min_length=1, description="the hash's key, customer:{number}")]
    url: Annotated[
        str,
        Meta(pattern=r"^(rediss?://[A-Za-z0-9._-]+(:[0-9]{1,5})?(/[0-9]{1,3})?)?$", description="redis://host:port/db"),
    ] = ""
    auth: Annotated[SecretPlace, Meta(description="its password, {secret:crm}")] = ""
    values: Annotated[dict[FieldName, FieldName], Meta(description="fields wanted of the hash (default: all)")] = field(
        default_factory=dict
    )
    timeout: Annotated[Span, Meta(ge=50, le=30_000, description="the longest wait for an answer")] = 1_000
    retries: Annotated[int, Meta(ge=0, le=5, description="tries after the first, within the time-out")] = 1
    cache: Annotated[Span, Meta(le=86_400_000, description="how long an answer is kept; 0: not at all")] = 0


class TableSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A CSV table in the hotline's folder; its first line names the columns."""

    file: Annotated[
        str,
        Meta(
            pattern=r"^[^/\\.][^/\\]*(/[^/\\.][^/\\]*){0,3}\.csv$",
            extra={"what": "a .csv file below the hotline's folder, tables/desks.csv"},
            description="the file, below the hotline's folder",
        ),
    ]
    keys: Annotated[tuple[FieldName, ...], Meta(min_length=1, description="columns an entry is found by")]


class LookupsFile(msgspec.Struct, frozen=True, kw_only=True):
    """``lookups.yaml``: sources a flow may ask, by name."""

    http: Annotated[dict[NameText, HttpSpec], Meta(description="web services")] = field(default_factory=dict)
    redis: Annotated[dict[NameText, RedisSpec], Meta(description="hashes in Redis")] = field(default_factory=dict)
    tables: Annotated[dict[NameText, TableSpec], Meta(description="CSV tables")] = field(default_factory=dict)


class WebhookSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A notice by HTTP."""

    url: Url
    method: Literal["POST", "PUT", "GET"] = "POST"
    headers: Annotated[dict[FieldName, Filled], Meta(description="HTTP headers; secrets as {secret:crm}")] = field(
        default_factory=dict
    )
    body: Annotated[dict[FieldName, Filled], Meta(description="what is sent (default: the notice's fields)")] = field(
        default_factory=dict
    )
    format: Annotated[Literal["json", "form"], Meta(description="how it is sent")] = "json"
    timeout: Annotated[Span, Meta(ge=500, le=60_000, description="the longest wait for one try")] = 5_000
    give_up: Annotated[Span, Meta(le=86_400_000, description="how long it is tried again")] = 3_600_000


class MailSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A notice by mail."""

    host: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$", description="the mail server")]
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Meta(description="how the connection is secured")] = (
        "starttls"
    )
    username: Annotated[str, Meta(description="our name there")] = ""
    auth: Annotated[SecretPlace, Meta(description="the password, {secret:mail}")] = ""
    sender: Annotated[str, Meta(pattern=r"^[^@\s<>,]+@[^@\s<>,]+$", description="the sender's address")] = field(
        name="from"
    )
    to: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[^@\s<>,]+@[^@\s<>,]+$")], ...],
        Meta(min_length=1, description="who gets it"),
    ]
    subject: Annotated[Filled, Meta(description="its subject")]
    text: Annotated[str, Meta(max_length=5_000, extra={"fills": True}, description="its text")]
    timeout: Annotated[Span, Meta(ge=500, le=60_000, description="the longest wait for one try")] = 10_000
    give_up: Annotated[Span, Meta(le=86_400_000, description="how long it is tried again")] = 3_600_000


class NoticesFile(msgspec.Struct, frozen=True, kw_only=True):
    """``notices.yaml``: services that carry notices, by name."""

    webhook: Annotated[dict[NameText, WebhookSpec], Meta(description="web services")] = field(default_factory=dict)
    sms: Annotated[dict[NameText, WebhookSpec], Meta(description="SMS gateways, reached by HTTP")] = field(
        default_factory=dict
    )
    mail: Annotated[dict[NameText, MailSpec], Meta(description="mail")] = field(default_factory=dict)


class ServiceFiles(msgspec.Struct):
    """The files about what is outside, as far as they are there and could be read; ``tables`` are compiled ones.

    ``unread`` are the files that are there and could not be read.
    """

    extensions: ExtensionsFile | None = None
    duty: DutyFile | None = None
    lookups: LookupsFile | None = None
    notices: NoticesFile | None = None


SERVICE_FILES: dict[str, type[msgspec.Struct]] = {
    "extensions.yaml": ExtensionsFile,
    "duty.yaml": DutyFile,
    "lookups.yaml": LookupsFile,
    "notices.yaml": NoticesFile,
}
"""The files a hotline may have, with what stands in them."""
