"""Pure: which fields of a record are a caller's data, for readers who may not see it.

Three kinds of text: what never says who called (:data:`OPEN`), what always does (:data:`CALLERS`), and what may hold a
number among other words (:data:`WORDS`), in which long runs of digits are hidden. Every field of text is named in one
of them (a test sees to it); one that is not is treated as a caller's.
"""

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from router.core.records import AnyRecord, Record

OPEN = frozenset(
    {
        "accepted_by", "after_call", "agent", "agents", "answer", "answered", "appointment", "ask", "box", "by",
        "call_class", "call_id", "call_type", "callback", "called", "change", "choice", "code", "complaint", "config",
        "counts", "cure", "did", "ended_by", "event", "extension", "flow", "group", "groups", "kept_for", "kind",
        "language", "leg", "need", "node", "node_type", "notice", "outcome", "page", "parts", "passed_over", "phone",
        "plan", "previous", "purpose", "question", "queue", "queues", "queues_left", "ref", "results", "round_name",
        "runner_up", "service", "shares", "site", "skills", "state", "step", "strategy", "table", "to_kind", "trunk",
        "type", "was", "why",
    }
)  # fmt: skip
"""Names, ids and words of the site: shown to everybody."""
CALLERS = frozenset({"answers", "caller", "diverted_from", "note", "number", "party"})
"""Who called, or is to be called, and what is written of them: hidden whole."""
WORDS = {
    "detail": 6, "key": 3, "message": 7, "reason": 6, "recording": 7, "result": 3, "subject": 6, "target": 6, "to": 6,
}  # fmt: skip
"""Words that may hold a number or what a caller typed: as many digits in a row, and more, are hidden."""

Hide = Callable[[str], str]
"""Makes the same pseudonym of the same text, which cannot be turned back."""


def hidden_fields(kind: type[Record]) -> Mapping[str, bool]:
    """Return the fields of a kind of record that are not shown as they are; true: hidden whole."""
    return _hidden_fields(kind)


@functools.cache
def _hidden_fields(kind: type[Record]) -> dict[str, bool]:
    texts = [field.name for field in msgspec.structs.fields(kind) if is_text(field.type) and field.name not in OPEN]
    return {name: name not in WORDS for name in texts}


def text_fields() -> frozenset[str]:
    """Return the names of all fields of text there are in records."""
    kinds = get_args(AnyRecord)
    return frozenset(f.name for kind in kinds for f in msgspec.structs.fields(kind) if is_text(f.type))


def is_text(kind: Any) -> bool:
    """Say whether a field may hold text; numbers and booleans do not."""
    base = getattr(kind, "__supertype__", kind)
    if isinstance(base, type):
        return not issubclass(base, int | float)
    if get_origin(base) in (Union, types.UnionType):
        return any(is_text(option) for option in get_args(base) if option is not type(None))
    return True


def shown(kind: type[Record], fields: Mapping[str, str], hide: Hide) -> dict[str, str]:
    """Return those of a record's flat fields that read otherwise for the public, with what they read then."""
    changed = {}
    for name, whole in _hidden_fields(kind).items():
        text = fields.get(name, "")
        if text:
            read = hide(text) if whole else _without_numbers(text, WORDS[name], hide)
            if read != text:
                changed[name] = read
    return changed


def _without_numbers(text: str, least: int, hide: Hide) -> str:
    """Replace every run of ``least`` and more digits, with its ``+`` where it has one."""
    parts: list[str] = []
    digits = ""
    for character in text + "\0":
        if character.isdigit() or (character == "+" and not digits):
            digits += character
            continue
        if digits:
            parts.append(hide(digits) if len(digits.lstrip("+")) >= least else digits)
            digits = character if character == "+" else ""
            if digits:
                continue
        parts.append(character)
    return "".join(parts)[:-1]
