"""Rules of the house and the trade that no type can say: rings, staffing, duplicates, emergency numbers."""

import ipaddress
from collections.abc import Callable

from router.flowfile.callback_rules import CALLBACK_RULES
from router.flowfile.diagnostics import diagnose
from router.flowfile.draft import Draft
from router.flowfile.floor_rules import FLOOR_RULES
from router.flowfile.messages import MESSAGE_RULES
from router.flowfile.overflow import OVERFLOW_RULES
from router.flowfile.service_rules import SERVICE_RULES
from router.flowfile.surge import SURGE_RULES

MAX_LINE_RINGS = 4

Rule = Callable[[Draft], None]


def check_rules(draft: Draft) -> None:
    """Apply every rule; each reports into ``draft.findings``."""
    for rule in RULES:
        rule(draft)


def _line_rings(draft: Draft) -> None:
    if draft.site is None:
        return
    rings = draft.site.line_rings
    if rings > MAX_LINE_RINGS:
        draft.findings.append(diagnose("E402", draft.value_place("site.yaml", "line_rings"), value=f"{rings:g}"))
    limit = min(rings, MAX_LINE_RINGS)
    if draft.site.answer_after > limit * draft.ring_ms:
        place = draft.value_place("site.yaml", "answer_after")
        draft.findings.append(diagnose("E403", place, limit=f"{limit:g} rings"))


def _dids(draft: Draft) -> None:
    if draft.site is None:
        return
    first: dict[str, int] = {}
    for name, did in draft.site.dids.items():
        place = draft.place("site.yaml", "dids", name)
        number = as_dialled(name)
        if number in first:
            draft.findings.append(diagnose("E312", place, name=number, first=first[number]))
        first.setdefault(number, place.line)
        if did.emergency and not did.duty_phones:
            draft.findings.append(diagnose("E407", place, name=number))


def _codes(draft: Draft) -> None:
    if draft.site is None:
        return
    codes = draft.site.codes
    written = draft.names("site.yaml", "codes") or frozenset()
    seen: dict[str, str] = {}
    for action in codes.__struct_fields__:
        code = getattr(codes, action)
        if code in seen:
            culprit = action if action in written else seen[code]
            draft.findings.append(diagnose("E314", draft.value_place("site.yaml", "codes", culprit), name=code))
        seen[code] = action


def _ways_in(draft: Draft) -> None:
    for name, trunk in (draft.trunks.trunks if draft.trunks else {}).items():
        if not trunk.peers and not (trunk.register and trunk.host):
            draft.findings.append(diagnose("E408", draft.place("trunks.yaml", "trunks", name), name=name))
        for peer in trunk.peers:
            try:
                ipaddress.ip_network(peer, strict=False)
            except ValueError:
                place = draft.value_place("trunks.yaml", "trunks", name, "peers")
                hint = "write an address or a network such as 203.0.113.0/24"
                particulars = {"key": "peers", "value": peer, "reason": "it is no IP address or network"}
                draft.findings.append(diagnose("E205", place, hint, **particulars))


def as_dialled(did: str) -> str:
    """Return a number without the spaces and dashes people write into it."""
    return did.replace(" ", "").replace("-", "")


RULES: tuple[Rule, ...] = (
    _line_rings,
    _dids,
    _codes,
    _ways_in,
    *FLOOR_RULES,
    *CALLBACK_RULES,
    *SERVICE_RULES,
    *MESSAGE_RULES,
    *OVERFLOW_RULES,
    *SURGE_RULES,
)
"""Every rule; a new one is a function here and its code in ``diagnostics.CODES``."""
