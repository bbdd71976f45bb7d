"""Records as others read them: flat strings for a Redis stream, JSON lines for the outbox, and back.

In the stream booleans are ``1`` and ``0``, None is left out, anything nested is JSON; ``type`` is the record's name.
"""

import enum
import functools
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from router.core.records import AnyRecord, Record

RECORD_TYPES: dict[str, type[Record]] = {record.__name__: record for record in get_args(AnyRecord)}
"""Every record by its name, in the order of :mod:`router.core.records`."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


def to_json(record: Record) -> bytes:
    """Return a record as one line of JSON."""
    return _encoder.encode(record)


def from_json(line: bytes) -> AnyRecord:
    """Return the record of :func:`to_json`. Raises msgspec.MsgspecError."""
    return _decoder.decode(line)


def to_fields(record: Record) -> dict[str, str]:
    """Return a record as flat strings, ``type`` first."""
    fields = {"type": type(record).__name__}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if value is not None:
            fields[name] = _flat(value)
    return fields


def from_fields(fields: Mapping[str, str]) -> Record:
    """Return the record of :func:`to_fields`. Raises msgspec.ValidationError for an unknown type or a wrong field."""
    name = fields.get("type", "")
    kind = RECORD_TYPES.get(name)
    if kind is None:
        raise msgspec.ValidationError(f"no record is called '{name}'")
    plain: dict[str, Any] = {**dict.fromkeys(_optional_fields(kind)), **fields}
    for nested in nested_fields(kind):
        if nested in fields:
            plain[nested] = msgspec.json.decode(fields[nested])
    return msgspec.convert(plain, kind, strict=False)


def is_ours(entry: str, fields: Mapping[str, str]) -> bool:
    """Say whether an entry of a stream is a record of a router: its id is made of its own time and number."""
    return "type" in fields and entry.isascii() and entry == f"{fields.get('at_ms')}-{fields.get('seq')}"


def _flat(value: object) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case enum.Enum():
            return str(value.value)
        case str():
            return value
        case int() | float():
            return repr(value)
        case _:
            return _encoder.encode(value).decode()


@functools.cache
def nested_fields(kind: type[Record]) -> frozenset[str]:
    """The fields whose values are JSON: those that are no string, number, boolean or word."""
    return frozenset(field.name for field in msgspec.structs.fields(kind) if not _is_scalar(field.type))


@functools.cache
def _optional_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields that may be None, and are left out then."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if type(None) in get_args(field.type))


def _is_scalar(kind: Any) -> bool:
    base = getattr(kind, "__supertype__", kind)  # a NewType
    if isinstance(base, type):
        return issubclass(base, str | int | float)
    options = get_args(base) if get_origin(base) in (Union, types.UnionType) else ()
    return bool(options) and all(option is type(None) or _is_scalar(option) for option in options)
