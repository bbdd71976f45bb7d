"""Each record has a line in both languages, with the same facts in it."""

import re

import msgspec
from properties.test_present_is_the_overview import Course

from router.adapters.record_codec import RECORD_TYPES
from router.core.records import Alert, CallEnded, Outcome
from router.why.one_line import LINES, one_line


def test_every_record_has_a_line_in_both_languages_of_the_same_facts() -> None:
    for language, texts in LINES.items():
        assert set(RECORD_TYPES) == set(texts), f"write a line for it in {language} (router/why/one_line.py)"
    for name, kind in RECORD_TYPES.items():
        blanks = {language: set(re.findall(r"{(\w+)}", texts[name])) for language, texts in LINES.items()}
        assert blanks["en"] == blanks["zh"], name
        assert blanks["en"] <= set(kind.__struct_fields__), name


def test_everything_a_core_tells_can_be_said() -> None:
    course = Course(5)
    for _ in range(400):
        course.step()
    for record in course.outside.told:
        for language in LINES:
            text = one_line(record, language)
            assert text
            assert "\n" not in text
            assert "None" not in text


def test_spans_and_words_are_said_in_the_language() -> None:
    ended = CallEnded(
        seq=1, at_ms=1, v=1, config="c", call_id="t.1.c1", outcome=Outcome.ABANDONED_SHORT, queue="q", agent="",
        asked=True, queued=True, total_ms=9_000, wait_ms=5_250, wait_rings=1.05, talk_ms=0, ended_by="caller",
        detail="", call_type="",
    )  # fmt: skip
    assert one_line(ended, "en") == "ended: abandoned_short after 9.0 s, wait 5.2 s, talk 0.0 s"
    assert one_line(ended, "zh") == "结束：短时放弃，共 9.0 秒，等待 5.2 秒，通话 0.0 秒"
    new = msgspec.defstruct("Moon", [("phase", str)], bases=(Alert,), kw_only=True, frozen=True)
    moon = new(seq=1, at_ms=1, v=1, config="c", kind="k", subject="", call_id="", detail="", phase="full")
    assert one_line(moon, "en") == "Moon kind=k phase=full"
