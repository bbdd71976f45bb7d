"""Rules of waiting: what is written down to be said to callers comes to be said."""

from collections.abc import Callable

from router.flowfile.diagnostics import diagnose, meant
from router.flowfile.draft import Draft
from router.flowfile.floor_staff import QUEUES, place_of, written
from router.flowfile.music import DEFAULT
from router.flowfile.units import show_span


def _never_said(draft: Draft) -> None:
    """What is written down to be said must come to be said."""
    for name, queue in draft.queues.queues.items() if draft.queues is not None else ():
        plan = queue.announcements
        if plan is None:
            continue
        path = ("queues", name, "announcements")
        is_written = written(draft, QUEUES, *path, "say") is not None
        if plan.comfort and "comfort" not in plan.say:
            place = place_of(draft, QUEUES, *path, "comfort")
            draft.findings.append(diagnose("W481", place, part="comfort", why="'say' does not name it"))
        if is_written and "comfort" in plan.say and not plan.comfort:
            place = place_of(draft, QUEUES, *path, "say")
            draft.findings.append(diagnose("W481", place, part="comfort", why="there are no prompts under 'comfort'"))
        if is_written and "estimate" in plan.say and queue.estimate is not None and not queue.estimate.announce:
            place = place_of(draft, QUEUES, *path, "say")
            draft.findings.append(diagnose("W481", place, part="estimate", why="'estimate' has 'announce: no'"))
        if queue.max_wait and plan.first_after >= queue.max_wait:
            place = place_of(draft, QUEUES, *path, "first_after")
            spans = {"first": show_span(plan.first_after), "max_wait": show_span(queue.max_wait)}
            draft.findings.append(diagnose("W482", place, **spans))


def _music_is_there(draft: Draft) -> None:
    """A class of music that is nowhere is silence to callers."""
    known = {DEFAULT, *draft.music}
    for name, queue in draft.queues.queues.items() if draft.queues is not None else ():
        if queue.music not in known:
            place = place_of(draft, QUEUES, "queues", name, "music")
            hint = meant(queue.music, known)
            draft.findings.append(diagnose("W483", place, hint, name=queue.music))


WAIT_RULES: tuple[Callable[[Draft], None], ...] = (_never_said, _music_is_there)
"""Every rule of waiting."""
