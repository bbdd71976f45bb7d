"""Pure: a compiled flow and what a node type is. Node types live one per file under ``nodes/``."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from router.ivr.walk import Walk


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all node types: its fields are the YAML keys, its methods the behaviour.

    A node does nothing by itself: it orders effects through the :class:`router.ivr.walk.Walk` it is given, and ends by
    going to another node, enqueueing or hanging up. What it must remember between two calls is in ``walk.memory``.
    """

    def enter(self, walk: "Walk") -> None:
        """The caller comes to this node."""
        raise NotImplementedError

    def key(self, walk: "Walk", key: str) -> None:
        """The caller pressed a key. Ignored unless a node type cares."""

    def played(self, walk: "Walk") -> None:
        """What the node ordered to be played has been played to its end (or could not be played)."""

    def timer(self, walk: "Walk", name: str) -> None:
        """A timer of this node fired. Timers of a node end when the caller leaves it."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A named graph of nodes, entered at ``start``. ``nodes`` keep the order of the file."""

    name: str
    start: str
    nodes: dict[str, Node]


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the IVR of a site needs.

    ``prompts`` gives, per language, each prompt's ARI media URIs; ``fallbacks`` the languages to try after one.
    """

    language: str
    flows: dict[str, Flow]
    prompts: dict[str, dict[str, tuple[str, ...]]]
    fallbacks: dict[str, tuple[str, ...]] = {}

    def media(self, name: str, language: str) -> tuple[str, ...]:
        """Return the media of a prompt in a language or the first fallback that has it; () where none has."""
        for candidate in (language, *self.fallbacks.get(language, ()), self.language):
            found = self.prompts.get(candidate, {}).get(name)
            if found is not None:
                return found
        return ()
