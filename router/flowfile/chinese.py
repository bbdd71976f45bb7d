"""Diagnostics in Chinese: the texts of their codes, and what the router says within them."""

import re

from router.flowfile.diagnostics import Diagnostic
from router.flowfile.texts_zh import ZH

_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"^{english}$", re.DOTALL), chinese)
    for english, chinese in (
        (r"did you mean '(.*)'\?", r"是不是“\1”？"),
        (r"is it '(.*)'\?", r"是不是“\1”？"),
        (r"is '(.*)' meant\?", r"是不是“\1”？"),
        (r"choices are: (.*)", r"可选：\1"),
        (r"its keys are: (.*)", r"可用的键：\1"),
        (r"node types are: (.*)", r"节点类型有：\1"),
        (r"it must be at least (.*) and at most (.*)", r"应在 \1 与 \2 之间"),
        (r"it must be at least (.*)", r"至少应为 \1"),
        (r"it must be at most (.*)", r"最多应为 \1"),
        (r"it must be (.*)", r"应当是 \1"),
        (r"it is none of the choices", "不在可选范围内"),
        (r"it cannot be negative", "不能是负数"),
        (r"it is not written so", "写法不对"),
        (r"it is longer than (\d+) characters", r"超过 \1 个字符"),
        (r"it is no IP address or network", "不是 IP 地址或网段"),
        (r"a range goes up, 1001-1040, both as long", "范围要从小到大、位数相同，例如 1001-1040"),
        (r"there are more than (\d+) agents", r"话务员超过 \1 位"),
        (r"a range cannot share one name or phone", "一个范围不能共用姓名或话机"),
        (r"a span such as 15s or 3 rings", "时长，例如 15s 或 3 rings"),
        (r"a time of day such as 08:30", "时刻，例如 08:30"),
        (r"a whole number", "整数"),
        (r"a number", "数字"),
        (r"yes or no", "yes 或 no"),
        (r"a list", "列表"),
        (r"a list of such maps", "这种表的列表"),
        (r"a map with at least one entry", "至少有一项的表"),
        (r"a map of keys", "由键组成的表"),
        (r"a map of nodes by name", "按名称列出的节点表"),
        (r"a map with a 'type'", "带“type”的表"),
        (r"a map of skills with levels such as \{gas: 2\}", "技能和等级的表，例如 {gas: 2}"),
        (r"a map", "表"),
        (r"a text", "文字"),
        (r"empty", "空的"),
        (r"something (?:unknown|else)", "其他编码"),
        (r" with the skills it asks for", "具备所要求的技能"),
        (r"it is full", "已满"),
        (r"they waited too long", "等候超时"),
        (r"nobody is there", "无人签入"),
        (r"it is closed", "已下班"),
        (r"'say' does not name it", "“say”里没有写它"),
        (r"there are no prompts under 'comfort'", "“comfort”下没有提示音"),
        (r"'estimate' has 'announce: no'", "“estimate”写了“announce: no”"),
        (r"full-width space", "全角空格"),
        (r"flow", "流程"),
        (r"node '(.*)'", r"节点“\1”"),
        (r"'(.*)' node", r"“\1”节点"),
    )
)
"""What the router says within its messages; names, keys and values stay as they are written."""


class _Particulars(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def in_chinese(finding: Diagnostic) -> Diagnostic:
    """Return a diagnostic with its message and hint in Chinese; one of a code without a text stays as it is."""
    texts = ZH.get(finding.code)
    if texts is None:
        return finding
    shown = _Particulars((name, _phrase(value)) for name, value in finding.particulars)
    hint = _phrase(finding.hint) if finding.own_hint else texts[1].format_map(shown)
    return Diagnostic(
        finding.file,
        finding.line,
        finding.column,
        finding.code,
        texts[0].format_map(shown),
        hint,
        finding.severity,
        finding.particulars,
        own_hint=finding.own_hint,
    )


def _phrase(text: str) -> str:
    for pattern, chinese in _PHRASES:
        if pattern.match(text):
            return pattern.sub(chinese, text)
    return text
