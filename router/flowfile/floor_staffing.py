"""Rules of the floor about who there is: levels nobody reaches, groups nobody is in, queues nobody serves."""

from router.acd.spec import Need, both
from router.flowfile.diagnostics import Place, diagnose
from router.flowfile.draft import Draft
from router.flowfile.floor import all_steps
from router.flowfile.floor_staff import AGENTS, QUEUES, Staff, enqueues, place_of, skills_in, staff_of, written
from router.flowfile.tree import scalars


def levels_are_reached(draft: Draft) -> None:
    """Every level that is asked for is somebody's."""
    staff = staff_of(draft)
    if staff is None:
        return
    asked = [written(draft, file, "nodes", node.name, "skills") for file, node, _ in enqueues(draft)]
    for name, queue in (draft.queues.queues if draft.queues else {}).items():
        asked.append(written(draft, QUEUES, "queues", name, "skills"))
        for number in range(1, len(queue.steps) + 1):
            asked.append(written(draft, QUEUES, "queues", name, "steps", str(number), "skills"))
    for tree in asked:
        for skill, level, place in skills_in(tree):
            highest = staff.highest.get(skill, 0)
            if 0 < highest < level:
                draft.findings.append(diagnose("E451", place, skill=skill, level=level, highest=highest))


def queues_are_staffed(draft: Draft) -> None:
    """Every queue has agents who can take its calls, best from the beginning."""
    staff = staff_of(draft)
    groups = draft.names(AGENTS, "groups")
    if staff is None or groups is None or draft.queues is None:
        return
    for name, queue in draft.queues.queues.items():
        steps = all_steps(queue)
        if not {group for _, held in steps for group in held} <= groups:
            continue  # an unknown group has been reported
        place = draft.place(QUEUES, "queues", name)
        able = [number for number, (need, held) in enumerate(steps) if staff.anybody(held, need)]
        if not any(staff.count(held) for _, held in steps):
            draft.findings.append(diagnose("E405", place, name=name, reason=""))
        elif not able:
            if all(staff.reaches(need) for need, _ in steps):
                draft.findings.append(diagnose("E405", place, name=name, reason=" with the skills it asks for"))
        elif able[0] > 0 and all(staff.reaches(need) for need, _ in steps[: able[0]]):
            draft.findings.append(diagnose("W465", place, name=name, step=able[0]))


def groups_have_agents(draft: Draft) -> None:
    """Somebody is in every group that is named; in others it is merely odd if there is nobody."""
    groups = draft.names(AGENTS, "groups")
    if not draft.agents_whole or groups is None:
        return
    peopled = {group for agent in draft.roster.values() for group in agent.spec.groups}
    said = _groups_of_unstaffed(draft, peopled)
    named = set()
    for reference in draft.references:
        if reference.kind != "group" or reference.name in peopled or reference.name not in groups:
            continue
        named.add(reference.name)
        if reference.place not in said:
            draft.findings.append(diagnose("E452", reference.place, name=reference.name))
    for group in sorted(groups - peopled - named):
        draft.findings.append(diagnose("W461", draft.place(AGENTS, "groups", group), name=group))


def _groups_of_unstaffed(draft: Draft, peopled: set[str]) -> set[Place]:
    """Return where queues name their groups of which none has an agent: that is said of the whole queue."""
    said: set[Place] = set()
    for name, queue in (draft.queues.queues if draft.queues else {}).items():
        if peopled.isdisjoint({group for _, held in all_steps(queue) for group in held}):
            tree = written(draft, QUEUES, "queues", name)
            said |= {scalar.place for scalar in scalars(tree)} if tree is not None else set()
    return said


def callers_can_be_served(draft: Draft) -> None:
    """What a flow's node asks for beside its queue's needs, somebody of that queue has."""
    staff = staff_of(draft)
    queues = draft.queues.queues if draft.queues else {}
    if staff is None:
        return
    for file, draft_node, node in enqueues(draft):
        queue = queues.get(node.queue)
        asked: Need = (tuple(sorted(node.skills.items())),)
        if queue is None or not node.skills or not staff.reaches(asked):
            continue
        steps = all_steps(queue)
        if any(staff.anybody(held, need) for need, held in steps) and not any(
            staff.anybody(held, both(need, asked)) for need, held in steps
        ):
            place = place_of(draft, file, "nodes", draft_node.name, "skills")
            draft.findings.append(diagnose("E461", place, queue=node.queue))


def enough_agents(draft: Draft) -> None:
    """As many agents as are kept, rung at once or counted on are there."""
    staff = staff_of(draft)
    for name, queue in (draft.queues.queues if draft.queues else {}).items():
        have = staff.count(queue.groups) if staff is not None else 0
        if staff is None or not have:
            continue  # not known, or said already
        if queue.reserve is not None and queue.reserve.count >= have:
            place = place_of(draft, QUEUES, "queues", name, "reserve", "count")
            draft.findings.append(diagnose("E459", place, count=queue.reserve.count, have=have))
        if queue.ring > have:
            place = place_of(draft, QUEUES, "queues", name, "ring")
            draft.findings.append(diagnose("W462", place, count=queue.ring, have=have))
        _steps_by_staff(draft, name, have, staff)


def _steps_by_staff(draft: Draft, name: str, have: int, staff: Staff) -> None:
    assert draft.queues is not None
    queue = draft.queues.queues[name]
    for number, step in enumerate(queue.steps, 1):
        under, over = step.signed_in_under, step.waiting_over
        path = ("queues", name, "steps", str(number))
        if under is not None and under > have:
            place = place_of(draft, QUEUES, *path, "signed_in_under")
            draft.findings.append(diagnose("W452", place, number=number, under=under, have=have))
        if over is None or queue.capacity is None or over < queue.capacity:
            continue
        place = place_of(draft, QUEUES, *path, "waiting_over")
        # A phone may ring for as many more callers, who count as waiting until it is picked up.
        most = queue.capacity + max(staff.count(held) for _, held in all_steps(queue))
        if over >= most and step.after is None and under is None:
            draft.findings.append(diagnose("E458", place, number=number, over=over, most=most))
        elif over < most:
            draft.findings.append(diagnose("W453", place, number=number, over=over, capacity=queue.capacity))


def favours_are_skills(draft: Draft) -> None:
    """Whom an agent favours, they can serve."""
    for written_as, spec in (draft.agents.agents if draft.agents else {}).items():
        for skill in spec.favours:
            if skill not in spec.skills:
                place = draft.place(AGENTS, "agents", written_as, "favours", skill)
                draft.findings.append(diagnose("W458", place, name=written_as, skill=skill))
