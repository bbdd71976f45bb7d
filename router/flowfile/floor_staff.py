"""Who there is, for the rules of the floor: agents counted by what they are and can, and where things stand in YAML."""

from collections import Counter
from collections.abc import Collection, Iterator

from router.acd.spec import Need, meets
from router.flowfile.diagnostics import Place
from router.flowfile.draft import Draft, DraftNode
from router.flowfile.floor_need import ALL_OF, ANY_OF
from router.flowfile.floor_specs import AgentSpec
from router.flowfile.tree import Mapping, Scalar, Sequence, Tree
from router.ivr.nodes.enqueue import Enqueue

QUEUES, AGENTS, SITE = "queues.yaml", "agents.yaml", "site.yaml"


class Staff:
    """The agents of a draft. Those of a range are alike and looked at once."""

    def __init__(self, draft: Draft) -> None:
        counts: Counter[int] = Counter()
        specs: dict[int, AgentSpec] = {}
        for agent in draft.roster.values():
            counts[id(agent.spec)] += 1
            specs[id(agent.spec)] = agent.spec
        self.kinds = [(spec, counts[key]) for key, spec in specs.items()]
        """Agents who are alike, and how many of them there are."""
        self.highest: dict[str, int] = {}
        """The highest level anybody has, by skill."""
        for spec, _ in self.kinds:
            for skill, level in spec.skills.items():
                self.highest[skill] = max(level, self.highest.get(skill, 0))

    def count(self, groups: Collection[str]) -> int:
        """Return how many agents are in one of these groups."""
        return sum(count for spec, count in self.kinds if not set(groups).isdisjoint(spec.groups))

    def anybody(self, groups: Collection[str], need: Need) -> bool:
        """Say whether somebody of these groups meets a need."""
        return any(meets(spec.skills, need) for spec, _ in self.kinds if not set(groups).isdisjoint(spec.groups))

    def reaches(self, need: Need) -> bool:
        """Say whether each skill of a need is reached by somebody; else that has been said where it stands."""
        return all(self.highest.get(skill, 0) >= level for skills in need for skill, level in skills)


def staff_of(draft: Draft) -> Staff | None:
    """Return the agents; None where some of them could not be read, so that nothing can be said of them."""
    return Staff(draft) if draft.agents_whole else None


def skills_of(need: Need) -> set[str]:
    """Return the skills a need asks for."""
    return {skill for skills in need for skill, _ in skills}


def enqueues(draft: Draft) -> Iterator[tuple[str, DraftNode, Enqueue]]:
    """Yield the file, the draft and the node of every way into a queue."""
    for flow in draft.flows.values():
        for node in flow.nodes.values():
            if isinstance(node.node, Enqueue):
                yield f"flows/{flow.name}.yaml", node, node.node


def skills_in(tree: Tree | None) -> Iterator[tuple[str, int, Place]]:
    """Yield the skills of a need as it is written, with their levels and where these stand."""
    match tree:
        case Mapping(entries=entries):
            for key, value in entries:
                if key.text in (ANY_OF, ALL_OF):
                    yield from skills_in(value)
                elif isinstance(value, Scalar) and value.text.isdecimal():
                    yield key.text, int(value.text), value.place
        case Sequence(parts=parts):
            for part in parts:
                yield from skills_in(part)
        case _:
            pass


def written(draft: Draft, file: str, *path: str) -> Tree | None:
    """Return what stands under a key; numbers in the path count the entries of lists from 1."""
    tree: Tree | None = draft.trees.get(file)
    for name in path:
        if isinstance(tree, Sequence):
            tree = tree.parts[int(name) - 1]
        else:
            tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def place_of(draft: Draft, file: str, *path: str) -> Place:
    """Return where a value stands, or the nearest one above it that is there."""
    for length in range(len(path), 0, -1):
        tree = written(draft, file, *path[:length])
        if tree is not None:
            return tree.place
    return draft.place(file)
