"""``surge.yaml`` to surge plans, and every mistake in it."""

from router.acd.spec import Need
from router.acd.surge import Spare, SurgePlan, SurgeStep
from router.core.ids import QueueName
from router.flowfile.diagnostics import diagnose, listed
from router.flowfile.draft import Draft
from router.flowfile.floor import all_steps
from router.flowfile.floor_staff import AGENTS, place_of, staff_of
from router.flowfile.surge_specs import SurgePlanSpec
from router.flowfile.units import show_span

FILE = "surge.yaml"


def compile_surges(draft: Draft) -> dict[str, SurgePlan]:
    """Return the plans of a draft without errors, by name."""
    return {name: _plan(name, spec) for name, spec in _plans(draft).items()}


def seats(text: str) -> tuple[int, int | None]:
    """Return the least and the most of ``2-3``; most None: all there are. Raises ``ValueError`` out of order."""
    if text == "all":
        return 1, None
    first, _, last = text.replace(" ", "").partition("-")
    least, most = int(first), int(last or first)
    if not 1 <= least <= most:
        raise ValueError(text)
    return least, most


def _plan(name: str, spec: SurgePlanSpec) -> SurgePlan:
    return SurgePlan(
        name=name,
        queues=tuple(QueueName(queue) for queue in dict.fromkeys(spec.queues)),
        group=spec.group,
        steps=tuple(
            SurgeStep(
                group=step.group,
                least=seats(step.seats)[0],
                most=seats(step.seats)[1],
                above_high=step.when == "high",
                keep_groups=step.keep_groups,
            )
            for step in spec.steps
        ),
        low=spec.low,
        high=spec.high,
        for_ms=spec.for_,
        dip_ms=spec.dip,
        fast_step_ms=spec.fast_step,
        mode=spec.mode,
        seats_max=spec.seats_max,
        answer_share=spec.target.answered / 100,
        answer_within_ms=spec.target.within,
        night=spec.night.hours if spec.night is not None else "",
        leads=spec.night.leads if spec.night is not None else "",
        spare=tuple(Spare(hours=one.hours, least=seats(one.seats)[0], most=_most(one.seats)) for one in spec.spare),
    )


def _most(text: str) -> int:
    least, most = seats(text)
    return least if most is None else most


def surge_plans(draft: Draft) -> None:
    """Bounds and spans in order, groups that can help, queues looked after once."""
    in_plan: dict[str, str] = {}
    moved_by: dict[str, str] = {}
    for name, plan in _plans(draft).items():
        path = ("plans", name)
        if plan.low >= plan.high:
            draft.findings.append(diagnose("E490", place_of(draft, FILE, *path, "high"), low=plan.low, high=plan.high))
        for key, span in (("dip", plan.dip), ("fast_step", plan.fast_step)):
            if span >= plan.for_:
                spans = {"span": show_span(span), "limit": show_span(plan.for_)}
                draft.findings.append(diagnose("E493", place_of(draft, FILE, *path, key), key=key, **spans))
        for queue in dict.fromkeys(plan.queues):
            if in_plan.setdefault(queue, name) != name:
                place = place_of(draft, FILE, *path, "queues")
                draft.findings.append(diagnose("E495", place, name=queue, other=in_plan[queue]))
        _serves(draft, name, plan)
        _seats_max(draft, name, plan)
        _steps(draft, name, plan, moved_by)
        for number, spare in enumerate(plan.spare, 1):
            _seats(draft, spare.seats, (*path, "spare", str(number), "seats"), all_allowed=False)


def _steps(draft: Draft, name: str, plan: SurgePlanSpec, moved_by: dict[str, str]) -> None:
    staff = staff_of(draft)
    groups = draft.names(AGENTS, "groups") or frozenset()
    seen: set[str] = set()
    for number, step in enumerate(plan.steps, 1):
        path = ("plans", name, "steps", str(number))
        place = place_of(draft, FILE, *path, "group")
        if step.group == plan.group or step.group in seen:
            draft.findings.append(diagnose("E491", place, number=number, group=step.group))
        elif moved_by.setdefault(step.group, name) != name:
            other = moved_by[step.group]
            draft.findings.append(diagnose("E497", place, number=number, group=step.group, other=other))
        seen.add(step.group)
        asked = _seats(draft, step.seats, (*path, "seats"), all_allowed=True)
        if staff is None or step.group not in groups or not (have := staff.count([step.group])):
            continue  # not known, or said already
        if asked is not None and asked > have:
            where = place_of(draft, FILE, *path, "seats")
            draft.findings.append(diagnose("W491", where, number=number, group=step.group, seats=asked, have=have))
        needs = _needs(draft, plan)
        if needs and not any(staff.anybody([step.group], need) for need in needs):
            draft.findings.append(diagnose("W490", place, group=step.group))


def _needs(draft: Draft, plan: SurgePlanSpec) -> list[Need]:
    """All that the plan's queues ask for, at first or by a step."""
    queues = draft.queues.queues if draft.queues else {}
    return [need for name in plan.queues if name in queues for need, _ in all_steps(queues[name])]


def _serves(draft: Draft, name: str, plan: SurgePlanSpec) -> None:
    """The group that is joined serves one of the queues."""
    queues = draft.queues.queues if draft.queues else {}
    groups = draft.names(AGENTS, "groups") or frozenset()
    known = [queue for queue in plan.queues if queue in queues]
    if not known or plan.group not in groups:
        return  # said already
    if not any(plan.group in held for queue in known for _, held in all_steps(queues[queue])):
        place = place_of(draft, FILE, "plans", name, "group")
        draft.findings.append(diagnose("E494", place, group=plan.group, queues=listed(known)))


def _seats_max(draft: Draft, name: str, plan: SurgePlanSpec) -> None:
    staff = staff_of(draft)
    have = staff.count([plan.group]) if staff is not None else 0
    if plan.seats_max is not None and have > plan.seats_max and not plan.shifts:
        place = place_of(draft, FILE, "plans", name, "seats_max")
        draft.findings.append(diagnose("E496", place, seats=plan.seats_max, have=have, group=plan.group))


def _seats(draft: Draft, text: str, path: tuple[str, ...], *, all_allowed: bool) -> int | None:
    """Check a number of seats; returns the most of it, None where it is ``all`` or wrong."""
    try:
        _, most = seats(text)
    except ValueError:
        most = 0
    if most == 0 or (most is None and not all_allowed):
        draft.findings.append(diagnose("E492", place_of(draft, FILE, *path), value=text))
        return None
    return most


def _plans(draft: Draft) -> dict[str, SurgePlanSpec]:
    return draft.surges.plans if draft.surges is not None else {}


SURGE_RULES = (surge_plans,)
"""Rules of ``surge.yaml``."""
