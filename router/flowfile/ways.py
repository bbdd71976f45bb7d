"""What a compiled node refers to, by the marks of its fields: where it can lead, and what it names on the way.

The picture of a flow and the coverage of its tests are made from this, so a new node type needs no line in either.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from router.flowfile.schema import struct_type
from router.ivr.flow import Flow, Node


class Way(msgspec.Struct, frozen=True):
    """One thing a node refers to.

    ``kind`` is what it is (``node``, ``flow``, ``queue``, ``prompt``...), ``name`` which one. ``field`` is the YAML key
    it stands under, ``choice`` what leads there below that key: the telephone key, the condition, or "". ``number`` is
    its place in a list, from 1; 0 where it stands in none.
    """

    kind: str
    name: str
    field: str
    choice: str = ""
    number: int = 0

    @property
    def label(self) -> str:
        """The word on the way: the key or condition, else the YAML key."""
        return self.choice or self.field


def ways(node: Node) -> list[Way]:
    """Return everything a node refers to, in the order of its fields; what is left out is not there."""
    return [way for field in struct_type(type(node)).fields for way in _of_field(node, field)]


def ways_out(flow: Flow, node: Node) -> list[Way]:
    """Return where a node leads within its flow. An empty way that means the flow's person is that person."""
    return [way for way in ways(node) if way.kind == "node" and way.name in flow.nodes] + _to_person(flow, node)


def _to_person(flow: Flow, node: Node) -> list[Way]:
    found = []
    for field in struct_type(type(node)).fields:
        meta, kind = _unwrap(field.type)
        empty = isinstance(kind, types.StrType) and not getattr(node, field.name)
        if flow.person and empty and meta.get("ref") == "node" and meta.get("default_ref") == "person":
            found.append(Way("node", flow.person, field.encode_name))
    return found


def _of_field(owner: Any, field: types.Field, choice: str = "", number: int = 0, under: str = "") -> Iterator[Way]:
    yield from _of_value(getattr(owner, field.name), field.type, under or field.encode_name, choice, number)


def _of_value(value: Any, kind: types.Type, field: str, choice: str, number: int) -> Iterator[Way]:
    meta, kind = _unwrap(kind)
    match kind:
        case types.StrType():
            if value and "ref" in meta:
                yield Way(meta["ref"], value, field, choice, number)
        case types.DictType(key_type=key_type, value_type=value_type):
            for name, inner in value.items():
                yield from _of_value(name, key_type, field, choice, number)
                yield from _of_value(inner, value_type, field, str(name), number)
        case types.VarTupleType(item_type=item) | types.ListType(item_type=item):
            for place, inner in enumerate(value, 1):
                named = _named(inner, choice or str(place))
                yield from _of_value(inner, item, field, named, place if named else number)
        case types.StructType(fields=fields):
            for inner in fields:
                yield from _of_field(value, inner, choice, number, field)
        case types.UnionType(types=kinds):
            for one in kinds:
                if isinstance(one, types.StrType | types.Metadata) and isinstance(value, str):
                    yield from _of_value(value, one, field, choice, number)
        case _:
            pass


def _named(value: Any, otherwise: str) -> str:
    """Return what tells an entry of a list from the others: its condition, where it has one."""
    if isinstance(value, msgspec.Struct):
        for name in ("when", "on", "name", "label"):
            said = getattr(value, name, "")
            if isinstance(said, str) and said:
                return said
        return otherwise
    return ""


def _unwrap(kind: types.Type) -> tuple[dict[str, Any], types.Type]:
    meta: dict[str, Any] = {}
    while isinstance(kind, types.Metadata):
        meta = {**(kind.extra or {}), **meta}
        kind = kind.type
    return meta, kind
