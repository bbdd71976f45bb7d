"""The schema of the records others read: as JSON Schema and as tables for people, both from the records themselves."""

import inspect
from typing import Any, get_args

import msgspec

from router.core.records import SCHEMA_VERSION, AnyRecord, Record

_COMMON = tuple(field.name for field in msgspec.structs.fields(Record))


def as_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one record as JSON, as ``hotline events --json`` prints it."""
    (union,), components = msgspec.json.schema_components([AnyRecord], ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "records of a hotline",
        "version": SCHEMA_VERSION,
        **union,
        "$defs": dict(sorted(components.items())),
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))  # lists, as a reader of JSON sees them
    return plain


def as_markdown() -> str:
    """Return a section per record: what it says, and its own fields with their types."""
    return "\n".join(_section(record) for record in get_args(AnyRecord)).rstrip() + "\n"


def _section(record: type[Record]) -> str:
    lines = [f"### {record.__name__}", "", " ".join((inspect.getdoc(record) or "").replace("``", "`").split()), ""]
    own = [field for field in msgspec.structs.fields(record) if field.name not in _COMMON]
    if own:
        lines += ["| field | type |", "|---|---|"]
        lines += [f"| `{field.name}` | {_words(field.type)} |" for field in own]
        lines.append("")
    return "\n".join(lines)


def _words(kind: Any) -> str:
    described = msgspec.inspect.type_info(kind)
    match described:
        case msgspec.inspect.BoolType():
            return "`1` or `0`"
        case msgspec.inspect.IntType():
            return "integer"
        case msgspec.inspect.FloatType():
            return "decimal"
        case msgspec.inspect.EnumType(cls=cls):
            return "one of " + ", ".join(f"`{member.value}`" for member in cls)
        case msgspec.inspect.StrType():
            return "text"
        case _:
            return "JSON"
