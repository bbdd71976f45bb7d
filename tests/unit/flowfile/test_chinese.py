"""Diagnostics in Chinese: every code has its text, with the same particulars as in English."""

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from router.flowfile import check_site
from router.flowfile.chinese import in_chinese
from router.flowfile.diagnostics import CODES, Diagnostic, Place, diagnose
from router.flowfile.texts_zh import ZH


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_code_has_both_languages() -> None:
    assert sorted(ZH) == sorted(CODES)


@pytest.mark.parametrize("code", sorted(ZH))
def test_the_same_particulars_in_both(code: str) -> None:
    message, hint = ZH[code]
    assert _places(message) == _places(CODES[code].text)
    assert _places(hint) <= _places(CODES[code].hint) | _places(CODES[code].text)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message)
    assert hint


def test_a_mistake_reads_in_chinese() -> None:
    finding = diagnose("E303", Place("a", 3, 4), "did you mean 'enquiry'?", name="enquriy", known="enquiry")
    assert str(in_chinese(finding)) == "a:3:4: E303 没有队列“enquriy”\n    hint: 是不是“enquiry”？"
    assert in_chinese(diagnose("E303", Place("a"), name="x", known="y, z")).hint == "队列有：y, z"


def test_what_stands_within_messages_is_chinese_too(good: dict[str, str], write_site: Callable[..., Path]) -> None:
    queues = good["queues.yaml"].replace("3 rings", "soon") + "    ring: 99\n    strategy: longest_idel\n"
    said = [in_chinese(finding).message for finding in check_site(write_site({"queues.yaml": queues}))]
    assert said == [
        "“answer_within”应当是时长，例如 15s 或 3 rings，而不是'soon'",
        "“ring”不能是“99”：应在 1 与 20 之间",
        "“strategy”不能是“longest_idel”：不在可选范围内",
    ]


def test_hostile_particulars_fill_nothing_else_in() -> None:
    finding = diagnose("E302", Place("a"), name="{known}{0}", known="main")
    assert in_chinese(finding).message == "没有流程“{known}{0}”"


def test_what_is_not_known_stays_as_it_is() -> None:
    finding = Diagnostic("a", 1, 1, "E999", "something", "do it")
    assert in_chinese(finding) == finding
