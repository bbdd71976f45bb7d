"""The SQL of measures over a few rows at a time, for what is counted anew many times a second.

:mod:`router.kpi.evaluate` counts with DuckDB, which reads years in seconds and takes milliseconds to plan the smallest
query. SQLite takes microseconds for few rows. Both are given the same terms, so a measure is defined once.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from router.core.ids import Ms
from router.kpi.measures import Bounds
from router.kpi.tables import TABLES, Fact, by_table, columns
from router.kpi.terms import CALLS, LEGS, QUEUE, Term, relation

_KEYS = ("call_id", "half_ms", "at_ms", "queue")
_WORD = re.compile(r"\w+")


class Sum(NamedTuple):
    """What one row adds: ``numbers`` by the places of their terms, noughts left out.

    ``of_centre`` and ``of_queue`` say whether such rows are counted for the whole centre, and by queue.
    """

    call_id: str
    half_ms: Ms
    at_ms: Ms
    queue: str
    numbers: Sequence[tuple[int, int]]
    of_centre: bool
    of_queue: bool


class _Table(NamedTuple):
    values_of: Callable[[Fact], tuple[Any, ...]]
    insert: str
    select: str
    places: Sequence[int]
    of_centre: bool
    of_queue: bool


class Summing:
    """Counts ``terms`` over rows of facts, one by one; ``bounds`` are those of the terms' SQL. One thread's.

    Raises:
        ValueError: a term is no plain sum over rows of calls.
    """

    def __init__(self, terms: Sequence[Term], bounds: Bounds) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.execute("PRAGMA case_sensitive_like = ON")  # as in DuckDB
        of_centre = _by_table(terms, frozenset())
        of_queue = _by_table(terms, frozenset({QUEUE}))
        limits = msgspec.structs.asdict(bounds)
        self._tables: dict[str, _Table] = {}
        for name, places in (of_centre | of_queue).items():
            sums = [f"coalesce({terms[place].sql.format(**limits)}, 0)" for place in places]
            words = {*_KEYS, *_WORD.findall(" ".join(sums))}
            kept = [column for column in columns(TABLES[name]) if column in words]
            self._connection.execute(f"CREATE TABLE {name} ({', '.join(kept)})")
            self._tables[name] = _Table(
                attrgetter(*kept),
                f"INSERT INTO {name} VALUES ({', '.join('?' * len(kept))})",
                f"SELECT {', '.join((*_KEYS, *sums))} FROM {name} GROUP BY rowid",
                places,
                name in of_centre,
                name in of_queue,
            )

    def sums(self, rows: Iterable[Fact]) -> Iterator[Sum]:
        """Return what each row adds; those of tables that no term is counted from are passed over."""
        for name, of_table in by_table(rows).items():
            if (table := self._tables.get(name)) is None:
                continue
            self._connection.executemany(table.insert, map(table.values_of, of_table))
            for call_id, half_ms, at_ms, queue, *numbers in self._connection.execute(table.select):
                some = tuple((place, number) for place, number in zip(table.places, numbers, strict=True) if number)
                yield Sum(call_id, half_ms, at_ms, queue, some, table.of_centre, table.of_queue)
            self._connection.execute(f"DELETE FROM {name}")


def is_sum_over_calls(term: Term) -> bool:
    """Say whether a term can be counted here: a plain sum over rows of calls or agents' parts in them."""
    return term.adds and term.table in (CALLS, LEGS)


def _by_table(terms: Sequence[Term], parts: frozenset[str]) -> dict[str, list[int]]:
    """The places of terms by the table they are counted from."""
    found: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        if not is_sum_over_calls(term):
            raise ValueError(f"'{term.sql}' over {term.table} is no sum over rows of calls")
        found.setdefault(relation(term.table, parts), []).append(place)
    return found
