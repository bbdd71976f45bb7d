"""Checks the shape of each flow: nodes nothing leads to, menus without a way to a person."""

from collections.abc import Iterable
from collections.abc import Mapping as Map
from itertools import zip_longest

from router.flowfile.diagnostics import diagnose
from router.flowfile.draft import Draft, DraftFlow, DraftNode
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree, scalars
from router.ivr.flow import Node
from router.ivr.nodes.back import Back
from router.ivr.nodes.subflow import Subflow

Edges = Map[str, set[str]]


def check_graph(draft: Draft, edges_of: Map[str, Edges]) -> None:
    """Report unreachable nodes and menus from which no person is reachable, flow by flow."""
    inherits = _inherits_person(draft)
    rung = {reference.name for reference in draft.references if reference.kind == "outbound_flow"}
    for flow in draft.flows.values():
        edges = edges_of[flow.name]
        ways_in = {_near(draft, flow, flow.start), _near(draft, flow, flow.person)}
        reached = reach(ways_in, edges)
        with_person = _with_person(draft, flow, edges)
        for node in flow.nodes.values():
            if node.name not in reached:
                draft.findings.append(diagnose("E311", node.place, name=node.name))
            elif flow.name in rung or flow.name in inherits:
                continue  # whoever we ring need not be able to reach a person; a flow that is called has its caller's
            elif node.node is not None and node.node.listens and node.name not in with_person:
                hint = next((f"add 'person: {name}' to the flow" for name in _people(flow)), "")
                draft.findings.append(diagnose("E401", node.place, hint, name=node.name))


def edges(draft: Draft, *, by_person_key: bool = True) -> dict[str, dict[str, set[str]]]:
    """Return where each node can lead, by flow. A misspelt target counts as the one that was meant.

    The person key leads to the flow's person from everywhere.
    """
    edges_of = {flow.name: {name: set[str]() for name in flow.nodes} for flow in draft.flows.values()}
    for reference in draft.references:
        if reference.kind != "node" or not reference.node:
            continue
        flow = draft.flows[reference.flow]
        name = reference.name or (flow.person if reference.default == "person" else "")
        edges_of[flow.name][reference.node].add(_near(draft, flow, name))
    for flow in draft.flows.values():
        person = _near(draft, flow, flow.person)
        for node, following in zip_longest(flow.nodes.values(), list(flow.nodes)[1:], fillvalue=None):
            if node is not None:
                ways = edges_of[flow.name][node.name]
                ways |= _guessed(flow, node, ways, following or "")
                if by_person_key:
                    ways.add(person)
    return edges_of


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


def reach(ways_in: Iterable[str], edges: Edges) -> set[str]:
    """Return the nodes that can be come to, those of ``ways_in`` among them."""
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


def _inherits_person(draft: Draft) -> set[str]:
    """Return the flows that name no person and are called only by flows that do."""
    callers: dict[str, list[DraftFlow]] = {}
    for flow in draft.flows.values():
        for node in flow.nodes.values():
            if isinstance(node.node, Subflow):
                callers.setdefault(node.node.flow, []).append(flow)
    return {name for name, calling in callers.items() if all(flow.person for flow in calling)}


def _with_person(draft: Draft, flow: DraftFlow, edges: Edges) -> set[str]:
    """Return the nodes from which a person can be reached; one with mistakes has the benefit of the doubt."""
    back: dict[str, set[str]] = {}
    for name, targets in edges.items():
        for target in targets:
            back.setdefault(target, set()).add(name)
    ends = {name for name, found in flow.nodes.items() if found.node is None or _leads_to_person(draft, found.node)}
    return reach(ends, back)


def _leads_to_person(draft: Draft, node: Node) -> bool:
    """Say whether a node is with people, or calls a flow that is, or goes back to one that may be."""
    if isinstance(node, Subflow):
        called = draft.flows.get(node.flow)
        return called is None or bool(_people(called))
    return node.reaches_person or isinstance(node, Back)
