"""JSON Schemas of a hotline's files, for editors: completion, hints and mistakes while one types.

Made from the very structs the files are read by. ``hotline check`` remains the judge: it knows what refers to what.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect as types

from router.flowfile.kinds import FLOWS, KINDS, about
from router.flowfile.schema import struct_type, unwrap
from router.flowfile.units import show_span
from router.ivr.registry import node_types

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect editors know best."""
SPAN = r"^([0-9]+(\.[0-9]{1,3})? ?(ms|s|m|min|h|d|rings?)|0|off)$"
CLOCK = r"^[0-9]{1,2}:[0-9]{2}$"
_TEXT = ["string", "number", "boolean"]  # a text without quotes may look like a number to an editor's YAML

Schema = dict[str, Any]


def site_schemas() -> dict[str, Schema]:
    """Return the schema of every kind of file by the name of the file (``flows/*.yaml`` for flows)."""
    return {name: _file_schema(name, cls) for name, cls in KINDS.items()}


def _file_schema(name: str, cls: type[msgspec.Struct]) -> Schema:
    definitions: Schema = {}
    schema = _struct(struct_type(cls), definitions)
    if name == FLOWS:
        one_of = [_node(kind, node, definitions) for kind, node in node_types().items()]
        nodes = {"type": "object", "minProperties": 1, "additionalProperties": {"oneOf": one_of}}
        schema["properties"]["nodes"] = {"description": "the steps of the flow by name", **nodes}
        schema["required"] = [*schema.get("required", []), "nodes"]
    found = {"definitions": definitions} if definitions else {}
    return {"$schema": DIALECT, "title": name, **schema, **found}


def _node(name: str, cls: type[msgspec.Struct], definitions: Schema) -> Schema:
    schema = _struct(struct_type(cls), definitions)
    schema["type"] = "object"
    schema["properties"] = {"type": {"const": name}, **schema["properties"]}
    schema["required"] = ["type", *schema.get("required", [])]
    return {"title": name, **schema}


def _struct(kind: types.StructType, definitions: Schema) -> Schema:
    required = [field.encode_name for field in kind.fields if field.required]
    return {
        "description": about(kind.cls),
        "type": "object" if required else ["object", "null"],
        "properties": {field.encode_name: _field(field, definitions) for field in kind.fields},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _field(field: types.Field, definitions: Schema) -> Schema:
    schema = _value(field.type, definitions)
    meta, kind = unwrap(field.type)
    default = _default(field.default, kind, meta)
    return {**schema, **({"default": default} if default is not None else {})}


def _default(value: Any, kind: types.Type, meta: dict[str, Any]) -> Any:
    """Return a default as YAML would say it, None where that says nothing."""
    if value is None or value is msgspec.NODEFAULT or "read" in meta or isinstance(value, msgspec.Struct):
        return None
    if meta.get("unit") == "span":
        return show_span(value) if value else None
    if meta.get("unit") == "clock":
        return f"{value // 60:02}:{value % 60:02}"
    if isinstance(value, tuple):
        return None if not value or any(isinstance(part, msgspec.Struct) for part in value) else list(value)
    return value if isinstance(value, bool | int | float) or value else None


def _value(typed: types.Type, definitions: Schema) -> Schema:
    meta, kind = unwrap(typed)
    told = {"description": meta["about"]} if "about" in meta else {}
    if "shape" in meta:
        name, definitions[name] = meta["shape"][0], meta["shape"][1]
        return {"allOf": [{"$ref": f"#/definitions/{name}"}], **told}
    return {**_plain(kind, meta, definitions), **told}


def _plain(kind: types.Type, meta: dict[str, Any], definitions: Schema) -> Schema:
    match kind:
        case types.StructType():
            return _struct(kind, definitions)
        case types.DictType():
            keys = {key: value for key, value in _value(kind.key_type, definitions).items() if key != "description"}
            keys.pop("type", None)
            return {
                "type": "object",
                **({"propertyNames": keys} if keys else {}),
                "additionalProperties": _value(kind.value_type, definitions),
                **({"minProperties": kind.min_length} if kind.min_length else {}),
            }
        case types.VarTupleType() | types.ListType():
            part = _value(kind.item_type, definitions)
            least = {"minItems": kind.min_length} if kind.min_length else {}
            array: Schema = {"type": "array", "items": part, **least}
            return array if isinstance(unwrap(kind.item_type)[1], types.StructType) else {"anyOf": [part, array]}
        case types.StrType():
            return _text(kind, meta)
        case types.IntType() | types.FloatType():
            return _number(kind, meta)
        case types.BoolType():
            return {"enum": [True, False, "yes", "no", "on", "off"]}
        case types.LiteralType(values=values):
            return {"enum": list(values)}
        case _:  # pragma: no cover - a field type nobody has taught the loader either: a bug of ours
            raise TypeError(f"no schema for {kind}")


def _text(kind: types.StrType, meta: dict[str, Any]) -> Schema:
    if "one_of" in meta:
        return {"enum": _sorted(meta["one_of"]())}
    bounds = {"pattern": kind.pattern, "minLength": kind.min_length, "maxLength": kind.max_length}
    return {"type": _TEXT, **{name: bound for name, bound in bounds.items() if bound is not None}}


def _number(kind: types.IntType | types.FloatType, meta: dict[str, Any]) -> Schema:
    if meta.get("unit") == "span":
        return {"anyOf": [{"type": "string", "pattern": SPAN}, {"enum": [0, False]}]}
    if meta.get("unit") == "clock":
        return {"type": "string", "pattern": CLOCK}
    bounds = {"minimum": kind.ge, "maximum": kind.le}
    number = "integer" if isinstance(kind, types.IntType) else "number"
    return {"type": number, **{name: bound for name, bound in bounds.items() if bound is not None}}


def _sorted(choices: Iterable[str]) -> list[str]:
    return sorted(choices)
