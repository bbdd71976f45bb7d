"""What a picture of a flow shows: boxes, arrows between them, and where callers come in. No drawing yet."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from router.flowfile.prompts import Prompts
from router.flowfile.ways import Way, ways, ways_out
from router.flowgraph.labels import Language, on_way, word
from router.ivr.flow import Flow, Node, node_type
from router.site import Site

_COLUMNS = 34
"""How wide a line of a box is; a Chinese letter takes two columns."""
_LINES = 3
"""How many lines of what is said a box shows."""
_WAY_COLUMNS = 40
_BIG = 15
"""A flow of more nodes is drawn from left to right, and with jumps."""
_HUB = 4
"""A node that more arrows than this lead to is jumped to: arrows from everywhere would hide the rest."""


class Kind(StrEnum):
    """What a node is to the caller: the colour of its box."""

    SPEAKS = "speaks"
    ASKS = "asks"
    DECIDES = "decides"
    SERVICE = "service"
    FLOW = "flow"
    PERSON = "person"
    MESSAGE = "message"
    FAREWELL = "farewell"


_KINDS = {
    "greeting": Kind.SPEAKS, "play": Kind.SPEAKS, "say": Kind.SPEAKS,
    "menu": Kind.ASKS, "collect": Kind.ASKS, "authenticate": Kind.ASKS, "offer": Kind.ASKS, "survey": Kind.ASKS,
    "choose_language": Kind.ASKS, "language": Kind.DECIDES, "silent_line": Kind.FAREWELL,
    "hours": Kind.DECIDES, "branch": Kind.DECIDES, "set": Kind.DECIDES, "tag": Kind.DECIDES,
    "subflow": Kind.FLOW, "back": Kind.FLOW,
    "enqueue": Kind.PERSON, "transfer": Kind.PERSON,
    "message": Kind.MESSAGE, "voicemail": Kind.MESSAGE, "callback": Kind.MESSAGE,
    "hangup": Kind.FAREWELL,
}  # fmt: skip
"""Kinds by node type; a type that is not here is known by what it does."""

_NAMED = (
    "queue",
    "flow",
    "outbound_flow",
    "source",
    "service",
    "duty",
    "extension",
    "hours",
    "class",
    "skill",
    "group",
)


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A node: its name, what type it is, and a few lines of what it says or names."""

    name: str
    type_word: str
    kind: Kind
    lines: tuple[str, ...] = ()


class Arrow(msgspec.Struct, frozen=True, kw_only=True):
    """A way from a box to another; ``label`` are the keys or results that lead along it.

    ``jump`` says that it ends in a small box with the target's name instead of going all the way there.
    """

    source: str
    target: str
    label: str = ""
    jump: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A flow as it is drawn. ``ways_in`` are the numbers that lead to it, ``note`` what holds everywhere in it."""

    title: str
    start: str
    ways_in: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    note: str = ""

    @property
    def big(self) -> bool:
        """Whether there are so many boxes that they are better read from left to right."""
        return len(self.boxes) > _BIG


def picture(site: Site, flow: Flow, prompts: Prompts, language: Language = "en") -> Picture:
    """Return the picture of a flow: words and prompts in ``language``, or as the site's callers hear them."""
    spoken = _texts(site, prompts, language)
    numbers = tuple(number for number, did in site.dids.items() if did.flow == flow.name)
    key = site.script.person_key
    everywhere = f"{key} → {flow.person} ({word('from everywhere', language)})" if key and flow.person else ""
    return Picture(
        title=flow.name,
        start=flow.start,
        ways_in=numbers,
        boxes=tuple(_box(name, node, spoken, language) for name, node in flow.nodes.items()),
        arrows=tuple(_with_jumps(flow, _arrows(flow, language))),
        note=everywhere,
    )


def _texts(site: Site, prompts: Prompts, language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for candidate in (site.language, language):
        found.update({name: prompt.text for name, prompt in prompts.get(candidate, {}).items() if prompt.text})
    return found


def _box(name: str, node: Node, spoken: Mapping[str, str], language: Language) -> Box:
    kind = node_type(node)
    named = ways(node)
    lines = [
        f"{word(way.kind, language)}: {way.name}" for way in named if way.kind in _NAMED and way.name != "standard"
    ]
    said = " ".join(spoken.get(way.name, way.name) for way in named if way.kind == "prompt" and _is_main(way))
    lines += wrapped(said, _COLUMNS, _LINES)
    return Box(name=name, type_word=word(kind, language), kind=_kind(kind, node), lines=tuple(dict.fromkeys(lines)))


def _is_main(way: Way) -> bool:
    """Say whether a prompt is what the node is about, not what it says when something goes wrong."""
    return way.field in ("prompt", "parts", "otherwise", "account_prompt") and not way.name.startswith("router/")


def _kind(name: str, node: Node) -> Kind:
    if name in _KINDS:
        return _KINDS[name]
    if node.reaches_person:
        return Kind.PERSON
    return Kind.ASKS if node.listens else Kind.SERVICE


def _arrows(flow: Flow, language: Language) -> list[Arrow]:
    labels: dict[tuple[str, str], list[str]] = {}
    for name, node in flow.nodes.items():
        for way in ways_out(flow, node):
            label = _short(on_way(way.field, way.choice, language))
            known = labels.setdefault((name, way.name), [])
            if label and label not in known:
                known.append(label)
    return [
        Arrow(source=source, target=target, label="\n".join(_joined(found)))
        for (source, target), found in labels.items()
    ]


def _with_jumps(flow: Flow, arrows: list[Arrow]) -> list[Arrow]:
    """In a big flow let ways back, and all but the first way to a node that many lead to, be jumps."""
    if len(flow.nodes) <= _BIG:
        return arrows
    leading: dict[str, list[Arrow]] = {}
    into: dict[str, int] = {}
    for arrow in arrows:
        leading.setdefault(arrow.source, []).append(arrow)
        into[arrow.target] = into.get(arrow.target, 0) + 1
    depth = {flow.start: 0}
    first: set[tuple[str, str]] = set()
    left = [flow.start]
    for source in left:  # grows as nodes are found, nearest first
        for arrow in leading.get(source, []):
            if arrow.target not in depth:
                depth[arrow.target] = depth[source] + 1
                first.add((source, arrow.target))
                left.append(arrow.target)

    def jumps(arrow: Arrow) -> bool:
        back = depth.get(arrow.target, 0) <= depth.get(arrow.source, -1)
        return (arrow.source, arrow.target) not in first and (back or into[arrow.target] > _HUB)

    return [msgspec.structs.replace(arrow, jump=jumps(arrow)) for arrow in arrows]


def _joined(labels: list[str]) -> list[str]:
    """Put keys beside one another and longer words below."""
    keys = [label for label in labels if len(label) <= 3]
    return ([", ".join(keys)] if keys else []) + [label for label in labels if len(label) > 3]


def _short(text: str) -> str:
    return wrapped(text, _WAY_COLUMNS, 1)[0] if text else ""


def wrapped(text: str, columns: int, lines: int) -> list[str]:
    """Break a text into at most so many lines of so many columns; what is left out becomes an ellipsis."""
    found: list[str] = []
    rest = " ".join(text.split())
    while rest:
        end = _fits(rest, columns)
        if end < len(rest) and len(found) == lines - 1:
            return [*found, rest[: _fits(rest, columns - 1)].rstrip() + "…"]
        blank = rest.rfind(" ", 0, end + 1) if end < len(rest) else -1
        end = blank if blank > 0 else end
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return found


def _fits(text: str, columns: int) -> int:
    """Return how many letters of a text fit into so many columns, at least one."""
    width = 0
    for index, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > columns:
            return max(index, 1)
    return len(text)
