"""A record as a CloudEvent 1.0 in its JSON form, for programs that take events of many kinds."""

import datetime
from typing import Any

import msgspec

from router.adapters.record_codec import to_json
from router.core.records import Record

SPEC_VERSION = "1.0"
_SUBJECTS = ("call_id", "agent", "queue", "phone", "appointment", "extension")
"""What a record is about: the first of these it has."""


def type_of(kind: str, version: int) -> str:
    """Return the CloudEvents type of a kind of record."""
    return f"hotline.{kind}.v{version}"


def as_cloudevent(site: str, record: Record) -> dict[str, Any]:
    """Return the event: its attributes, and the record as ``data``."""
    kind = type(record).__name__
    at = datetime.datetime.fromtimestamp(record.at_ms / 1000, datetime.UTC)
    event: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "id": f"{record.at_ms}-{record.seq}",
        "source": f"/hotline/{site}",
        "type": type_of(kind, record.v),
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"events.schema.json#/$defs/{kind}",
    }
    subject = next((text for name in _SUBJECTS if (text := getattr(record, name, ""))), "")
    if subject:
        event["subject"] = subject
    event["data"] = msgspec.json.decode(to_json(record))
    return event
