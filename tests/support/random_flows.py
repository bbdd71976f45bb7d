"""Random flows of every registered node type: each field gets a value its marks allow, so a new type needs no line."""

from typing import Any

from hypothesis import strategies as st
from msgspec import inspect as types

from router.flowfile.schema import struct_type
from router.ivr.flow import Flow, Node
from router.ivr.registry import node_types

FLOWS = ("f", "g")
NAMES = ("n0", "n1", "n2", "n3", "n4", "n5")
PEOPLE = "people"
"""The node with people that every flow of :func:`flows_with_people` has."""

VARIABLES = ("a", "b.c", "客户")
EXPRESSIONS = (
    "1", "a", "a + 1", "b.c == 'x'", "1 / 0", "客户", "queue('q').waiting", "queue('gone').waiting > 1",
    "hours('h') == 'open'", "now.hour < 12", "'zh'", "value", "caller", "'2026-02-29'", "a + a",
)  # fmt: skip
_REFERENCES = {
    "node": NAMES,
    "flow": FLOWS,
    "outbound_flow": FLOWS,
    "prompt": ("here", "there", "nowhere"),
    "queue": ("q",),
    "hours": ("h", "gone"),
    "language": ("en", "zh"),
    "sets": VARIABLES,
    "parameter": VARIABLES,
    "expression": EXPRESSIONS,
}
_SPECIAL_KEYS = ("1", "2", "12", "121", "0", "*", "#0", "9")


def nodes() -> st.SearchStrategy[Node]:
    """Nodes of all types there are."""
    return st.one_of([_struct(kind) for kind in node_types().values()])


def flows() -> st.SearchStrategy[dict[str, Flow]]:
    """Two flows that may lead to one another; either may name a person, who may be any node."""
    return _flows(st.one_of(st.just(""), st.sampled_from(NAMES)), {})


def flows_with_people() -> st.SearchStrategy[dict[str, Flow]]:
    """Two flows with a person each: an enqueue node that stands beside the others."""
    return _flows(st.just(PEOPLE), {PEOPLE: node_types()["enqueue"](queue="q")})


def _flows(person: st.SearchStrategy[str], more: dict[str, Node]) -> st.SearchStrategy[dict[str, Flow]]:
    def build(chosen: list[list[Node]], people: list[str]) -> dict[str, Flow]:
        return {
            name: Flow(name=name, start="n0", nodes={**dict(zip(NAMES, of_flow, strict=True)), **more}, person=who)
            for name, of_flow, who in zip(FLOWS, chosen, people, strict=True)
        }

    one = st.lists(nodes(), min_size=len(NAMES), max_size=len(NAMES))
    return st.builds(build, st.lists(one, min_size=2, max_size=2), st.lists(person, min_size=2, max_size=2))


def _struct(cls: type[Any]) -> st.SearchStrategy[Any]:
    kind = struct_type(cls)
    required = {field.name: _value(field.type) for field in kind.fields if field.required}
    optional = {field.name: _value(field.type) for field in kind.fields if not field.required}
    return st.builds(
        lambda must, may: cls(**must, **may),
        st.fixed_dictionaries(required),
        st.fixed_dictionaries({}, optional=optional),
    )


def _value(kind: types.Type) -> st.SearchStrategy[Any]:
    meta, kind = _unwrap(kind)
    match kind:
        case types.StrType() if "one_of" in meta:
            return st.sampled_from(sorted(meta["one_of"]()))
        case types.StrType() if meta.get("ref") in _REFERENCES:
            names = st.sampled_from(_REFERENCES[meta["ref"]])
            return st.one_of(names, st.just("")) if "default_ref" in meta else names
        case types.StrType() if kind.pattern is not None:
            return st.sampled_from(_SPECIAL_KEYS if "key" in str(meta.get("what")) else ("x", "y"))
        case types.StrType():
            return st.sampled_from(("x", "{caller}", "{a}", "{nothing}", "y"))
        case types.IntType():
            low = kind.ge if kind.ge is not None else 0
            high = min(kind.le, low + 20) if kind.le is not None else low + 20
            return st.integers(low, high)
        case types.BoolType():
            return st.booleans()
        case types.LiteralType(values=values):
            return st.sampled_from(values)
        case types.VarTupleType(item_type=item):
            return st.lists(_value(item), min_size=kind.min_length or 0, max_size=3).map(tuple)
        case types.DictType(key_type=key, value_type=value):
            least = kind.min_length or 0
            return st.dictionaries(_value(key), _value(value), min_size=min(least, 2), max_size=3)
        case types.StructType(cls=cls):
            return _struct(cls)
        case types.UnionType(types=kinds):
            return st.one_of([_value(one) for one in kinds])
        case types.NoneType():
            return st.none()
        case other:
            raise TypeError(f"teach random_flows what a {other} may hold")


def _unwrap(kind: types.Type) -> tuple[dict[str, Any], types.Type]:
    meta: dict[str, Any] = {}
    while isinstance(kind, types.Metadata):
        meta = {**(kind.extra or {}), **meta}
        kind = kind.type
    return meta, kind
