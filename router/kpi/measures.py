"""Pure: the registry of measures. Each is defined here, once; board, reports and docs all read this list.

The words of ``{...}`` in SQL are the bounds of :class:`Bounds`.
"""

import msgspec

from router.kpi.terms import (
    ADHERED,
    ARRIVALS,
    ATTENDANCE,
    CALLS,
    CARRIER,
    LEGS,
    MONITORING,
    OF_AGENT,
    OF_ALL,
    OF_CALL,
    OF_CALL_NOT_QUEUE,
    OF_CENTRE,
    OUTBOUND,
    PLAN,
    ROSTER,
    SCORES,
    SPANS,
    Measure,
    Target,
    Term,
    Unit,
    Words,
    count,
    total,
)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds measures are counted by: X of the service level, of reaching a person, of a good score."""

    within_ms: int = 20_000
    reached_ms: int = 60_000
    agent_rings: float = 3.0
    good_score: int = 4
    misdialled_ms: int = 5_000


_ANSWERED = "outcome = 'answered'"
_OFFERED = (
    "asked AND outcome IN ('answered', 'abandoned', 'abandoned_short', 'callback_booked', 'message_left', 'lost')"
)
_HUNG_UP = "outcome IN ('abandoned', 'abandoned_short')"
_LATE_ALREADY = "outcome = 'waiting' AND wait_ms > {within_ms}"
"""Callers still waiting beyond X count as missed already."""
_IN_LEVEL = f"({_OFFERED} AND outcome <> 'abandoned_short') OR ({_LATE_ALREADY})"
_TALKED = "result = 'talked' AND ended_ms IS NOT NULL"
_DONE = "result = 'talked' AND NOT open"
"""An agent's part with everything known: the wrap-up is over."""
_TOOK = "result = 'talked'"
_PICKED_UP = "result = 'talked' AND NOT handed"
_RUNG_OUT = "result IN ('no_answer', 'busy', 'rejected', 'forwarded', 'unreachable')"
_HOLD = "state IN ('holding', 'consulting')"
"""An agent who consults has a caller on hold; whoever is asked works too."""
_WORK = f"(state IN ('talking', 'wrap_up') OR {_HOLD})"
_IDLE = "state IN ('ready', 'reserved', 'ringing')"
_REPEAT = "(call_class LIKE '%repeat%' OR call_type LIKE '%repeat%complaint%' OR call_type LIKE '%complaint%repeat%')"
"""The class ``repeat`` is built in: callers who complain again."""
_COMPLAINT = f"(call_class LIKE '%complaint%' OR call_type LIKE '%complaint%' OR {_REPEAT})"
_S = 0.001
_H = 1 / 3_600_000

_NOBODY_ASKED = Words("nobody asked for a person in this span", "此时段没有人要求人工服务")
_NO_CALLS = Words("no calls in this span", "此时段没有来电")
_NO_ANSWERS = Words("no call was answered in this span", "此时段没有接听电话")
_NO_TALK = Words("no agent finished a call in this span", "此时段没有座席完成通话")
_NO_AGENTS = Words("nobody was signed in in this span", "此时段没有座席签入")
_NO_ROSTER = Words("nobody is in the roster for this span (figures/roster.csv)", "此时段没有排班（figures/roster.csv）")
_NO_CARRIER = Words(
    "no carrier's figures for this span (figures/carrier.csv)", "此时段没有运营商数据（figures/carrier.csv）"
)


def _thousandths(column: str) -> str:
    """A decimal in whole thousandths: a sum of whole numbers is the same in whatever order it is made."""
    return f"CAST(round({column} * 1000) AS BIGINT)"


def _outcome(outcome: str, english: str, chinese: str, words: str, splits: frozenset[str] = OF_CALL) -> Measure:
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


def _hours(name: str, english: str, chinese: str, where: str) -> Measure:
    return Measure(
        name=name,
        english=english,
        chinese=chinese,
        words=f"agents' time, split at the clock: {english.lower()}",
        unit=Unit.HOURS,
        over=total(SPANS, "ms", where),
        scale=_H,
        splits=OF_AGENT,
        nothing=_NO_AGENTS,
    )


def _spread(name: str, low_s: int, high_s: int | None) -> Measure:
    upper = f" AND wait_ms <= {high_s * 1000}" if high_s is not None else ""
    span = f"{low_s}-{high_s} s" if high_s is not None else f"more than {low_s} s"
    lower = f"wait_ms > {low_s * 1000}" if low_s else "wait_ms >= 0"
    return Measure(
        name=name,
        english=f"Hung up after {span}",
        chinese=f"等待{span.replace('more than ', '超过')}后放弃",
        words=f"callers who hung up waiting, after {span}",
        unit=Unit.COUNT,
        over=count(CALLS, f"{_HUNG_UP} AND {lower}{upper}"),
    )


def _service_level(name: str, english: str, chinese: str, words: str, under: str) -> Measure:
    return Measure(
        name=name,
        number="20",
        english=english,
        chinese=chinese,
        words=words,
        unit=Unit.SHARE,
        over=count(CALLS, f"{_ANSWERED} AND wait_ms <= {{within_ms}}"),
        under=count(CALLS, under),
        target=Target(words="80 % in 20 s", low=0.80),
        splits=OF_CALL,
        nothing=_NOBODY_ASKED,
    )


_ALL = (
    Measure(
        name="adherence",
        number="1",
        english="Adherence",
        chinese="实际工作率",
        words="time ready, ringing, talking (hold and consulting included) or in wrap-up inside rostered answering "
        "time / rostered answering time; breaks and training are left out",
        unit=Unit.SHARE,
        over=total(ADHERED, "ms"),
        under=total(ROSTER, "ms"),
        target=Target(words=">= 92 %", low=0.92),
        splits=OF_AGENT,
        nothing=_NO_ROSTER,
    ),
    Measure(
        name="after_call_work",
        number="2",
        english="After-call work",
        chinese="事后处理时间",
        words="wrap-up / agents' parts of calls that are over, wrap-up included",
        unit=Unit.SECONDS,
        over=total(LEGS, "wrapup_ms", _DONE),
        under=count(LEGS, _DONE),
        scale=_S,
        target=Target(words="60 s", high=60),
        splits=OF_ALL,
        nothing=_NO_TALK,
    ),
    Measure(
        name="time_to_abandon",
        number="3",
        english="Time to abandon",
        chinese="平均放弃时间",
        words="wait of those who hung up waiting (short ones included) / their number",
        unit=Unit.SECONDS,
        over=total(CALLS, "wait_ms", _HUNG_UP),
        under=count(CALLS, _HUNG_UP),
        scale=_S,
        target=Target(words="60 s", low=60),
        nothing=Words(
            "nobody hung up waiting in this span",
            "此时段没有人在等待中挂断",
        ),
    ),
    Measure(
        name="misdialled",
        number="3",
        english="Hung up within 5 s",
        chinese="5秒内放弃占比",
        words="those who hung up within 5 s of asking / those who hung up waiting: misdialling, not the queue",
        unit=Unit.SHARE,
        over=count(CALLS, f"{_HUNG_UP} AND wait_ms <= {{misdialled_ms}}"),
        under=count(CALLS, _HUNG_UP),
        nothing=Words(
            "nobody hung up waiting in this span",
            "此时段没有人在等待中挂断",
        ),
    ),
    Measure(
        name="time_to_abandon_median",
        number="3",
        english="Time to abandon, median",
        chinese="放弃时间中位数",
        words="the wait that half of those who hung up waiting did not reach",
        unit=Unit.SECONDS,
        over=Term(CALLS, f"quantile_cont(wait_ms, 0.5) FILTER (WHERE {_HUNG_UP})", adds=False),
        scale=_S,
        nothing=Words(
            "nobody hung up waiting in this span",
            "此时段没有人在等待中挂断",
        ),
    ),
    _spread("abandoned_0_5", 0, 5),
    _spread("abandoned_5_20", 5, 20),
    _spread("abandoned_20_60", 20, 60),
    _spread("abandoned_60_180", 60, 180),
    _spread("abandoned_over_180", 180, None),
    Measure(
        name="handling",
        number="4",
        english="Handling time",
        chinese="平均通话时间",
        words="(talk + wrap-up) / agents' parts of calls that are over, wrap-up included",
        unit=Unit.SECONDS,
        over=total(LEGS, "talk_ms + wrapup_ms", _DONE),
        under=count(LEGS, _DONE),
        scale=_S,
        target=Target(words="3-10 min, +/- 15 %, by call type", low=180, high=600),
        splits=OF_ALL,
        nothing=_NO_TALK,
    ),
    Measure(
        name="aht",
        number="4",
        english="Handling time with hold",
        chinese="平均处理时间（含持线）",
        words="(talk + hold + wrap-up) / agents' parts of calls that are over, wrap-up included",
        unit=Unit.SECONDS,
        over=total(LEGS, "talk_ms + hold_ms + wrapup_ms", _DONE),
        under=count(LEGS, _DONE),
        scale=_S,
        splits=OF_ALL,
        nothing=_NO_TALK,
    ),
    Measure(
        name="hold_time",
        number="5",
        english="Hold time",
        chinese="平均持线时间",
        words="hold / agents' parts of calls that were held (a muted headset is not seen)",
        unit=Unit.SECONDS,
        over=total(LEGS, "hold_ms", f"{_TALKED} AND held"),
        under=count(LEGS, f"{_TALKED} AND held"),
        scale=_S,
        target=Target(words="20-60 s", low=20, high=60),
        splits=OF_ALL,
        nothing=Words(
            "no call was held in this span",
            "此时段没有持线",
        ),
    ),
    Measure(
        name="line_rings",
        number="6",
        english="Rings until the line answers",
        chinese="平均振铃次数（线路）",
        words="rings from arrival until IVR or person answered / calls that were answered so",
        unit=Unit.RINGS,
        over=total(ARRIVALS, _thousandths("line_rings")),
        under=count(ARRIVALS, "line_rings IS NOT NULL"),
        scale=0.001,
        target=Target(words="2-4 is the ceiling, 1 is good", high=4),
        splits=OF_CALL_NOT_QUEUE,
        nothing=_NO_CALLS,
    ),
    Measure(
        name="agent_rings",
        number="6",
        english="Rings of the agent's phone",
        chinese="平均振铃次数（座席）",
        words="rings of agents' phones that were picked up / phones picked up",
        unit=Unit.RINGS,
        over=total(LEGS, _thousandths("agent_rings"), _PICKED_UP),
        under=count(LEGS, _PICKED_UP),
        scale=0.001,
        target=Target(words="2-4", high=4),
        splits=OF_ALL,
        nothing=_NO_ANSWERS,
    ),
    Measure(
        name="within_three_rings",
        number="6",
        english="Picked up within three rings",
        chinese="三声内接起率",
        words="agents' phones picked up within three rings / phones picked up or rung without being taken (those where "
        "the caller gave up or another phone was faster left out)",
        unit=Unit.SHARE,
        over=count(LEGS, f"{_PICKED_UP} AND agent_rings <= {{agent_rings}}"),
        under=count(LEGS, f"({_PICKED_UP}) OR {_RUNG_OUT}"),
        splits=OF_ALL,
        nothing=Words(
            "no agent's phone rang in this span",
            "此时段没有座席电话振铃",
        ),
    ),
    Measure(
        name="queue_time",
        number="7",
        english="Queue time",
        chinese="平均排队时间",
        words="wait of queued calls / queued calls (no eligible agent was free when they asked)",
        unit=Unit.SECONDS,
        over=total(CALLS, "wait_ms", "queued AND outcome <> 'waiting'"),
        under=count(CALLS, "queued AND outcome <> 'waiting' AND wait_ms IS NOT NULL"),
        scale=_S,
        target=Target(words="30-90 s", high=90),
        nothing=Words(
            "no caller had to queue in this span",
            "此时段没有人排队",
        ),
    ),
    Measure(
        name="asa",
        number="8",
        english="Speed of answer (ASA)",
        chinese="平均应答速度",
        words="wait of answered calls / answered",
        unit=Unit.SECONDS,
        over=total(CALLS, "wait_ms", _ANSWERED),
        under=count(CALLS, f"{_ANSWERED} AND wait_ms IS NOT NULL"),
        scale=_S,
        target=Target(words="<= 20 s", high=20),
        splits=OF_ALL,
        nothing=_NO_ANSWERS,
    ),
    Measure(
        name="asa_total",
        number="8",
        english="Speed of answer, all waits",
        chinese="平均应答速度（手册）",
        words="waits of all who asked (booked callbacks left out, as everywhere in ASA) / answered",
        unit=Unit.SECONDS,
        over=total(CALLS, "wait_ms", "asked AND outcome NOT IN ('callback_booked', 'waiting')"),
        under=count(CALLS, _ANSWERED),
        scale=_S,
        nothing=_NO_ANSWERS,
    ),
    Measure(
        name="talk_time",
        number="9",
        english="Talk time",
        chinese="平均交谈时间",
        words="talk without hold / agents' parts of calls",
        unit=Unit.SECONDS,
        over=total(LEGS, "talk_ms", _TALKED),
        under=count(LEGS, _TALKED),
        scale=_S,
        target=Target(words="270-360 s", low=270, high=360),
        splits=OF_ALL,
        nothing=_NO_TALK,
    ),
    Measure(
        name="calls_per_hour",
        number="10",
        english="Calls per hour",
        chinese="每小时呼叫次数",
        words="calls agents answered / their signed-in hours",
        unit=Unit.PER_HOUR,
        over=count(LEGS, _TOOK),
        under=total(SPANS, "ms"),
        scale=3_600_000,
        target=Target(words="5-100 by kind of line", low=5, high=100),
        splits=OF_AGENT,
        nothing=_NO_AGENTS,
    ),
    Measure(
        name="monitoring_score",
        number="11",
        english="Monitoring score",
        chinese="监听分值",
        words="scores of monitored calls (0-100) / monitored calls",
        unit=Unit.SCORE,
        over=total(MONITORING, "score"),
        under=count(MONITORING),
        splits=OF_AGENT,
        nothing=Words(
            "no monitored calls are entered for this span (figures/monitoring.csv)",
            "此时段没有监听评分（figures/monitoring.csv）",
        ),
    ),
    Measure(
        name="monitored",
        number="11",
        english="Monitored calls",
        chinese="监听次数",
        words="calls the quality inspectors scored; 4-5 per agent and month",
        unit=Unit.COUNT,
        over=count(MONITORING),
        splits=OF_AGENT,
    ),
    Measure(
        name="occupancy",
        number="12",
        english="Occupancy",
        chinese="占线率",
        words="(talk + wrap-up + hold) / (talk + wrap-up + hold + time ready or ringing); consulting is hold; "
        "pauses and time out of rotation count in neither",
        unit=Unit.SHARE,
        over=total(SPANS, "ms", _WORK),
        under=total(SPANS, "ms", f"{_WORK} OR {_IDLE}"),
        target=Target(words=">= 90 %", low=0.90),
        splits=OF_AGENT,
        nothing=_NO_AGENTS,
    ),
    Measure(
        name="abandonment",
        number="13",
        english="Abandonment",
        chinese="呼叫放弃率",
        words="abandoned / (offered - abandoned short)",
        unit=Unit.SHARE,
        over=count(CALLS, "outcome = 'abandoned'"),
        under=count(CALLS, f"{_OFFERED} AND outcome <> 'abandoned_short'"),
        target=Target(words="3-5 %", high=0.05),
        nothing=_NOBODY_ASKED,
    ),
    Measure(
        name="abandonment_handbook",
        number="13",
        english="Abandonment, handbook",
        chinese="呼叫放弃率（手册）",
        words="abandoned / received",
        unit=Unit.SHARE,
        over=count(CALLS, "outcome = 'abandoned'"),
        under=count(ARRIVALS, "outcome <> 'blocked'"),
        target=Target(words="3-5 %", high=0.05),
        nothing=_NO_CALLS,
    ),
    Measure(
        name="attendance",
        number="14",
        english="Attendance",
        chinese="出勤率",
        words="rostered shifts in which the agent signed in / rostered shifts that have begun",
        unit=Unit.SHARE,
        over=count(ATTENDANCE, "present"),
        under=count(ATTENDANCE),
        target=Target(words="95 %", low=0.95),
        splits=OF_AGENT,
        nothing=_NO_ROSTER,
    ),
    Measure(
        name="blocked_share",
        number="15",
        english="Blocked",
        chinese="忙音率",
        words="calls refused at our door (trunks full, shed) / all calls that came to it",
        unit=Unit.SHARE,
        over=count(ARRIVALS, "outcome = 'blocked'"),
        under=count(ARRIVALS),
        target=Target(words="1-3 %", high=0.03),
        splits=OF_CALL_NOT_QUEUE,
        nothing=_NO_CALLS,
    ),
    Measure(
        name="blocked_carrier",
        number="15",
        english="Blocked, carrier's figure",
        chinese="忙音率（运营商）",
        words="calls the carrier refused for us / calls dialled, both as the carrier reports them",
        unit=Unit.SHARE,
        over=total(CARRIER, "blocked"),
        under=total(CARRIER, "dialled"),
        target=Target(words="1-3 %", high=0.03),
        splits=OF_CENTRE,
        nothing=_NO_CARRIER,
    ),
    Measure(
        name="first_call_resolution",
        number="16",
        english="First-call resolution",
        chinese="一次性解决率",
        words="calls coded in wrap-up as solved with no further call / calls coded",
        unit=Unit.SHARE,
        over=None,
        target=Target(words="85-100 %", low=0.85),
        splits=OF_ALL,
        nothing=Words(
            "wrap-up codes are not recorded yet",
            "尚未记录事后处理代码",
        ),
    ),
    Measure(
        name="queued_share",
        number="17",
        english="Queued share",
        chinese="队列放置率",
        words="queued / received",
        unit=Unit.SHARE,
        over=count(CALLS, "queued"),
        under=count(ARRIVALS, "outcome <> 'blocked'"),
        target=Target(words="10-20 %", low=0.10, high=0.20),
        nothing=_NO_CALLS,
    ),
    Measure(
        name="transfers",
        number="18",
        english="Transfers",
        chinese="转接呼叫率",
        words="answered calls with a completed transfer / answered; a consultation that comes back is none",
        unit=Unit.SHARE,
        over=count(CALLS, f"{_ANSWERED} AND transferred"),
        under=count(CALLS, _ANSWERED),
        target=Target(words="3 %, aim 1 %", high=0.03),
        splits=OF_ALL,
        nothing=_NO_ANSWERS,
    ),
    Measure(
        name="answered_share",
        number="19",
        english="Answered",
        chinese="已复电话百分比",
        words="(answered + self-served) / received",
        unit=Unit.SHARE,
        over=count(CALLS, "outcome IN ('answered', 'self_served')"),
        under=count(ARRIVALS, "outcome <> 'blocked'"),
        target=Target(words="98 %", low=0.98),
        nothing=_NO_CALLS,
    ),
    _service_level(
        "service_level",
        "Service level",
        "服务水平",
        "answered within X s (20) / (offered - abandoned short); callers still waiting beyond X count as missed",
        _IN_LEVEL,
    ),
    _service_level(
        "service_level_offered",
        "Service level, of all offered",
        "服务水平（含短时放弃）",
        "answered within X s (20) / offered; callers still waiting beyond X count as missed",
        f"({_OFFERED}) OR ({_LATE_ALREADY})",
    ),
    _service_level(
        "service_level_answered",
        "Service level, of answered",
        "服务水平（按已接）",
        "answered within X s (20) / answered",
        _ANSWERED,
    ),
    Measure(
        name="calls",
        number="21",
        english="Calls",
        chinese="总呼叫数",
        words="sum of all outcomes, by when they arrived",
        unit=Unit.COUNT,
        over=count(ARRIVALS, "outcome NOT IN ('waiting', 'in_ivr')"),
        splits=OF_CALL,
    ),
    Measure(
        name="distinct_callers",
        number="21",
        english="Distinct callers",
        chinese="不同来电人数",
        words="different numbers among the calls (withheld ones left out)",
        unit=Unit.COUNT,
        over=Term(ARRIVALS, "count(DISTINCT caller) FILTER (WHERE caller <> '')", adds=False),
        splits=OF_CALL_NOT_QUEUE,
    ),
    Measure(
        name="redials",
        number="21",
        english="Redials within 30 min",
        chinese="30分钟内重拨",
        words="calls of a number that had rung within the 30 minutes before",
        unit=Unit.COUNT,
        over=count(ARRIVALS, "redial"),
        splits=OF_CALL_NOT_QUEUE,
    ),
    Measure(
        name="line_reached",
        english="Line reached",
        chinese="系统接通率",
        words="calls that reached the line / calls dialled, both as the carrier reports them",
        unit=Unit.SHARE,
        over=total(CARRIER, "reached"),
        under=total(CARRIER, "dialled"),
        target=Target(words=">= 85 %", low=0.85),
        splits=OF_CENTRE,
        nothing=_NO_CARRIER,
    ),
    Measure(
        name="person_reached",
        english="Person reached",
        chinese="人工台应答率",
        words="answered within 60 s / asked for a person; callers still waiting beyond 60 s count as missed",
        unit=Unit.SHARE,
        over=count(CALLS, f"{_ANSWERED} AND wait_ms <= {{reached_ms}}"),
        under=count(CALLS, "asked AND (outcome <> 'waiting' OR wait_ms > {reached_ms}) AND outcome <> 'in_ivr'"),
        target=Target(words=">= 85 %, VIP >= 95 %", low=0.85, by_class={"vip": Target(words=">= 95 %", low=0.95)}),
        nothing=_NOBODY_ASKED,
    ),
    Measure(
        name="late_answers",
        english="Late answers",
        chinese="应答超时率",
        words="answers later than the queue's late_after / answers",
        unit=Unit.SHARE,
        over=count(CALLS, f"{_ANSWERED} AND late"),
        under=count(CALLS, _ANSWERED),
        target=Target(words="<= 20 %, VIP <= 10 %", high=0.20, by_class={"vip": Target(words="<= 10 %", high=0.10)}),
        splits=OF_ALL,
        nothing=_NO_ANSWERS,
    ),
    Measure(
        name="replies_in_time",
        english="Replies in time",
        chinese="回复及时率",
        words="recordings, callbacks and complaints answered within their deadline / all whose deadline has passed",
        unit=Unit.SHARE,
        over=None,
        target=Target(words="100 %", low=1.0),
        nothing=Words(
            "deadlines of recordings, callbacks and complaints are not recorded yet", "尚未记录留言、回呼和投诉的时限"
        ),
    ),
    Measure(
        name="repeat_complaints",
        english="Repeat complaints",
        chinese="重复投诉率",
        words="repeats / (complaints - repeats); calls whose class or call type names a complaint (a repeat)",
        unit=Unit.SHARE,
        over=count(CALLS, _REPEAT),
        under=count(CALLS, f"{_COMPLAINT} AND NOT {_REPEAT}"),
        target=Target(words="<= 1 %", high=0.01),
        nothing=Words(
            "no first complaints in this span",
            "此时段没有首次投诉",
        ),
    ),
    Measure(
        name="satisfaction",
        english="Satisfaction",
        chinese="满意率",
        words="survey answers of 4 or 5 / survey answers",
        unit=Unit.SHARE,
        over=count(SCORES, "score >= {good_score}"),
        under=count(SCORES),
        target=Target(
            words="enquiry 95 %, complaint 90 %, cross-province 85 %, VIP complaint 95 %",
            low=0.90,
        ),
        splits=OF_ALL,
        nothing=Words(
            "no caller answered the survey in this span",
            "此时段没有满意度评分",
        ),
    ),
    Measure(
        name="received",
        english="Received",
        chinese="来电数",
        words="all calls but blocked ones, by when they arrived",
        unit=Unit.COUNT,
        over=count(ARRIVALS, "outcome <> 'blocked'"),
    ),
    Measure(
        name="asked",
        english="Asked for a person",
        chinese="要求人工数",
        words="calls that asked for a person, by when they first did",
        unit=Unit.COUNT,
        over=count(CALLS, "asked"),
    ),
    Measure(
        name="offered",
        english="Offered",
        chinese="进入人工数",
        words="asked for a person and not turned away before: answered + abandoned + abandoned short + "
        "callback booked + message left + lost after asking",
        unit=Unit.COUNT,
        over=count(CALLS, _OFFERED),
    ),
    Measure(
        name="queued",
        english="Queued",
        chinese="排队数",
        words="no eligible agent was free at the moment of asking",
        unit=Unit.COUNT,
        over=count(CALLS, "queued"),
    ),
    _outcome("answered", "Answered by a person", "人工接听数", "calls an agent talked with", splits=OF_ALL),
    _outcome("self_served", "Self-served", "自助服务数", "never asked for a person", splits=OF_CALL_NOT_QUEUE),
    _outcome("abandoned", "Abandoned", "放弃数", "hung up waiting, after more than short_abandon (20 s)"),
    _outcome("abandoned_short", "Abandoned short", "短时放弃数", "hung up waiting, within short_abandon (20 s)"),
    _outcome("callback_booked", "Callbacks booked", "预约回呼数", "left with a callback booked"),
    _outcome("message_left", "Messages left", "留言数", "left with a recording"),
    _outcome("turned_away", "Turned away", "未受理数", "closed, full or nobody there"),
    _outcome("sent_out", "Sent out", "转外数", "transferred outside before any agent"),
    _outcome("lost", "Lost", "故障丢失数", "lost by our fault"),
    _outcome("blocked", "Blocked calls", "拒接数", "refused at the door", splits=OF_CALL_NOT_QUEUE),
    Measure(
        name="longest_wait",
        english="Longest wait",
        chinese="最长等待",
        words="the longest wait of a call that asked in this span, those still waiting included",
        unit=Unit.SECONDS,
        over=Term(CALLS, "max(wait_ms)", adds=False),
        scale=_S,
        nothing=_NOBODY_ASKED,
    ),
    Measure(
        name="overflowed_in",
        english="Overflowed in",
        chinese="溢入数",
        words="entries into this queue that came unserved from another one",
        unit=Unit.COUNT,
        over=count("visits", "overflowed_in"),
        splits=OF_CALL,
    ),
    Measure(
        name="overflowed_out",
        english="Overflowed out",
        chinese="溢出数",
        words="entries this queue gave up and another one took over",
        unit=Unit.COUNT,
        over=count("visits", "outcome = 'overflowed_out'"),
        splits=OF_CALL,
    ),
    Measure(
        name="transferred_in",
        english="Transferred in",
        chinese="转入数",
        words="entries into this queue that came from an agent",
        unit=Unit.COUNT,
        over=count("visits", "transferred_in"),
        splits=OF_CALL,
    ),
    Measure(
        name="transferred_out",
        english="Transferred out",
        chinese="转出数",
        words="calls an agent of this queue passed on",
        unit=Unit.COUNT,
        over=count("visits", "transferred"),
        splits=OF_CALL,
    ),
    Measure(
        name="phones_rung",
        english="Agents' phones rung",
        chinese="座席振铃数",
        words="phones of agents that were rung for a call, picked up or not",
        unit=Unit.COUNT,
        over=count(LEGS, "NOT handed"),
        splits=OF_ALL,
    ),
    Measure(
        name="not_answered",
        english="Phones not answered",
        chinese="座席未接数",
        words="phones of agents that rang out (no answer or forwarded)",
        unit=Unit.COUNT,
        over=count(LEGS, "result IN ('no_answer', 'forwarded')"),
        splits=OF_ALL,
    ),
    _hours("signed_in_hours", "Signed-in hours", "签入时长", "true"),
    _hours("idle_hours", "Ready and ringing", "空闲时长", _IDLE),
    _hours("talk_hours", "Talking", "通话时长", "state = 'talking'"),
    _hours("hold_hours", "Holding and consulting", "持线与咨询时长", _HOLD),
    _hours("wrap_up_hours", "In wrap-up", "事后处理时长", "state = 'wrap_up'"),
    _hours("paused_hours", "Paused", "暂停时长", "state = 'paused'"),
    _hours("not_answering_hours", "Out of rotation", "停派时长", "state = 'not_answering'"),
    Measure(
        name="rostered_hours",
        english="Rostered hours",
        chinese="排班时长",
        words="time agents are rostered to answer, breaks and training left out, what is still to come included",
        unit=Unit.HOURS,
        over=total(PLAN, "ms"),
        scale=_H,
        splits=OF_AGENT,
        nothing=_NO_ROSTER,
    ),
    Measure(
        name="own_calls",
        english="Calls of our own",
        chinese="外呼数",
        words="calls the line made itself: callbacks, wake-ups, pages",
        unit=Unit.COUNT,
        over=count(OUTBOUND),
        splits=OF_CENTRE,
    ),
    Measure(
        name="own_calls_answered",
        english="Calls of our own answered",
        chinese="外呼接通率",
        words="calls the line made itself that were answered / calls it made",
        unit=Unit.SHARE,
        over=count(OUTBOUND, "answered"),
        under=count(OUTBOUND),
        splits=OF_CENTRE,
        nothing=Words(
            "the line made no calls itself in this span",
            "此时段没有外呼",
        ),
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _ALL}
"""Every measure by its name, in the order of docs and reports."""

assert len(MEASURES) == len(_ALL)
