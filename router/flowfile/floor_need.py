"""What an agent must have, as people write it, to a :data:`router.acd.spec.Need`.

``{gas: 2, english: 3}`` asks for both, ``any_of: [{gas: 2}, {pipes: 3}]`` for one of them; they may stand side by side
and within one another (``any_of: [{gas: 2}, {all_of: [{pipes: 3}, {any_of: [...]}]}]``).
"""

from typing import Annotated, Any

from msgspec import Meta

from router.acd.spec import ANYBODY, Need, both
from router.flowfile.diagnostics import diagnose, did_you_mean
from router.flowfile.schema import Decoder
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree, kind_of

ANY_OF, ALL_OF = "any_of", "all_of"
MAX_ALTERNATIVES = 64
"""The most sets of skills one need may come to."""
LEVELS = ("1", "2", "3", "4", "5")
AS_BEFORE: Need = ()
"""What stands for a need that is left out: the one before goes on."""
_SHAPE = "a map of skills with levels such as {gas: 2}"
_HINT = "anybody: none; alternatives: any_of: [{gas: 2}, {pipes: 3}]"


class _TooMany(Exception):
    """A need comes to more sets of skills than it may."""


def read_need(decoder: Decoder, tree: Tree, key: str) -> Need | None:
    """Return the need that is written under ``key``, or None where it is wrong; its skills are noted as references."""
    try:
        return _need(decoder, tree, key)
    except _TooMany:
        decoder.findings.append(diagnose("E467", tree.place, key=key, limit=MAX_ALTERNATIVES))
        return None


def _need(decoder: Decoder, tree: Tree, key: str) -> Need | None:
    if isinstance(tree, Scalar) and tree.text == "none":
        return ANYBODY
    if not isinstance(tree, Mapping):
        particulars = {"key": key, "expected": _SHAPE, "found": kind_of(tree)}
        decoder.findings.append(diagnose("E202", tree.place, _HINT, **particulars))
        return None
    need: Need | None = ANYBODY
    for name, value in tree.entries:
        part = _list(decoder, value, name.text) if name.text in (ANY_OF, ALL_OF) else _skill(decoder, name, value)
        need = None if part is None or need is None else _both(need, part)
    return need


def _list(decoder: Decoder, tree: Tree, key: str) -> Need | None:
    """Read a list of needs of which one must be met (``any_of``), or all."""
    if not isinstance(tree, Sequence) or not tree.parts:
        hint = f"write {key}: [{{gas: 2}}, {{pipes: 3}}]"
        particulars = {"key": key, "expected": "a list of such maps", "found": kind_of(tree)}
        decoder.findings.append(diagnose("E202", tree.place, hint, **particulars))
        return None
    parts = [_need(decoder, part, key) for part in tree.parts]
    joined: Need = () if key == ANY_OF else ANYBODY
    for part in parts:
        if part is None:
            return None
        joined = _either(joined, part) if key == ANY_OF else _both(joined, part)
    return joined


def _skill(decoder: Decoder, name: Scalar, value: Tree) -> Need | None:
    if not (isinstance(value, Scalar) and value.text in LEVELS):
        near = did_you_mean(name.text, (ANY_OF, ALL_OF)) if isinstance(value, Sequence) else ""
        hint = f"did you mean '{near}'?" if near else ""
        decoder.findings.append(diagnose("E466", value.place, hint, skill=name.text, found=kind_of(value)))
        return None
    decoder.refer("skill", name.text, name.place)
    return (((name.text, int(value.text)),),)


def _both(one: Need, other: Need) -> Need:
    if len(one) * len(other) > MAX_ALTERNATIVES * 4:  # before the superfluous ones are taken out
        raise _TooMany
    return _bounded(both(one, other))


def _either(one: Need, other: Need) -> Need:
    return _bounded((*one, *other))


def _bounded(need: Need) -> Need:
    least = simplest(need)
    if len(least) > MAX_ALTERNATIVES:
        raise _TooMany
    return least


def simplest(need: Need) -> Need:
    """Return a need without those of its sets that ask for more than another of them does."""
    sets = sorted(set(need))
    return tuple(one for one in sets if not any(other != one and implies((one,), (other,)) for other in sets))


def implies(one: Need, other: Need) -> bool:
    """Say whether everybody who meets ``one`` meets ``other``."""
    for skills in one:
        levels = dict(skills)
        if not any(all(levels.get(skill, 0) >= level for skill, level in wanted) for wanted in other):
            return False
    return True


NEED_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"const": "none"},
        {
            "type": "object",
            "properties": {
                ANY_OF: {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Need"}},
                ALL_OF: {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Need"}},
            },
            "additionalProperties": {"enum": [int(level) for level in LEVELS]},
        },
    ]
}
"""What editors know of a need."""

NeedMap = Annotated[
    Need,
    Meta(
        description="skills and least levels, {gas: 2}; alternatives: any_of: [{gas: 2}, {pipes: 3}]",
        extra={"read": read_need, "shape": ("Need", NEED_SCHEMA), "shown": "skills with levels"},
    ),
]
"""The type of a key that holds a need."""
