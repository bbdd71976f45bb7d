"""Checks expressions and variables: what cannot be read, names nobody sets, names used before they are set."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from router.flowfile.diagnostics import Place, diagnose, listed
from router.flowfile.draft import Draft
from router.flowfile.graph import Edges
from router.flowfile.schema import Reference
from router.flowfile.text import FULL_WIDTH
from router.ivr.expressions import BUILT_IN, FUNCTIONS, Compiled, ExpressionError, Name, compile_expression
from router.ivr.nodes.collect import Collect
from router.ivr.nodes.subflow import Subflow

TYPED = "value"
"""What ``check`` of a collect node calls the digits."""
_OWN = frozenset({*BUILT_IN, *FUNCTIONS, "now", "value", "yes", "no", "true", "false", "and", "or", "not", "in", "if"})


def check_expressions(draft: Draft, edges_of: Mapping[str, Edges]) -> None:
    """Report what is wrong with every expression of every flow, and variables that cannot be what is meant."""
    variables = _Variables(draft, edges_of)
    for reference in list(draft.references):
        if reference.kind == "sets" and (reference.name in _OWN or reference.name.startswith("now.")):
            draft.findings.append(diagnose("E334", reference.place, name=reference.name))
        elif reference.kind == "expression":
            compiled = _compiled(draft, reference)
            if compiled is not None:
                _check_asked(draft, reference, compiled)
                for name in compiled.names:
                    variables.check(reference, name)


class _Variables:
    """Which variables are set, where, and whether a node can come after one that sets them."""

    def __init__(self, draft: Draft, edges_of: Mapping[str, Edges]) -> None:
        self._draft = draft
        self._edges_of = edges_of
        self._setters: dict[str, dict[str, set[str]]] = {}  # variable -> flow -> nodes
        for reference in draft.references:
            if reference.kind == "sets":
                self._setters.setdefault(reference.name, {}).setdefault(reference.flow, set()).add(reference.node)
        self._given: dict[str, set[str]] = {}  # flow -> variables it is called with
        for flow in draft.flows.values():
            for node in flow.nodes.values():
                if isinstance(node.node, Subflow):
                    self._given.setdefault(node.node.flow, set()).update(node.node.given)
        self._whole = draft.flows_whole and all(
            node.node is not None for flow in draft.flows.values() for node in flow.nodes.values()
        )
        self._after: dict[str, dict[str, int]] = {}
        self._bits: dict[str, int] = {}

    @cached_property
    def _known(self) -> tuple[str, ...]:
        given = {name for names in self._given.values() for name in names}
        return tuple(sorted({*self._setters, *given}))

    @cached_property
    def _entered(self) -> frozenset[str]:
        """The flows that other flows lead to, which may have set anything, but for those only called."""
        called = {(reference.flow, reference.node) for reference in self._draft.references if self._calls(reference)}
        return frozenset(
            reference.name
            for reference in self._draft.references
            if reference.kind in ("flow", "outbound_flow")
            and reference.flow
            and (reference.flow, reference.node) not in called
        )

    def check(self, reference: Reference, name: Name) -> None:
        """Report a name that is neither built in nor set by a node, or not on the way to where it is used."""
        if name.name in BUILT_IN or (name.name == TYPED and self._is_collect(reference)):
            return
        place = _inside(reference, name.offset)
        if name.name not in self._known:
            if self._whole or name.name.startswith("now."):
                self._unknown(place, name.name)
        elif not self._may_be_set(reference, name.name):
            self._draft.findings.append(diagnose("W331", place, name=name.name))

    def _unknown(self, place: Place, name: str) -> None:
        known = (*BUILT_IN, *self._known)
        near = self._draft.near(name, known)
        hint = f"did you mean '{near}'? A text stands in quotes: '{name}'" if near else ""
        self._draft.findings.append(diagnose("E331", place, hint, name=name, known=listed(self._known)))

    def _may_be_set(self, reference: Reference, name: str) -> bool:
        flow = reference.flow
        if flow in self._entered or name in self._given.get(flow, ()) or not self._whole:
            return True
        if flow not in self._after:
            self._after[flow] = self._masks(flow)
        return bool(self._after[flow].get(reference.node, 0) & self._bit(name))

    def _masks(self, flow: str) -> dict[str, int]:
        """Return, for each node, which variables may be set when it is left: one bit each, all worked out at once."""
        edges = self._edges_of.get(flow, {})
        masks = dict.fromkeys(edges, 0)
        for name, setters in self._setters.items():
            for node in setters.get(flow, ()):
                masks[node] |= self._bit(name)
        order = list(edges.items())
        changed = True
        while changed:  # up and down the file, as flows are mostly written in their order
            changed = False
            for node, targets in order:
                mask = masks[node]
                for target in targets:
                    if target in masks and mask | masks[target] != masks[target]:
                        masks[target] |= mask
                        changed = True
            order.reverse()
        return masks

    def _bit(self, name: str) -> int:
        return 1 << self._bits.setdefault(name, len(self._bits))

    def _calls(self, reference: Reference) -> bool:
        node = self._node(reference)
        return isinstance(node, Subflow)

    def _is_collect(self, reference: Reference) -> bool:
        return isinstance(self._node(reference), Collect)

    def _node(self, reference: Reference) -> object:
        flow = self._draft.flows.get(reference.flow)
        node = flow.nodes.get(reference.node) if flow is not None else None
        return node.node if node is not None else None


def _compiled(draft: Draft, reference: Reference) -> Compiled | None:
    try:
        return compile_expression(reference.name)
    except ExpressionError as error:
        wide = next((at for at, letter in enumerate(reference.name) if letter in FULL_WIDTH), None)
        if wide is not None:
            letter = reference.name[wide]
            place = _inside(reference, wide)
            wrong = "full-width space" if letter == "　" else letter
            draft.findings.append(diagnose("E108", place, wrong=wrong, right=FULL_WIDTH[letter]))
        else:
            place = _inside(reference, error.offset)
            draft.findings.append(diagnose("E332", place, error.hint, problem=error.message))
        return None


def _check_asked(draft: Draft, reference: Reference, compiled: Compiled) -> None:
    """Report queues, calendars and classes that are not there."""
    asked: tuple[tuple[str, Iterable[Name]], ...] = (
        ("queue", compiled.queues),
        ("hours", compiled.hours),
        ("class", compiled.classes),
    )
    for kind, names in asked:
        for name in names:
            place = _inside(reference, name.offset)
            draft.references.append(Reference(kind, name.name, place, reference.flow, reference.node))


def _inside(reference: Reference, offset: int) -> Place:
    """Return the place of a character of an expression; exact where the expression stands on one line."""
    place = reference.place
    return Place(place.file, place.line, place.column + offset)
