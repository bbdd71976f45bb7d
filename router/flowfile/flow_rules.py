"""Rules about the shape of flows: circles, dead ends, flows that call one another, nodes that contradict themselves."""

from collections.abc import Mapping

from router.flowfile.diagnostics import diagnose, listed
from router.flowfile.draft import Draft, DraftFlow, DraftNode
from router.flowfile.graph import Edges, edges, reach
from router.flowfile.tree import Mapping as Map
from router.ivr.flow import Node
from router.ivr.nodes.back import Back
from router.ivr.nodes.branch import Branch
from router.ivr.nodes.collect import Collect
from router.ivr.nodes.language import Language
from router.ivr.nodes.silent_line import SilentLine
from router.ivr.nodes.subflow import Subflow


def check_flows(draft: Draft, edges_of: Mapping[str, Edges]) -> None:
    """Report what no single key can be wrong about; ``edges_of`` are the ways between nodes, by flow."""
    ways_of = edges(draft, by_person_key=False)
    for flow in draft.flows.values():
        _circles(draft, flow, ways_of[flow.name])
        _dead_ends(draft, flow, edges_of[flow.name])
        for node in flow.nodes.values():
            if node.node is not None:
                _contradictions(draft, node, node.node)
                _results(draft, node, node.node)
    _calls(draft)
    _numbers(draft, edges_of)
    for language, instead in (draft.site.languages if draft.site else {}).items():
        if language in instead:
            draft.findings.append(diagnose("E335", draft.place("site.yaml", "languages", language), name=language))


def _circles(draft: Draft, flow: DraftFlow, edges: Edges) -> None:
    """Report circles without a node that asks the caller or decides: they can only go round."""
    left = {
        name: {target for target in targets if _passes(flow, target)}
        for name, targets in edges.items()
        if _passes(flow, name)
    }
    while True:  # peel off what leads nowhere and what nothing leads to: circles remain
        entered = {target for targets in left.values() for target in targets}
        stay = {name for name, targets in left.items() if targets and name in entered}
        if len(stay) == len(left):
            break
        left = {name: left[name] & stay for name in left if name in stay}
    while left:
        first = next(iter(left))
        circle = [name for name in left if name in reach(left[first], left) and first in reach(left[name], left)]
        if circle:
            place = flow.nodes[circle[0]].place
            draft.findings.append(diagnose("E411", place, names=listed(circle)))
        for name in circle or [first]:
            left.pop(name)


def _passes(flow: DraftFlow, name: str) -> bool:
    """Say whether callers pass a node without being asked and without a decision."""
    found = flow.nodes.get(name)
    return (
        found is not None
        and found.node is not None
        and not found.node.listens
        and not isinstance(found.node, Branch | Subflow)
    )


def _dead_ends(draft: Draft, flow: DraftFlow, edges: Edges) -> None:
    back: dict[str, set[str]] = {}
    for name, targets in edges.items():
        for target in targets:
            back.setdefault(target, set()).add(name)
    ends = {name for name, found in flow.nodes.items() if found.node is None or not found.node.goes_on}
    ends |= {name for name, found in flow.nodes.items() if isinstance(found.node, Subflow)}
    coming_to_an_end = reach(ends, back)
    lost = [name for name in flow.nodes if name not in coming_to_an_end]
    if lost:
        draft.findings.append(diagnose("E412", flow.nodes[lost[0]].place, name=lost[0]))


def _contradictions(draft: Draft, found: DraftNode, node: Node) -> None:
    def report(code: str, at: str, **particulars: object) -> None:
        written = found.tree.find(at) if isinstance(found.tree, Map) else None
        place = written[0].place if written else found.place
        draft.findings.append(diagnose(code, place, "", **particulars))

    match node:
        case Collect():
            if node.min_length > node.max_length:
                report("E417", "min_length", least=node.min_length, most=node.max_length)
            if node.confirm_key == node.again_key:
                report("E418", "confirm_key", key=node.confirm_key)
            if node.secret and node.read_back:
                report("E419", "read_back")
        case Language():
            if bool(node.language) == bool(node.value):
                report("E416", "value")
        case _:
            pass


def _results(draft: Draft, found: DraftNode, node: Node) -> None:
    if not isinstance(node, Subflow) or node.flow not in draft.flows:
        return
    called = [other.node for other in draft.flows[node.flow].nodes.values()]
    possible = {other.result for other in called if isinstance(other, Back)}
    if None in called:
        return  # a node with mistakes may be the one
    results = found.tree.get("results") if isinstance(found.tree, Map) else None
    for name in node.results:
        if name not in possible:
            key = results.find(name) if isinstance(results, Map) else None
            place = key[0].place if key else found.place
            draft.findings.append(diagnose("E410", place, name=name, flow=node.flow, known=listed(sorted(possible))))


def _calls(draft: Draft) -> None:
    """Report flows that call one another in a circle."""
    calls = {
        flow.name: {node.node.flow for node in flow.nodes.values() if isinstance(node.node, Subflow)}
        for flow in draft.flows.values()
    }
    reported: set[str] = set()
    for flow in draft.flows.values():
        if flow.name in reported or flow.name not in reach(calls[flow.name], calls):
            continue
        circle = [
            name for name in reach([flow.name], calls) if name in calls and flow.name in reach(calls[name], calls)
        ]
        reported.update(circle)
        node = next(
            node
            for node in flow.nodes.values()
            if isinstance(node.node, Subflow) and flow.name in reach([node.node.flow], calls)
        )
        draft.findings.append(diagnose("E413", node.place, names=listed(sorted(circle))))


def _numbers(draft: Draft, edges_of: Mapping[str, Edges]) -> None:
    """Report what numbers must not lead to: going back to nowhere, hanging up on an emergency."""
    leads: dict[str, set[str]] = {}
    for reference in draft.references:
        if reference.kind == "flow" and reference.flow:
            leads.setdefault(reference.flow, set()).add(reference.name)
    silent: set[tuple[str, str]] = set()
    for number, did in (draft.site.dids if draft.site else {}).items():
        flow = draft.flows.get(did.flow)
        if flow is None:
            continue
        here = reach([flow.start], edges_of[flow.name])
        if any(isinstance(flow.nodes[name].node, Back) for name in here if name in flow.nodes):
            place = draft.value_place("site.yaml", "dids", number)
            draft.findings.append(diagnose("E414", place, number=number, flow=flow.name))
        for name in sorted(reach([flow.name], leads)) if did.emergency else ():
            other = draft.flows.get(name)
            for node in other.nodes.values() if other is not None else ():
                if isinstance(node.node, SilentLine) and (name, node.name) not in silent:
                    silent.add((name, node.name))
                    draft.findings.append(diagnose("E415", node.place, name=node.name, number=number))
