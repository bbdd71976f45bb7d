"""Rules about calling back: somebody can be rung, offers are made in time, what is allowed is not blocked."""

from collections.abc import Callable

from router.core.followups import KINDS
from router.flowfile.diagnostics import diagnose, listed, meant
from router.flowfile.draft import Draft
from router.flowfile.floor_specs import QueueSpec
from router.flowfile.floor_staff import QUEUES, SITE, enqueues, place_of
from router.flowfile.units import show_span
from router.ivr.nodes.callback import Callback
from router.ivr.nodes.tag import Tag


def _somebody_can_be_rung(draft: Draft) -> None:
    """Without a trunk and prefixes for calls out, nobody can be called back."""
    outside = draft.trunks.outside if draft.trunks is not None else None
    if outside is None or (outside.trunk and outside.allow):
        return
    for name, queue in _queues(draft):
        for key in ("callbacks", "offer"):
            if getattr(queue, key) is not None:
                draft.findings.append(diagnose("E511", place_of(draft, QUEUES, "queues", name, key), name=name))
                break
    for flow in draft.flows.values():
        for node in flow.nodes.values():
            if isinstance(node.node, Callback):
                draft.findings.append(diagnose("W513", node.place))


def _followups(draft: Draft) -> None:
    """Complaints are of a kind that there is, and what rounds and complaints look for some flow gives."""
    if draft.site is None:
        return
    complaints, rounds = draft.site.complaints, draft.site.rounds
    kinds = {*KINDS, *complaints.kinds}
    for name, spec in complaints.kinds.items():
        if spec.resolve is not None and spec.resolve_days is not None:
            place = place_of(draft, SITE, "complaints", "kinds", name, "resolve")
            draft.findings.append(diagnose("E518", place, key="resolve"))
    tags = {
        node.node.tag for flow in draft.flows.values() for node in flow.nodes.values() if isinstance(node.node, Tag)
    }
    for tag, kind in complaints.tags.items():
        place = place_of(draft, SITE, "complaints", "tags", tag)
        if kind not in kinds:
            draft.findings.append(diagnose("E517", place, meant(kind, kinds), kind=kind, known=listed(sorted(kinds))))
        if tag not in tags:
            draft.findings.append(diagnose("W514", place, meant(tag, tags), tag=tag))
    outside = draft.trunks.outside if draft.trunks is not None else None
    for name, round_spec in rounds.items():
        place = place_of(draft, SITE, "rounds", name)
        if outside is not None and not (outside.trunk and outside.allow):
            draft.findings.append(diagnose("E519", place, name=name))
        for tag in round_spec.tags:
            if tag not in tags:
                where = place_of(draft, SITE, "rounds", name, "tags")
                draft.findings.append(diagnose("W514", where, meant(tag, tags), tag=tag))


def _offers_are_made(draft: Draft) -> None:
    for name, queue in _queues(draft):
        offer = queue.offer
        if offer is None:
            continue
        path = ("queues", name, "offer")
        if queue.capacity == 0:
            draft.findings.append(diagnose("E516", place_of(draft, QUEUES, *path), name=name, key="offer"))
        if not (offer.when_busy or offer.after or offer.estimate_over):
            draft.findings.append(diagnose("E512", place_of(draft, QUEUES, *path), name=name))
        if queue.max_wait and offer.after >= queue.max_wait and not offer.when_busy:
            place = place_of(draft, QUEUES, *path, "after")
            spans = {"after": show_span(offer.after), "max_wait": show_span(queue.max_wait)}
            draft.findings.append(diagnose("E513", place, key="after", **spans))


def _tries_fit(draft: Draft) -> None:
    for name, queue in _queues(draft):
        rules = queue.callbacks
        if rules is not None and rules.tries > 1 and rules.expire <= rules.spacing:
            place = place_of(draft, QUEUES, "queues", name, "callbacks")
            spans = {"expire": show_span(rules.expire), "spacing": show_span(rules.spacing)}
            draft.findings.append(diagnose("E514", place, **spans))


def _blocked(draft: Draft) -> None:
    numbers = draft.site.callbacks if draft.site is not None else None
    for prefix in numbers.allow if numbers is not None else ():
        if numbers is not None and prefix.startswith(numbers.block or ("-",)):
            place = place_of(draft, SITE, "callbacks", "allow")
            draft.findings.append(diagnose("E515", place, value=prefix))


def _recordings(draft: Draft) -> None:
    """Where a recording is offered the node says where it is left, and only there."""
    queues = dict(_queues(draft))
    for file, draft_node, node in enqueues(draft):
        queue = queues.get(node.queue)
        if queue is None:
            continue
        if queue.offer is not None and not node.recording and node.call_class != "emergency":
            draft.findings.append(diagnose("W511", draft_node.place, queue=node.queue))
        elif node.recording and queue.offer is None:
            place = place_of(draft, file, "nodes", draft_node.name, "recording")
            draft.findings.append(diagnose("W512", place, queue=node.queue))


def _queues(draft: Draft) -> list[tuple[str, QueueSpec]]:
    return list(draft.queues.queues.items()) if draft.queues is not None else []


CALLBACK_RULES: tuple[Callable[[Draft], None], ...] = (
    _somebody_can_be_rung,
    _followups,
    _offers_are_made,
    _tries_fit,
    _blocked,
    _recordings,
)
"""Every rule about calling back; a new one is a function and its code in ``callback_codes``."""
