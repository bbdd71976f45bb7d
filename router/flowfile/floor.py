"""The floor of a draft (queues, agents, classes of callers) compiled to what the ACD is given."""

from router.acd.spec import Agent, CallClass, Floor, Need, Overflow, Queue, Step
from router.core.ids import AgentId, Ms, QueueName
from router.flowfile.callback_specs import compile_callbacks, compile_offer
from router.flowfile.draft import Draft
from router.flowfile.floor_need import AS_BEFORE
from router.flowfile.floor_specs import ClassSpec, OverflowSpec, QueueSpec
from router.flowfile.floor_waits import compile_announcements, compile_estimate
from router.flowfile.message_specs import share_of

MAX_AGENT_RINGS = 3
BUILT_IN_CLASSES: dict[str, CallClass] = {
    kind.name: kind
    for kind in (
        CallClass(name="standard"),
        CallClass(name="vip", head_start_ms=120_000),
        CallClass(name="repeat", head_start_ms=60_000),
        CallClass(name="emergency", tier=0),
    )
}
"""The classes every hotline has; ``classes`` in site.yaml changes them and adds others."""


def compile_floor(draft: Draft) -> Floor:
    """Return the floor of a draft without errors."""
    assert draft.site is not None
    return Floor(
        queues={
            QueueName(name): _queue(name, spec, draft.ring_ms)
            for name, spec in (draft.queues.queues if draft.queues else {}).items()
        },
        agents={
            AgentId(agent.number): Agent(
                number=AgentId(agent.number),
                name=agent.spec.name,
                groups=agent.spec.groups,
                skills=tuple(sorted(agent.spec.skills.items())),
                phone=agent.spec.phone or agent.number,
                favours=tuple(sorted(agent.spec.favours.items())),
                share=agent.spec.share,
                place=place,
                wrap_up_ms=agent.spec.wrap_up,
            )
            for place, agent in enumerate(draft.roster.values())
        },
        classes=compile_classes(draft.site.classes),
        pause_reasons=draft.site.pause_reasons,
        pause_limits=dict(draft.site.pause_limits),
        wrap_up_codes=draft.site.wrap_up_codes,
    )


def compile_classes(written: dict[str, ClassSpec]) -> dict[str, CallClass]:
    """Return all classes by name: the built-in ones, as far as they are not changed, and the hotline's own."""
    classes = dict(BUILT_IN_CLASSES)
    for name, spec in written.items():
        base = BUILT_IN_CLASSES.get(name, CallClass(name=name))
        seniors = spec.seniors
        classes[name] = CallClass(
            name=name,
            head_start_ms=base.head_start_ms if spec.head_start is None else spec.head_start,
            tier=base.tier if spec.emergency is None else 0 if spec.emergency else 1,
            senior_groups=seniors.groups if seniors is not None else (),
            senior_for_ms=seniors.for_ if seniors is not None else 0,
        )
    return classes


def compile_steps(spec: QueueSpec) -> tuple[Step, ...]:
    """Return the steps of a queue; what one leaves out is what held before it."""
    need, groups = spec.skills, spec.groups
    steps: list[Step] = []
    for step in spec.steps:
        need = need if step.skills == AS_BEFORE else step.skills
        groups = step.groups or groups
        steps.append(
            Step(
                need=need,
                groups=groups,
                after_ms=step.after,
                waiting_over=step.waiting_over or 0,
                signed_in_under=step.signed_in_under or 0,
            )
        )
    return tuple(steps)


CONDITIONS = {
    "after": "after",
    "waiting_over": "waiting_over",
    "estimate_over": "estimate",
    "nobody": "nobody",
    "closing": "closing",
}
"""The keys that say when a caller is passed on, with what records call it."""
TARGETS = ("queue", "groups", "outside", "flow", "prompt")
"""The keys that say where to."""


def as_dialled(number: str) -> str:
    """Return a number without the blanks and dashes people write into it."""
    return number.replace(" ", "").replace("-", "")


def compile_overflow(spec: QueueSpec) -> tuple[Overflow, ...]:
    """Return the overflow rules of a queue without mistakes."""
    return tuple(
        Overflow(
            why=next(CONDITIONS[key] for key in conditions_of(rule)),
            to_kind=next(target for target in TARGETS if getattr(rule, target)),
            after_ms=rule.after,
            waiting_over=rule.waiting_over or 0,
            estimate_over_ms=rule.estimate_over or 0,
            queue=QueueName(rule.queue),
            keep_place=rule.keep_place is not False,
            groups=rule.groups,
            number=as_dialled(rule.outside),
            ring_ms=rule.ring or 30_000,
            flow=rule.flow,
            prompt=rule.prompt,
            then=rule.then,
        )
        for rule in spec.overflow
    )


def conditions_of(rule: OverflowSpec) -> list[str]:
    """Return the conditions a rule gives."""
    return [key for key in CONDITIONS if getattr(rule, key) not in (None, False)]


def all_steps(spec: QueueSpec) -> list[tuple[Need, tuple[str, ...]]]:
    """Return the need and the groups of a queue at first and at each of its steps."""
    return [(spec.skills, spec.groups), *((step.need, step.groups) for step in compile_steps(spec))]


def _queue(name: str, spec: QueueSpec, ring_ms: Ms) -> Queue:
    return Queue(
        name=QueueName(name),
        groups=spec.groups,
        need=spec.skills,
        steps=compile_steps(spec),
        overflow=compile_overflow(spec),
        strategy=spec.strategy,
        ring_count=spec.ring,
        music=spec.music,
        answer_within_ms=spec.answer_within or MAX_AGENT_RINGS * ring_ms,
        unreachable_after_ms=spec.unreachable_after,
        wrap_up_ms=spec.wrap_up,
        wrap_up_until_done=spec.wrap_up_until_done,
        return_after_ms=spec.return_after,
        round_pause_ms=spec.round_pause,
        late_after_ms=spec.late_after,
        short_abandon_ms=spec.short_abandon,
        weight_ms=spec.weight,
        capacity=spec.capacity,
        max_wait_ms=spec.max_wait,
        hours=spec.hours,
        keep_at_closing=spec.keep_at_closing,
        join_empty=spec.join_empty,
        stay_empty=spec.stay_empty,
        reserve_count=spec.reserve.count if spec.reserve is not None else 0,
        reserve_for=spec.reserve.for_ if spec.reserve is not None else (),
        sticky_ms=spec.sticky,
        alarm_after_ms=spec.alarm_after,
        duty_table=spec.duty.table if spec.duty is not None else "",
        duty_flow=spec.duty.flow if spec.duty is not None else "",
        transfers=spec.transfers,
        whisper=spec.whisper,
        tell_work_number=spec.tell_work_number,
        survey_flow=spec.survey.flow if spec.survey is not None else "",
        survey_share=share_of(spec.survey) if spec.survey is not None else 100,
        survey_emergencies=spec.survey is not None and spec.survey.emergencies,
        callbacks=compile_callbacks(spec.callbacks),
        offer=compile_offer(spec.offer),
        expected_handling_ms=spec.expected_handling,
        expected_patience_ms=spec.expected_patience,
        estimate=compile_estimate(spec.estimate, spec.announcements),
        announcements=compile_announcements(spec.announcements),
    )
