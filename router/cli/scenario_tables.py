"""CSV tables of a scenario: recorded spans, recorded arrivals, rosters. Every mistake is told with file and line."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from router.core.ids import AgentId, Ms, PhoneName
from router.errors import SimulationError
from router.sim.arrivals import DAY_MS
from router.sim.scenario import Shift

_CLOCK = re.compile(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,3})?))?$")
_NUMBER = re.compile(r"^\d{1,12}(\.\d{1,6})?$")
Row = dict[str, str]
T = TypeVar("T")


def spans_ms(path: Path) -> tuple[Ms, ...]:
    """Read a table with a column ``seconds``. Raises :class:`SimulationError`."""
    values = tuple(_rows(path, ("seconds",), _seconds_of("seconds")))
    if not any(values):
        raise SimulationError(f"{path}: every span in it is 0", "record spans in seconds, as 182.5")
    return values


def arrivals_ms(path: Path) -> tuple[Ms, ...]:
    """Read a table with a column ``arrived``: times as ``08:31:05`` (hours may exceed 24) or seconds since midnight."""
    return tuple(sorted(_rows(path, ("arrived",), lambda row: _moment_ms(row["arrived"]))))


def shifts(path: Path) -> tuple[Shift, ...]:
    """Read a roster with columns ``agent``, ``from``, ``to`` and perhaps ``phone``; one row is one shift of every day.

    A shift that ends before it begins goes over midnight.
    """
    return tuple(_rows(path, ("agent", "from", "to"), _shift))


def _shift(row: Row) -> Shift:
    begins, ends = _moment_ms(row["from"]), _moment_ms(row["to"])
    if begins == ends:
        raise ValueError(f"the shift of {row['agent']} has no length")
    return Shift(
        agent=AgentId(row["agent"]),
        phone=PhoneName(row.get("phone") or row["agent"]),
        begins_ms=begins,
        ends_ms=ends if ends > begins else ends + DAY_MS,
    )


def _seconds_of(column: str) -> Callable[[Row], Ms]:
    def read(row: Row) -> Ms:
        if not _NUMBER.match(row[column]):
            raise ValueError(f"'{row[column]}' is no span; write seconds, as 182.5")
        return round(float(row[column]) * 1_000)

    return read


def _moment_ms(text: str) -> Ms:
    clock = _CLOCK.match(text)
    if clock is not None:
        return (int(clock[1]) * 60 + int(clock[2])) * 60_000 + round(float(clock[3] or 0) * 1_000)
    if _NUMBER.match(text):
        return round(float(text) * 1_000)
    raise ValueError(f"'{text}' is no time of day; write 08:31:05, or seconds since midnight")


def _rows(path: Path, columns: tuple[str, ...], read: Callable[[Row], T]) -> Iterator[T]:
    """Yield what ``read`` makes of each row; a ``ValueError`` of it is told with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, skipinitialspace=True)
            missing = [column for column in columns if column not in (table.fieldnames or ())]
            if missing:
                raise SimulationError(
                    f"{path}:1: no column '{missing[0]}'", f"the first line names the columns: {','.join(columns)}"
                )
            count = 0
            for row in table:
                cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
                try:
                    made = read(cells)
                except ValueError as wrong:
                    raise SimulationError(f"{path}:{table.line_num}: {wrong}", "correct that line") from None
                count += 1
                yield made
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SimulationError(f"{path} cannot be read: {reason}", "name a CSV file that is there, in UTF-8") from None
    except csv.Error as error:
        raise SimulationError(f"{path}: {error}", "save the table as CSV") from None
    if not count:
        raise SimulationError(f"{path}: there is no row below the names of the columns", "fill it, or leave it out")
