"""Rules of ``overflow``: one condition and one target each, no circles, and targets that can take the callers."""

from router.flowfile.diagnostics import diagnose, listed
from router.flowfile.draft import Draft
from router.flowfile.floor import CONDITIONS, TARGETS, all_steps, as_dialled, conditions_of
from router.flowfile.floor_specs import OverflowSpec, QueueSpec
from router.flowfile.floor_staff import QUEUES, place_of, staff_of, written
from router.flowfile.services import outside_line
from router.flowfile.tree import Mapping
from router.flowfile.units import show_span


def overflow_rules(draft: Draft) -> None:
    """Each rule says when and where to, and can come to pass."""
    for name, queue in _queues(draft).items():
        for number, rule in enumerate(queue.overflow, 1):
            path = ("queues", name, "overflow", str(number))
            conditions, targets = conditions_of(rule), targets_of(rule)
            tree = written(draft, QUEUES, *path)
            # A key that is misspelt is said where it stands.
            misspelt = isinstance(tree, Mapping) and any(
                key.text not in OverflowSpec.__struct_fields__ for key, _ in tree.entries
            )
            for code, found, known in (("E480", conditions, CONDITIONS), ("E481", targets, TARGETS)):
                if len(found) != 1 and not (misspelt and not found):
                    told = ", ".join(found) or "none"
                    place = place_of(draft, QUEUES, *path)
                    draft.findings.append(diagnose(code, place, number=number, found=told, known=listed(known)))
            for key, needs in (("keep_place", "queue"), ("ring", "outside"), ("then", "prompt")):
                if getattr(rule, key) not in (None, "") and not getattr(rule, needs):
                    place = place_of(draft, QUEUES, *path, key)
                    draft.findings.append(diagnose("E483", place, number=number, key=key, needs=needs))
            if rule.after is not None and queue.max_wait and rule.after >= queue.max_wait:
                place = place_of(draft, QUEUES, *path, "after")
                spans = {"after": show_span(rule.after), "max_wait": show_span(queue.max_wait)}
                draft.findings.append(diagnose("E485", place, number=number, **spans))
            _outside(draft, rule, path)
            _helps(draft, name, queue, rule, number)
    _circles(draft)


def targets_of(rule: OverflowSpec) -> list[str]:
    """Return the targets a rule gives."""
    return [key for key in TARGETS if getattr(rule, key)]


def _outside(draft: Draft, rule: OverflowSpec, path: tuple[str, ...]) -> None:
    """A number outside may be rung, and is none of our own."""
    if not rule.outside or draft.trunks is None or draft.site is None:
        return
    line = outside_line(draft.trunks.outside)
    number = as_dialled(rule.outside)
    own = {as_dialled(did) for did in draft.site.dids}
    if line is None or number in own or not line.may_ring(number):
        place = place_of(draft, QUEUES, *path, "outside")
        draft.findings.append(diagnose("E484", place, number_outside=rule.outside))


def _helps(draft: Draft, name: str, queue: QueueSpec, rule: OverflowSpec, number: int) -> None:
    """Groups are others than serve the queue; another queue has people with the skills that this one asks for."""
    path = ("queues", name, "overflow", str(number))
    if rule.groups and set(rule.groups) <= set(queue.groups):
        place = place_of(draft, QUEUES, *path, "groups")
        draft.findings.append(diagnose("W480", place, number=number, name=name, groups=", ".join(rule.groups)))
    staff, target = staff_of(draft), _queues(draft).get(rule.queue)
    if staff is None or target is None:
        return
    able = any(staff.anybody(held, queue.skills) for _, held in all_steps(target))
    if not able and staff.reaches(queue.skills) and any(staff.count(held) for _, held in all_steps(target)):
        place = place_of(draft, QUEUES, *path, "queue")
        draft.findings.append(diagnose("W488", place, name=name, target=rule.queue))


def _circles(draft: Draft) -> None:
    """No caller could come back to a queue by overflow alone; each circle is told once, at its first rule."""
    queues = _queues(draft)
    ways = {name: [rule.queue for rule in queue.overflow if rule.queue] for name, queue in queues.items()}
    told: set[frozenset[str]] = set()
    for name in queues:
        circle = _circle(ways, name)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            number = next(n for n, rule in enumerate(queues[name].overflow, 1) if rule.queue == circle[1])
            place = place_of(draft, QUEUES, "queues", name, "overflow", str(number), "queue")
            draft.findings.append(diagnose("E482", place, circle=" -> ".join(circle)))


def _circle(ways: dict[str, list[str]], start: str) -> list[str]:
    """Return the way from a queue back to itself, the shortest first; [] where there is none."""
    paths, seen = [[start]], {start}
    while paths:
        path = paths.pop(0)
        for following in ways.get(path[-1], ()):
            if following == start:
                return [*path, start]
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []


def _queues(draft: Draft) -> dict[str, QueueSpec]:
    return draft.queues.queues if draft.queues is not None else {}


OVERFLOW_RULES = (overflow_rules,)
"""Rules of ``overflow``."""
