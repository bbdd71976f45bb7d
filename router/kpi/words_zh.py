"""Pure: how each measure is counted, and its target, in Chinese. Formulas: :mod:`router.kpi.measures`."""

from router.kpi.terms import Measure

FORMULAS: dict[str, str] = {
    "adherence": "排班应答时间内处于就绪、振铃、通话（含持线、咨询）或事后处理的时间 / 排班应答时间；不含休息与培训",
    "after_call_work": "事后处理时间 / 已结束（含事后处理）的座席通话段数",
    "time_to_abandon": "等待中挂断者的等待时间（含短时） / 其人数",
    "misdialled": "要求人工后5秒内挂断数 / 等待中挂断数：误拨，非排队所致",
    "time_to_abandon_median": "半数等待中挂断者未达到的等待时间",
    "abandoned_0_5": "等待0-5秒后挂断的来电",
    "abandoned_5_20": "等待5-20秒后挂断的来电",
    "abandoned_20_60": "等待20-60秒后挂断的来电",
    "abandoned_60_180": "等待60-180秒后挂断的来电",
    "abandoned_over_180": "等待超过180秒后挂断的来电",
    "handling": "（通话 + 事后处理） / 已结束（含事后处理）的座席通话段数",
    "aht": "（通话 + 持线 + 事后处理） / 已结束（含事后处理）的座席通话段数",
    "hold_time": "持线时间 / 有持线的座席通话段数（耳机静音无法统计）",
    "line_rings": "从来电到 IVR 或人工应答的振铃次数 / 如此应答的来电数",
    "agent_rings": "座席话机接起前的振铃次数 / 接起数",
    "within_three_rings": "三声内接起数 / 接起数与振铃未接数之和（来电人挂断或他机先接者除外）",
    "queue_time": "排队来电的等待时间 / 排队来电数（要求人工时无可用座席）",
    "asa": "已接来电的等待时间 / 已接来电数",
    "asa_total": "全部要求人工者的等待时间（预约回呼除外） / 已接来电数",
    "talk_time": "通话时间（不含持线） / 座席通话段数",
    "calls_per_hour": "座席接听数 / 签入时长",
    "monitoring_score": "监听评分（0-100）之和 / 监听次数",
    "monitored": "质检员评分的通话数；每座席每月4-5次",
    "occupancy": "（通话 + 事后处理 + 持线） / （通话 + 事后处理 + 持线 + 就绪或振铃）；咨询计入持线；暂停与停派均不计",
    "abandonment": "放弃数 / （进入人工数 - 短时放弃数）",
    "abandonment_handbook": "放弃数 / 来电数",
    "attendance": "已签入的排班班次 / 已开始的排班班次",
    "blocked_share": "入口拒接（中继满、限流）的来电 / 全部到达来电",
    "blocked_carrier": "运营商代拒的呼叫 / 拨打次数，均按运营商数据",
    "coded": "通话中或事后处理时由话务员编码的通话，以最后代码为准",
    "first_call_resolution": "事后处理编码为一次性解决的通话 / 已编码通话；以最后编码的话务员为准",
    "queued_share": "排队数 / 来电数",
    "transfers": "完成转接的已接来电 / 已接来电数；咨询后返回者不计",
    "answered_share": "（已接 + 自助服务） / 来电数",
    "service_level": "X 秒（20）内接听数 / （进入人工数 - 短时放弃数）；仍在等待且超过 X 者计为未达",
    "service_level_offered": "X 秒（20）内接听数 / 进入人工数；仍在等待且超过 X 者计为未达",
    "service_level_answered": "X 秒（20）内接听数 / 已接来电数",
    "calls": "全部结果之和，按到达时间统计",
    "distinct_callers": "来电中不同号码数（隐藏号码除外）",
    "redials": "前30分钟内已来电的号码的来电数",
    "line_reached": "接通线路的呼叫 / 拨打次数，均按运营商数据",
    "person_reached": "60秒内接听数 / 要求人工数；仍在等待且超过60秒者计为未达",
    "late_answers": "超过队列 late_after 的接听数 / 接听数",
    "replies_in_time": "时限内答复的留言、回呼与投诉 / 已答复或已超时者；回呼时限即其有效期",
    "repeat_complaints": "重复投诉 / （投诉 - 重复投诉）；按客户级别或呼叫类型判定",
    "satisfaction": "评分为4或5 / 全部评分",
    "received": "除拒接外的全部来电，按到达时间统计",
    "asked": "要求人工的来电，按首次要求时间统计",
    "offered": "要求人工且未被拒的来电：已接 + 放弃 + 短时放弃 + 预约回呼 + 留言 + 要求后故障丢失",
    "queued": "要求人工时无可用座席",
    "answered": "座席接听的来电",
    "self_served": "未要求人工的来电",
    "abandoned": "等待超过 short_abandon（20秒）后挂断",
    "abandoned_short": "等待不超过 short_abandon（20秒）即挂断",
    "callback_booked": "预约回呼后离开",
    "message_left": "留言后离开",
    "turned_away": "非服务时间、队列已满或无人值班",
    "sent_out": "未经座席即转至外部",
    "lost": "因我方故障丢失",
    "blocked": "在入口被拒接",
    "longest_wait": "本时段要求人工的来电中最长的等待，含仍在等待者",
    "overflowed_in": "从其他队列未服务而转入本队列的次数",
    "overflowed_out": "本队列放弃、由其他队列接收的次数",
    "transferred_in": "由座席转入本队列的次数",
    "transferred_out": "本队列座席转出的来电",
    "phones_rung": "为来电振铃的座席话机次数，无论是否接起",
    "not_answered": "振铃未接（无应答或被呼转）的座席话机次数",
    "signed_in_hours": "座席签入时间，按时钟分段",
    "idle_hours": "座席就绪与振铃时间，按时钟分段",
    "talk_hours": "座席通话时间，按时钟分段",
    "hold_hours": "座席持线与咨询时间，按时钟分段",
    "wrap_up_hours": "座席事后处理时间，按时钟分段",
    "paused_hours": "座席暂停时间，按时钟分段",
    "not_answering_hours": "座席停派时间，按时钟分段",
    "rostered_hours": "座席排班应答时间，不含休息与培训，含尚未到来的班次",
    "overtaken": "等待中有需求相同而位次在后者先被服务的来电 / 排队来电数",
    "overtaken_most": "先于需求相同者被服务者最多落后的位次（扣除提前量）；上限 sticky + answer_within × 次数",
    "callbacks_kept": "来电人与座席已通话或来电人先行来电并获服务的回呼 / 已结束的回呼（取消者除外），按预约时间统计",
    "time_to_call_back": "已兑现回呼从预约到通话的时间 / 已兑现回呼数",
    "callback_attempts": "计次的尝试数 / 已结束的回呼数（取消者除外）",
    "callbacks_expired": "因尝试过多或过晚而放弃的回呼",
    "own_calls": "系统自行拨出的呼叫：回呼、叫醒、呼叫值班",
    "own_calls_answered": "被接听的自拨呼叫 / 自拨呼叫数",
}
"""The formula of each measure, in words."""

_TARGETS: dict[str, str] = {
    "3-10 min, +/- 15 %, by call type": "3-10分钟，±15%，按类型",
    "2-4 is the ceiling, 1 is good": "上限2-4声，1声为佳",
    "5-100 by kind of line": "5-100，因线路而异",
    "3 %, aim 1 %": "3%，争取1%",
    "80 % in 20 s": "20秒内80%",
    "60 s": "60秒",
    "20-60 s": "20-60秒",
    "30-90 s": "30-90秒",
    "<= 20 s": "≤20秒",
    "270-360 s": "270-360秒",
    ">= 85 %, VIP >= 95 %": "≥85%，VIP ≥95%",
    "<= 20 %, VIP <= 10 %": "≤20%，VIP ≤10%",
    "enquiry 95 %, complaint 90 %, cross-province 85 %, VIP complaint 95 %": "咨询95%，投诉90%，跨省85%，VIP投诉95%",
}


def formula(measure: Measure, language: str) -> str:
    """Return how a measure is counted, in words of a language."""
    return FORMULAS.get(measure.name, measure.words) if language == "zh" else measure.words


def target(measure: Measure, language: str) -> str:
    """Return what is aimed at, in words of a language; "" where nothing is."""
    if measure.target is None:
        return ""
    words = measure.target.words
    if language == "zh":
        return _TARGETS.get(words, words.replace(">= ", "≥").replace("<= ", "≤").replace(" %", "%"))
    return words.replace(">= ", "≥ ").replace("<= ", "≤ ").replace("+/- ", "± ")
