"""Counts measures over the tables of facts with DuckDB: the same for the live board and for years of archive."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import duckdb
import msgspec

from router.kpi.clockwork import DAY_MS
from router.kpi.measures import MEASURES, Bounds
from router.kpi.terms import (
    ADHERED,
    AGENT,
    CALL_TYPE,
    CLASS,
    CODE,
    GROUP,
    PLAN,
    QUEUE,
    ROSTER,
    SPANS,
    Measure,
    Term,
    relation,
)

By = Literal["half_hour", "hour", "shift", "day", "week", "month", "quarter", "half_year", "year"]
BYS: tuple[By, ...] = ("half_hour", "hour", "shift", "day", "week", "month", "quarter", "half_year", "year")

_OVERLAPPING = frozenset({SPANS, ROSTER, PLAN, ADHERED})
"""Tables of stretches: they count as far as they lie in the span asked for."""
_COLUMN = {
    QUEUE: "queue",
    AGENT: "agent",
    GROUP: "unnest(groups)",
    CALL_TYPE: "call_type",
    CLASS: "call_class",
    CODE: "code",
}
_DATE = "(DATE '1970-01-01' + CAST(day AS INTEGER))"
_PERIODS: dict[str, str] = {
    "half_hour": "half_ms",
    "hour": "half_ms - (half_ms + off_ms) % 3600000",
    "day": "day",
    "week": "day - (day + 3) % 7",
    "month": f"date_diff('day', DATE '1970-01-01', CAST(date_trunc('month', {_DATE}) AS DATE))",
    "quarter": f"date_diff('day', DATE '1970-01-01', CAST(date_trunc('quarter', {_DATE}) AS DATE))",
    "half_year": f"date_diff('day', DATE '1970-01-01', make_date(year({_DATE}), "
    f"CASE WHEN month({_DATE}) <= 6 THEN 1 ELSE 7 END, 1))",
    "year": f"date_diff('day', DATE '1970-01-01', CAST(date_trunc('year', {_DATE}) AS DATE))",
}


class Cell(msgspec.Struct, frozen=True):
    """A measure's value. None: there is none, and ``why`` says why not. ``over`` and ``under`` are what was divided."""

    value: float | None
    over: float | None = None
    under: float | None = None
    why: str = ""
    why_chinese: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of one period and one part of the line.

    ``period`` is ``2026-11-21`` (the first day of a week, month...), ``2026-11-21T08:30`` for a half hour or hour,
    ``2026-11-21 night`` for a shift, "" where time was not split. ``start_ms`` is UTC where the period is a half
    hour or hour, else None. ``split`` names the part by each word asked for.
    """

    period: str = ""
    start_ms: int | None = None
    split: dict[str, str] = {}
    cells: dict[str, Cell]


_Key = tuple[object, ...]


def evaluate(
    connection: duckdb.DuckDBPyConnection,
    names: Iterable[str],
    span: tuple[int, int],
    *,
    by: By | None = None,
    split: Sequence[str] = (),
    only: Mapping[str, Sequence[str]] | None = None,
    bounds: Bounds | None = None,
) -> list[Line]:
    """Count measures over ``span`` (from, to in UTC ms; to not included), by time and by parts of the line.

    ``only`` keeps some queues, agents, groups...: ``{"queue": ("gas",)}``. Lines come in order of period and parts;
    periods and parts in which nothing happened have no line, but without ``by`` and ``split`` there is always one.

    Raises:
        KeyError: no measure has such a name.
        ValueError: no such ``by`` or ``split``.
    """
    measures = [MEASURES[name] for name in names]
    wanted = dict(only or {})
    if by is not None and by not in BYS:
        raise ValueError(f"no measures by '{by}': one of {', '.join(BYS)}")
    for word in (*split, *wanted):
        if word not in _COLUMN:
            raise ValueError(f"no measures by '{word}': one of {', '.join(_COLUMN)}")
    parts = frozenset(split) | frozenset(wanted)
    counted: dict[_Key, dict[Term, float]] = {}
    terms = {term for one in measures if parts <= one.splits for term in (one.over, one.under) if term is not None}
    tables: dict[str, list[Term]] = {}
    for term in sorted(terms, key=lambda one: (one.table, one.sql)):
        tables.setdefault(relation(term.table, parts), []).append(term)
    for table, of_table in tables.items():
        query = _query(table, of_table, by, split, wanted, bounds or Bounds())
        values: dict[str, object] = {"from_ms": span[0], "to_ms": span[1]}
        values |= {f"only_{word}": list(some) for word, some in wanted.items()}
        for row in connection.execute(query, values).fetchall():
            key = row[: len(split) + (_width(by))]
            numbers = row[len(key) :]
            found = counted.setdefault(key, {})
            for term, number in zip(of_table, numbers, strict=True):
                if number is not None:
                    found[term] = float(number)
    if not counted and by is None and not split:
        counted[()] = {}
    width = _width(by)
    lines = []
    for key in sorted(counted, key=lambda one: tuple(str(part) if part is None else part for part in one)):
        names_of = {word: str(part or "") for word, part in zip(split, key[width:], strict=True)}
        cells = {one.name: _cell(one, counted[key], parts) for one in measures}
        period, start_ms = _shown(by, key[:width])
        lines.append(Line(period=period, start_ms=start_ms, split=names_of, cells=cells))
    return lines


def _width(by: By | None) -> int:
    """How many columns say which period it is."""
    return 0 if by is None else 2


def _query(
    table: str,
    terms: Sequence[Term],
    by: By | None,
    split: Sequence[str],
    only: Mapping[str, Sequence[str]],
    bounds: Bounds,
) -> str:
    limits = msgspec.structs.asdict(bounds)
    sums = [f"{term.sql.format(**limits)} AS t{number}" for number, term in enumerate(terms)]
    told_apart = [f"{_COLUMN[word]} AS part_{word}" for word in dict.fromkeys((*split, *only))]
    overlaps = table in _OVERLAPPING
    source = f"{table} t"
    low, high = "$from_ms", "$to_ms"
    if by == "shift":
        touches = "t.start_ms < s.to_ms AND t.end_ms > s.from_ms"
        inside = touches if overlaps else "t.at_ms >= s.from_ms AND t.at_ms < s.to_ms"
        source = f"{table} t JOIN shift_times s ON {inside}"
        low, high = "greatest($from_ms, s.from_ms)", "least($to_ms, s.to_ms)"
        periods = ["s.day AS period_1", "s.shift AS period_2"]
    else:
        second = "off_ms" if by in _CLOCK else "0"
        periods = [] if by is None else [f"{_PERIODS[by]} AS period_1", f"{second} AS period_2"]
    if overlaps:
        where = f"t.start_ms < {high} AND t.end_ms > {low}"
        length = f", least(t.end_ms, {high}) - greatest(t.start_ms, {low}) AS ms"
    else:
        where, length = "t.at_ms >= $from_ms AND t.at_ms < $to_ms", ""
    rows = f"SELECT t.*{length}{''.join(f', {piece}' for piece in (*periods, *told_apart))} FROM {source} WHERE {where}"
    keep = " AND ".join(f"list_contains($only_{word}, part_{word})" for word in only) or "true"
    keys = [*(["period_1", "period_2"] if by is not None else []), *(f"part_{word}" for word in split)]
    chosen = ", ".join([*keys, *sums])
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return f"SELECT {chosen} FROM ({rows}) WHERE {keep}{group}"


_CLOCK = frozenset({"half_hour", "hour"})


def _shown(by: By | None, key: _Key) -> tuple[str, int | None]:
    if by is None:
        return "", None
    first, second = key
    if by in _CLOCK:
        start_ms, off_ms = int(str(first)), int(str(second))
        local = datetime.datetime.fromtimestamp((start_ms + off_ms) / 1000, datetime.UTC)
        return local.strftime("%Y-%m-%dT%H:%M"), start_ms
    day = datetime.datetime.fromtimestamp(int(str(first)) * DAY_MS / 1000, datetime.UTC).strftime("%Y-%m-%d")
    return (f"{day} {second}", None) if by == "shift" else (day, None)


def _cell(measure: Measure, found: Mapping[Term, float], parts: frozenset[str]) -> Cell:
    if not parts <= measure.splits:
        which = ", ".join(sorted(parts - measure.splits))
        return Cell(None, why=f"not measured by {which}", why_chinese=f"不按{which}统计")
    if measure.over is None:
        return Cell(None, why=measure.nothing.english, why_chinese=measure.nothing.chinese)
    over = found.get(measure.over)
    if measure.under is not None:
        under = found.get(measure.under)
        if not under:
            return Cell(None, over, under, measure.nothing.english, measure.nothing.chinese)
        return Cell(measure.scale * (over or 0.0) / under, over or 0.0, under)
    if over is None and not measure.over.sql.startswith("count(*)"):
        return Cell(None, why=measure.nothing.english, why_chinese=measure.nothing.chinese)
    return Cell(measure.scale * (over or 0.0), over or 0.0)
