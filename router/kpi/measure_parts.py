"""Pure: what several measures are made of: conditions in SQL, families of measures, why there is no value.

The words of ``{...}`` in SQL are the bounds of :class:`Bounds`.
"""

import msgspec

from router.kpi.terms import ARRIVALS, CALLS, OF_AGENT, OF_CALL, SPANS, Measure, Target, Unit, Words, count, total


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds measures are counted by: X of the service level, of reaching a person, of a good score."""

    within_ms: int = 20_000
    reached_ms: int = 60_000
    agent_rings: float = 3.0
    good_score: int = 4
    misdialled_ms: int = 5_000


ANSWERED = "outcome = 'answered'"
OFFERED = "asked AND outcome IN ('answered', 'abandoned', 'abandoned_short', 'callback_booked', 'message_left', 'lost')"
HUNG_UP = "outcome IN ('abandoned', 'abandoned_short')"
LATE_ALREADY = "outcome = 'waiting' AND wait_ms > {within_ms}"
"""Callers still waiting beyond X count as missed already."""
IN_LEVEL = f"({OFFERED} AND outcome <> 'abandoned_short') OR ({LATE_ALREADY})"
TALKED = "result = 'talked' AND ended_ms IS NOT NULL"
DONE = "result = 'talked' AND NOT open"
"""An agent's part with everything known: the wrap-up is over."""
TOOK = "result = 'talked'"
PICKED_UP = "result = 'talked' AND NOT handed"
RUNG_OUT = "result IN ('no_answer', 'busy', 'rejected', 'forwarded', 'unreachable')"
HOLD = "state IN ('holding', 'consulting')"
"""An agent who consults has a caller on hold; whoever is asked works too."""
WORK = f"(state IN ('talking', 'wrap_up') OR {HOLD})"
IDLE = "state IN ('ready', 'reserved', 'ringing')"
REPEAT = "(call_class LIKE '%repeat%' OR call_type LIKE '%repeat%complaint%' OR call_type LIKE '%complaint%repeat%')"
"""The class ``repeat`` is built in: callers who complain again."""
COMPLAINT = f"(call_class LIKE '%complaint%' OR call_type LIKE '%complaint%' OR {REPEAT})"
S = 0.001
H = 1 / 3_600_000

NOBODY_ASKED = Words("nobody asked for a person in this span", "此时段没有人要求人工服务")
NOBODY_STAYED = Words(
    "nobody asked for a person in this span, short hang-ups apart", "此时段没有人要求人工服务（短时放弃不计）"
)
NO_CALLS = Words("no calls in this span", "此时段没有来电")
NO_ANSWERS = Words("no call was answered in this span", "此时段没有接听电话")
NO_TALK = Words("no agent finished a call in this span", "此时段没有座席完成通话")
NO_AGENTS = Words("nobody was signed in in this span", "此时段没有座席签入")
NO_ROSTER = Words("nobody is in the roster for this span (figures/roster.csv)", "此时段没有排班（figures/roster.csv）")
NO_CALLBACKS = Words("no callback booked in this span is over", "此时段没有已结束的回呼")
NO_CARRIER = Words(
    "no carrier's figures for this span (figures/carrier.csv)", "此时段没有运营商数据（figures/carrier.csv）"
)


def thousandths(column: str) -> str:
    """A decimal in whole thousandths: a sum of whole numbers is the same in whatever order it is made."""
    return f"CAST(round({column} * 1000) AS BIGINT)"


def outcome(outcome: str, english: str, chinese: str, words: str, splits: frozenset[str] = OF_CALL) -> Measure:
    clock = CALLS if outcome not in ("blocked", "self_served") else ARRIVALS
    return Measure(
        name=outcome,
        english=english,
        chinese=chinese,
        words=words,
        unit=Unit.COUNT,
        over=count(clock, f"outcome = '{outcome}'"),
        splits=splits,
    )


def hours(name: str, english: str, chinese: str, where: str) -> Measure:
    return Measure(
        name=name,
        english=english,
        chinese=chinese,
        words=f"agents' time, split at the clock: {english.lower()}",
        unit=Unit.HOURS,
        over=total(SPANS, "ms", where),
        scale=H,
        splits=OF_AGENT,
        nothing=NO_AGENTS,
    )


def spread(name: str, low_s: int, high_s: int | None) -> Measure:
    upper = f" AND wait_ms <= {high_s * 1000}" if high_s is not None else ""
    span = f"{low_s}-{high_s} s" if high_s is not None else f"more than {low_s} s"
    lower = f"wait_ms > {low_s * 1000}" if low_s else "wait_ms >= 0"
    return Measure(
        name=name,
        english=f"Hung up after {span}",
        chinese=f"等待{span.replace('more than ', '超过')}后放弃",
        words=f"callers who hung up waiting, after {span}",
        unit=Unit.COUNT,
        over=count(CALLS, f"{HUNG_UP} AND {lower}{upper}"),
    )


def service_level(name: str, english: str, chinese: str, words: str, under: str, nothing: Words) -> Measure:
    return Measure(
        name=name,
        number="20",
        english=english,
        chinese=chinese,
        words=words,
        unit=Unit.SHARE,
        over=count(CALLS, f"{ANSWERED} AND wait_ms <= {{within_ms}}"),
        under=count(CALLS, under),
        target=Target(words="80 % in 20 s", low=0.80),
        splits=OF_CALL,
        nothing=nothing,
    )
