"""Rules of the floor: spans and steps of queues that fit together, classes that can be told apart, ways back."""

import unicodedata
from collections.abc import Callable

from router.acd.standing import STANDARD
from router.core.ids import Ms
from router.flowfile import floor_staffing as staffing
from router.flowfile.diagnostics import diagnose, listed, meant
from router.flowfile.draft import Draft
from router.flowfile.floor import BUILT_IN_CLASSES, MAX_AGENT_RINGS, all_steps, compile_classes
from router.flowfile.floor_need import implies
from router.flowfile.floor_specs import QueueSpec
from router.flowfile.floor_staff import AGENTS, QUEUES, SITE, enqueues, place_of, skills_of, staff_of
from router.flowfile.floor_wait_rules import WAIT_RULES
from router.flowfile.units import show_span
from router.ivr.flow import node_type
from router.ivr.nodes.enqueue import Enqueue

LONG_WAIT_MS: Ms = 30 * 60_000
"""A wait nobody means: a head start as long puts its callers before everybody."""
LONG_WRAP_UP_MS: Ms = 10 * 60_000
_WHY_BACK = {
    "full": "it is full",
    "timeout": "they waited too long",
    "nobody": "nobody is there",
    "closed": "it is closed",
}


def _agent_rings(draft: Draft) -> None:
    for name, queue in _queues(draft):
        if queue.answer_within > MAX_AGENT_RINGS * draft.ring_ms:
            place = place_of(draft, QUEUES, "queues", name, "answer_within")
            draft.findings.append(diagnose("E404", place, value=f"{queue.answer_within / draft.ring_ms:g} rings"))


def _spans(draft: Draft) -> None:
    for name, queue in _queues(draft):
        if queue.max_wait and queue.sticky >= queue.max_wait:
            place = place_of(draft, QUEUES, "queues", name, "sticky")
            spans = {"sticky": show_span(queue.sticky), "max_wait": show_span(queue.max_wait)}
            draft.findings.append(diagnose("E460", place, **spans))
        if queue.wrap_up > LONG_WRAP_UP_MS:
            place = place_of(draft, QUEUES, "queues", name, "wrap_up")
            draft.findings.append(diagnose("W455", place, span=show_span(queue.wrap_up)))


def _endless_wrap_up(draft: Draft) -> None:
    for name, queue in _queues(draft):
        if queue.wrap_up_until_done:
            place = place_of(draft, QUEUES, "queues", name, "wrap_up_until_done")
            draft.findings.append(diagnose("W466", place, name=name))


def _pause_limits(draft: Draft) -> None:
    for reason in draft.site.pause_limits if draft.site is not None else {}:
        if draft.site is not None and reason not in draft.site.pause_reasons:
            place = draft.place(SITE, "pause_limits", reason)
            hint = meant(reason, draft.site.pause_reasons)
            known = listed(draft.site.pause_reasons)
            draft.findings.append(diagnose("E468", place, hint, name=reason, known=known))


def _whispered_classes(draft: Draft) -> None:
    """A whisper says a caller's class by a prompt, and there must be one."""
    classes = {*BUILT_IN_CLASSES, *(draft.site.classes if draft.site is not None else {})} - {STANDARD}
    spoken = {prompt for language in draft.prompts.values() for prompt in language}
    for name, queue in _queues(draft):
        for call_class in sorted(classes) if "class" in queue.whisper else ():
            prompt = f"class/{call_class}"
            if prompt not in spoken:
                place = place_of(draft, QUEUES, "queues", name, "whisper")
                draft.findings.append(diagnose("W467", place, prompt=prompt, name=call_class))


def _nobody_waits(draft: Draft) -> None:
    """With capacity 0 nothing that needs waiting callers makes sense."""
    closed = {name: queue for name, queue in _queues(draft) if queue.capacity == 0}
    for name, queue in closed.items():
        for key in ("max_wait", "sticky", "steps", "announcements"):
            needs_waiting = bool(getattr(queue, key))
            if key == "steps":
                needs_waiting = any(step.after is not None or step.waiting_over is not None for step in queue.steps)
            if needs_waiting:
                place = place_of(draft, QUEUES, "queues", name, key)
                draft.findings.append(diagnose("E462", place, queue=name, key=key))
    for reference in draft.references:
        if reference.kind != "queue" or not reference.node or reference.name not in closed:
            continue
        node = draft.flows[reference.flow].nodes[reference.node].node
        if node is not None and node_type(node) == "callback":
            draft.findings.append(diagnose("E462", reference.place, queue=reference.name, key="callback"))


def _steps(draft: Draft) -> None:
    staff = staff_of(draft)
    for name, queue in _queues(draft):
        held = all_steps(queue)
        latest: Ms = -1
        for number, step in enumerate(queue.steps, 1):
            path = ("queues", name, "steps", str(number))
            place = place_of(draft, QUEUES, *path)
            if step.after is None and step.waiting_over is None and step.signed_in_under is None:
                draft.findings.append(diagnose("E454", place, number=number))
            if step.after is not None:
                _step_in_time(draft, path, number, step.after, latest, queue)
                latest = max(latest, step.after)
            (need_before, groups_before), (need, groups) = held[number - 1], held[number]
            if staff is not None and not skills_of(need_before) | skills_of(need) <= staff.highest.keys():
                continue  # that is said where they stand, and nothing follows from it
            if not implies(need_before, need) or not set(groups_before) <= set(groups):
                draft.findings.append(diagnose("E457", place, number=number))
            elif implies(need, need_before) and set(groups) == set(groups_before):
                draft.findings.append(diagnose("W451", place, number=number))


def _step_in_time(draft: Draft, path: tuple[str, ...], number: int, after: Ms, latest: Ms, queue: QueueSpec) -> None:
    place = place_of(draft, QUEUES, *path, "after")
    if after <= latest:
        draft.findings.append(diagnose("E455", place, number=number, after=show_span(after)))
    step = queue.steps[number - 1]
    by_time_only = step.waiting_over is None and step.signed_in_under is None
    if queue.max_wait and after >= queue.max_wait and by_time_only:
        spans = {"after": show_span(after), "max_wait": show_span(queue.max_wait)}
        draft.findings.append(diagnose("E456", place, number=number, **spans))


def _weights(draft: Draft) -> None:
    """A weight is a head start; longer than others wait at most, it is always the winner."""
    queues = _queues(draft)
    for name, queue in queues:
        for other_name, other in queues:
            limit = other.max_wait or LONG_WAIT_MS
            shares_agents = not set(queue.groups).isdisjoint(other.groups)
            if other_name != name and shares_agents and queue.weight - other.weight >= limit:
                place = place_of(draft, QUEUES, "queues", name, "weight")
                particulars = {"name": name, "other": other_name, "limit": show_span(limit)}
                draft.findings.append(diagnose("W454", place, **particulars))
                break


def _class_names(draft: Draft) -> None:
    seen = {_folded(name): name for name in BUILT_IN_CLASSES}
    for name in draft.site.classes if draft.site is not None else {}:
        other = seen.setdefault(_folded(name), name)
        if other != name:
            place = draft.place(SITE, "classes", name)
            draft.findings.append(diagnose("E453", place, name=name, other=other))


def _head_starts(draft: Draft) -> None:
    for name, spec in (draft.site.classes if draft.site is not None else {}).items():
        if spec.head_start is not None and spec.head_start >= LONG_WAIT_MS and not spec.emergency:
            place = place_of(draft, SITE, "classes", name, "head_start")
            draft.findings.append(diagnose("W463", place, span=show_span(spec.head_start), name=name))


def _seniors(draft: Draft) -> None:
    """Seniors are of the queues their callers come to, and leave them to the others in time."""
    queues = dict(_queues(draft))
    groups = draft.names(AGENTS, "groups") or frozenset()
    for name, spec in (draft.site.classes if draft.site is not None else {}).items():
        if spec.seniors is None:
            continue
        path = ("classes", name, "seniors")
        entered = [node.queue for _, _, node in enqueues(draft) if name in _classes(node) and node.queue in queues]
        for queue in dict.fromkeys(entered or queues):
            held = {group for _, served in all_steps(queues[queue]) for group in served}
            max_wait = queues[queue].max_wait
            if entered and held.isdisjoint(spec.seniors.groups) and groups >= set(spec.seniors.groups):
                place = place_of(draft, SITE, *path, "groups")
                particulars = {"name": name, "queue": queue, "groups": ", ".join(spec.seniors.groups)}
                draft.findings.append(diagnose("W456", place, **particulars))
            if max_wait and spec.seniors.for_ >= max_wait:
                place = place_of(draft, SITE, *path, "for")
                spans = {"span": show_span(spec.seniors.for_), "max_wait": show_span(max_wait)}
                draft.findings.append(diagnose("W457", place, name=name, queue=queue, **spans))


def _ways_back(draft: Draft) -> None:
    """Where a queue can give callers back, the node that leads there says where they go, and only there."""
    queues = dict(_queues(draft))
    classes = compile_classes(draft.site.classes) if draft.site is not None else BUILT_IN_CLASSES
    for file, draft_node, node in enqueues(draft):
        queue = queues.get(node.queue)
        tiers = [classes[name].tier for name in _classes(node) if name in classes]
        if queue is None or 0 in tiers:
            continue  # emergencies are never given back
        empty = not (queue.join_empty and queue.stay_empty)
        for key, setting, set_here in (
            ("full", "capacity", queue.capacity is not None),
            ("timeout", "max_wait", queue.max_wait > 0),
            ("nobody", "join_empty: no", empty),
            ("closed", "hours", bool(queue.hours)),
        ):
            led = bool(getattr(node, key))
            if set_here and not led:
                why = _WHY_BACK[key]
                particulars = {"queue": node.queue, "why": why, "key": key}
                draft.findings.append(diagnose("W459", draft_node.place, **particulars))
            elif led and not set_here and key != "closed":  # any queue may be closed by hand
                place = place_of(draft, file, "nodes", draft_node.name, key)
                draft.findings.append(diagnose("W460", place, key=key, queue=node.queue, setting=setting))


def _classes(node: Enqueue) -> tuple[str, ...]:
    """Return the classes a node gives its callers."""
    return (node.call_class, *node.classes)


def _queues(draft: Draft) -> list[tuple[str, QueueSpec]]:
    return list(draft.queues.queues.items()) if draft.queues is not None else []


def _folded(name: str) -> str:
    """Return a name without what people do not see in it: capitals, width, blanks."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "").replace("-", "").replace("_", "")


FLOOR_RULES: tuple[Callable[[Draft], None], ...] = (
    _agent_rings,
    _spans,
    _endless_wrap_up,
    _pause_limits,
    _whispered_classes,
    _nobody_waits,
    _steps,
    _weights,
    _class_names,
    _head_starts,
    _seniors,
    _ways_back,
    staffing.levels_are_reached,
    staffing.queues_are_staffed,
    staffing.groups_have_agents,
    staffing.callers_can_be_served,
    staffing.enough_agents,
    staffing.favours_are_skills,
    *WAIT_RULES,
)
"""Every rule of the floor; a new one is a function and its code in ``floor_codes``."""
