"""Pure: the pieces of SQL that measures are made of, and what a measure is."""

import enum

import msgspec

CALLS = "calls"
"""Calls by when they first asked for a person (those that never did: by when they arrived)."""
ARRIVALS = "arrivals"
"""The same calls by when they arrived."""
LEGS = "legs"
SPANS = "agent_spans"
SCORES = "scores"
OUTBOUND = "outbound"
PROMISES = "promises"
"""Callbacks, messages and complaints, by when they were promised."""
ROSTER = "roster"
"""Rostered stretches, as far as they are in the past."""
PLAN = "plan"
"""The same, what is still to come included."""
ADHERED = "adhered"
"""Stretches in which an agent worked inside rostered answering time."""
ATTENDANCE = "attendance"
"""Rostered shifts that have begun, and whether the agent was there."""
CARRIER = "carrier"
MONITORING = "monitoring"

QUEUE, AGENT, GROUP, CALL_TYPE, CLASS, CODE = "queue", "agent", "group", "call_type", "class", "code"
OF_CALL = frozenset({QUEUE, CALL_TYPE, CLASS})
OF_CALL_NOT_QUEUE = frozenset({CALL_TYPE, CLASS})
OF_AGENT = frozenset({AGENT, GROUP})
OF_ALL = OF_CALL | OF_AGENT
OF_LEG = OF_ALL | {CODE}
"""An agent's part in a call has a wrap-up code too."""
OF_CENTRE: frozenset[str] = frozenset()
WHOLE = ""
"""The name of the whole centre among queues; no queue has such a name."""
SPLITS = (QUEUE, AGENT, GROUP, CALL_TYPE, CLASS, CODE)


class Unit(enum.StrEnum):
    """What a value counts."""

    SHARE = "share"
    """0-1, shown in percent."""
    SECONDS = "s"
    HOURS = "h"
    COUNT = "count"
    RINGS = "rings"
    PER_HOUR = "per hour"
    PER_CALL = "per call"
    SCORE = "score"


class Term(msgspec.Struct, frozen=True):
    """A sum or count over one table. ``sql`` is an aggregate; ``adds`` says whether parts of a span add up to it."""

    table: str
    sql: str
    adds: bool = True


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What is aimed at: at least ``low``, at most ``high`` (in the measure's unit), ``words`` as the trade says it.

    ``by_class`` holds what differs for a class of callers, ``by_call_type`` for a call type, or for both in this order
    (``vip complaint``).
    """

    words: str
    low: float | None = None
    high: float | None = None
    by_class: dict[str, "Target"] = {}
    by_call_type: dict[str, "Target"] = {}

    def met(self, value: float, call_class: str = "", call_type: str = "") -> bool:
        """Say whether a value meets it; the narrowest target counts."""
        both = self.by_call_type.get(f"{call_class} {call_type}")
        aim = both or self.by_call_type.get(call_type) or self.by_class.get(call_class) or self
        return (aim.low is None or value >= aim.low) and (aim.high is None or value <= aim.high)


class Words(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    english: str
    chinese: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure, defined once. Its value is ``scale * over / under`` (without ``under``: ``scale * over``).

    ``number`` is the trade's, "" where it has none. ``words`` is the formula for people; ``nothing`` says why there is
    no value where ``under`` counts nothing (or where no data exists at all: then ``over`` is None). ``splits`` are what
    it can be told apart by, beside time and centre.
    """

    name: str
    number: str = ""
    english: str
    chinese: str
    words: str
    unit: Unit
    over: Term | None
    under: Term | None = None
    scale: float = 1.0
    target: Target | None = None
    splits: frozenset[str] = OF_CALL
    nothing: Words = Words("nothing to count in this span", "此时段没有可统计的数据")

    @property
    def adds(self) -> bool:
        """Whether the values of parts of a span make the span's: numerators and denominators are plain sums."""
        return all(term is None or term.adds for term in (self.over, self.under))


def relation(table: str, parts: frozenset[str]) -> str:
    """Return the table that has the rows of another one told apart by some parts of the line."""
    if table in (CALLS, ARRIVALS):
        if parts & {AGENT, GROUP}:
            return "talked"
        return "visits" if QUEUE in parts else table
    return table


def count(table: str, where: str = "true") -> Term:
    """Rows for which something holds."""
    return Term(table, f"count(*) FILTER (WHERE {where})")


def total(table: str, what: str, where: str = "true") -> Term:
    """The sum of a column or expression over rows for which something holds; none where the table has no rows."""
    return Term(table, f"CASE WHEN count(*) > 0 THEN coalesce(sum({what}) FILTER (WHERE {where}), 0) END")
