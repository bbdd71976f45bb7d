"""A hotline as far as it could be read: what the checks look at and what a site is compiled from."""

from collections.abc import Collection

import msgspec

from router.acd.standing import Customer
from router.core.services import TableSource
from router.flowfile.board_specs import BoardFile
from router.flowfile.diagnostics import Diagnostic, Place, did_you_mean
from router.flowfile.floor_specs import AgentSpec
from router.flowfile.hours_specs import HoursFile
from router.flowfile.message_specs import MessagesFile
from router.flowfile.prompts import Prompts
from router.flowfile.schema import Reference
from router.flowfile.service_specs import ServiceFiles
from router.flowfile.specs import AgentsFile, FlowFile, QueuesFile, SiteFile, TrunksFile
from router.flowfile.surge_specs import SurgeFile
from router.flowfile.tree import Mapping, Tree
from router.ivr.flow import Node


class DraftNode(msgspec.Struct):
    """A node as it stands in the file; ``node`` is None where something in it is wrong."""

    name: str
    place: Place
    tree: Tree
    node: Node | None = None


class DraftFlow(msgspec.Struct):
    """A flow; ``head`` is None where its own keys are wrong."""

    name: str
    place: Place
    head: FlowFile | None
    nodes: dict[str, DraftNode]

    @property
    def start(self) -> str:
        """The first node: as named, else the first of the file."""
        named = self.head.start if self.head else ""
        return named or next(iter(self.nodes), "")

    @property
    def person(self) -> str:
        """The node that leads to a person; "" where none is named."""
        return self.head.person if self.head else ""


class DraftAgent(msgspec.Struct, frozen=True):
    """One agent of a list or range."""

    number: str
    spec: AgentSpec


class Draft(msgspec.Struct):
    """All of a hotline that could be read. What could not is left out; its mistakes are in ``findings``.

    ``trees`` holds each file that is YAML at all, by its name in the folder.
    """

    folder: str
    version: str
    findings: list[Diagnostic]
    references: list[Reference]
    trees: dict[str, Mapping]
    prompts: Prompts
    music: tuple[str, ...] = ()
    """The classes of music the hotline brings."""
    ring_ms: int = 5_000
    site: SiteFile | None = None
    trunks: TrunksFile | None = None
    queues: QueuesFile | None = None
    agents: AgentsFile | None = None
    hours: HoursFile | None = None
    messages: MessagesFile | None = None
    board: BoardFile | None = None
    surges: SurgeFile | None = None
    roster: dict[str, DraftAgent] = {}
    services: ServiceFiles = msgspec.field(default_factory=ServiceFiles)
    tables: dict[str, TableSource] = {}
    customers: dict[str, Customer] = {}
    """The callers known by number."""
    flows: dict[str, DraftFlow] = {}
    agents_whole: bool = False
    """Whether agents.yaml could be read without a mistake, so that nobody is missing."""
    flows_whole: bool = True
    """Whether every file in flows/ could be read as YAML."""
    guesses: dict[tuple[str, int], str] = {}
    comparisons_left: int = 100_000

    def near(self, word: str, known: Collection[str]) -> str:
        """Return the known name nearest to a word, or ""; a big hotline full of mistakes gets no more guesses."""
        asked = (word, id(known))
        if asked not in self.guesses:
            self.comparisons_left -= len(known)
            self.guesses[asked] = did_you_mean(word, known) if word and self.comparisons_left >= 0 else ""
        return self.guesses[asked]

    def file(self, name: str) -> str:
        """Return a file of the folder as messages name it."""
        return name if self.folder == "." else f"{self.folder}/{name}"

    def place(self, file: str, *path: str) -> Place:
        """Return where a key stands in a file, or the nearest place above it that is there."""
        tree: Tree | None = self.trees.get(file)
        place = tree.place if tree is not None else Place(self.file(file))
        for name in path:
            if not isinstance(tree, Mapping):
                break
            found = tree.find(name)
            if found is None:
                break
            place, tree = found[0].place, found[1]
        return place

    def value_place(self, file: str, *path: str) -> Place:
        """Return where the value of a key stands, or the nearest place above it."""
        tree: Tree | None = self.trees.get(file)
        for name in path:
            inner = tree.get(name) if isinstance(tree, Mapping) else None
            if inner is None:
                return self.place(file, *path)
            tree = inner
        return tree.place if tree is not None else self.place(file)

    def names_in(self, file: str, *sections: str) -> frozenset[str] | None:
        """Return the keys of several sections of a file that need not be there; None where it could not be read."""
        if file not in self.trees:
            return None if any(finding.file == self.file(file) for finding in self.findings) else frozenset()
        return frozenset().union(*(self.names(file, section) or frozenset() for section in sections))

    def names(self, file: str, section: str) -> frozenset[str] | None:
        """Return the keys of a section as they are written, wrong ones too; None where it could not be read."""
        tree = self.trees.get(file)
        inner = tree.get(section) if tree is not None else None
        return frozenset(key.text for key, _ in inner.entries) if isinstance(inner, Mapping) else None
