"""Pure: one record as one line for people, in English or Chinese; `hotline events` prints them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.records import Record

_EN = {
    "RouterUp": "the router is up (start {epoch}, {calls} calls found)",
    "SiteChanged": "version {config} is live (before: {previous})",
    "CallReceived": "{caller} rings {did}",
    "LineAnswered": "line answered after {line_ms}",
    "MenuStep": "step {flow}/{node}: {result}",
    "CallQueued": "asks for {queue}: class {call_class}, place {position} of {waiting}",
    "AgentRang": "rings {agent} for {queue} (try {attempt}, waited {wait_ms})",
    "WaitEstimated": "wait foretold in {queue}: {mean_ms} ({low_ms} to {high_ms}), place {position}",
    "EstimateJudged": "forecast in {queue} judged: within {within}",
    "Announced": "announced: {parts}",
    "CallOverflowed": "{queue} passes it on to {to_kind} {to} after {wait_ms}: rule {rule}, {why}",
    "SurgeProposed": "plan {plan}: step {step} for {group} proposed (release: {release}), {waiting} waiting",
    "SurgeDecided": "plan {plan}: step {step} {answer} by {by}",
    "SurgeStepTaken": "plan {plan}: step {step}, {agents} of {group} join, {called} called, {waiting} waiting",
    "SurgeStepReleased": "plan {plan}: step {step}, {agents} of {group} go back, {waiting} waiting",
    "SurgeChanged": "plan {plan}: {change}, by {by}",
    "SeatsMissing": "plan {plan}: seats missing, {waiting} waiting",
    "ConsultBegan": "{agent} asks {kind} {target}",
    "ConsultEnded": "{agent} asked {kind} {target}: {result} after {talk_ms}",
    "QueueLeft": "leaves {queue} after {wait_ms}: {why}",
    "AgentMissed": "{agent} did not take it: {why} after {rang_ms}",
    "CallConnected": "talks with {agent} ({queue}) after waiting {wait_ms}",
    "TalkKeyPressed": "{by} pressed {key} in talk with {agent}",
    "CallHeld": "hold by {agent}: {held}",
    "TalkEnded": "{agent} talked {talk_ms}, hold {hold_ms}; ended by {ended_by}",
    "CallEnded": "ended: {outcome} after {total_ms}, wait {wait_ms}, talk {talk_ms}",
    "AgentStateChanged": "agent {agent}: {previous} -> {state} {reason}",
    "AgentRegrouped": "agent {agent} now in {groups}, by {by}",
    "QueueChanged": "queue {queue} closed by hand: {closed}, by {by}",
    "PhoneChanged": "phone {phone}: reachable {reachable}, other calls {other_calls}",
    "Alert": "ALERT {kind}: {subject} {detail}",
    "CallTransferred": "connected to {kind} {target} after ringing {rang_ms}",
    "OutboundRang": "we ring {party} ({purpose}, try {attempt})",
    "OutboundEnded": "our call to {party} ({purpose}) ended: {result}",
    "AppointmentChanged": "{kind} for {party}: {change}, by {by}",
    "PageEnded": "people of {table} rung: {rung_count}, accepted by {accepted_by}",
    "ExtensionChanged": "extension {extension}: open {open}, do not disturb {do_not_disturb}",
    "MessageReceived": "message of {length_ms} from {caller}, left while the router was away",
    "MessageLeft": "message of {length_ms} in box {box}",
    "MessageClaimed": "message {message} of {box} taken on by {agent} after {waited_ms}",
    "MessageReopened": "message {message} of {box} {change} ({agent}) {why}",
    "MessageDone": "message {message} of {box} answered by {agent} after {answer_ms}, in time {in_time}",
    "MessageDeleted": "message {message} of {box} deleted: {why}",
    "RecordingDeleted": "recording {recording} deleted, found {found}",
    "CallerErased": "one caller's data erased by {by}, left {left}",
    "CallbackBooked": "callback {callback} to {number} booked in {queue}, place {position}",
    "CallbackRefused": "callback to {number} in {queue} refused: {reason}",
    "CallbackMoved": "callback {callback} in {queue}: {previous} -> {state} {why}",
    "CallbackTried": "callback {callback}: {number} is rung for {agent} (try {attempt})",
    "CallbackTryEnded": "callback {callback}: try {attempt} of {agent} ended: {result}, talk {talk_ms}",
    "CallbackEnded": "callback {callback} to {number} over: {result} {why} after {tries} tries, {span_ms}",
    "ComplaintOpened": "complaint {complaint} ({kind}) of {number} opened by {agent}",
    "ComplaintMoved": "complaint {complaint} ({kind}) {step} after {span_ms}, in time {in_time}",
    "RoundBegan": "round {round_name} begins: {called} of {listed} are called back",
    "RoundEnded": "round {round_name} over after {span_ms}: {results}",
    "OfferMade": "offered something else than waiting in {queue} ({why}) after {wait_ms}",
    "OfferTaken": "chose {choice} in {queue} after {wait_ms}",
    "CallCoded": "coded by {agent}: {code}, solved at once {solved}",
    "ScoreGiven": "score {score} for {question}",
    "NoticeEnded": "notice to {service}: sent {sent} after {tries} tries",
    "AskRefused": "refused {ask} {agent}: {reason}; {cure}",
    "Ignored": "ignored {event} of {subject}: {reason}",
}
_ZH = {
    "RouterUp": "路由器已启动（第 {epoch} 次，尚有 {calls} 个来电）",
    "SiteChanged": "版本 {config} 生效（此前 {previous}）",
    "CallReceived": "{caller} 呼入 {did}",
    "LineAnswered": "{line_ms}后接通线路",
    "MenuStep": "步骤 {flow}/{node}：{result}",
    "CallQueued": "要求队列 {queue}：类别 {call_class}，第 {position} 位，共 {waiting} 位",
    "AgentRang": "为 {queue} 振铃 {agent}（第 {attempt} 次，已等 {wait_ms}）",
    "WaitEstimated": "预计在 {queue} 等待 {mean_ms}（{low_ms} 至 {high_ms}），第 {position} 位",
    "EstimateJudged": "{queue} 的预计已核对：在范围内 {within}",
    "Announced": "已播报：{parts}",
    "CallOverflowed": "等待 {wait_ms}后由 {queue} 溢出至 {to_kind} {to}：规则 {rule}，{why}",
    "SurgeProposed": "预案 {plan}：建议 {group} 第 {step} 步（释放：{release}），{waiting} 位等候",
    "SurgeDecided": "预案 {plan}：第 {step} 步 {answer}，由 {by}",
    "SurgeStepTaken": "预案 {plan}：第 {step} 步，{group} 的 {agents} 加入，召集 {called}，{waiting} 位等候",
    "SurgeStepReleased": "预案 {plan}：第 {step} 步，{group} 的 {agents} 返回，{waiting} 位等候",
    "SurgeChanged": "预案 {plan}：{change}，由 {by}",
    "SeatsMissing": "预案 {plan}：缺少座席，{waiting} 位等候",
    "ConsultBegan": "{agent} 咨询 {kind} {target}",
    "ConsultEnded": "{agent} 咨询 {kind} {target}：{result}，{talk_ms}",
    "QueueLeft": "{wait_ms}后离开队列 {queue}：{why}",
    "AgentMissed": "{agent} 未接：{why}，振铃 {rang_ms}",
    "CallConnected": "等待 {wait_ms}后与 {agent} 通话（{queue}）",
    "TalkKeyPressed": "与 {agent} 通话中 {by} 按 {key}",
    "CallHeld": "{agent} 持线：{held}",
    "TalkEnded": "与 {agent} 通话 {talk_ms}，持线 {hold_ms}；{ended_by}挂机",
    "CallEnded": "结束：{outcome}，共 {total_ms}，等待 {wait_ms}，通话 {talk_ms}",
    "AgentStateChanged": "话务员 {agent}：{previous} -> {state} {reason}",
    "AgentRegrouped": "话务员 {agent} 现属 {groups}，由 {by}",
    "QueueChanged": "队列 {queue} 手工关闭：{closed}，由 {by}",
    "PhoneChanged": "话机 {phone}：可用 {reachable}，其他通话 {other_calls}",
    "Alert": "告警 {kind}：{subject} {detail}",
    "CallTransferred": "振铃 {rang_ms}后接通 {kind} {target}",
    "OutboundRang": "我方呼叫 {party}（{purpose}，第 {attempt} 次）",
    "OutboundEnded": "我方对 {party} 的呼叫（{purpose}）结束：{result}",
    "AppointmentChanged": "{party} 的 {kind}：{change}，由 {by}",
    "PageEnded": "已呼叫 {table} 值班人员 {rung_count} 名，应允者 {accepted_by}",
    "ExtensionChanged": "分机 {extension}：开通 {open}，免打扰 {do_not_disturb}",
    "MessageReceived": "{caller} 在路由器停用时留言 {length_ms}",
    "MessageLeft": "在信箱 {box} 留言 {length_ms}",
    "MessageClaimed": "信箱 {box} 的留言 {message} 由 {agent} 认领，已等 {waited_ms}",
    "MessageReopened": "信箱 {box} 的留言 {message}：{change}（{agent}）{why}",
    "MessageDone": "信箱 {box} 的留言 {message} 由 {agent} 在 {answer_ms}后答复，按时 {in_time}",
    "MessageDeleted": "信箱 {box} 的留言 {message} 已删除：{why}",
    "RecordingDeleted": "录音 {recording} 已删除，存在 {found}",
    "CallerErased": "一名来电人的数据已由 {by} 删除，剩余 {left}",
    "CallbackBooked": "预约回呼 {callback} 至 {number}，队列 {queue}，第 {position} 位",
    "CallbackRefused": "不受理回呼 {number}，队列 {queue}：{reason}",
    "CallbackMoved": "回呼 {callback}，队列 {queue}：{previous} -> {state} {why}",
    "CallbackTried": "回呼 {callback}：为 {agent} 呼叫 {number}（第 {attempt} 次）",
    "CallbackTryEnded": "回呼 {callback}：{agent} 第 {attempt} 次尝试结束：{result}，通话 {talk_ms}",
    "CallbackEnded": "回呼 {callback} 至 {number} 结束：{result} {why}，尝试 {tries} 次，历时 {span_ms}",
    "ComplaintOpened": "{agent} 登记 {number} 的投诉 {complaint}（{kind}）",
    "ComplaintMoved": "投诉 {complaint}（{kind}）{step}，历时 {span_ms}，按时 {in_time}",
    "RoundBegan": "回访 {round_name} 开始：{listed} 个中回呼 {called} 个",
    "RoundEnded": "回访 {round_name} 在 {span_ms}后结束：{results}",
    "OfferMade": "等候 {wait_ms}后在 {queue} 提供其他选择（{why}）",
    "OfferTaken": "在 {queue} 等候 {wait_ms}后选择 {choice}",
    "CallCoded": "{agent} 记录代码 {code}，一次性解决 {solved}",
    "ScoreGiven": "对 {question} 评分 {score}",
    "NoticeEnded": "发往 {service} 的通知：送达 {sent}，{tries} 次",
    "AskRefused": "拒绝 {ask} {agent}：{reason}；{cure}",
    "Ignored": "忽略 {subject} 的 {event}：{reason}",
}
LINES: dict[str, Mapping[str, str]] = {"en": _EN, "zh": _ZH}
"""The texts by language and record; a record that has none yet is told by its fields."""

_WORDS_ZH = {
    "signed_out": "签出", "ready": "就绪", "reserved": "已选定", "ringing": "振铃", "talking": "通话",
    "holding": "持线", "consulting": "咨询", "wrap_up": "事后处理", "paused": "暂停", "not_answering": "未接听退出",
    "answered": "已接听", "abandoned": "放弃", "abandoned_short": "短时放弃", "blocked": "被拒",
    "self_served": "自助完成", "callback_booked": "已预约回电", "message_left": "已留言", "turned_away": "未受理",
    "sent_out": "转出", "lost": "因我方故障丢失",
    "caller": "客户", "agent": "话务员", "router": "系统", "switch": "交换机", "timeout": "超时",
    "nobody": "无人签入", "closed": "已下班", "no_answer": "未接听", "busy": "占线", "rejected": "拒接",
    "unreachable": "无法接通", "forwarded": "呼叫转移",
}  # fmt: skip
_FOR_ALL = frozenset({"type", "seq", "at_ms", "v", "config", "call_id"})


def one_line(record: Record, language: str) -> str:
    """Return what a record says, in one line of the language (``en`` or ``zh``)."""
    kind = type(record).__name__
    text = LINES[language].get(kind)
    if text is None:
        return f"{kind} {told_by_fields(msgspec.to_builtins(record))}".rstrip()
    blanks = {name: _told(name, getattr(record, name), language) for name in record.__struct_fields__}
    return " ".join(text.format(**blanks).split())


def told_by_fields(fields: Mapping[str, Any]) -> str:
    """Return a record's own fields as they are, for one this version has no words for."""
    return " ".join(f"{name}={value}" for name, value in fields.items() if name not in _FOR_ALL and value != "")


def _told(name: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if name.endswith("_ms") and isinstance(value, int):
        return f"{value / 1000:.1f} {'秒' if language == 'zh' else 's'}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    text = str(value)
    if name in ("caller", "accepted_by", "code") and not text:
        return "-"
    return _WORDS_ZH.get(text, text) if language == "zh" else text
