"""Rules about what is outside: sources and services asked with all they need, secrets apart, people who can be rung."""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from router.core.ids import PhoneName
from router.core.lines import OutsideLine
from router.core.services import (
    HttpSource,
    Mail,
    RedisSource,
    Service,
    Source,
    TableSource,
    Webhook,
    places,
    secret_places,
)
from router.flowfile.diagnostics import Place, diagnose, did_you_mean, listed
from router.flowfile.draft import Draft, DraftNode
from router.flowfile.services import (
    DAY_NAMES,
    MAX_EXTENSIONS,
    numbers_in,
    outside_line,
    party,
    services,
    sources,
    weekdays,
)
from router.flowfile.tree import Mapping as TreeMapping
from router.flowfile.tree import Scalar, Tree, scalars
from router.ivr.nodes.authenticate import Authenticate
from router.ivr.nodes.hangup import Hangup
from router.ivr.nodes.lookup import Lookup
from router.ivr.nodes.notify import Notify
from router.ivr.nodes.page import Page
from router.ivr.nodes.transfer import Transfer
from router.ivr.taking import TakingMessage

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
_SECRET_IN_URL = re.compile(r"[?&]([^=&]*(?:token|key|secret|password|passwd|pwd|sign|signature))=[^{&]", re.IGNORECASE)
_BRACE = re.compile(r"\{(secret:)?[^{}\s][^{}]{0,79}\}")
_MESSAGE_FIELDS = ("box", "recording", "length_s", "caller", "did", "call")
"""What the notice of a message holds without being told."""
_WEEK = 7 * 1440


def _once(draft: Draft) -> None:
    """Each name of a source or service once, whatever its kind; each extension once."""
    for file, kinds in (("lookups.yaml", ("http", "redis", "tables")), ("notices.yaml", ("webhook", "sms", "mail"))):
        first: dict[str, str] = {}
        for kind in kinds:
            for name in draft.names(file, kind) or ():
                if name in first:
                    draft.findings.append(
                        diagnose("E427", draft.place(file, kind, name), name=name, first=f"{first[name]}: {name}")
                    )
                first.setdefault(name, kind)
    seen: dict[str, int] = {}
    for written in draft.services.extensions.extensions if draft.services.extensions else ():
        place = draft.place("extensions.yaml", "extensions", written)
        start, _, end = written.partition("-")
        if end and not (len(start) == len(end) and 0 <= int(end) - int(start) < MAX_EXTENSIONS):
            reason = "a range goes up, 301-340, both as long"
            draft.findings.append(diagnose("E205", place, key="extensions", value=written, reason=reason))
            continue
        for number in numbers_in(written):
            if number in seen:
                draft.findings.append(diagnose("E431", place, name=number, first=seen[number]))
                break
            seen[number] = place.line


def _extension_phones(draft: Draft) -> None:
    phones = _phones(draft)
    if phones is None or draft.services.extensions is None:
        return
    for written, spec in draft.services.extensions.extensions.items():
        place = draft.place("extensions.yaml", "extensions", written)
        missing = next((n for n in numbers_in(written) if not spec.phone and n not in phones), None)
        if missing is not None:
            draft.findings.append(diagnose("E435", place, name=missing))


def _outside(draft: Draft) -> None:
    if draft.trunks is None:
        return
    spec = draft.trunks.outside
    if spec.allow and not spec.trunk:
        draft.findings.append(diagnose("E432", draft.place("trunks.yaml", "outside")))
    if spec.trunk and not spec.allow:
        draft.findings.append(diagnose("W422", draft.place("trunks.yaml", "outside")))


def _duty(draft: Draft) -> None:
    phones, line = _phones(draft), _line(draft)
    for name, shifts in (draft.services.duty.tables if draft.services.duty else {}).items():
        place = draft.value_place("duty.yaml", "tables", name)
        for text in [text for shift in shifts for text in shift.ring]:
            whom = party(text, {PhoneName(phone): None for phone in phones or ()})
            if phones is None or whom.kind == "phone" or (line is not None and line.may_ring(whom.number)):
                continue
            draft.findings.append(diagnose("E430", _at(draft, name, text) or place, name=text, table=name))
        on_call = bytearray(_WEEK)
        for shift in shifts:
            ends = shift.until if shift.until > shift.begins else shift.until + 1440
            for day in weekdays(shift):
                for minute in range(day * 1440 + shift.begins, day * 1440 + ends):
                    on_call[minute % _WEEK] = 1
        gap = on_call.find(0)
        if gap >= 0 and shifts:
            end = on_call.find(1, gap)
            draft.findings.append(
                diagnose(
                    "W421",
                    draft.place("duty.yaml", "tables", name),
                    name=name,
                    day=DAY_NAMES[gap // 1440],
                    begins=_clock(gap),
                    ends=_clock(max(end, 0)),
                )
            )


def _asked_whole(draft: Draft) -> None:
    """Each source and service is asked with every field it needs, and gives what is wanted of it."""
    known_sources = sources(draft.services.lookups, draft.tables)
    known_services = services(draft.services.notices)
    for node in _nodes(draft):
        match node.node:
            case Lookup(source=name, fields=fields, save=save) if name in known_sources:
                _fields_given(draft, node, name, fields, _needed(known_sources[name]))
                _values_there(draft, node, name, save, _given(known_sources[name]))
            case Authenticate(source=name, save=save) if name in known_sources:
                source = known_sources[name]
                if isinstance(source, HttpSource):
                    given = {"account": "", "password": ""}
                    _fields_given(draft, node, name, given, _needed(source))
                    _values_there(draft, node, name, save, _given(source))
                else:
                    draft.findings.append(diagnose("E428", _key_place(node, "source"), name=name))
            case Notify(service=name, fields=fields) if name in known_services:
                _fields_given(draft, node, name, fields, _needed_by_service(known_services[name]))
            case TakingMessage(service=name, fields=fields) if name in known_services:
                given = {**dict.fromkeys(_MESSAGE_FIELDS, ""), **fields}
                _fields_given(draft, node, name, given, _needed_by_service(known_services[name]))
            case _:
                pass


def _one_target(draft: Draft) -> None:
    """A transfer names one target, and a number outside that may be rung."""
    line = _line(draft)
    for node in _nodes(draft):
        if not isinstance(node.node, Transfer):
            continue
        found = [key for key in Transfer.one_of if getattr(node.node, key)]
        if len(found) != 1:
            particulars = {"type": "transfer", "keys": ", ".join(Transfer.one_of), "found": ", ".join(found) or "none"}
            draft.findings.append(diagnose("E420", node.place, **particulars))
        number = node.node.number.replace(" ", "").replace("-", "")
        if number and "{" not in number and draft.trunks is not None and not (line and line.may_ring(number)):
            draft.findings.append(diagnose("E433", _key_place(node, "number"), name=number))


def _accepting(draft: Draft) -> None:
    """Whoever is rung by a page can accept."""
    for node in _nodes(draft):
        flow = draft.flows.get(node.node.flow) if isinstance(node.node, Page) else None
        if flow is None:
            continue
        inside = [found.node for found in flow.nodes.values()]
        elsewhere = any(found is None or getattr(found, "flow", "") for found in inside)
        if not elsewhere and not any(isinstance(found, Hangup) and found.result == "accepted" for found in inside):
            draft.findings.append(diagnose("E436", _key_place(node, "flow"), name=flow.name))


def _places(draft: Draft) -> None:
    """Every brace is part of a place to fill, and secrets stand only where they are sent."""
    for file in ("lookups.yaml", "notices.yaml"):
        tree = draft.trees.get(file)
        for scalar in scalars(tree) if tree is not None else ():
            _braces(draft, scalar)
    for node in _nodes(draft):
        for text in _filled_texts(node.node):
            for scalar in scalars(node.tree):
                if scalar.text == text:
                    _braces(draft, scalar)
                    for name in secret_places(text):
                        draft.findings.append(diagnose("E422", scalar.place, name=name))


def _in_clear(draft: Draft) -> None:
    """Headers and addresses that hold what looks like a secret."""
    for file, sections in (("lookups.yaml", ("http",)), ("notices.yaml", ("webhook", "sms"))):
        tree = draft.trees.get(file)
        for section in sections:
            named = tree.get(section) if tree is not None else None
            for _, spec in named.entries if isinstance(named, TreeMapping) else ():
                if not isinstance(spec, TreeMapping):
                    continue
                headers, url = spec.get("headers"), spec.get("url")
                for key, value in headers.entries if isinstance(headers, TreeMapping) else ():
                    shown = isinstance(value, Scalar) and not _BRACE.search(value.text) and not value.empty
                    if key.text.lower() in _SECRET_HEADERS and shown:
                        hint = 'write "{secret:name}" and set HOTLINE_SECRET_NAME where the router runs'
                        draft.findings.append(diagnose("E501", key.place, hint, key=key.text))
                if isinstance(url, Scalar) and (found := _SECRET_IN_URL.search(url.text)):
                    hint = f"write {found[1]}={{secret:name}} and set HOTLINE_SECRET_NAME where the router runs"
                    draft.findings.append(diagnose("E501", url.place, hint, key=found[1]))


SERVICE_RULES: tuple[Callable[[Draft], None], ...] = (
    _once,
    _extension_phones,
    _outside,
    _duty,
    _asked_whole,
    _one_target,
    _accepting,
    _places,
    _in_clear,
)
"""Every rule about what is outside."""


# --- inside -----------------------------------------------------------------------------------------------------


def _phones(draft: Draft) -> frozenset[str] | None:
    """Return the phones there are; None where agents.yaml could not be read whole."""
    if draft.agents is None or not draft.agents_whole:
        return None
    return frozenset(agent.spec.phone or agent.number for agent in draft.roster.values()) | set(draft.agents.phones)


def _line(draft: Draft) -> OutsideLine | None:
    return outside_line(draft.trunks.outside) if draft.trunks is not None else None


def _nodes(draft: Draft) -> Iterator[DraftNode]:
    for flow in draft.flows.values():
        yield from (node for node in flow.nodes.values() if node.node is not None)


def _key_place(node: DraftNode, key: str) -> Place:
    value = node.tree.get(key) if isinstance(node.tree, TreeMapping) else None
    return value.place if value is not None else node.place


def _needed(source: Source) -> tuple[str, ...]:
    match source:
        case HttpSource(url=url, headers=headers, body=body):
            return tuple(p for text in (url, *(t for _, t in (*headers, *body))) for p in places(text))
        case RedisSource(key=key):
            return places(key)
        case TableSource(keys=keys):
            return keys


def _given(source: Source) -> tuple[str, ...] | None:
    """Return the fields a source answers with; None where that is not known beforehand."""
    match source:
        case HttpSource(values=values):
            return tuple(name for name, _ in values)
        case RedisSource(values=values):
            return tuple(name for name, _ in values) or None
        case TableSource(columns=columns):
            return columns


def _needed_by_service(service: Service) -> tuple[str, ...]:
    match service:
        case Webhook(url=url, headers=headers, body=body):
            return tuple(p for text in (url, *(t for _, t in (*headers, *body))) for p in places(text))
        case Mail(subject=subject, text=text):
            return (*places(subject), *places(text))


def _fields_given(draft: Draft, node: DraftNode, name: str, given: Mapping[str, str], needed: tuple[str, ...]) -> None:
    for field in dict.fromkeys(needed):
        if field not in given:
            draft.findings.append(diagnose("E429", _key_place(node, "fields"), name=name, field=field))


def _values_there(
    draft: Draft, node: DraftNode, name: str, save: Mapping[str, str], given: tuple[str, ...] | None
) -> None:
    for field in save.values():
        if given is not None and field not in given:
            near = did_you_mean(field, given)
            hint = f"did you mean '{near}'?" if near else ""
            particulars = {"name": name, "field": field, "known": listed(given)}
            draft.findings.append(diagnose("E434", _key_place(node, "save"), hint, **particulars))


def _filled_texts(node: object) -> Iterator[str]:
    """Give the texts of a node in which places are filled: those of its fields marked so."""
    if node is None:
        return
    for info in msgspec.structs.fields(node):  # type: ignore[arg-type]
        if "fills" not in repr(info.type):
            continue
        value = getattr(node, info.name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for text in value.values() if isinstance(text, str))


def _braces(draft: Draft, scalar: Scalar) -> None:
    rest = _BRACE.sub("", scalar.text)
    if "{" in rest or "}" in rest:
        draft.findings.append(diagnose("E421", scalar.place, text=scalar.text))


def _at(draft: Draft, table: str, text: str) -> Place | None:
    tree: Tree | None = draft.trees.get("duty.yaml")
    for name in ("tables", table):
        tree = tree.get(name) if isinstance(tree, TreeMapping) else None
    return next((s.place for s in scalars(tree) if s.text == text), None) if tree is not None else None


def _clock(minute: int) -> str:
    return f"{minute % 1440 // 60:02}:{minute % 60:02}"
