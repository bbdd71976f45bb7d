"""Pure: the complaints nobody has resolved yet, told from records, as a table of the hand-over."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from router.core.ids import Ms
from router.reports.content import Table, text_entry
from router.reports.handover_parts import When, due_entry, masked, table_of
from router.reports.words import Say

LOOK_BACK_DAYS = 180
"""How far back open complaints are looked for: some take months."""
COMPLAINTS = frozenset({"ComplaintOpened", "ComplaintMoved"})
"""Records they are told from."""

Fields = Mapping[str, Any]


class OpenComplaint(msgspec.Struct, kw_only=True):
    """A complaint that is not resolved. ``answer_due_ms`` is 0 once its caller has been answered."""

    since_ms: Ms
    kind: str
    call_class: str = ""
    number: str = ""
    agent: str = ""
    answer_due_ms: Ms = 0
    resolve_due_ms: Ms = 0

    @property
    def due_ms(self) -> Ms:
        """When the next of its two clocks runs out."""
        return min(self.answer_due_ms or self.resolve_due_ms, self.resolve_due_ms)


def fold(rows: Iterable[Fields]) -> dict[str, OpenComplaint]:
    """Fold records (as plain fields, in order; others are passed over) into the complaints that are open."""
    found: dict[str, OpenComplaint] = {}
    for row in rows:
        if row["type"] == "ComplaintOpened":
            found[row["complaint"]] = OpenComplaint(
                since_ms=row["at_ms"],
                kind=row["kind"],
                call_class=row["call_class"],
                number=row["number"],
                agent=row["agent"],
                answer_due_ms=row["answer_due_ms"],
                resolve_due_ms=row["resolve_due_ms"],
            )
        elif row["type"] == "ComplaintMoved" and row["step"] == "resolved":
            found.pop(row["complaint"], None)
        elif row["type"] == "ComplaintMoved" and (complaint := found.get(row["complaint"])) is not None:
            complaint.answer_due_ms = 0
    return found


def table(found: Mapping[str, OpenComplaint], now: Ms, say: Say, when: When) -> Table:
    """Lay them out, the most urgent first."""
    rows = []
    for name, one in sorted(found.items(), key=lambda pair: (pair[1].due_ms, pair[0])):
        kind = f"{one.kind}, {one.call_class}" if one.call_class else one.kind
        words = (when(one.since_ms), name.rpartition(".")[2], kind, masked(one.number), one.agent)
        answer = due_entry(one.answer_due_ms, now, say, when, otherwise=say("handover.answered"))
        rows.append((*map(text_entry, words), answer, due_entry(one.resolve_due_ms, now, say, when)))
    heads = ("time", "complaint", "kind", "number", "agent", "answer_due", "resolve_due")
    return table_of("complaints", say, heads, rows)
