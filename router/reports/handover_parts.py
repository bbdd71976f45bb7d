"""Pure: what the tables of a hand-over are made with: headings, numbers half hidden, moments something is due."""

from collections.abc import Callable, Iterable

from router.core.ids import Ms
from router.kpi.terms import Unit
from router.reports.content import Entry, Heading, Table, text_entry
from router.reports.words import Say

When = Callable[[Ms], str]
"""Writes a moment on the site's clock."""


def table_of(name: str, say: Say, heads: tuple[str, ...], rows: Iterable[tuple[Entry, ...]]) -> Table:
    """Return a table, its title and headings by their words."""
    return Table(
        name=name,
        title=say(f"handover.{name}"),
        headings=tuple(
            Heading(title=say(f"handover.{head}"), unit=Unit.COUNT if head == "count" else None) for head in heads
        ),
        rows=tuple(rows),
        empty=say("handover.none"),
    )


def due_entry(at_ms: Ms, now: Ms, say: Say, when: When, otherwise: str = "") -> Entry:
    """Return when something is due, marked where that is over; ``otherwise`` where it is not due at all (0)."""
    if not at_ms:
        return text_entry(otherwise)
    late = at_ms < now
    text = f"{when(at_ms)} ({say('handover.overdue')})" if late else when(at_ms)
    return Entry(value=when(at_ms), text=text, mark="bad" if late else "")


def masked(number: str) -> str:
    """Return the last four digits of a caller's number: enough to know them again, not to ring them."""
    return f"…{number[-4:]}" if len(number) > 4 else number
