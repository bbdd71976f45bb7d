"""Writes ``docs/reference.md``: every key of every file and node type, from the structs they are read by."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from router.flowfile.kinds import FLOWS, KINDS, about
from router.flowfile.schema import struct_type, unwrap
from router.flowfile.units import show_span
from router.ivr.registry import node_types

_MOST_CHOICES = 12
_REFS = {
    "node": "a node", "flow": "a flow", "queue": "a queue", "group": "a group", "prompt": "a prompt",
    "class": "a class", "skill": "a skill", "phone": "a phone", "did": "a number", "language": "a language",
    "hours": "a calendar", "source": "a source", "service": "a service", "duty": "a duty table",
    "trunk": "a trunk", "extension": "an extension", "outbound_flow": "a flow", "sets": "a variable",
    "expression": "an expression",
}  # fmt: skip


def reference_page() -> str:
    """Return the whole page."""
    lines = [
        "# Reference: every key",
        "",
        "Made from what the router reads the files by (`python -m router.flowfile reference > docs/reference.md`);",
        "how to use it all is told in [flows.md](flows.md) and [queues.md](queues.md), mistakes in",
        "[errors.md](errors.md). A list of one may be written without brackets. A span carries its unit: `500ms`,",
        "`15s`, `2m`, `1h`, `3 rings`. `hotline schema site` prints the same as JSON Schema, for editors.",
        "",
    ]
    for name, cls in KINDS.items():
        lines += [f"## `{name}`", "", about(cls).removeprefix(f"`{name}`").lstrip(":. "), ""]
        if name == FLOWS:
            lines += ["`nodes` (required) holds the steps by name; each has a `type`, below.", ""]
        lines += _sections(struct_type(cls), set())
    lines += ["# Node types", ""]
    for name, node in node_types().items():
        lines += [f"## `{name}`", "", about(node), ""]
        lines += _sections(struct_type(node), set())
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip() + "\n"


def _sections(kind: types.StructType, seen: set[str]) -> Iterator[str]:
    """Yield the table of a struct's keys, then those of the structs within it."""
    inner: dict[str, types.StructType] = {}
    if kind.fields:
        yield "| key | value | if left out | meaning |"
        yield "|---|---|---|---|"
    for field in kind.fields:
        meta, plain = unwrap(field.type)
        for found in _structs(plain):
            inner.setdefault(_title(found), found)
        cells = [f"`{field.encode_name}`", _word(field.type), _default(field, plain, meta), meta.get("about", "")]
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    yield ""
    for title, found in inner.items():
        if title not in seen:
            seen.add(title)
            yield f"### {title}"
            yield ""
            yield about(found.cls)
            yield ""
            yield from _sections(found, seen)


def _structs(kind: types.Type) -> Iterator[types.StructType]:
    match unwrap(kind)[1]:
        case types.StructType() as found:
            yield found
        case types.DictType(value_type=inner) | types.VarTupleType(item_type=inner) | types.ListType(item_type=inner):
            yield from _structs(inner)
        case _:
            pass


def _title(kind: types.StructType) -> str:
    return kind.cls.__name__.removesuffix("Spec").lower()


def _word(typed: types.Type) -> str:
    """Say in a few words what may stand there."""
    meta, kind = unwrap(typed)
    if "shown" in meta:
        return str(meta["shown"])
    match kind:
        case types.StructType():
            return f"a map: see *{_title(kind)}*"
        case types.DictType(key_type=key, value_type=value):
            by = _word(key) if "ref" in unwrap(key)[0] else "name"
            return f"a map by {_bare(by).removeprefix('a ')}: {_bare(_word(value))}"
        case types.VarTupleType(item_type=item) | types.ListType(item_type=item):
            return f"a list: {_bare(_word(item))}"
        case types.StrType() if "one_of" in meta:
            choices = sorted(meta["one_of"]())
            return ", ".join(f"`{choice}`" for choice in choices) if len(choices) <= _MOST_CHOICES else "a text"
        case types.StrType() if "ref" in meta:
            return _REFS.get(meta["ref"], "a name")
        case types.StrType():
            return str(meta.get("what", "a text"))
        case types.LiteralType(values=values):
            return ", ".join(f"`{value}`" for value in values)
        case types.BoolType():
            return "yes or no"
        case types.IntType() | types.FloatType() if meta.get("unit") == "span":
            return f"a span{_bounds(kind.ge, kind.le, lambda bound: show_span(round(bound)))}"
        case types.IntType() if meta.get("unit") == "clock":
            return "a time of day, `08:30`"
        case types.IntType() | types.FloatType():
            return f"a number{_bounds(kind.ge, kind.le, str)}"
        case _:
            return "a value"


def _bounds(low: Any, high: Any, show: Any) -> str:
    if low is not None and high is not None:
        return f", {show(low)} to {show(high)}"
    if low:
        return f", at least {show(low)}"
    return f", at most {show(high)}" if high is not None else ""


def _bare(word: str) -> str:
    return word.removeprefix("a map: ").removeprefix("a list: ")


def _default(field: types.Field, kind: types.Type, meta: dict[str, Any]) -> str:
    if field.required:
        return "**required**"
    value = field.default
    if value is msgspec.NODEFAULT or value is None or value == "" or value == () or isinstance(value, msgspec.Struct):
        return ""
    if "read" in meta:
        return "anybody" if any(not skills for skills in value) else ""
    if meta.get("unit") == "span":
        return f"`{show_span(value)}`" if value else "`0`"
    if meta.get("unit") == "clock":
        return f"`{value // 60:02}:{value % 60:02}`"
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    if isinstance(value, tuple):
        return "" if any(isinstance(part, msgspec.Struct) for part in value) else ", ".join(f"`{p}`" for p in value)
    return f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
