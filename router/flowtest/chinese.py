"""What tests and walks say, in Chinese: steps of a trace, what was expected and what was found.

Names, numbers and texts stay as they are.
"""

import re

import msgspec

from router.flowtest.results import CaseResult, Failure, Results
from router.flowtest.trace import Note

_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"^{english}$", re.DOTALL), chinese)
    for english, chinese in (
        # steps
        (r"rings (\S+) as a withheld number(.*)", r"拨打 \1，隐藏号码\2"),
        (r"rings (\S+) as (\S+), diverted from (.*)", r"拨打 \1，主叫 \2，转自 \3"),
        (r"rings (\S+) as (.*)", r"拨打 \1，主叫 \2"),
        (r"hears music \((.*)\)", r"听到音乐（\1）"),
        (r"hears (.*)", r"听到 \1"),
        (r"presses (.*)", r"按 \1"),
        (r"speaks for (.*) s", r"说话 \1 秒"),
        (r"hangs up", "挂机"),
        (r"waits in queue (.*) as (.*), place (\d+)", r"在队列 \1 等候，类别 \2，第 \3 位"),
        (r"agent (\S+) is rung", r"话务员 \1 振铃"),
        (r"agent (\S+) does not take it: (.*)", r"话务员 \1 未接：\2"),
        (r"talks with agent (\S+), after (.*) s", r"与话务员 \1 通话，等了 \2 秒"),
        (r"is given back by queue (.*): (.*)", r"离开队列 \1：\2"),
        (r"has left a message of (\S+) s in (.*)", r"在 \2 留言 \1 秒"),
        (r"is to be called back at (\S+) by (.*)", r"由 \2 回呼 \1"),
        (r"cannot be called back at (\S*): (.*)", r"不能回拨 \1：\2"),
        (r"is offered something else than to wait \((.*)\)", r"可以不再等候（\1）"),
        (r"chooses: (.*)", r"选择：\1"),
        (r"answers (.*) with (\d+)", r"对 \1 打 \2 分"),
        (r"is connected to (\S+) (.*)", r"接通 \2（\1）"),
        (r"is over: (.*)", r"结束：\1"),
        (r"the call to (\S+) is over: (.*)", r"给 \1 的电话结束：\2"),
        (r"(\S+) is rung \((.*), try (\d+)\)", r"呼叫 \1（\2，第 \3 次）"),
        (r"looks up (.*)", r"查询 \1"),
        (r"sends a notice by (.*)", r"通过 \1 发通知"),
        (r"is recorded, up to (.*) s", r"开始录音，最长 \1 秒"),
        (r"alert: (.*)", r"告警：\1"),
        # what was expected
        (r'to hear "(.*)"', r"听到“\1”"),
        (r"to hear (.*)", r"听到 \1"),
        (r"to press (.*) while the line speaks", r"播放时按 \1"),
        (r"to press (.*)", r"按 \1"),
        (r"to wait", "等候"),
        (r"to speak", "说话"),
        (r"to hang up", "挂机"),
        (r"that it works", "正常运行"),
        # what was found
        (r'heard "(.*)"', r"听到“\1”"),
        (r"heard nothing more: (.*)", r"没有再听到什么：\1"),
        (r"heard (.*)", r"听到 \1"),
        (r"the line says nothing", "线路上没有播放"),
        (r"none; (.*)", r"没有；\1"),
        (r"none", "没有"),
        (r"the call is over: (.*)", r"通话已结束：\1"),
        (r"the caller talks with (.*)", r"主叫正与 \1 通话"),
        (r"the caller waits in queue (.*)", r"主叫在队列 \1 等候"),
        (r"the caller is at node (.*)", r"主叫在节点 \1"),
    )
)


def translated(text: str) -> str:
    """Return what a test or walk says in Chinese; what has no translation stays as it is."""
    for english, chinese in _PHRASES:
        found = english.match(text)
        if found is not None:
            return _expanded(found, chinese)
    return text


def in_chinese(results: Results) -> Results:
    """Return results with their failures in Chinese; findings are translated by ``flowfile``."""
    return msgspec.structs.replace(results, cases=tuple(_case(case) for case in results.cases))


def note_in_chinese(note: Note) -> Note:
    """Return a step of a trace in Chinese."""
    return msgspec.structs.replace(note, text=translated(note.text))


def _expanded(found: re.Match[str], chinese: str) -> str:
    """Put what was found into the Chinese; a part that is a sentence of ours is translated too."""
    parts = {str(number): translated(part or "") for number, part in enumerate(found.groups(), 1)}
    return re.sub(r"\\(\d)", lambda place: parts[place[1]], chinese)


def _case(case: CaseResult) -> CaseResult:
    failure = case.failure
    if failure is None:
        return case
    told = Failure(
        place=failure.place,
        expected=translated(failure.expected),
        found=translated(failure.found),
        trace=tuple(note_in_chinese(note) for note in failure.trace),
    )
    return msgspec.structs.replace(case, failure=told)
