"""The words of a picture, in English and Chinese. A word that is not here stands as the YAML has it."""

from typing import Literal

Language = Literal["en", "zh"]

_ZH = {
    "accepted": "接受", "authenticate": "验密", "back": "返回", "branch": "判断", "busy": "占线",
    "callback": "预约回呼", "cancelled": "取消", "choose_language": "选语言", "class": "类别", "closed": "下班",
    "collect": "收号", "declined": "不同意", "do_not_disturb": "免打扰", "done": "完成", "duty": "值班表",
    "enqueue": "转人工", "extension": "分机", "failed": "失败", "flow": "流程", "forwarded": "已转移",
    "found": "找到", "from everywhere": "随时", "full": "已满", "greeting": "问候", "hangup": "挂机",
    "holiday": "节假日", "hours": "工作时间", "invalid": "按键错误", "language": "语言", "locked": "锁定",
    "lookup": "查询", "lunch": "午休", "menu": "菜单", "message": "留言", "missing": "没有", "no": "否",
    "no_answer": "无应答", "no_key": "无按键", "nobody": "无人", "notify": "通知", "offer": "排队选择",
    "ok": "成功", "open": "上班", "otherwise": "其他", "outbound_flow": "外呼流程", "page": "呼叫值班",
    "person": "人工", "play": "播放", "queue": "队列", "record": "录音", "refused": "拒绝", "rejected": "拒接",
    "reminder": "提醒", "say": "播报", "service": "服务", "set": "赋值", "silent": "无声",
    "silent_line": "无声应答", "skill": "技能", "source": "数据源", "start": "开始", "subflow": "子流程",
    "survey": "满意度", "table": "值班表", "tag": "标签", "text": "文字", "timeout": "超时",
    "too_short": "太短", "transfer": "转接", "unreachable": "不通", "voicemail": "语音信箱", "wake_up": "叫醒",
    "yes": "是",
}  # fmt: skip

_QUIET = frozenset({"next", "then", "done"})
"""Ways that go without saying."""


def word(text: str, language: Language) -> str:
    """Return a word of the YAML as people read it: ``no_key`` is ``no key``, or ``无按键``."""
    if language == "zh" and text in _ZH:
        return _ZH[text]
    return text.replace("_", " ")


def on_way(field: str, choice: str, language: Language) -> str:
    """Return what stands on an arrow: the key or condition as it is written, else the way's word; "" for ``next``."""
    if choice:
        return choice
    return "" if field in _QUIET else word(field, language)
