"""Which nodes and branches of the flows the tests went through, and which not."""

from collections.abc import Iterable

import msgspec

from router.flowfile.ways import Way, ways_out
from router.flowtest.rehearsal import Visit
from router.ivr.flow import Flow, Script


class FlowCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """One flow: how many nodes and branches it has, and those no test went through.

    A branch reads ``menu: 3 -> to_complaint``.
    """

    flow: str
    node_count: int
    branch_count: int
    nodes_missed: tuple[str, ...]
    branches_missed: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """All flows of a hotline."""

    flows: tuple[FlowCoverage, ...]

    @property
    def nodes(self) -> tuple[int, int]:
        """How many nodes were visited, of how many."""
        count = sum(flow.node_count for flow in self.flows)
        return count - sum(len(flow.nodes_missed) for flow in self.flows), count

    @property
    def branches(self) -> tuple[int, int]:
        """How many branches were taken, of how many."""
        count = sum(flow.branch_count for flow in self.flows)
        return count - sum(len(flow.branches_missed) for flow in self.flows), count


def coverage(script: Script, walks: Iterable[list[Visit]]) -> Coverage:
    """Return what of a script the walks went through; each is what one rehearsal visited, in order."""
    nodes: set[tuple[str, str]] = set()
    steps: set[tuple[str, str, str, str]] = set()
    for walk in walks:
        last: dict[tuple[str, str], Visit] = {}
        for visit in walk:
            nodes.add((visit.flow, visit.node))
            before = last.get((visit.call, visit.flow))
            if before is not None:
                steps.add((visit.flow, before.node, before.result, visit.node))
            last[visit.call, visit.flow] = visit
    return Coverage(flows=tuple(_of_flow(flow, nodes, steps) for flow in script.flows.values()))


def _of_flow(flow: Flow, nodes: set[tuple[str, str]], steps: set[tuple[str, str, str, str]]) -> FlowCoverage:
    branches = {name: _branches(flow, name) for name in flow.nodes}
    taken: set[tuple[str, Way]] = set()
    for name, node, result, target in steps:
        if name == flow.name:
            taken |= {(node, way) for way in _meant(branches.get(node, []), result, target)}
    missed = [
        f"{node}: {way.label} -> {way.name}" for node, found in branches.items() for way in found
        if (node, way) not in taken
    ]  # fmt: skip
    return FlowCoverage(
        flow=flow.name,
        node_count=len(flow.nodes),
        branch_count=sum(len(found) for found in branches.values()),
        nodes_missed=tuple(name for name in flow.nodes if (flow.name, name) not in nodes),
        branches_missed=tuple(missed),
    )


def _branches(flow: Flow, name: str) -> list[Way]:
    return list(dict.fromkeys(ways_out(flow, flow.nodes[name])))


def _meant(ways: list[Way], result: str, target: str) -> list[Way]:
    """Return which of a node's ways a step took: those to that target, by its result where several lead there."""
    there = [way for way in ways if way.name == target]
    if len(there) < 2:
        return there
    exact = [way for way in there if result in (way.choice, way.field, str(way.number or ""))]
    return exact or [way for way in there if not way.choice] or there
