"""The words of a picture, in English and Chinese. A word that is not here stands as the YAML has it."""

from typing import Literal

Language = Literal["en", "zh"]

_ZH = {
    "greeting": "问候", "play": "播放", "menu": "菜单", "collect": "收号", "say": "播报", "hours": "工作时间",
    "branch": "判断", "set": "赋值", "lookup": "查询", "authenticate": "验密", "language": "语言",
    "enqueue": "转人工", "offer": "排队选择", "callback": "预约回呼", "voicemail": "语音信箱",
    "survey": "满意度", "message": "留言", "transfer": "转接", "extension": "分机", "wake_up": "叫醒",
    "reminder": "提醒", "subflow": "子流程", "tag": "标签", "record": "录音", "page": "呼叫值班",
    "notify": "通知", "hangup": "挂机", "return": "返回",
    "no_key": "无按键", "invalid": "按键错误", "found": "找到", "missing": "没有", "failed": "失败",
    "refused": "拒绝", "locked": "锁定", "ok": "成功", "open": "上班", "closed": "下班", "holiday": "节假日",
    "lunch": "午休", "full": "已满", "nobody": "无人", "timeout": "超时", "otherwise": "其他", "busy": "占线",
    "no_answer": "无应答", "done": "完成", "rejected": "拒接", "forwarded": "已转移", "unreachable": "不通",
    "do_not_disturb": "免打扰", "yes": "是", "no": "否", "cancelled": "取消", "accepted": "接受",
    "declined": "不同意", "silent": "无声", "too_short": "太短", "person": "人工",
    "queue": "队列", "flow": "流程", "source": "数据源", "service": "服务", "table": "值班表", "class": "类别",
    "skill": "技能", "duty": "值班表", "from everywhere": "随时", "start": "开始", "text": "文字",
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
