"""Located trees to ``msgspec`` structs by their types: every mistake at once, every reference noted.

The struct's fields are the keys, their types and ``Meta`` say what may stand there (see :mod:`router.ivr.fields`).
A new kind of file or node needs no code here.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import inspect as types

from router.core.ids import Ms
from router.flowfile.diagnostics import Diagnostic, Place, diagnose, did_you_mean, listed, meant
from router.flowfile.text import FULL_WIDTH, half_width
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree, kind_of
from router.flowfile.units import NoUnit, minute_of_day, show_span, span_ms

_TRUE = frozenset({"true", "yes", "on"})
_FALSE = frozenset({"false", "no", "off"})
_SECRET = re.compile(
    r"^(?:.*[_-])?(?:password|passwd|passphrase|pwd|pin|pins|secret|token|api_?key|密码|口令)$", re.IGNORECASE
)
_PLACE = re.compile(r"\{[^{}]{1,80}\}")
_FAILED: Any = object()
Spec = TypeVar("Spec", bound=msgspec.Struct)
_struct_types: dict[type[Any], types.StructType] = {}  # asking msgspec costs more than the decoding


class Reference(msgspec.Struct, frozen=True):
    """A text that names something which must be there. ``kind`` is the ``ref`` of the field's type.

    ``flow`` and ``node`` say where it stands in a flow ("" elsewhere); ``name`` is "" where the field was left out and
    ``default`` says what that means.
    """

    kind: str
    name: str
    place: Place
    flow: str = ""
    node: str = ""
    default: str = ""


class Decoder:
    """Turns trees into structs; what it finds wrong and what it finds referred to go into the two lists."""

    def __init__(self, findings: list[Diagnostic], references: list[Reference], ring_ms: Ms = 5_000) -> None:
        self.findings = findings
        self.references = references
        self.ring_ms = ring_ms
        self.flow = ""
        self.node = ""
        self._drops_entries = False

    def struct(self, tree: Tree, cls: type[Any], what: str, ignore: Iterable[str] = ()) -> Any | None:
        """Return an instance of ``cls``, or None where a value in it is wrong. ``what`` names it in messages."""
        made = self._struct(tree, struct_type(cls), what, frozenset(ignore))
        return None if made is _FAILED else made

    def file(self, tree: Tree, cls: type[Spec], what: str) -> Spec | None:
        """Return what of a file could be read, so that its other mistakes can be found as well; None where nothing.

        Wrong keys take their defaults and wrong entries of its maps are left out.
        """
        kind = struct_type(cls)
        if not isinstance(tree, Mapping):
            return None
        self._drops_entries = True
        values, _ = self._fields(tree, kind, what, frozenset())
        self._drops_entries = False
        values = {name: value for name, value in values.items() if value is not _FAILED}
        for field in kind.fields:
            if field.required and field.name not in values:
                values[field.name] = _blank(field.type)
        return cls(**values)

    def _struct(self, tree: Tree, kind: types.StructType, what: str, ignore: frozenset[str]) -> Any:
        if not isinstance(tree, Mapping):
            if isinstance(tree, Scalar) and tree.empty and not any(field.required for field in kind.fields):
                return kind.cls()
            keys = listed([*ignore, *(field.encode_name for field in kind.fields)])
            name = what.strip("'")
            self._report("E202", tree.place, f"its keys are: {keys}", key=name, expected="a map", found=kind_of(tree))
            return _FAILED
        values, failed = self._fields(tree, kind, what, ignore)
        return _FAILED if failed else kind.cls(**values)

    def _fields(
        self, tree: Mapping, kind: types.StructType, what: str, ignore: frozenset[str]
    ) -> tuple[dict[str, Any], bool]:
        """Return the values under the keys by their fields' names, and whether any of them is wrong or not there.

        A key nobody reads is reported and does no harm: the rest is looked at all the same.
        """
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, Any] = {}
        misspelt: set[str] = set()
        failed = False
        for key, value in tree.entries:
            if key.text in ignore:
                continue
            name = key.text
            if name not in fields and not self._narrow(key):
                name = half_width(name).strip()
            field = fields.get(name)
            if field is None:
                if not is_secret(key.text) and name == key.text:
                    known = (*sorted(ignore), *fields)
                    misspelt.add(did_you_mean(name, known))
                    self._report("E203", key.place, meant(name, known), what=what, key=name, keys=listed(known))
                continue
            values[field.name] = self._value(value, field.type, name)
            failed = failed or values[field.name] is _FAILED
        for field in kind.fields:
            if field.name in values:
                continue
            if field.required:
                failed = True
                if field.encode_name in misspelt:
                    continue  # said already, with the key that was meant
                self._report("E201", tree.place, what=what, key=field.encode_name, about=_about(field.type))
            else:
                self._note_default(field, tree.place)
        return values, failed

    def _value(self, tree: Tree, kind: types.Type, key: str) -> Any:
        meta, kind = unwrap(kind)
        if "read" in meta:
            made = meta["read"](self, tree, key)
            return _FAILED if made is None else made
        if isinstance(kind, types.StructType):
            drops, self._drops_entries = self._drops_entries, False
            made = self._struct(tree, kind, f"'{key}'", frozenset())
            self._drops_entries = drops
            return made
        if isinstance(tree, Scalar) and tree.empty and not isinstance(kind, types.StrType):
            return self._wrong(tree, key, kind, meta)
        match kind:
            case types.VarTupleType() | types.ListType():
                return self._list(tree, kind, key, meta)
            case types.DictType():
                return self._dict(tree, kind, key, meta)
            case _:
                pass
        if not isinstance(tree, Scalar):
            return self._wrong(tree, key, kind, meta)
        match kind:
            case types.StrType():
                return self._text(tree, kind, key, meta)
            case types.IntType() | types.FloatType():
                return self._number(tree, kind, key, meta)
            case types.BoolType():
                lowered = tree.text.lower()
                if lowered not in _TRUE | _FALSE:
                    return self._wrong(tree, key, kind, meta)
                return lowered in _TRUE
            case types.LiteralType():
                return self._choice(tree, key, [str(value) for value in kind.values], meta)
            case _:  # pragma: no cover - a field type nobody has taught the loader: a bug of ours
                raise TypeError(f"'{key}' has a type the loader does not know: {kind}")

    def _list(self, tree: Tree, kind: types.VarTupleType | types.ListType, key: str, meta: dict[str, Any]) -> Any:
        item = kind.item_type
        if isinstance(tree, Sequence):
            parts = tree.parts
        elif isinstance(tree, Scalar) and not isinstance(unwrap(item)[1], types.StructType):
            parts = [tree]  # one need not be written as a list
        else:
            return self._wrong(tree, key, kind, meta)
        values = [self._value(part, item, key) for part in parts]
        if any(value is _FAILED for value in values):
            return _FAILED
        if kind.min_length is not None and len(values) < kind.min_length:
            return self._wrong(tree, key, kind, meta)
        return tuple(values)

    def _dict(self, tree: Tree, kind: types.DictType, key: str, meta: dict[str, Any]) -> Any:
        if not isinstance(tree, Mapping) or (kind.min_length is not None and len(tree.entries) < kind.min_length):
            return self._wrong(tree, key, kind, meta)
        drops, self._drops_entries = self._drops_entries, False
        values: dict[str, Any] = {}
        failed = False
        for name, value in tree.entries:
            made_key = self._value(name, kind.key_type, key)
            made = self._value(value, kind.value_type, f"{key}: {name.text}")
            if made_key is _FAILED or made is _FAILED:
                failed = True
            else:
                values[name.text] = made
        self._drops_entries = drops
        return _FAILED if failed and not drops else values

    def _text(self, tree: Scalar, kind: types.StrType, key: str, meta: dict[str, Any]) -> Any:
        ref = meta.get("ref")
        optional = bool(meta.get("default_ref"))
        bound = ref not in (None, "expression") or kind.pattern is not None or "one_of" in meta
        if tree.empty and (bound or kind.min_length):
            return self._wrong(tree, key, kind, meta)
        if bound and not self._narrow(tree):
            return _FAILED
        if "one_of" in meta:
            return self._choice(tree, key, meta["one_of"](), meta)
        if kind.pattern is not None and re.search(kind.pattern, tree.text) is None:
            reason = f"it must be {meta['what']}" if "what" in meta else "it is not written so"
            return self._value_wrong(tree, key, reason, meta)
        if kind.max_length is not None and len(tree.text) > kind.max_length:
            return self._value_wrong(tree, key, f"it is longer than {kind.max_length} characters", meta)
        if ref is not None:
            default = meta.get("default_ref", "") if optional and not tree.text else ""
            self.refer(ref, tree.text, _inner_place(tree) if ref == "expression" else tree.place, default)
        return "" if tree.empty else tree.text

    def _number(self, tree: Scalar, kind: types.IntType | types.FloatType, key: str, meta: dict[str, Any]) -> Any:
        if not self._narrow(tree):
            return _FAILED
        unit = meta.get("unit")
        try:
            if unit == "span":
                value: float = span_ms(tree.text, self.ring_ms)
            elif unit == "clock":
                value = minute_of_day(tree.text)
            elif re.match(r"^0[0-9]", tree.text):
                self._report("E104", tree.place, "write it without the leading 0", text=tree.text)
                return _FAILED
            elif isinstance(kind, types.IntType) and re.match(r"^-?[0-9]{1,15}$", tree.text):
                value = int(tree.text)
            elif isinstance(kind, types.FloatType) and re.match(r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$", tree.text):
                value = float(tree.text)
            else:
                raise ValueError(tree.text)
        except NoUnit:
            self._report("E206", tree.place, value=tree.text)
            return _FAILED
        except ValueError:
            if re.match(r"^-\s*[0-9]", tree.text):
                return self._value_wrong(tree, key, "it cannot be negative", meta)
            return self._wrong(tree, key, kind, meta)
        low, high = kind.ge, kind.le
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = " and ".join(
                f"{word} {show_span(round(bound)) if unit == 'span' else bound}"
                for word, bound in (("at least", low), ("at most", high))
                if bound is not None
            )
            return self._value_wrong(tree, key, f"it must be {bounds}", meta)
        return value

    def _choice(self, tree: Scalar, key: str, choices: Iterable[str], meta: dict[str, Any]) -> Any:
        known = sorted(choices)
        if tree.text in known:
            return tree.text
        hint = meant(tree.text, known) or f"choices are: {listed(known)}"
        self._report("E205", tree.place, hint, key=key, value=tree.text, reason="it is none of the choices", about="")
        return _FAILED

    def _narrow(self, tree: Scalar) -> bool:
        """Report the first full-width sign in a text that is not prose; say whether there is none."""
        for index, letter in enumerate(tree.text):
            if letter in FULL_WIDTH:
                column = tree.place.column + index + (0 if tree.plain else 1)
                place = Place(tree.place.file, tree.place.line, column)
                shown = "full-width space" if letter == "　" else letter
                self._report("E108", place, wrong=shown, right=FULL_WIDTH[letter])
                return False
        return True

    def _wrong(self, tree: Tree, key: str, kind: types.Type, meta: dict[str, Any]) -> Any:
        about = meta.get("about", "")
        self._report("E202", tree.place, key=key, expected=_expected(kind, meta), found=kind_of(tree), about=about)
        return _FAILED

    def _value_wrong(self, tree: Scalar, key: str, reason: str, meta: dict[str, Any]) -> Any:
        about = meta.get("about", "")
        self._report("E205", tree.place, key=key, value=tree.text, reason=reason, about=about)
        return _FAILED

    def refer(self, kind: str, name: str, place: Place, default: str = "") -> None:
        """Note that a text names something which must be there."""
        self.references.append(Reference(kind, name, place, self.flow, self.node, default))

    def _note_default(self, field: types.Field, place: Place) -> None:
        if isinstance(field.default, tuple | str):
            self._note_references(field.default, field.type, place)

    def _note_references(self, value: Any, kind: types.Type, place: Place) -> None:
        meta, kind = unwrap(kind)
        match kind:
            case types.StrType() if "ref" in meta and (value or "default_ref" in meta):
                self.refer(meta["ref"], value, place, "" if value else meta["default_ref"])
            case types.VarTupleType(item_type=item):
                for part in value:
                    self._note_references(part, item, place)
            case types.StructType(fields=fields):
                for field in fields:
                    self._note_references(getattr(value, field.name), field.type, place)
            case _:
                pass

    def _report(self, code: str, place: Place, hint: str = "", **particulars: object) -> None:
        self.findings.append(diagnose(code, place, hint, **particulars))


def struct_type(cls: type[Any]) -> types.StructType:
    """Return what ``msgspec`` knows of a struct class."""
    found = _struct_types.get(cls)
    if found is None:
        asked = types.type_info(cls)
        if not isinstance(asked, types.StructType):
            raise TypeError(f"{cls} is no struct")
        found = _struct_types[cls] = asked
    return found


def is_secret(key: str) -> bool:
    """Say whether a key's name says that a secret stands there."""
    return _SECRET.match(key) is not None


def _shows_nothing(text: str) -> bool:
    """Say whether a text is no secret: a yes or no, or nothing but places that are filled in later."""
    rest = _PLACE.sub("", text).strip().lower()
    return not rest or rest in _TRUE | _FALSE | {"bearer", "basic", "token"}


def secrets_in(tree: Tree) -> list[Diagnostic]:
    """Report every key that names a secret and holds a text."""
    found: list[Diagnostic] = []
    left: list[Tree] = [tree]
    while left:
        match left.pop():
            case Mapping(entries=entries):
                for key, value in entries:
                    left.append(value)
                    is_text = isinstance(value, Scalar) and not value.empty
                    if is_secret(key.text) and is_text and not _shows_nothing(value.text):  # type: ignore[union-attr]
                        found.append(diagnose("E501", key.place, key=key.text))
            case Sequence(parts=parts):
                left.extend(parts)
            case Scalar():
                pass
    return found


def _inner_place(tree: Scalar) -> Place:
    """Return where the first letter of a text stands, after its quote."""
    place = tree.place
    return place if tree.plain else Place(place.file, place.line, place.column + 1)


def unwrap(kind: types.Type) -> tuple[dict[str, Any], types.Type]:
    """Take the marks off a type: what ``extra`` says, and the description as ``about``.

    Of a type that may be None the other one is left: None stands for a key that is left out.
    """
    meta: dict[str, Any] = {}
    while True:
        if isinstance(kind, types.Metadata):
            described = (kind.extra_json_schema or {}).get("description")
            meta = {**({"about": described} if described else {}), **(kind.extra or {}), **meta}
            kind = kind.type
        elif isinstance(kind, types.UnionType) and (left := not_none(kind)) is not None:
            kind = left
        else:
            return meta, kind


def not_none(kind: types.UnionType) -> types.Type | None:
    """Return the one type of a union beside None, or None where it has more."""
    left = [one for one in kind.types if not isinstance(one, types.NoneType)]
    return left[0] if len(left) == 1 and len(left) < len(kind.types) else None


def _blank(kind: types.Type) -> Any:
    """Return an empty value for a key that must be there and is not: only checks ever see it."""
    match unwrap(kind)[1]:
        case types.DictType():
            return {}
        case types.VarTupleType():
            return ()
        case types.StrType():
            return ""
        case other:
            raise TypeError(f"a file's required key has the type {other}, which has no empty value")


def _about(kind: types.Type) -> str:
    meta, _ = unwrap(kind)
    return str(meta.get("about", ""))


def _expected(kind: types.Type, meta: dict[str, Any]) -> str:
    if "what" in meta:
        return str(meta["what"])
    match kind, meta.get("unit"):
        case _, "span":
            return "a span such as 15s or 3 rings"
        case _, "clock":
            return "a time of day such as 08:30"
        case types.IntType(), _:
            return "a whole number"
        case types.FloatType(), _:
            return "a number"
        case types.BoolType(), _:
            return "yes or no"
        case ((types.VarTupleType() | types.ListType()), _):
            return "a list"
        case types.DictType(), _:
            return "a map with at least one entry"
        case _:
            return "a text"
