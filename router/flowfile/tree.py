"""What a YAML file holds: scalars as they are written, lists and maps, each with its place. No types yet."""

import msgspec

from router.flowfile.diagnostics import Place


class Scalar(msgspec.Struct, frozen=True):
    """A text. ``plain`` is true where it stands without quotes; an empty plain one is YAML's null."""

    text: str
    plain: bool
    place: Place

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return self.plain and self.text in ("", "~", "null")


class Sequence(msgspec.Struct):
    """A list."""

    parts: list["Tree"]
    place: Place


class Mapping(msgspec.Struct):
    """A map; keys are texts and differ from one another. The order is the file's.

    ``dropped`` are the values of keys that were there before: reported, and used for nothing else. ``index`` says
    where in ``entries`` a key is.
    """

    entries: list[tuple[Scalar, "Tree"]]
    place: Place
    dropped: list["Tree"] = []
    index: dict[str, int] = {}

    def add(self, key: Scalar, value: "Tree") -> Scalar | None:
        """Enter a value, unless the key is there already: then return that one."""
        if key.text in self.index:
            self.dropped.append(value)
            return self.entries[self.index[key.text]][0]
        self.index[key.text] = len(self.entries)
        self.entries.append((key, value))
        return None

    def find(self, key: str) -> "tuple[Scalar, Tree] | None":
        """Return a key as it is written and what stands under it, or None."""
        at = self.index.get(key)
        return None if at is None else self.entries[at]

    def get(self, key: str) -> "Tree | None":
        """Return what stands under a key, or None."""
        at = self.index.get(key)
        return None if at is None else self.entries[at][1]


Tree = Scalar | Sequence | Mapping


def kind_of(tree: Tree) -> str:
    """Say in words what a tree is, for messages."""
    match tree:
        case Mapping():
            return "a map"
        case Sequence():
            return "a list"
        case Scalar() if tree.empty:
            return "empty"
        case Scalar():
            return f"'{tree.text}'"


def scalars(tree: Tree) -> list[Scalar]:
    """Return every value in a tree that is a text, dropped ones too, keys not included."""
    found: list[Scalar] = []
    left: list[Tree] = [tree]
    while left:
        match left.pop():
            case Mapping(entries=entries, dropped=dropped):
                left.extend(value for _, value in entries)
                left.extend(dropped)
            case Sequence(parts=parts):
                left.extend(parts)
            case Scalar() as scalar:
                found.append(scalar)
    return found
