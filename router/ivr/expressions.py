"""Pure: expressions of flows, such as ``customer.vip == 'yes' and now.hour < 18``: read once, checked, then worked out.

They are written like Python's, but are not run by Python: the text becomes a tree, only the few forms below may be in
it, every name in it is resolved before the tree is handed to ``simpleeval``, which does the sums by the operators given
here. No attribute is ever looked up on an object, nothing is called but the functions below, and length, depth, texts
and numbers are bounded, so an expression takes microseconds whatever stands in it.

Values are texts and numbers. A text that is a number counts as one where it meets a number. Numbers are exact (no
binary fractions: 0.1 + 0.2 is 0.3).
"""

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import msgspec
from simpleeval import InvalidExpression, SimpleEval

MAX_LENGTH = 500
MAX_DEPTH = 30
MAX_TEXT = 1_000
MAX_NUMBER = 10**15
_NUMBER = re.compile(r"^[+-]?[0-9]{1,15}(\.[0-9]{1,9})?$")
_SINGLE_EQUALS = re.compile(r"(?<![=!<>:])=(?!=)")
_CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP)
_SMALLEST = Decimal("0.000001")

Plain = int | str
"""What an expression gives and a variable holds: a whole number or a text. A decimal number is a text: ``12.5``."""
Operand = bool | int | Decimal | str

QUEUE_FIELDS = ("waiting", "longest_wait", "agents_ready", "agents_signed_in", "estimate")
"""What can be asked of ``queue('name')``; spans in seconds, an estimate nobody can give is the empty text."""
NOW_FIELDS = ("hour", "minute", "weekday", "day", "month", "year", "date", "time")
"""What can be asked of ``now``; ``weekday`` is 1 for Monday to 7, ``date`` 2026-11-21, ``time`` 08:30."""
CALL_NAMES = ("caller", "withheld", "did", "diverted_from", "trunk", "language", "flow")
"""What is known of every call."""
BUILT_IN = (*CALL_NAMES, *(f"now.{field}" for field in NOW_FIELDS))
"""Every name that is there without having been set."""


class ExpressionError(Exception):
    """An expression that cannot be read (``offset``: where, in characters) or worked out."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class Name(msgspec.Struct, frozen=True):
    """A name in an expression: ``customer.vip``, ``now.hour``; ``offset`` says where, in characters from 0."""

    name: str
    offset: int


class Compiled(msgspec.Struct, frozen=True):
    """An expression ready to be worked out, and the names, queues, calendars and classes it asks for, in order."""

    text: str
    tree: Any
    names: tuple[Name, ...]
    queues: tuple[Name, ...]
    hours: tuple[Name, ...]
    classes: tuple[Name, ...]


class Asked(Protocol):
    """Who answers what an expression asks of the line at this moment."""

    def queue(self, name: str, field: str) -> Plain:
        """Return a field of a queue, one of :data:`QUEUE_FIELDS`."""

    def hours(self, name: str) -> Plain:
        """Return the status of a calendar: open, closed, lunch, holiday."""

    def is_class(self, name: str) -> bool:
        """Say whether the caller has a class."""


@lru_cache(maxsize=20_000)
def compile_expression(text: str) -> Compiled:
    """Read an expression. Raises :class:`ExpressionError` for anything but the forms allowed."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"it is longer than {MAX_LENGTH} characters")
    source = text.strip()
    shift = len(text) - len(text.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a strange escape in a text: it is kept as it is written
            tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        wrong = _syntax(source, error)
        raise ExpressionError(wrong.message, wrong.offset + shift, wrong.hint) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("it cannot be read") from None
    reader = _Reader(source, shift)
    made = ast.fix_missing_locations(ast.Expr(reader.read(tree)))
    return Compiled(text, made, tuple(reader.names), tuple(reader.queues), tuple(reader.hours), tuple(reader.classes))


def evaluate(
    expression: Compiled,
    known: Callable[[str], Plain],
    asked: Asked,
) -> Plain:
    """Work an expression out. Yes and no come out as ``yes`` and ``no``.

    ``known`` gives the value of a name ("" for a variable not set). Raises :class:`ExpressionError` where there is no
    value: a sum with a text, a division by zero.
    """
    return plain(_work_out(expression, known, asked))


def is_true(value: Operand) -> bool:
    """Say whether a value counts as yes: all but 0, the empty text, ``no``, ``false`` and ``0``."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "no", "false", "0")
    return bool(value)


def plain(value: Operand) -> Plain:
    """Return a value as a variable holds it. Raises :class:`ExpressionError` where it is out of bounds."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _bounded_text(value)
    number = _bounded(Decimal(value))
    if number == number.to_integral_value():
        return int(number)
    return f"{number.quantize(_SMALLEST, context=_CONTEXT).normalize():f}"


def number_in(text: str) -> Decimal | None:
    """Return the number a text stands for, or None."""
    return Decimal(text.strip()) if _NUMBER.match(text.strip()) else None


def _work_out(
    expression: Compiled,
    known: Callable[[str], Plain],
    asked: Asked,
) -> Operand:
    values: Mapping[str, Operand] = {name.name: known(name.name) for name in expression.names}
    functions = {**_FUNCTIONS, "_queue": asked.queue, "_hours": asked.hours, "_class": asked.is_class}
    evaluator = SimpleEval(operators=_OPERATORS, functions=functions, names=values)
    try:
        with localcontext(_CONTEXT):
            result: Operand = evaluator.eval(expression.text, previously_parsed=expression.tree)
    except ExpressionError:
        raise
    except DecimalException:
        raise ExpressionError("a sum without a result") from None
    except (InvalidExpression, ArithmeticError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ExpressionError(f"it cannot be worked out ({type(error).__name__})") from None
    return result


# --- reading: only these forms, every name noted -------------------------------------------------------------


class _Reader:
    def __init__(self, source: str, shift: int) -> None:
        self.names: list[Name] = []
        self.queues: list[Name] = []
        self.hours: list[Name] = []
        self.classes: list[Name] = []
        self._source = source
        self._shift = shift

    def read(self, node: ast.expr, depth: int = 0) -> ast.expr:
        """Return the tree ``simpleeval`` gets: names flat, yes-or-no questions asked by ``_true``."""
        if depth > MAX_DEPTH:
            raise self._error(node, f"it is nested more than {MAX_DEPTH} deep")
        deeper = depth + 1
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ast.UnaryOp(ast.Not(), self._question(operand, deeper))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                return ast.UnaryOp(sign, self.read(operand, deeper))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return ast.BinOp(self.read(left, deeper), op, self.read(right, deeper))
            case ast.BoolOp(op=word, values=values):
                return ast.BoolOp(word, [self._question(value, deeper) for value in values])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self._question(test, deeper), self.read(body, deeper), self.read(orelse, deeper))
            case ast.Compare():
                return self._comparison(node, deeper)
            case ast.Call():
                return self._call(node, deeper)
            case ast.NamedExpr():
                raise self._error(node, "':=' has no place here", "to compare write ==")
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                raise self._error(node, "& and | have no place here", "write 'and' or 'or'")
            case _:
                raise self._error(node, f"this has no place in an expression: {self._shown(node)}")

    def _question(self, node: ast.expr, depth: int) -> ast.expr:
        return ast.Call(ast.Name("_true", ast.Load()), [self.read(node, depth)], [])

    def _constant(self, node: ast.Constant) -> ast.expr:
        match node.value:
            case bool():
                return ast.Constant(node.value)
            case str():
                return ast.Constant(_bounded_text(node.value))
            case int() | float():
                written = self._shown(node).replace("_", "")
                number = number_in(written)
                if number is None:
                    raise self._error(node, f"'{written[:40]}' is not a number", "write 12 or 12.5")
                exact: Any = int(number) if isinstance(node.value, int) else number
                return ast.Constant(exact)
            case _:
                raise self._error(node, f"this has no place in an expression: {self._shown(node)}")

    def _name(self, node: ast.Name | ast.Attribute) -> ast.expr:
        asked = self._queue_field(node)
        if asked is not None:
            return asked
        name = self._dotted(node)
        if name in ("yes", "no", "true", "false"):
            return ast.Constant(name in ("yes", "true"))
        if name in _FUNCTIONS or name in _ASKS:
            raise self._error(node, f"'{name}' needs its brackets", f"write {name}(...)")
        self.names.append(Name(name, self._offset(node)))
        return ast.Name(name, ast.Load())

    def _dotted(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name) if not name.startswith("_"):
                return name
            case ast.Attribute(value=owner, attr=name) if not name.startswith("_"):
                return f"{self._dotted(owner)}.{name}"
            case ast.Call(func=ast.Name(id="queue")):
                raise self._error(node, "a queue has no such value", f"its values are: {', '.join(QUEUE_FIELDS)}")
            case _:
                raise self._error(node, f"this is not a name: {self._shown(node)}")

    def _comparison(self, node: ast.Compare, depth: int) -> ast.expr:
        parts: list[ast.expr] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple):
                choices = [self.read(choice, depth) for choice in right.elts]
                asked: ast.expr = ast.Call(ast.Name("_one_of", ast.Load()), [self.read(left, depth), *choices], [])
                parts.append(ast.UnaryOp(ast.Not(), asked) if isinstance(op, ast.NotIn) else asked)
            elif type(op) in _OPERATORS:
                parts.append(ast.Compare(self.read(left, depth), [op], [self.read(right, depth)]))
            else:
                raise self._error(node, "'is' has no place here", "to compare write ==")
            left = right
        return parts[0] if len(parts) == 1 else ast.BoolOp(ast.And(), parts)

    def _call(self, node: ast.Call, depth: int) -> ast.expr:
        owner = node.func
        if node.keywords or not isinstance(owner, ast.Name) or any(isinstance(a, ast.Starred) for a in node.args):
            raise self._error(node, f"this cannot be called: {self._shown(owner)}")
        if owner.id == "hours":
            return self._asks(node, "_hours", self.hours)
        if owner.id == "is_class":
            return self._asks(node, "_class", self.classes)
        if owner.id == "queue":
            raise self._error(node, "say what of the queue", "write queue('name').waiting")
        if owner.id not in _FUNCTIONS or owner.id.startswith("_"):
            known = ", ".join(sorted(name for name in _FUNCTIONS if not name.startswith("_")))
            raise self._error(node, f"there is no function '{owner.id}'", f"functions are: {known}, {', '.join(_ASKS)}")
        least, most = _ARGUMENTS[owner.id]
        if not least <= len(node.args) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise self._error(node, f"'{owner.id}' takes {count} value{'s' if most > 1 else ''}")
        return ast.Call(ast.Name(owner.id, ast.Load()), [self.read(value, depth) for value in node.args], [])

    def _asks(self, node: ast.Call, function: str, into: list[Name], *more: str) -> ast.expr:
        match node.args:
            case [ast.Constant(value=str() as name)]:
                into.append(Name(name, self._offset(node.args[0]) + 1))
                arguments: list[ast.expr] = [ast.Constant(name), *(ast.Constant(word) for word in more)]
                return ast.Call(ast.Name(function, ast.Load()), arguments, [])
            case _:
                raise self._error(node, "a name in quotes belongs into the brackets", "write it as queue('enquiry')")

    def _queue_field(self, node: ast.expr) -> ast.expr | None:
        match node:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="queue")) as call, attr=field) if field in QUEUE_FIELDS:
                return self._asks(call, "_queue", self.queues, field)
            case _:
                return None

    def _offset(self, node: ast.expr) -> int:
        # ``col_offset`` counts bytes of UTF-8; names may be Chinese.
        lines = self._source.split("\n")
        before = sum(len(line) + 1 for line in lines[: node.lineno - 1])
        return self._shift + before + len(lines[node.lineno - 1].encode()[: node.col_offset].decode(errors="ignore"))

    def _shown(self, node: ast.expr) -> str:
        return ast.get_source_segment(self._source, node) or type(node).__name__

    def _error(self, node: ast.expr, message: str, hint: str = "") -> ExpressionError:
        return ExpressionError(message, self._offset(node), hint)


def _syntax(source: str, error: SyntaxError) -> ExpressionError:
    at = min(error.offset - 1, len(source)) if error.offset and error.lineno == 1 else len(source)
    if (single := _SINGLE_EQUALS.search(source)) is not None:
        return ExpressionError("a single '=' has no place here", single.start(), "to compare write ==")
    if "leading zeros" in error.msg:
        return ExpressionError("a number begins with 0", at, "write it without the 0, or in quotes if it is a text")
    hint = "texts stand in quotes: 'water'; to join conditions write 'and' or 'or'"
    return ExpressionError(f"it cannot be read ({error.msg})", at, hint)


# --- values ---------------------------------------------------------------------------------------------------


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise ExpressionError("a number is out of bounds")
    return number


def _bounded_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"a text is longer than {MAX_TEXT} characters")
    return text


def _number(value: Operand) -> Decimal:
    if isinstance(value, str):
        found = number_in(value)
        if found is None:
            raise ExpressionError("a number is wanted, not a text")
        return found
    return Decimal(value)


def _text(value: Operand) -> str:
    return str(plain(value))


def _pair(left: Operand, right: Operand) -> tuple[Decimal, Decimal] | tuple[str, str] | None:
    """Return two values as they can be compared: as texts, as numbers, or None where they cannot."""
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    if isinstance(left, bool) or isinstance(right, bool):
        # A comparison against yes or no: whatever counts as yes is equal to yes.
        return (Decimal(is_true(left)), Decimal(is_true(right)))
    first = number_in(left) if isinstance(left, str) else Decimal(left)
    second = number_in(right) if isinstance(right, str) else Decimal(right)
    return None if first is None or second is None else (first, second)


def _equal(left: Operand, right: Operand) -> bool:
    pair = _pair(left, right)
    return pair is not None and pair[0] == pair[1]


def _in_order(left: Operand, right: Operand) -> int:
    pair = _pair(left, right)
    if pair is None:
        raise ExpressionError("a number is compared with a text")
    match pair:
        case (str() as first, str() as second):
            numbers = number_in(first), number_in(second)
            if numbers[0] is not None and numbers[1] is not None:
                return _sign(numbers[0], numbers[1])  # two typed numbers: 9 is less than 10
            return _sign(first, second)
        case (first, second):
            return _sign(first, second)


_Ordered = TypeVar("_Ordered", str, Decimal)


def _sign(first: _Ordered, second: _Ordered) -> int:
    return (first > second) - (first < second)


def _add(left: Operand, right: Operand) -> Operand:
    if isinstance(left, str) and isinstance(right, str):
        return _bounded_text(left + right)
    return _bounded(_number(left) + _number(right))


def _divide(left: Operand, right: Operand) -> Operand:
    return _bounded(_number(left) / _divisor(right))


def _divisor(value: Operand) -> Decimal:
    divisor = _number(value)
    if not divisor:
        raise ExpressionError("a division by zero")
    return divisor


def _whole_division(left: Operand, right: Operand) -> Operand:
    number, divisor = _number(left), _divisor(right)
    return (number - _rest(number, divisor)) / divisor


def _rest(number: Decimal, divisor: Decimal) -> Decimal:
    """The rest has the divisor's sign, as in Python."""
    rest = number % divisor
    return rest + divisor if rest and (rest < 0) != (divisor < 0) else rest


def _round(value: Operand, digits: Operand = 0) -> Operand:
    places = int(_number(digits))
    if not 0 <= places <= 6:
        raise ExpressionError("numbers are rounded to 0 to 6 digits")
    return _number(value).quantize(Decimal(1).scaleb(-places), context=_CONTEXT)


def _least(*values: Operand) -> Operand:
    return min(_number(value) for value in values)


def _most(*values: Operand) -> Operand:
    return max(_number(value) for value in values)


def _contains(part: Operand, whole: Operand) -> bool:
    return _text(part) in _text(whole)


_OPERATORS: dict[type[ast.AST], Callable[..., Operand]] = {
    ast.Add: _add,
    ast.Sub: lambda left, right: _bounded(_number(left) - _number(right)),
    ast.Mult: lambda left, right: _bounded(_number(left) * _number(right)),
    ast.Div: _divide,
    ast.FloorDiv: _whole_division,
    ast.Mod: lambda left, right: _rest(_number(left), _divisor(right)),
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Not: lambda value: not value,
    ast.Eq: _equal,
    ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: lambda left, right: _in_order(left, right) < 0,
    ast.LtE: lambda left, right: _in_order(left, right) <= 0,
    ast.Gt: lambda left, right: _in_order(left, right) > 0,
    ast.GtE: lambda left, right: _in_order(left, right) >= 0,
    ast.In: _contains,
    ast.NotIn: lambda part, whole: not _contains(part, whole),
}

_FUNCTIONS: dict[str, Callable[..., Operand]] = {
    "_true": is_true,
    "_one_of": lambda value, *choices: any(_equal(value, choice) for choice in choices),
    "len": lambda text: len(_text(text)),
    "text": _text,
    "number": lambda text: _bounded(_number(text)),
    "round": _round,
    "min": _least,
    "max": _most,
    "abs": lambda value: abs(_number(value)),
    "lower": lambda text: _text(text).lower(),
    "first": lambda text, count: _text(text)[: max(int(_number(count)), 0)],
    "last": lambda text, count: _text(text)[-int(_number(count)) :] if int(_number(count)) > 0 else "",
    "starts_with": lambda text, *starts: _text(text).startswith(tuple(_text(start) for start in starts)),
    "ends_with": lambda text, *ends: _text(text).endswith(tuple(_text(end) for end in ends)),
    "is_number": lambda text: not isinstance(text, str) or number_in(text) is not None,
}
_ARGUMENTS = {
    "len": (1, 1),
    "text": (1, 1),
    "number": (1, 1),
    "round": (1, 2),
    "min": (1, 20),
    "max": (1, 20),
    "abs": (1, 1),
    "lower": (1, 1),
    "first": (2, 2),
    "last": (2, 2),
    "starts_with": (2, 20),
    "ends_with": (2, 20),
    "is_number": (1, 1),
}
_ASKS = ("queue", "hours", "is_class")
FUNCTIONS = (*sorted(_ARGUMENTS), *_ASKS)
"""The functions an expression may call."""
