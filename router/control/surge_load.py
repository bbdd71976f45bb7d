"""Pure: what the queues of a surge plan were asked lately, counted from the core's own records, and seats missing."""

from collections.abc import Collection

import msgspec

from router.acd.erlang import agents_for
from router.acd.surge import SurgePlan
from router.core import records
from router.core.ids import Ms, QueueName
from router.core.records import AgentState, Outcome
from router.core.turn import Output

WINDOW_MIN = 15
"""The present is so many minutes long."""
MINUTE_MS: Ms = 60_000
_GONE = (Outcome.ABANDONED, Outcome.ABANDONED_SHORT)


class Minute(msgspec.Struct, kw_only=True):
    """What was seen in one minute; ``number`` counts minutes since 1970. Waits are of those answered or gone."""

    number: int
    asked_count: int = 0
    wait_ms: Ms = 0
    gone_count: int = 0
    talked_count: int = 0
    talked_ms: Ms = 0
    wrap_up_ms: Ms = 0


class Load(msgspec.Struct, kw_only=True):
    """The last minutes, oldest first; ``since`` is when counting began."""

    since: Ms
    minutes: list[Minute] = []


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """The load of now. None where nothing is known: nobody asked, no talk has ended, nobody has lost patience."""

    calls_per_s: float | None
    handling_ms: Ms | None
    patience_ms: Ms | None


def add(load: Load, queues: Collection[QueueName], outputs: Collection[Output], now: Ms) -> None:
    """Count what this turn's records say of a plan's queues. After-call work is everybody's who did some."""
    for output in outputs:
        match output:
            case records.CallQueued(queue=queue) if queue in queues:
                _minute(load, now).asked_count += 1
            case records.CallConnected(queue=queue, wait_ms=wait_ms) if queue in queues:
                _minute(load, now).wait_ms += wait_ms
            case records.CallEnded(queue=queue, outcome=outcome, wait_ms=wait_ms) if (
                queue in queues and outcome in _GONE
            ):
                _minute(load, now).wait_ms += wait_ms
                _minute(load, now).gone_count += 1
            case records.TalkEnded(queue=queue, talk_ms=talk_ms, hold_ms=hold_ms) if queue in queues:
                _minute(load, now).talked_count += 1
                _minute(load, now).talked_ms += talk_ms + hold_ms
            case records.AgentStateChanged(previous=AgentState.WRAP_UP, previous_ms=wrap_up_ms):
                _minute(load, now).wrap_up_ms += wrap_up_ms
            case _:
                pass


def present(load: Load, now: Ms) -> Present:
    """Say what the load is now. Patience is all waiting shared among those who lost it (callers still there count)."""
    first = now // MINUTE_MS - WINDOW_MIN
    seen = [minute for minute in load.minutes if minute.number > first]
    span_s = min(now - load.since, WINDOW_MIN * MINUTE_MS) / 1000
    asked = sum(minute.asked_count for minute in seen)
    talked = sum(minute.talked_count for minute in seen)
    gone = sum(minute.gone_count for minute in seen)
    handled_ms = sum(minute.talked_ms + minute.wrap_up_ms for minute in seen)
    waited_ms = sum(minute.wait_ms for minute in seen)
    return Present(
        calls_per_s=asked / span_s if asked and span_s > 0 else None,
        handling_ms=max(handled_ms // talked, 1) if handled_ms and talked else None,
        patience_ms=waited_ms // gone if gone and waited_ms else None,
    )


def seats_needed(plan: SurgePlan, seen: Present) -> int | None:
    """Return how many agents keep the plan's promise at this load, by Erlang A; None where the load is not known."""
    if seen.calls_per_s is None or seen.handling_ms is None:
        return None
    patience_s = None if seen.patience_ms is None else max(seen.patience_ms, 1) / 1000
    handling_s = seen.handling_ms / 1000
    return agents_for(seen.calls_per_s, handling_s, patience_s, plan.answer_share, plan.answer_within_ms / 1000)


def _minute(load: Load, now: Ms) -> Minute:
    number = now // MINUTE_MS
    if not load.minutes or load.minutes[-1].number != number:
        load.minutes.append(Minute(number=number))
        del load.minutes[: -WINDOW_MIN - 1]
    return load.minutes[-1]
