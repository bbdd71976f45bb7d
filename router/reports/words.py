"""Pure: the words of reports in English and Chinese."""

_WORDS: dict[str, tuple[str, str]] = {
    "report.shift": ("Shift report", "班次报表"),
    "report.day": ("Day report", "日报"),
    "report.week": ("Week report", "周报"),
    "report.month": ("Month report", "月报"),
    "report.quarter": ("Quarter report", "季报"),
    "report.half-year": ("Half-year report", "半年报"),
    "report.year": ("Year report", "年报"),
    "report.handover": ("Hand-over", "交接班"),
    "before.shift": ("week before", "上周同班"),
    "before.handover": ("week before", "上周同班"),
    "before.day": ("week before", "上周同日"),
    "before.week": ("week before", "上周"),
    "before.month": ("month before", "上月"),
    "before.quarter": ("quarter before", "上季度"),
    "before.half-year": ("half-year before", "上半年度"),
    "before.year": ("year before", "上年"),
    "span": ("{0} to {1} ({2})", "{0} 至 {1}（{2}）"),
    "state": ("counted up to record {0}, {1}", "统计至第 {0} 条记录，{1}"),
    "goes_on": ("; the period goes on", "；本期未结束"),
    "only.queue": ("queue {0}", "队列 {0}"),
    "only.agent": ("agent {0}", "座席 {0}"),
    "only.group": ("group {0}", "班组 {0}"),
    "figures.calls": ("Calls", "来电"),
    "figures.speed": ("Answering", "应答"),
    "figures.people": ("Talk and people", "通话与人员"),
    "measure": ("measure", "指标"),
    "value": ("value", "数值"),
    "target": ("target", "目标"),
    "unit": ("unit", "单位"),
    "met": ("target met", "达标"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "why": ("no number because", "无数据原因"),
    "trade": ("no. of the trade", "行业编号"),
    "formula": ("counted as", "统计口径"),
    "tables.all": ("All measures", "全部指标"),
    "tables.time": ("By time", "按时段"),
    "tables.fine": ("Speed of answer, every interval", "平均应答速度（各时段）"),
    "tables.queue": ("By queue", "按队列"),
    "tables.group": ("By group", "按班组"),
    "tables.agent": ("By agent", "按座席"),
    "tables.class": ("By class of caller", "按客户级别"),
    "tables.call_type": ("By call type", "按呼叫类型"),
    "tables.code": ("By wrap-up code", "按事后代码"),
    "part.queue": ("queue", "队列"),
    "part.group": ("group", "班组"),
    "part.agent": ("agent", "座席"),
    "part.class": ("class", "级别"),
    "part.call_type": ("call type", "呼叫类型"),
    "part.code": ("code", "代码"),
    "part.none": ("(none)", "（无）"),
    "period": ("time", "时段"),
    "trend": ("trend", "趋势"),
    "this": ("this period", "本期"),
    "chart.asa": ("Speed of answer", "平均应答速度"),
    "chart.asa.alt": (
        "Speed of answer by interval, with its trend; the target is {0} s",
        "各时段平均应答速度及趋势，目标 {0} 秒",
    ),
    "chart.calls": ("Calls", "来电"),
    "chart.calls.alt": ("Calls in all, answered, abandoned and blocked", "总呼叫、已接、放弃与拒接"),
    "chart.wrap": ("After-call work against the past", "事后处理时间与往期对比"),
    "chart.wrap.alt": (
        "Mean wrap-up, this period against {0}; the target is {1} s",
        "平均事后处理时间，本期与{0}对比，目标 {1} 秒",
    ),
    "curve.half_hour": ("half hour", "每半小时"),
    "curve.hour": ("hour", "每小时"),
    "curve.day": ("day", "每日"),
    "curve.week": ("week", "每周"),
    "curve.month": ("month", "每月"),
    "curve.calls": ("all", "总数"),
    "curve.answered": ("answered", "已接"),
    "curve.abandoned": ("abandoned", "放弃"),
    "curve.blocked": ("blocked", "拒接"),
    "curve.target": ("target", "目标"),
    "roster": ("Roster and load", "排班与话务量"),
    "roster.none": (
        "No roster for this span and no weeks before it to forecast from: see docs/reports.md.",
        "此时段没有排班，也没有可用于预测的往期数据：见 docs/reports.md。",
    ),
    "roster.1": ("1 Seats", "1 台席"),
    "roster.2": ("2 Forecast and bearable load", "2 预测与可承受话务量"),
    "roster.3": ("3 Load of the month before", "3 上月实际话务量"),
    "roster.4": ("4 Actual and forecast load", "4 实际与预测话务量"),
    "roster.5": ("5 Load per agent-hour", "5 每座席小时话务量"),
    "roster.seats": ("seats rostered", "排班台席"),
    "roster.needed": ("agents needed", "所需座席"),
    "roster.short": ("half hours short", "缺员半小时数"),
    "roster.forecast": ("forecast", "预测"),
    "roster.spread": ("its spread ±", "波动 ±"),
    "roster.bearable": ("bearable", "可承受"),
    "roster.use": ("forecast/bearable", "预测/可承受"),
    "roster.last": ("actual", "实际"),
    "roster.last_person": ("per agent-hour", "每座席小时"),
    "roster.actual": ("actual", "实际"),
    "roster.off": ("off the forecast", "偏差"),
    "roster.actual_person": ("actual", "实际"),
    "roster.forecast_person": ("forecast", "预测"),
    "roster.mean": ("mean", "均值"),
    "note.load": (
        "Load: calls offered. Seats: agents rostered to answer, mean over the half hours with seats; the last column "
        "is the mean.",
        "话务量：进入人工数。台席：排班应答座席，取有台席半小时的均值；末列为均值。",
    ),
    "note.needed": (
        "Agents needed: Erlang A for the forecast, {0:.0f} % answered within {1:.0f} s; handling with hold {2:.0f} s, "
        "patience {3}, both of the {4} weeks before.",
        "所需座席：按预测以 Erlang A 计算，{0:.0f}% 在 {1:.0f} 秒内接听；"
        "平均处理时间（含持线）{2:.0f} 秒，耐心 {3}，均取前 {4} 周。",
    ),
    "note.patience": ("{0:.0f} s in the mean (waits / hung up)", "平均 {0:.0f} 秒（等待总时长/放弃数）"),
    "note.patient": ("without end (nobody hung up)", "无限（无人放弃）"),
    "note.no_needed": (
        "Agents needed: no call was handled in the {0} weeks before.",
        "所需座席：前 {0} 周没有通话。",
    ),
    "note.forecast": (
        "Forecast: mean of the same weekday's half hours in the last {0} weeks before the period that are known whole "
        "({1} here); ± is their standard deviation. Holidays and known surges are not seen.",
        "预测：本期之前最近 {0} 周同一星期同一半小时的均值（此处 {1} 周完整数据）；± 为标准差。不含节假日与已知高峰。",
    ),
    "note.error": (
        "In this period the forecast was off by {0:.1f} % per half hour in the mean (of the actual load).",
        "本期预测按半小时平均偏差 {0:.1f}%（占实际话务量）。",
    ),
    "note.bearable": (
        "Bearable: seats x {0:.1f} calls an hour, the most an agent answered in the busiest hour of a day in the {1} "
        "weeks before.",
        "可承受：台席 × 每小时 {0:.1f} 个，即前 {1} 周各日最忙小时每座席最高接听数。",
    ),
    "note.no_bearable": (
        "Bearable: no busy hour is known in the {0} weeks before.",
        "可承受：前 {0} 周没有忙时数据。",
    ),
    "note.last": (
        "The month before: mean of a day of it at the same time (week: same weekday; longer: the period before).",
        "上月：同一时段的日均值（周报取同一星期；更长周期取上期）。",
    ),
    "why.no_roster": ("nobody is in the roster then", "此时段没有排班"),
    "why.by_part": (
        "the roster knows no queues: seats are not told apart so",
        "排班不区分队列，无法按此拆分台席",
    ),
    "why.no_past": ("no whole week before is known", "没有完整的往期数据"),
    "why.no_last": (
        "the month before is not known whole, or has no such day",
        "上月数据不完整，或没有这一天",
    ),
    "why.before_archive": ("the archive begins later", "存档自其后开始"),
    "why.not_whole": ("not over yet, or from before the archive", "尚未结束，或早于存档"),
    "why.one_week": ("one week has no spread", "仅一周数据，无波动"),
    "why.no_capacity": ("no busy hour is known in the weeks before", "前几周没有忙时数据"),
    "why.no_needed": ("no call was handled in the weeks before", "前几周没有通话"),
    "why.not_yet": ("not over yet", "尚未结束"),
    "why.no_agents": ("nobody was signed in then", "此时段没有座席签入"),
    "why.no_forecast": ("no forecast", "没有预测"),
    "definitions": ("How each number is counted", "统计口径"),
    "definition.target": ("target {0}", "目标 {0}"),
    "reasons": ("No number", "无数据"),
    "more_rows": ("and {0} more: see the page or the spreadsheet", "另有 {0} 行，见网页或表格"),
    "nothing": ("Nothing to show.", "无内容。"),
    "handover.alerts": ("Alerts", "告警"),
    "handover.callbacks": ("Callbacks still open", "未完成的回呼"),
    "handover.messages": ("Messages still open", "未处理的留言"),
    "handover.complaints": ("Complaints still open", "未办结的投诉"),
    "handover.agents": ("Agents out of rotation or paused", "停派或暂停的座席"),
    "handover.overrides": ("Overrides in force", "生效中的临时调整"),
    "handover.surge": ("Surge plans and missing seats", "高峰预案与缺员"),
    "handover.time": ("since", "时间"),
    "handover.what": ("what", "事项"),
    "handover.who": ("who", "对象"),
    "handover.detail": ("detail", "详情"),
    "handover.until": ("until", "至"),
    "handover.by": ("by", "操作人"),
    "handover.count": ("times", "次数"),
    "handover.queue": ("queue or box", "队列或信箱"),
    "handover.number": ("caller", "来电人"),
    "handover.state": ("state", "状态"),
    "handover.agent": ("agent", "座席"),
    "handover.due": ("due", "到期"),
    "handover.complaint": ("complaint", "编号"),
    "handover.kind": ("kind", "种类"),
    "handover.answer_due": ("answer by", "答复期限"),
    "handover.resolve_due": ("resolve by", "办结期限"),
    "handover.answered": ("answered", "已答复"),
    "handover.none": ("None.", "无。"),
    "handover.queue_closed": ("queue closed by hand", "队列手动关闭"),
    "handover.regrouped": ("agent's groups or skills changed for now", "座席班组或技能临时调整"),
    "handover.until_out": ("sign-out", "签出"),
    "handover.overdue": ("overdue", "已超时"),
    "surge.taken": ("step {0}: {1} joined", "第 {0} 步：{1} 加入"),
    "surge.stopped": ("stopped by hand", "手动停止"),
    "surge.night": ("night: everyone but the duty lead answers", "夜间：除值班长外全部应答"),
    "surge.missing": ("{0} seats missing", "缺 {0} 个台席"),
    "surge.missing_unknown": ("seats missing, how many is not known", "缺员，数量未知"),
    "state.not_answering": ("out of rotation", "停派"),
    "state.paused": ("paused", "暂停"),
    "state.open": ("open", "未处理"),
    "state.claimed": ("taken on", "处理中"),
    "state.booked": ("booked", "已预约"),
    "mail.body": (
        "{0}, {1}, {2}. The report is attached.",
        "{0}，{1}，{2}。报表见附件。",
    ),
    "comma": (", ", "，"),
}

UNITS: dict[str, tuple[str, str]] = {
    "share": ("%", "%"),
    "s": ("s", "秒"),
    "h": ("h", "小时"),
    "count": ("", ""),
    "rings": ("rings", "声"),
    "per hour": ("per hour", "每小时"),
    "per call": ("per call", "每次"),
    "score": ("0-100", "0-100 分"),
}
LANGUAGES = ("en", "zh")


class Say:
    """Gives the words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, *values: object) -> str:
        """Return a text, its places filled in."""
        text = _WORDS[key][self._index]
        return text.format(*values) if values else text

    def unit(self, unit: str | None) -> str:
        """Return a unit's short name; "" for a plain count."""
        return UNITS[unit][self._index] if unit is not None else ""

    def pick(self, english: str, chinese: str) -> str:
        """Return the one of two texts that is in this language."""
        return (english, chinese)[self._index]
