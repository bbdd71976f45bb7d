"""Pure: what the page says, in English and Chinese."""

from typing import Final

from router.kpi.measures import MEASURES

LANGUAGES: Final = ("en", "zh")

WORDS: Final[dict[str, tuple[str, str]]] = {
    # the head
    "board": ("Wallboard", "可视布告板"),
    "live": ("live", "实时"),
    "old": ("{age} old", "{age}前的数据"),
    "cut": ("connection lost, trying again", "连接中断，正在重连"),
    "stream_away": ("Redis does not answer", "Redis 没有应答"),
    "stream_trimmed": ("stream trimmed, read anew", "记录流已截断，已重新读取"),
    "stream_ahead": ("stream was set back, read anew", "记录流被重置，已重新读取"),
    "reading": ("reading the day's records", "正在读取今天的记录"),
    "router_away": ("the router is silent", "路由程序没有消息"),
    "not_counted": ("the measures are not counted", "指标没有在统计"),
    "unread": ("{count} entries could not be read", "{count} 条记录无法读取"),
    "measured_since": ("Today counts from {time}: older records are gone", "“今天”从 {time} 起计：更早的记录已不在"),
    "sound_on": ("Sound on", "声音已开"),
    "sound_off": ("Sound off", "声音已关"),
    "dark": ("Dark", "深色"),
    "light": ("Light", "浅色"),
    "language": ("中文", "English"),
    "messages": ("Messages", "留言"),
    "sign_out": ("Sign out", "退出"),
    "rooms": ("Rooms", "房间"),
    "all": ("Whole centre", "全中心"),
    "page": ("{page} of {pages}", "第 {page} / {pages} 页"),
    # the sums
    "waiting": ("Waiting", "等候"),
    "longest": ("Longest", "最长等候"),
    "longest_wait": ("Longest wait", "最长等候"),
    "average": ("Average", "平均等候"),
    "expected": ("Expected", "预计等候"),
    "level": ("Service level", "服务水平"),
    "level_now": ("Level now", "当前水平"),
    "level_half": ("½ hour", "半小时"),
    "level_day": ("Today", "今天"),
    "target": ("target {share} in {seconds} s", "目标 {seconds} 秒内 {share}"),
    "now_15": ("last 15 min", "最近 15 分钟"),
    "answered": ("Answered", "已接"),
    "abandoned": ("Abandoned", "放弃"),
    "abandoned_today": ("Abandoned today", "今天放弃"),
    "spread": ("hung up after waiting", "等候多久后挂机"),
    "asa": ("ASA", "平均应答"),
    "late": ("Late", "应答超时"),
    "rings": ("3 rings", "三声内"),
    "callbacks": ("Callbacks", "待回拨"),
    "messages_open": ("Messages", "待答留言"),
    "agents": ("Agents", "座席"),
    "agents_ready": ("Ready", "空闲"),
    "signed_in": ("{count} signed in", "{count} 人签入"),
    "of_offered": ("{answered} answered of {offered}", "{offered} 个中接了 {answered} 个"),
    "queue": ("Queue", "队列"),
    "closed": ("closed", "已关闭"),
    "trend": ("Today by half hour", "今天（每半小时）"),
    "no_agents": ("No agents in this room", "本房间没有座席"),
    "no_queues": ("No queues in this room", "本房间没有队列"),
    "alarms_more": ("+{count} more", "还有 {count} 条"),
    # why there is no number
    "why.nobody_waits": ("nobody waits", "无人等候"),
    "why.no_agents": ("nobody is signed in", "无人签入"),
    "why.no_rate": ("no call answered lately to estimate from", "近来没有应答，无法预计"),
    # agents
    "state.ready": ("Ready", "空闲"),
    "state.reserved": ("Chosen", "已选中"),
    "state.ringing": ("Ringing", "振铃"),
    "state.talking": ("Talking", "通话"),
    "state.holding": ("Hold", "持线"),
    "state.consulting": ("Consulting", "咨询"),
    "state.wrap_up": ("Wrap-up", "事后处理"),
    "state.paused": ("Paused", "小休"),
    "state.not_answering": ("Not answering", "未应答"),
    "state.signed_out": ("Signed out", "签出"),
    "reason.no_answer": ("no answer", "无应答"),
    "reason.forwarded": ("phone forwarded", "话机转移"),
    "reason.unreachable": ("unreachable", "不可达"),
    "phone_away": ("phone unreachable", "话机不可达"),
    "phone_used": ("phone in use", "话机占用"),
    # alarms, by kind; {who} is the subject
    "alarm.quiet": ("No call for {age} in opening hours", "营业时间内已 {age} 没有来电"),
    "alarm.nobody_signed_in": ("{who}: open, and nobody is signed in", "{who}：正在营业，却无人签入"),
    "alarm.phone_unreachable": ("Phone of agent {who} cannot be reached", "座席 {who} 的话机不可达"),
    "alarm.phone_off_hook": ("Phone of agent {who} is off the hook or in use", "座席 {who} 的话机未挂好或被占用"),
    "alarm.phone_forwarded": ("Phone of agent {who} is forwarded", "座席 {who} 的话机设了转移"),
    "alarm.agent_not_answering": ("Agent {who} did not answer", "座席 {who} 没有应答"),
    "alarm.wrap_up_long": ("Agent {who}: wrap-up for {age}", "座席 {who}：事后处理已 {age}"),
    "alarm.pause_long": ("Agent {who}: pause for {age}", "座席 {who}：小休已 {age}"),
    "alarm.wait_long": ("{who}: somebody has waited {age}", "{who}：有人已等候 {age}"),
    "alarm.trunk_down": ("Trunk {who} is down", "中继 {who} 中断"),
    "alarm.router_away": ("The router does not answer", "路由程序没有应答"),
    "alarm.switch_away": ("Asterisk is not connected", "Asterisk 未连接"),
    "alarm.surge_step_proposed": ("{who}: confirm {detail}?", "{who}：请确认 {detail}"),
    "alarm.surge_release_proposed": ("{who}: release {detail}?", "{who}：是否释放 {detail}"),
    "alarm.surge_step_taken": ("{who}: {detail}", "{who}：已加入 {detail}"),
    "alarm.seats_missing": ("{who}: seats are missing: {detail}", "{who}：座席不足：{detail}"),
    "alarm.called_upon": ("{who} is called upon: {detail}", "请 {who} 上座席：{detail}"),
    "alarm.spare_seats": ("{who}: {detail}", "{who}：{detail}"),
    "alarm.callback_due": ("{who}: callbacks are due: {count}", "{who}：有 {count} 个回拨到期"),
    "alarm.emergency_waiting": ("EMERGENCY waits in {who}", "{who} 有紧急来电等候"),
    "alarm.nobody_on_call": ("Nobody on call in table {who}", "值班表 {who} 此刻无人值班"),
    "alarm.page_not_accepted": ("No one on duty accepted: {who}", "值班人员均未接受：{who}"),
    "alarm.line_closed": ("Connected phone of agent {who} hung up", "座席 {who} 的常连话机已挂断"),
    "alarm.notice_failed": ("A notice was not delivered by {who}", "通知未送达：{who}"),
    "alarm.account_locked": ("An account was locked after wrong passwords", "密码多次错误，账户已锁定"),
    "alarm.wake_up_failed": ("Wake-up call not answered: {who}", "叫醒无人应答：{who}"),
    "alarm.reminder_failed": ("Reminder not delivered: {who}", "提醒未送达：{who}"),
    "alarm.other": ("{kind}: {who}", "{kind}：{who}"),
    # signing in
    "password": ("Password", "密码"),
    "sign_in": ("Sign in", "签入"),
    "wrong_password": ("That is not the password.", "密码不对。"),
    "too_many": ("Too many tries. Wait {seconds} s.", "尝试次数过多，请等 {seconds} 秒。"),
    "ask_room": (
        "This address needs its token. Ask for it with: hotline wallboard --show",
        "此地址需要口令，请运行：hotline wallboard --show",
    ),
    "no_room": ("There is no such room.", "没有这个房间。"),
    "no_script": ("The board needs JavaScript.", "布告板需要 JavaScript。"),
}
"""English and Chinese by key; what stands in braces is filled in on the page."""


def words_of(language: str) -> dict[str, str]:
    """Return all words of a language; English where it is none of ours."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    words = {key: both[place] for key, both in WORDS.items()}
    # why a measure has no value is said where the measure is defined
    return words | {
        f"why.{name}": measure.nothing.chinese if place else measure.nothing.english
        for name, measure in MEASURES.items()
    }
