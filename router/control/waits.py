"""Pure: waits foretold from the real state, and what each queue learns from the waits that are over.

Nothing is foretold for a call whose queue does not ask for it; what is learnt costs a few additions for each call.
"""

from router.acd.agent import AWAY
from router.acd.forecast import Forecast, foretell
from router.acd.learnt import Accuracy, Learnt
from router.acd.spec import EstimatePlan, Queue
from router.acd.waiting import Waiting
from router.control.call import Call
from router.control.desk import Desk
from router.control.wait_told import MOST_KEPT, WaitTold
from router.core import records
from router.core.ids import CallId, Ms, QueueName
from router.core.records import AgentState
from router.core.turn import Turn

_NOBODY_YET = Learnt()


def forecast(desk: Desk, now: Ms, waiting: Waiting) -> Forecast | None:
    """Foretell how long a waiting call has yet to wait; None where no agent serves it now.

    Agents count who are in service and not paused, out of rotation or unreachable. Each serves at the pace of the queue
    whose call they are in.
    """
    queues = desk.site.floor.queues
    agents, matcher = desk.state.floor.agents, desk.matcher
    rivals = matcher.rivals(waiting)
    busy_with: dict[QueueName, int] = {}
    for number in rivals.agents:
        status = agents[number]
        if status.state in AWAY or (
            status.state is AgentState.READY and not status.resting and not matcher.is_idle(number)
        ):
            continue
        call = desk.state.calls.get(status.call) if status.call is not None else None
        name = (call.queue if call is not None else status.served) or waiting.queue
        busy_with[name] = busy_with.get(name, 0) + 1
    if not busy_with:
        return None
    own = queues.get(waiting.queue) or desk.queue_of(desk.state.calls[waiting.call])
    serving = sum(count / _pace_ms(desk, queues.get(name, own)) for name, count in busy_with.items())
    learnt = _learnt(desk, own.name)
    leaving = learnt.leaving_per_ms(own.expected_patience_ms)
    if rivals.patient:
        leaving *= 1 - rivals.patient / rivals.ahead
    return foretell(now, rivals.ahead, sum(busy_with.values()), serving, leaving, learnt.answering.value)


def forecast_for_next(desk: Desk, now: Ms, queue: Queue) -> Forecast | None:
    """Foretell the wait of a plain caller who would enter a queue now."""
    last = desk.state.wait_seq + 1
    newcomer = Waiting(
        call=CallId(""), queue=queue.name, tier=1, key_ms=now - queue.weight_ms, seq=last, asked_at=now, privileged=True
    )
    return forecast(desk, now, newcomer)


def estimate_ms(desk: Desk, now: Ms, queue: Queue) -> Ms | None:
    """Foretell the mean wait of a caller who would enter a queue now, for flows.

    0 where an agent is free; None where nobody serves it, or its forecasts have shown to be bad.
    """
    if desk.agents.staff(queue.name)[0] and not desk.matcher.waits_unoffered(queue.name):
        return 0
    if _was_bad(desk, queue):
        return None
    made = forecast_for_next(desk, now, queue)
    return None if made is None else made.mean_ms


def left_ms(desk: Desk, now: Ms, queue: Queue, waiting: Waiting) -> Ms | None:
    """Foretell the mean time that a caller who waits has yet to wait; None as for :func:`estimate_ms`."""
    made = None if _was_bad(desk, queue) else forecast(desk, now, waiting)
    return None if made is None else made.mean_ms


def _was_bad(desk: Desk, queue: Queue) -> bool:
    """Say whether enough of a queue's forecasts are known to call them bad."""
    plan, so_far = queue.estimate or EstimatePlan(), accuracy(desk, queue.name)
    return so_far.count >= plan.min_sample and so_far.within.value < plan.least_within


def accuracy(desk: Desk, queue: QueueName) -> Accuracy:
    """How good a queue's forecasts have been."""
    return _learnt(desk, queue).accuracy


def good_enough(desk: Desk, queue: Queue) -> bool:
    """Say whether callers may be told a queue's forecasts."""
    plan = queue.estimate
    if plan is None or not plan.announce:
        return False
    so_far = accuracy(desk, queue.name)
    return so_far.count >= plan.min_sample and so_far.within.value >= plan.least_within


def entered(desk: Desk, turn: Turn, call: Call, waiting: Waiting, queue: Queue) -> None:
    """A call has begun to wait: where its queue foretells waits and nobody is free, foretell this one."""
    if queue.estimate is None and queue.announcements is None:
        return
    call.wait_told = WaitTold()
    if queue.estimate is not None and call.queued:
        made = forecast(desk, turn.now, waiting)
        if made is not None:
            note_made(desk, turn, call, waiting, made)


def note_made(
    desk: Desk,
    turn: Turn,
    call: Call,
    waiting: Waiting,
    made: Forecast,
    said_min: tuple[int, int] = (0, 0),
    reason: str = "",
) -> None:
    """Remember a forecast, to be judged when the wait is over; ``said_min`` is what the caller heard of it."""
    told = call.wait_told
    if told is None:
        return
    if len(told.forecasts) < MOST_KEPT:
        told.forecasts.append(made)
    if turn.wants(records.WaitEstimated):
        desk.note_call(
            turn,
            call,
            records.WaitEstimated,
            queue=waiting.queue,
            position=desk.matcher.position(waiting),
            ahead=made.ahead,
            agents=made.agents,
            mean_ms=made.mean_ms,
            low_ms=made.low_ms,
            high_ms=made.high_ms,
            told=made.told,
            said_low_min=said_min[0],
            said_high_min=said_min[1],
            reason=reason,
        )


def answered(desk: Desk, turn: Turn, call: Call, rang_ms: Ms) -> None:
    """A wait is over: the caller is connected. Called while the call still has its place."""
    learnt = desk.state.floor.learnt_of(call.queue)
    learnt.answering.take(rang_ms)
    if call.queued:
        learnt.wait_over(turn.now - _since(desk, call), lost_patience=False)
    if call.wait_told is not None:
        _judge(desk, turn, call, call.wait_told, learnt, answered=True)


def broken_off(desk: Desk, turn: Turn, call: Call, *, lost_patience: bool) -> None:
    """A wait ends without an agent: the caller is gone, or the queue gives them back. Called before that is done."""
    learnt = desk.state.floor.learnt_of(call.queue)
    if call.queued:
        learnt.wait_over(turn.now - _since(desk, call), lost_patience=lost_patience)
    if call.wait_told is not None:
        _judge(desk, turn, call, call.wait_told, learnt, answered=False)


def _judge(desk: Desk, turn: Turn, call: Call, told: WaitTold, learnt: Learnt, *, answered: bool) -> None:
    call.wait_told = None
    for made in told.forecasts:
        wait_ms = turn.now - made.at
        if not answered and wait_ms <= made.high_ms:
            continue  # nobody will ever know
        within = answered and made.held(wait_ms)
        learnt.accuracy.take(within, wait_ms - made.mean_ms if answered else None)
        desk.note_call(
            turn,
            call,
            records.EstimateJudged,
            queue=call.queue,
            made_at_ms=made.at,
            told=made.told,
            mean_ms=made.mean_ms,
            low_ms=made.low_ms,
            high_ms=made.high_ms,
            wait_ms=wait_ms,
            answered=answered,
            within=within,
        )


def _since(desk: Desk, call: Call) -> Ms:
    waiting = desk.state.waiting[call.id]
    return waiting.since or waiting.asked_at


def _pace_ms(desk: Desk, queue: Queue) -> float:
    """How long one call of a queue takes an agent, its phone's ringing included."""
    learnt = _learnt(desk, queue.name)
    return max(learnt.handling_ms(queue.expected_handling_ms) + learnt.answering.value, 1.0)


def _learnt(desk: Desk, queue: QueueName) -> Learnt:
    """What a queue has taught; looking does not change what is remembered."""
    return desk.state.floor.learnt.get(queue, _NOBODY_YET)
