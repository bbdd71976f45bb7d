"""Checks that whatever is referred to is there: one rule for every kind of name."""

from collections.abc import Collection

from router.flowfile.diagnostics import Place, diagnose, listed
from router.flowfile.draft import Draft
from router.flowfile.floor import BUILT_IN_CLASSES
from router.flowfile.prompts import ROUTER_PROMPTS, WAIT_PROMPTS
from router.flowfile.schema import Reference
from router.flowfile.services import numbers_in
from router.ivr.nodes.collect import Collect
from router.ivr.nodes.say import Say
from router.ivr.speech import grammar_for, prompts_of

_CODES = {
    "flow": "E302", "queue": "E303", "group": "E304", "prompt": "E305", "class": "E306", "skill": "E307",
    "phone": "E308", "did": "E309", "language": "E310", "outbound_flow": "E302", "source": "E320",
    "service": "E321", "extension": "E322", "duty": "E323", "trunk": "E324", "hours": "E333",
}  # fmt: skip
_CHECKED_ELSEWHERE = ("expression", "sets", "parameter")  # in ``variables``


def check_references(draft: Draft) -> None:
    """Report every reference to something that is not there. What could not be read counts as there."""
    known = _known(draft)
    shown = {kind: listed(sorted(names)) for kind, names in known.items() if names is not None}
    silent: set[tuple[str, str]] = set()
    named = languages(draft)
    for reference in draft.references:
        if reference.kind == "node":
            _check_node(draft, reference)
            continue
        if reference.kind in _CHECKED_ELSEWHERE:
            continue
        names = known[reference.kind]
        if names is None or reference.name in names:
            if reference.kind == "prompt":
                _check_spoken(draft, reference, named, silent)
            continue
        hint = _hint(draft.near(reference.name, names))
        particulars = {"name": reference.name, "known": shown[reference.kind]}
        draft.findings.append(diagnose(_CODES[reference.kind], reference.place, hint, **particulars))
    _check_words(draft, named)
    own = {language: named[language] for language in named if draft.site and language == draft.site.language}
    for name in ROUTER_PROMPTS:
        _check_spoken(draft, Reference("prompt", name, draft.value_place("site.yaml", "language")), own, silent)
    place = _told_waits(draft)
    for name in WAIT_PROMPTS if place is not None else ():
        assert place is not None
        _check_spoken(draft, Reference("prompt", name, place), named, silent)


def languages(draft: Draft) -> dict[str, tuple[str, ...]]:
    """Return the languages callers may hear and, for each, those heard where it has no words."""
    if draft.site is None:
        return {}
    written = {draft.site.language: (), **draft.site.languages}
    used = (reference.name for reference in draft.references if reference.kind == "language")
    named = dict.fromkeys([*written, *used], ())
    return {
        language: (*written.get(language, ()), language.partition("-")[0])
        for language in named
        if language in draft.prompts
    }


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
        "outbound_flow": draft.flows if draft.flows_whole else None,
        "source": draft.names_in("lookups.yaml", "http", "redis", "tables"),
        "service": draft.names_in("notices.yaml", "webhook", "sms", "mail"),
        "extension": _extensions(draft),
        "duty": draft.names_in("duty.yaml", "tables"),
        "hours": draft.names("hours.yaml", "hours") if "hours.yaml" in draft.trees else frozenset(),
        "trunk": draft.names("trunks.yaml", "trunks"),
    }


def _extensions(draft: Draft) -> Collection[str] | None:
    written = draft.names_in("extensions.yaml", "extensions")
    return None if written is None else {number for name in written for number in numbers_in(name)}


def _check_node(draft: Draft, reference: Reference) -> None:
    flow = draft.flows[reference.flow]
    if reference.name and reference.name not in flow.nodes:
        hint = _hint(draft.near(reference.name, flow.nodes))
        particulars = {"flow": flow.name, "name": reference.name, "known": listed(flow.nodes)}
        draft.findings.append(diagnose("E301", reference.place, hint, **particulars))


def _hint(near: str) -> str:
    return f"did you mean '{near}'?" if near else ""


def _check_spoken(
    draft: Draft, reference: Reference, named: dict[str, tuple[str, ...]], silent: set[tuple[str, str]]
) -> None:
    """Report a prompt that a language callers hear lacks, once."""
    for language, instead in named.items():
        if any(reference.name in draft.prompts.get(other, ()) for other in (language, *instead)):
            continue
        if (reference.name, language) not in silent:
            silent.add((reference.name, language))
            draft.findings.append(diagnose("E406", reference.place, name=reference.name, language=language))


def _told_waits(draft: Draft) -> Place | None:
    """Return where the first queue stands that tells callers their place or their wait; None where none does."""
    for name, queue in draft.queues.queues.items() if draft.queues is not None else ():
        if queue.announcements is not None and {"position", "estimate"} & set(queue.announcements.say):
            return draft.place("queues.yaml", "queues", name)
    return None


def _check_words(draft: Draft, named: dict[str, tuple[str, ...]]) -> None:
    """Report languages whose callers hear values in another one's words, and words that are missing."""
    speaking = next(
        (
            node.place
            for flow in draft.flows.values()
            for node in flow.nodes.values()
            if isinstance(node.node, Say) or (isinstance(node.node, Collect) and node.node.read_back)
        ),
        None,
    )
    speaking = speaking or _told_waits(draft)
    if speaking is None:
        return
    for language, instead in named.items():
        grammar = grammar_for(language, (*instead, draft.site.language if draft.site else ""))
        if grammar not in (language, *instead):
            draft.findings.append(diagnose("W332", speaking, name=language, grammar=grammar))
            continue
        heard = (language, *instead) if language.partition("-")[0] == grammar else (grammar,)
        missing = [
            name for name in prompts_of(grammar) if not any(name in draft.prompts.get(other, ()) for other in heard)
        ]
        if missing:
            draft.findings.append(diagnose("E406", speaking, name=missing[0], language=heard[0]))
