"""Records as they stand in a stream or in the archive, read with indulgence: older, newer and strange ones too."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import msgspec

from router.adapters.record_codec import RECORD_TYPES, from_fields, from_json, to_json
from router.core.records import SCHEMA_VERSION, Record


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the archive of records. ``json`` is the whole record; the other columns are for finding it.

    ``v`` is 0 where it was not to be read.
    """

    seq: int
    at_ms: int
    type: str
    v: int
    config: str
    call_id: str
    queue: str
    agent: str
    json: str


def raw_of(entry: str, fields: Mapping[str, str]) -> tuple[Raw | None, Record | None]:
    """Return what the archive keeps of an entry, and the record it is.

    No ``Raw``: a foreign entry, whose id is not made of its own time and number. No record: one that this version
    cannot read (an unknown type, a newer schema, a damaged field); it is kept as it is, for a version that can.
    """
    at, _, number = entry.partition("-")
    if not fields.get("type") or fields.get("seq") != number or fields.get("at_ms") != at:
        return None, None
    record = _record(fields)
    json = to_json(record).decode() if record is not None else msgspec.json.encode(dict(fields)).decode()
    version = fields.get("v", "")
    raw = Raw(
        seq=int(number),
        at_ms=int(at),
        type=fields["type"],
        v=int(version) if version.isdecimal() else 0,
        config=fields.get("config", ""),
        call_id=fields.get("call_id", ""),
        queue=fields.get("queue", ""),
        agent=fields.get("agent", ""),
        json=json,
    )
    return raw, record


def record_of(json: str) -> Record | None:
    """Return the record of an archived row; None where this version cannot read it."""
    try:
        record = from_json(json.encode())
    except (msgspec.MsgspecError, ValueError):
        try:
            fields = msgspec.json.decode(json)
        except msgspec.MsgspecError:
            return None
        return _record(fields) if isinstance(fields, dict) else None
    return record if record.v <= SCHEMA_VERSION else None


def _record(fields: Mapping[str, Any]) -> Record | None:
    """The record of flat or typed fields; what an older version did not write yet is filled in as empty."""
    kind = RECORD_TYPES.get(str(fields.get("type", "")))
    version = str(fields.get("v", ""))
    if kind is None or not version.isdecimal() or int(version) > SCHEMA_VERSION:
        return None
    try:
        return from_fields(fields)
    except (msgspec.MsgspecError, ValueError, TypeError):
        pass
    added = {name: fields.get(name, empty) for name, empty in _empties(kind).items()}
    try:
        if all(isinstance(value, str) for value in fields.values()):
            return from_fields({**{name: _flat(value) for name, value in added.items()}, **fields})
        return msgspec.convert({**added, **fields}, kind, strict=False)
    except (msgspec.MsgspecError, ValueError, TypeError):
        return None


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "0" if value in (0, False) else msgspec.json.encode(value).decode()


def _empties(kind: type[Record]) -> dict[str, Any]:
    """An empty value for each field that has no default of its own."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if not field.required or field.name in ("seq", "at_ms", "v", "config"):
            continue
        base = getattr(field.type, "__supertype__", field.type)
        origin = get_origin(base) or base
        if origin in (tuple, list):
            found[field.name] = []
        elif origin is dict:
            found[field.name] = {}
        elif isinstance(base, type) and issubclass(base, str) and not hasattr(base, "__members__"):
            found[field.name] = ""
        elif isinstance(base, type) and issubclass(base, int | float):
            found[field.name] = 0
        elif type(None) in get_args(base):
            found[field.name] = None
    return found
