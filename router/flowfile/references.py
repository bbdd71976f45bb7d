"""Checks that whatever is referred to is there: one rule for every kind of name."""

from collections.abc import Collection

from router.flowfile.diagnostics import diagnose, listed
from router.flowfile.draft import Draft
from router.flowfile.floor import BUILT_IN_CLASSES
from router.flowfile.prompts import ROUTER_PROMPTS
from router.flowfile.schema import Reference

_CODES = {
    "flow": "E302", "queue": "E303", "group": "E304", "prompt": "E305", "class": "E306", "skill": "E307",
    "phone": "E308", "did": "E309", "language": "E310",
}  # fmt: skip


def check_references(draft: Draft) -> None:
    """Report every reference to something that is not there. What could not be read counts as there."""
    known = _known(draft)
    shown = {kind: listed(sorted(names)) for kind, names in known.items() if names is not None}
    silent: set[str] = set()
    for reference in draft.references:
        if reference.kind == "node":
            _check_node(draft, reference)
            continue
        names = known[reference.kind]
        if names is None or reference.name in names:
            if reference.kind == "prompt":
                _check_spoken(draft, reference, silent)
            continue
        hint = _hint(draft.near(reference.name, names))
        particulars = {"name": reference.name, "known": shown[reference.kind]}
        draft.findings.append(diagnose(_CODES[reference.kind], reference.place, hint, **particulars))
    for name in ROUTER_PROMPTS:
        _check_spoken(draft, Reference("prompt", name, draft.value_place("site.yaml", "language")), silent)


def _known(draft: Draft) -> dict[str, Collection[str] | None]:
    agents = draft.agents
    phones = skills = None
    if agents is not None and draft.agents_whole:
        phones = {agent.spec.phone or agent.number for agent in draft.roster.values()} | set(agents.phones)
        skills = {skill for agent in draft.roster.values() for skill in agent.spec.skills}
    dids = draft.names("site.yaml", "dids")
    classes = frozenset(BUILT_IN_CLASSES) | (draft.names("site.yaml", "classes") or frozenset())
    return {
        "flow": draft.flows if draft.flows_whole else None,
        "queue": draft.names("queues.yaml", "queues"),
        "group": draft.names("agents.yaml", "groups"),
        "prompt": {name for language in draft.prompts.values() for name in language},
        "class": classes if "site.yaml" in draft.trees else None,
        "skill": skills,
        "phone": phones,
        "did": dids,
        "language": draft.prompts,
    }


def _check_node(draft: Draft, reference: Reference) -> None:
    flow = draft.flows[reference.flow]
    if reference.name and reference.name not in flow.nodes:
        hint = _hint(draft.near(reference.name, flow.nodes))
        particulars = {"flow": flow.name, "name": reference.name, "known": listed(flow.nodes)}
        draft.findings.append(diagnose("E301", reference.place, hint, **particulars))


def _hint(near: str) -> str:
    return f"did you mean '{near}'?" if near else ""


def _check_spoken(draft: Draft, reference: Reference, silent: set[str]) -> None:
    """Report a prompt the site's language lacks, once."""
    language = draft.site.language if draft.site is not None else None
    if language is None or language not in draft.prompts or reference.name in draft.prompts[language]:
        return
    if reference.name not in silent:
        silent.add(reference.name)
        draft.findings.append(diagnose("E406", reference.place, name=reference.name, language=language))
