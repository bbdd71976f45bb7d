"""Pure: a compiled flow and what a node type is. Node types live one per file under ``nodes/``."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, ClassVar

import msgspec

from router.core.calendar import Calendar
from router.ivr.orders import Reply

if TYPE_CHECKING:
    from router.ivr.walk import Walk


Value = int | str
"""What a variable holds."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all node types: its fields are the YAML keys, its methods the behaviour.

    A node does nothing by itself: it orders effects through the :class:`router.ivr.walk.Walk` it is given, and ends by
    going to another node, enqueueing or hanging up. What it must remember between two calls is in ``walk.memory``.
    """

    reaches_person: ClassVar[bool] = False
    """Whether the caller is with the people of a queue from here on."""
    listens: ClassVar[bool] = False
    """Whether the node waits for keys."""
    goes_on: ClassVar[bool] = False
    """Whether callers leave the node by its targets only: no call ends here, nobody is connected."""

    def enter(self, walk: "Walk") -> None:
        """The caller comes to this node."""
        raise NotImplementedError

    def key(self, walk: "Walk", key: str) -> None:
        """The caller pressed a key. Ignored unless a node type cares."""

    def played(self, walk: "Walk") -> None:
        """What the node ordered to be played has been played to its end (or could not be played)."""

    def timer(self, walk: "Walk", name: str) -> None:
        """A timer of this node fired. Timers of a node end when the caller leaves it."""

    def replied(self, walk: "Walk", reply: Reply) -> None:
        """What the node asked for by ``walk.ask`` has been answered."""

    def returned(self, walk: "Walk", result: str, variables: Mapping[str, Value], secrets: Collection[str]) -> None:
        """The flow that the node called by ``walk.call`` has come back, with its variables and which are secret."""

    def takes(self, walk: "Walk", key: str) -> bool:
        """Say whether the node has a use of its own for the site's person key now; else it leads to the person."""
        return False


def node_type(node: Node | type[Node]) -> str:
    """Return the type of a node as YAML names it: the name of the file its class stands in."""
    cls = node if isinstance(node, type) else type(node)
    return cls.__module__.rpartition(".")[2]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A named graph of nodes, entered at ``start``. ``nodes`` keep the order of the file.

    ``person`` is the node the site's person key leads to from everywhere; "" where the flow has none.
    """

    name: str
    start: str
    nodes: dict[str, Node]
    person: str = ""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the IVR of a site needs.

    ``prompts`` gives, per language, each prompt's ARI media URIs; ``fallbacks`` the languages to try after one.
    ``person_key`` is the key that leads to a person from everywhere; "" where the site has none. ``hours`` are the
    calendars by name.
    """

    language: str
    flows: dict[str, Flow]
    prompts: dict[str, dict[str, tuple[str, ...]]]
    fallbacks: dict[str, tuple[str, ...]] = {}
    person_key: str = "0"
    hours: dict[str, Calendar] = {}

    def media(self, name: str, language: str) -> tuple[str, ...]:
        """Return the media of a prompt in a language or the first fallback that has it; () where none has.

        After a dialect's own fallbacks comes the language it is one of (``zh`` for ``zh-yue``), then the site's.
        """
        own = language.partition("-")[0]
        for candidate in (language, *self.fallbacks.get(language, ()), own, self.language):
            found = self.prompts.get(candidate, {}).get(name)
            if found is not None:
                return found
        return ()
