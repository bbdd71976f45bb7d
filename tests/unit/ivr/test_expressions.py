"""Expressions: what they give, what is refused, and that nothing in them is ever run."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.ivr.expressions import (
    FUNCTIONS,
    MAX_LENGTH,
    ExpressionError,
    Plain,
    compile_expression,
    evaluate,
)

KNOWN: dict[str, Plain] = {
    "account": "120",
    "pin": "0042",
    "count": 5,
    "price": "12.50",
    "customer.vip": "yes",
    "customer.name": "王小明",
    "客户": "老王",
    "caller": "+8613800138000",
    "empty": "",
    "no_thanks": "no",
    "now.hour": 14,
}


class Line:
    """A line with one queue, one calendar and one class."""

    def queue(self, name: str, field: str) -> Plain:
        return {"waiting": 7, "estimate": ""}.get(field, 1)

    def hours(self, name: str) -> Plain:
        return "open"

    def is_class(self, name: str) -> bool:
        return name == "vip"


def result(text: str) -> Plain:
    return evaluate(compile_expression(text), lambda name: KNOWN.get(name, ""), Line())


VALUES: list[tuple[str, Plain]] = [
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("0.1 + 0.2", "0.3"),
    ("7 / 2", "3.5"),
    ("6 / 2", 3),
    ("1 / 3", "0.333333"),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("-7 % 3", 2),
    ("account + 1", 121),
    ("price * 2", 25),
    ("'a' + 'b'", "ab"),
    ("account + count", 125),
    ("account > 100", "yes"),
    ("'9' < '10'", "yes"),
    ("'b' > 'a'", "yes"),
    ("1 < count <= 5", "yes"),
    ("pin == 42", "yes"),
    ("pin == '42'", "no"),
    ("pin == '0042'", "yes"),
    ("customer.name == 3", "no"),
    ("customer.vip == yes", "yes"),
    ("customer.vip == 'yes'", "yes"),
    ("not no_thanks", "yes"),
    ("no_thanks == no", "yes"),
    ("empty or missing", "no"),
    ("missing == ''", "yes"),
    ("count in [1, 5]", "yes"),
    ("count not in (1, 5)", "no"),
    ("'138' in caller", "yes"),
    ("'x' not in caller", "yes"),
    ("'big' if count > 3 else 'small'", "big"),
    ("客户 == '老王'", "yes"),
    ("starts_with(caller, '+86', '+852')", "yes"),
    ("ends_with(caller, '1')", "no"),
    ("last(caller, 4)", "8000"),
    ("first(caller, 3)", "+86"),
    ("len(caller)", 14),
    ("lower('ABC')", "abc"),
    ("round(2.345, 2)", "2.35"),
    ("round(2.5)", 3),
    ("min(3, account)", 3),
    ("max(3, account)", 120),
    ("abs(-3)", 3),
    ("number('12')", 12),
    ("text(12)", "12"),
    ("is_number('12x')", "no"),
    ("queue('desk').waiting > 6", "yes"),
    ("queue('desk').estimate == ''", "yes"),
    ("hours('office') == 'open' and now.hour < 18", "yes"),
    ("is_class('vip') and not is_class('gold')", "yes"),
    ("true and yes and not false", "yes"),
    ("  count  ", 5),
    ("- count", -5),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values(text: str, value: Plain) -> None:
    assert result(text) == value


REFUSED = [
    ("", "cannot be read", 0),
    ("count = 5", "single '='", 6),
    ("count == 05", "begins with 0", 9),
    ("count ==", "cannot be read", 8),
    ("count & 1", "have no place", 0),
    ("count is 5", "'is' has no place", 0),
    ("len", "needs its brackets", 0),
    ("len()", "takes 1 value", 0),
    ("nothing(1)", "no function", 0),
    ("queue('a')", "say what of the queue", 0),
    ("queue('a').length", "no such value", 0),
    ("queue(count).waiting", "a name in quotes", 0),
    ("hours(count)", "a name in quotes", 0),
    ("[1, 2]", "has no place", 0),
    ("{}", "has no place", 0),
    ("None", "has no place", 0),
    ("...", "has no place", 0),
    ("b'x'", "has no place", 0),
    ("1e9", "is not a number", 0),
    ("0x10", "is not a number", 0),
    ("1j", "has no place", 0),
    ("9 ** 9", "has no place", 0),
    ("1 << 9", "has no place", 0),
    ("~1", "has no place", 0),
    ("f'{count}'", "has no place", 0),
    ("lambda: 1", "has no place", 0),
    ("(x := 1)", "':=' has no place", 1),
    ("[x for x in count]", "has no place", 0),
    ("count[0]", "has no place", 0),
    ("caller[1:]", "has no place", 0),
    ("count; 1", "cannot be read", 5),
    ("__import__('os').system('true')", "cannot be called", 0),
    ("__import__('os')", "no function", 0),
    ("eval('1')", "no function", 0),
    ("count.__class__", "not a name", 0),
    ("''.join", "not a name", 0),
    ("'{}'.format(1)", "cannot be called", 0),
    ("_true(1)", "no function", 0),
    ("len(*caller)", "cannot be called", 0),
    ("len(text=caller)", "cannot be called", 0),
    ("not " * 60 + "1", "nested", 0),
    ("-" * 400 + "1", "nested", 0),
    ("(" * 300 + "1" + ")" * 300, "longer than", 0),
    ("(" * 240 + "1" + ")" * 240, "cannot be read", 0),
    ("'" + "x" * MAX_LENGTH + "'", "longer than", 0),
]


@pytest.mark.parametrize(("text", "problem", "offset"), REFUSED, ids=[row[0][:30] for row in REFUSED])
def test_what_is_refused_when_it_is_read(text: str, problem: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text)
    assert problem in raised.value.message
    if offset:
        assert raised.value.offset == offset


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "1 // empty",
        "1 % 0",
        "customer.name + 1",
        "customer.name > 1",
        "empty > 1",
        "'a' * 3",
        "-caller + customer.name",
        "number('x')",
        "round(1, 99)",
        "first('abc', 'x')",
        "999999999999999 * 999999999999999",
        "999999999999999 + 999999999999999",
    ],
)
def test_what_cannot_be_worked_out_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(ExpressionError):
        result(text)


def test_names_are_noted_with_their_places() -> None:
    text = " 客户 == customer.name and queue('desk').waiting > hours('office') and is_class('vip')"
    compiled = compile_expression(text)
    assert [(name.name, name.offset) for name in compiled.names] == [("客户", 1), ("customer.name", 7)]
    assert [(name.name, name.offset) for name in compiled.queues] == [("desk", text.index("desk"))]
    assert [(name.name, name.offset) for name in compiled.hours] == [("office", text.index("office"))]
    assert [(name.name, name.offset) for name in compiled.classes] == [("vip", text.index("vip"))]


def test_texts_stay_bounded() -> None:
    KNOWN["long"] = "x" * 600
    with pytest.raises(ExpressionError):
        result("long + long")


words = st.sampled_from(
    [*KNOWN, *FUNCTIONS, "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "not",
     "and", "or", "if", "else", "'a'", "12", "0.5", "10000000000000", "__class__", "lambda", ":", "=", "{", "}", "for",
     "is", "\n", "queue('a').waiting", "\\", "'", "，", "\x00", "await", "yield", ":="]
)  # fmt: skip
rubbish = st.one_of(st.text(max_size=80), st.lists(words, max_size=30).map(" ".join))


@settings(max_examples=400, deadline=None)
@given(rubbish)
def test_whatever_is_written_a_plain_value_or_an_error_of_ours(text: str) -> None:
    began = time.perf_counter()
    try:
        value = result(text)
    except ExpressionError:
        return
    finally:
        assert time.perf_counter() - began < 0.5
    assert isinstance(value, int | str)
    assert not isinstance(value, bool)
