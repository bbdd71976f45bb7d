"""Whatever a test or walk says can be said in Chinese."""

import re
from pathlib import Path

import pytest

from router.flowtest import chinese, rehearsal, runner, trace
from router.flowtest.chinese import translated


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("rings 4001860 as a withheld number", "拨打 4001860，隐藏号码"),
        ("rings 4001860 as +86138, diverted from +8610", "拨打 4001860，主叫 +86138，转自 +8610"),
        ("waits in queue 业务 as vip, place 3", "在队列 业务 等候，类别 vip，第 3 位"),
        ("talks with agent 1001, after 2.1 s", "与话务员 1001 通话，等了 2.1 秒"),
        ("heard nothing more: the caller waits in queue fault", "没有再听到什么：主叫在队列 fault 等候"),
        ("none; the call is over: self_served", "没有；通话已结束：self_served"),
        ('to hear "十二元"', "听到“十二元”"),
        ("main/menu (menu): 2", "main/menu (menu): 2"),
    ],
)
def test_in_chinese(english: str, said: str) -> None:
    assert translated(english) == said


def test_nothing_is_left_out() -> None:
    """Every sentence written in the runner, the rehearsal and the trace begins like one that is translated."""
    written = [pattern.pattern.removeprefix("^") for pattern, _ in chinese._PHRASES]
    begins = {re.sub(r"[^a-z ].*", "", sentence, flags=re.DOTALL).strip() for sentence in written} - {""}
    sources = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (rehearsal, runner, trace))
    verbs = "to|heard|is|has|hears|presses|speaks|hangs|waits|talks|looks|sends|answers|rings"
    sentences = [sentence.strip() for sentence in re.findall(rf"[\"'](?:f[\"'])?((?:{verbs}) [a-z ]*)", sources)]
    assert len(sentences) > 20
    assert [sentence for sentence in sentences if not sentence.startswith(tuple(begins))] == []
