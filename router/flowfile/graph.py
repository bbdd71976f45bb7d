"""Checks the shape of each flow: nodes nothing leads to, menus without a way to a person."""

from collections.abc import Iterable
from collections.abc import Mapping as Map
from itertools import zip_longest

from router.flowfile.diagnostics import diagnose
from router.flowfile.draft import Draft, DraftFlow, DraftNode
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree, scalars

Edges = Map[str, set[str]]


def check_graph(draft: Draft) -> None:
    """Report unreachable nodes and menus from which no person is reachable, flow by flow."""
    edges_of = _edges(draft)
    for flow in draft.flows.values():
        edges = edges_of[flow.name]
        ways_in = {_near(draft, flow, flow.start), _near(draft, flow, flow.person)}
        reached = _reach(ways_in, edges)
        with_person = _with_person(flow, edges)
        for node in flow.nodes.values():
            if node.name not in reached:
                draft.findings.append(diagnose("E311", node.place, name=node.name))
            elif node.node is not None and node.node.listens and node.name not in with_person:
                hint = next((f"add 'person: {name}' to the flow" for name in _people(flow)), "")
                draft.findings.append(diagnose("E401", node.place, hint, name=node.name))


def _edges(draft: Draft) -> dict[str, dict[str, set[str]]]:
    """Return where each node can lead. A misspelt target counts as the one that was meant."""
    edges = {flow.name: {name: set[str]() for name in flow.nodes} for flow in draft.flows.values()}
    for reference in draft.references:
        if reference.kind != "node" or not reference.node:
            continue
        flow = draft.flows[reference.flow]
        name = reference.name or (flow.person if reference.default == "person" else "")
        edges[flow.name][reference.node].add(_near(draft, flow, name))
    for flow in draft.flows.values():
        person = _near(draft, flow, flow.person)
        for node, following in zip_longest(flow.nodes.values(), list(flow.nodes)[1:], fillvalue=None):
            if node is not None:
                ways = edges[flow.name][node.name]
                ways |= _guessed(flow, node, ways, following or "")
                ways.add(person)
    return edges


def _guessed(flow: DraftFlow, node: DraftNode, known: set[str], following: str) -> set[str]:
    """Return where a node may lead whose mistakes hide it: any text in it that names a node, else the one below it."""
    texts = {scalar.text for scalar in scalars(node.tree)} & flow.nodes.keys()
    if node.node is not None:
        return texts if _has_dropped(node.tree) else set()
    return texts or known or {following}


def _has_dropped(tree: Tree) -> bool:
    match tree:
        case Mapping():
            return bool(tree.dropped) or any(_has_dropped(value) for _, value in tree.entries)
        case Sequence():
            return any(_has_dropped(part) for part in tree.parts)
        case Scalar():
            return False


def _near(draft: Draft, flow: DraftFlow, name: str) -> str:
    return name if name in flow.nodes else draft.near(name, flow.nodes)


def _reach(ways_in: Iterable[str], edges: Edges) -> set[str]:
    reached: set[str] = set()
    left = [name for name in ways_in if name]
    while left:
        name = left.pop()
        if name not in reached:
            reached.add(name)
            left.extend(target for target in edges.get(name, ()) if target)
    return reached


def _people(flow: DraftFlow) -> list[str]:
    return [name for name, draft in flow.nodes.items() if draft.node is not None and draft.node.reaches_person]


def _with_person(flow: DraftFlow, edges: Edges) -> set[str]:
    """Return the nodes from which a person can be reached; one with mistakes has the benefit of the doubt."""
    back: dict[str, set[str]] = {}
    for name, targets in edges.items():
        for target in targets:
            back.setdefault(target, set()).add(name)
    ends = {name for name, draft in flow.nodes.items() if draft.node is None or draft.node.reaches_person}
    return _reach(ends, back)
