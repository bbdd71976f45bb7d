"""Boxes and surveys, from their files to the site, and the rules about them."""

from collections.abc import Callable, Iterator

from router.core.boxes import Box, MessageRules
from router.flowfile.diagnostics import Place, diagnose, listed
from router.flowfile.draft import Draft, DraftNode
from router.flowfile.graph import reach
from router.flowfile.message_specs import BoxSpec, MessagesFile, share_of
from router.flowfile.tree import Mapping as Map
from router.flowfile.units import show_span
from router.ivr.flow import Node, node_type
from router.ivr.nodes.message import Message
from router.ivr.nodes.survey import Survey
from router.ivr.nodes.tag import Tag
from router.ivr.nodes.voicemail import Voicemail

MESSAGES, QUEUES = "messages.yaml", "queues.yaml"
_LEADS_ON = frozenset({"enqueue", "transfer", "extension", "offer"})
"""Types of nodes that bring the caller to somebody, which a survey after the talk must not."""


# --- compiled -------------------------------------------------------------------------------------------------


def message_rules(draft: Draft) -> MessageRules:
    """Return what holds for messages. Each group has a box of its name, described or not."""
    file = draft.messages or MessagesFile()
    groups = tuple(draft.agents.groups) if draft.agents is not None else ()
    described = {name: _box(name, spec, groups, file) for name, spec in file.boxes.items()}
    plain = {name: _box(name, BoxSpec(), groups, file) for name in groups if name not in described}
    return MessageRules(
        boxes={**described, **plain},
        keep_ms=file.keep_for,
        keep_types=file.keep_types,
        away=file.away,
        talk_keep_ms=file.talks.keep_for,
        talk_keep_types=file.talks.keep_types,
    )


def _box(name: str, spec: BoxSpec, groups: tuple[str, ...], file: MessagesFile) -> Box:
    alert_ms = spec.answer_within // 4 if spec.alert_before is None else spec.alert_before
    return Box(
        name=name,
        title=spec.title,
        groups=spec.groups or ((name,) if name in groups else ()),
        answer_within_ms=spec.answer_within,
        alert_before_ms=alert_ms,
        claim_for_ms=spec.claim_for,
        keep_ms=file.keep_for if spec.keep_for is None else spec.keep_for,
    )


# --- rules ----------------------------------------------------------------------------------------------------


def _spans(draft: Draft) -> None:
    """What is said of a box's spans fits together."""
    file = draft.messages or MessagesFile()
    for name, box in file.boxes.items():
        if box.alert_before is not None and box.alert_before >= max(box.answer_within, 1):
            place = draft.value_place(MESSAGES, "boxes", name, "alert_before")
            spans = {"alert": show_span(box.alert_before), "within": show_span(box.answer_within)}
            draft.findings.append(diagnose("E440", place, **spans))
        keep = file.keep_for if box.keep_for is None else box.keep_for
        if keep and keep <= box.answer_within:
            place = draft.value_place(
                MESSAGES, "boxes", name, "keep_for" if box.keep_for is not None else "answer_within"
            )
            spans = {"keep": show_span(keep), "within": show_span(box.answer_within)}
            draft.findings.append(diagnose("E441", place, **spans))


def _boxes_are_used(draft: Draft) -> None:
    """A box that is described is one that messages come to, and the other way round: else one is misspelt."""
    file = draft.messages
    if file is None or not draft.flows_whole:
        return
    used = {node.node.box for node in _taking(draft) if isinstance(node.node, Message | Voicemail)}
    filled = any("{" in box for box in used)
    groups = draft.names("agents.yaml", "groups") or frozenset()
    for node in _taking(draft):
        if isinstance(node.node, Message) and node.node.box not in {*file.boxes, *groups} and "{" not in node.node.box:
            near = draft.near(node.node.box, tuple(file.boxes))
            hint = f"did you mean '{near}'?" if near else ""
            particulars = {"name": node.node.box, "known": listed(sorted(file.boxes))}
            draft.findings.append(diagnose("W440", _key_place(node, "box"), hint, **particulars))
    for name in file.boxes:
        if name not in used and name != file.away and not filled:
            draft.findings.append(diagnose("W441", draft.place(MESSAGES, "boxes", name), name=name))


def _kept_types(draft: Draft) -> None:
    """A type of calls that is kept is one that a flow gives."""
    file = draft.messages
    written = draft.trees.get(MESSAGES)
    if file is None or written is None or written.get("keep_types") is None or not draft.flows_whole:
        return
    given = {node.node.tag for node in _nodes(draft) if isinstance(node.node, Tag)}
    for name in file.keep_types:
        if name not in given:
            near = draft.near(name, tuple(given))
            hint = f"did you mean '{near}'?" if near else ""
            place = draft.value_place(MESSAGES, "keep_types")
            draft.findings.append(diagnose("W442", place, hint, name=name, known=listed(sorted(given))))


def _surveys(draft: Draft) -> None:
    """The flow of a survey asks something, and leads to nobody: the talk is over."""
    leads: dict[str, set[str]] = {}
    for reference in draft.references:
        if reference.kind == "flow" and reference.flow:
            leads.setdefault(reference.flow, set()).add(reference.name)
    for name, queue in (draft.queues.queues if draft.queues is not None else {}).items():
        if queue.survey is None or queue.survey.flow not in draft.flows or not draft.flows_whole:
            continue
        place = draft.value_place(QUEUES, "queues", name, "survey", "flow")
        nodes = [
            (flow, node)
            for flow in sorted(reach([queue.survey.flow], leads))
            if flow in draft.flows
            for node in draft.flows[flow].nodes.values()
        ]
        for flow, node in nodes:
            if node.node is not None and node_type(node.node) in _LEADS_ON:
                particulars = {"flow": flow, "name": node.name, "type": node_type(node.node)}
                draft.findings.append(diagnose("E442", place, **particulars))
        if all(node.node is not None and not isinstance(node.node, Survey) for _, node in nodes):
            draft.findings.append(diagnose("W443", place, flow=queue.survey.flow))
        if share_of(queue.survey) == 0:
            draft.findings.append(diagnose("W444", draft.value_place(QUEUES, "queues", name, "survey", "share")))


def _nodes(draft: Draft) -> Iterator[DraftNode]:
    for flow in draft.flows.values():
        yield from (node for node in flow.nodes.values() if node.node is not None)


def _taking(draft: Draft) -> Iterator[DraftNode]:
    return (node for node in _nodes(draft) if _takes_messages(node.node))


def _takes_messages(node: Node | None) -> bool:
    return isinstance(node, Message | Voicemail)


def _key_place(node: DraftNode, key: str) -> Place:
    value = node.tree.get(key) if isinstance(node.tree, Map) else None
    return value.place if value is not None else node.place


MESSAGE_RULES: tuple[Callable[[Draft], None], ...] = (_spans, _boxes_are_used, _kept_types, _surveys)
"""Every rule of boxes and surveys."""
