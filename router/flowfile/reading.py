"""Reads a hotline's folder into a draft: every file by its schema, every node by its type."""

import re
from functools import partial
from pathlib import Path

from router.core.cadence import RING_MS
from router.flowfile.board_specs import BoardFile
from router.flowfile.diagnostics import Diagnostic, Place, diagnose, did_you_mean, listed, meant
from router.flowfile.draft import Draft, DraftAgent, DraftFlow, DraftNode
from router.flowfile.files import read_folder, shown
from router.flowfile.floor_customers import CustomersFile, read_customers
from router.flowfile.hours_specs import HoursFile
from router.flowfile.message_specs import MessagesFile
from router.flowfile.music import read_music
from router.flowfile.prompts import read_prompts
from router.flowfile.schema import Decoder, Spec, secrets_in
from router.flowfile.services import read_services
from router.flowfile.source import read_source
from router.flowfile.specs import AgentsFile, FlowFile, QueuesFile, SiteFile, TrunksFile
from router.flowfile.surge_specs import SurgeFile
from router.flowfile.tree import Mapping, Scalar, Tree, kind_of
from router.ivr.flow import Node
from router.ivr.registry import node_types

MAX_AGENTS = 20_000
_NAME = re.compile(r"^\w[\w .()（）-]{0,63}$")


def read_draft(folder: Path, prompts: Path | None = None) -> Draft:
    """Read everything in a hotline's folder; ``prompts`` replaces the folder of the shipped prompts."""
    findings: list[Diagnostic] = []
    files = read_folder(folder, findings)
    spoken, wrong = read_prompts(folder, prompts)
    findings += wrong
    draft = Draft(shown(folder), files.version, findings, [], {}, spoken, tuple(read_music(folder)))
    for name, data in files.yaml.items():
        _read_file(draft, name, data)
    _read_site(draft)
    draft.trunks = _part(draft, "trunks.yaml", TrunksFile)
    draft.queues = _part(draft, "queues.yaml", QueuesFile)
    _check_names(draft, "queues.yaml", "queues")
    before = len(draft.findings)
    draft.agents = _part(draft, "agents.yaml", AgentsFile)
    _check_names(draft, "agents.yaml", "groups")
    draft.roster = _roster(draft)
    draft.agents_whole = draft.agents is not None and len(draft.findings) == before
    draft.customers = read_customers(draft, _part(draft, "customers.yaml", CustomersFile), files.csv)
    read_services(draft, files.csv, partial(_part, draft))
    draft.hours = _part(draft, "hours.yaml", HoursFile)
    _check_names(draft, "hours.yaml", "hours")
    draft.messages = _part(draft, "messages.yaml", MessagesFile)
    _check_names(draft, "messages.yaml", "boxes")
    draft.board = _part(draft, "board.yaml", BoardFile)
    draft.surges = _part(draft, "surge.yaml", SurgeFile)
    _check_names(draft, "surge.yaml", "plans")
    draft.flows = {}
    for name in files.yaml:
        if name.startswith("flows/"):
            _read_flow(draft, name)
    return draft


def _read_file(draft: Draft, name: str, data: bytes) -> None:
    file = draft.file(name)
    tree, wrong = read_source(data, file)
    draft.findings += wrong
    if isinstance(tree, Mapping):
        draft.findings += secrets_in(tree)
        draft.trees[name] = tree
        return
    if tree is not None:
        draft.findings.append(diagnose("E202", tree.place, "", key=name, expected="a map of keys", found=kind_of(tree)))
    elif not wrong:
        draft.findings.append(diagnose("E202", Place(file), "", key=name, expected="a map of keys", found="empty"))
    if name.startswith("flows/"):
        draft.flows_whole = False


def _read_site(draft: Draft) -> None:
    tree = draft.trees.get("site.yaml")
    country = tree.get("country") if tree is not None else None
    if isinstance(country, Scalar):
        draft.ring_ms = RING_MS.get(country.text, draft.ring_ms)
    draft.site = _part(draft, "site.yaml", SiteFile)


def _part(draft: Draft, name: str, spec: type[Spec]) -> Spec | None:
    tree = draft.trees.get(name)
    return None if tree is None else _decoder(draft).file(tree, spec, name)


def _decoder(draft: Draft) -> Decoder:
    return Decoder(draft.findings, draft.references, draft.ring_ms)


def _check_names(draft: Draft, file: str, section: str) -> None:
    tree = draft.trees.get(file)
    inner = tree.get(section) if tree is not None else None
    if isinstance(inner, Mapping):
        for key, _ in inner.entries:
            _check_name(draft, key)


def _check_name(draft: Draft, key: Scalar) -> None:
    if not _NAME.match(key.text):
        draft.findings.append(diagnose("E207", key.place, name=key.text))


def _roster(draft: Draft) -> dict[str, DraftAgent]:
    roster: dict[str, DraftAgent] = {}
    lines: dict[str, int] = {}
    for written, spec in (draft.agents.agents if draft.agents else {}).items():
        place = draft.place("agents.yaml", "agents", written)
        first, _, last = written.partition("-")
        last = last or first
        count = int(last) - int(first) + 1
        reason = ""
        if len(first) != len(last) or count < 1:
            reason = "a range goes up, 1001-1040, both as long"
        elif count + len(roster) > MAX_AGENTS:
            reason = f"there are more than {MAX_AGENTS} agents"
        elif count > 1 and (spec.phone or spec.name):
            reason = "a range cannot share one name or phone"
        if reason:
            draft.findings.append(diagnose("E205", place, key="agents", value=written, reason=reason))
            continue
        for number in range(int(first), int(last) + 1):
            agent = str(number).zfill(len(first))
            if agent in roster:
                draft.findings.append(diagnose("E313", place, name=agent, first=lines[agent]))
                break
            roster[agent] = DraftAgent(agent, spec)
            lines[agent] = place.line
    return roster


def _read_flow(draft: Draft, file: str) -> None:
    name = file.removeprefix("flows/").removesuffix(".yaml")
    tree = draft.trees.get(file)
    if tree is None:
        return
    if not _NAME.match(name):
        draft.findings.append(diagnose("E207", tree.place, "rename the file", name=name))
    decoder = _decoder(draft)
    decoder.flow = name
    flow = DraftFlow(name, tree.place, decoder.struct(tree, FlowFile, "flow", ("nodes",)), {})
    draft.flows[name] = flow
    nodes = tree.get("nodes")
    if nodes is None and any(did_you_mean(key.text, ("nodes",)) for key, _ in tree.entries):
        pass  # said already, with the key that was meant
    elif nodes is None:
        draft.findings.append(diagnose("E201", tree.place, "the steps of the flow by name", what="flow", key="nodes"))
    elif not isinstance(nodes, Mapping) or not nodes.entries:
        particulars = {"key": "nodes", "expected": "a map of nodes by name", "found": kind_of(nodes)}
        draft.findings.append(diagnose("E202", nodes.place, "write 'name:' and below it 'type: ...'", **particulars))
    else:
        for key, value in nodes.entries:
            _check_name(draft, key)
            decoder.node = key.text
            flow.nodes[key.text] = DraftNode(key.text, key.place, value)
            flow.nodes[key.text].node = _read_node(draft, decoder, value, key)


def _read_node(draft: Draft, decoder: Decoder, tree: Tree, key: Scalar) -> Node | None:
    types = node_types()
    if not isinstance(tree, Mapping):
        particulars = {"key": key.text, "expected": "a map with a 'type'", "found": kind_of(tree)}
        draft.findings.append(diagnose("E202", tree.place, f"node types are: {listed(types)}", **particulars))
        return None
    written = tree.get("type")
    if written is None:
        hint = meant("type", [k.text for k, _ in tree.entries])
        hint = hint.replace("did you mean", "is it") or f"node types are: {listed(types)}"
        draft.findings.append(diagnose("E201", tree.place, hint, what=f"node '{key.text}'", key="type"))
        return None
    if not isinstance(written, Scalar) or written.text not in types:
        name = written.text if isinstance(written, Scalar) else kind_of(written)
        draft.findings.append(diagnose("E204", written.place, meant(name, types), type=name, types=listed(types)))
        return None
    return decoder.struct(tree, types[written.text], f"'{written.text}' node", ("type",))
