"""Figures that people keep in files, since no record has them: roster, shifts, the carrier's counts, monitored calls.

In the folder ``figures`` (UTF-8; dates ``2026-11-21``, times ``07:30`` on the site's clock):

``shifts.csv``      ``shift,from,to,breaks,training``; a shift over midnight belongs to its first day; spans as
                    ``12:00-12:30`` divided by blanks
``roster.csv``      ``date,agent,shift``, or with ``from,to`` instead of (or beside, to override) a shift
``roster.yaml``     instead of both: ``shifts: {early: {from, to, breaks, training}}`` and
                    ``days: {date: {early: [1001]}}``
``carrier.csv``     ``date,time,dialled,reached,blocked``; ``time`` empty for a whole day
``monitoring.csv``  ``date,agent,score``; 0-100
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import msgspec
import yaml

from router.core.calendar import day_number
from router.core.localtime import LocalClock
from router.errors import HotlineError
from router.kpi.clockwork import DAY_MS, Halves, utc_of
from router.kpi.store import set_figures

T = TypeVar("T")

_DAY_MINUTES = 24 * 60
_SPAN = re.compile(r"(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d)")


class FiguresError(HotlineError):
    """A file of figures is wrong; the message names file and line."""


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A shift by the clock: minutes since midnight of its first day; ``ends`` may lie in the next one.

    ``breaks`` and ``training`` are left out of answering time.
    """

    name: str
    begins: int
    ends: int
    breaks: tuple[tuple[int, int], ...] = ()
    training: tuple[tuple[int, int], ...] = ()


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's shift on a day (days since 1970-01-01)."""

    agent: str
    day: int
    shift: Shift


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All that the files say.

    ``carrier``: day, minute, dialled, reached, blocked; ``monitoring``: day, agent, score.
    """

    shifts: tuple[Shift, ...] = ()
    roster: tuple[Duty, ...] = ()
    carrier: tuple[tuple[int, int, int, int, int], ...] = ()
    monitoring: tuple[tuple[int, str, float], ...] = ()


def read_figures(folder: Path) -> Figures:
    """Read the files that are there. Raises FiguresError for the first mistake, with its place and the cure."""
    shifts: dict[str, Shift] = {}
    for place, row in _csv(folder / "shifts.csv", ("shift", "from", "to")):
        shifts[row["shift"]] = _shift(place, row["shift"], row)
    roster: list[Duty] = []
    if (folder / "roster.yaml").exists():
        if (folder / "roster.csv").exists():
            raise FiguresError(f"{folder}: there are both roster.yaml and roster.csv", "keep one of them")
        roster = _yaml_roster(folder / "roster.yaml", shifts)
    for place, row in _csv(folder / "roster.csv", ("date", "agent")):
        roster.append(_duty(place, row, shifts))
    carrier = [
        (
            _date(place, row["date"]),
            _minute(place, row["time"]) if row.get("time") else 0,
            *(_whole(place, name, row[name]) for name in ("dialled", "reached", "blocked")),
        )
        for place, row in _csv(folder / "carrier.csv", ("date", "dialled", "reached", "blocked"))
    ]
    monitoring = [
        (_date(place, row["date"]), row["agent"], _score(place, row["score"]))
        for place, row in _csv(folder / "monitoring.csv", ("date", "agent", "score"))
    ]
    return Figures(
        shifts=tuple(shifts.values()),
        roster=tuple(roster),
        carrier=tuple((one[0], one[1], one[2], one[3], one[4]) for one in carrier),
        monitoring=tuple(monitoring),
    )


def put_figures(
    connection: duckdb.DuckDBPyConnection,
    figures: Figures,
    clock: LocalClock,
    groups: Mapping[str, tuple[str, ...]],
) -> None:
    """Put the figures into their tables."""
    halves = Halves(clock)

    def placed(at_ms: int) -> dict[str, Any]:
        half_ms, off_ms, day = halves.of(at_ms)
        return {"at_ms": at_ms, "half_ms": half_ms, "off_ms": off_ms, "day": day}

    duties: list[dict[str, Any]] = []
    stretches: list[dict[str, Any]] = []
    for duty in figures.roster:
        of_duty = {"agent": duty.agent, "groups": list(groups.get(duty.agent, ())), "shift": duty.shift.name}
        start_ms, end_ms = (utc_of(clock, duty.day, minute) for minute in (duty.shift.begins, duty.shift.ends))
        duties.append({**of_duty, **placed(start_ms), "start_ms": start_ms, "end_ms": end_ms})
        for kind, begins, ends in _stretches(duty.shift):
            for piece_ms, until_ms, _ in halves.pieces(utc_of(clock, duty.day, begins), utc_of(clock, duty.day, ends)):
                stretches.append(
                    {**of_duty, **placed(piece_ms), "kind": kind, "start_ms": piece_ms, "end_ms": until_ms}
                )
    set_figures(connection, "rostered_shifts", duties)
    set_figures(connection, "roster", stretches)
    set_figures(
        connection,
        "carrier",
        [
            {**placed(utc_of(clock, day, minute)), "dialled": dialled, "reached": reached, "blocked": blocked}
            for day, minute, dialled, reached, blocked in figures.carrier
        ],
    )
    set_figures(
        connection,
        "monitoring",
        [
            {**placed(utc_of(clock, day, 0)), "agent": agent, "groups": list(groups.get(agent, ())), "score": score}
            for day, agent, score in figures.monitoring
        ],
    )


def put_shift_times(
    connection: duckdb.DuckDBPyConnection, shifts: Sequence[Shift], clock: LocalClock, span: tuple[int, int]
) -> None:
    """Lay the shifts over the days of a span, for measures by shift."""
    days = range(span[0] // DAY_MS - 2, min(span[1] // DAY_MS + 2, span[0] // DAY_MS + 40_000))
    set_figures(
        connection,
        "shift_times",
        [
            {
                "shift": shift.name,
                "day": day,
                "from_ms": utc_of(clock, day, shift.begins),
                "to_ms": utc_of(clock, day, shift.ends),
            }
            for day in days
            for shift in shifts
        ],
    )


def _stretches(shift: Shift) -> Iterator[tuple[str, int, int]]:
    """Cut a shift into answering time, breaks and training."""
    away = sorted([(*span, "break") for span in shift.breaks] + [(*span, "training") for span in shift.training])
    at = shift.begins
    for begins, ends, kind in away:
        if begins > at:
            yield "answering", at, begins
        yield kind, max(at, begins), ends
        at = max(at, ends)
    if at < shift.ends:
        yield "answering", at, shift.ends


def _csv(path: Path, needed: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FiguresError(f"{path} cannot be read: {error}", "save it as UTF-8 text") from error
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    for name in needed:
        if name not in names:
            raise FiguresError(
                f"{path}:1: there is no column '{name}'", f"the first line names the columns: {','.join(needed)}"
            )
    for row in reader:
        if None in row or any(value is None for value in row.values()):
            raise FiguresError(f"{path}:{reader.line_num}: not {len(names)} values", "quote values that have commas")
        values = {name: value.strip() for name, value in row.items()}
        if any(values.values()):
            yield f"{path}:{reader.line_num}", values


def _yaml_roster(path: Path, shifts: dict[str, Shift]) -> list[Duty]:
    try:
        # Every scalar a string: YAML would make 750 of 12:30.
        read = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FiguresError(f"{path} cannot be read: {' '.join(str(error).split())}", "see docs/measures.md") from error
    if not isinstance(read, dict) or not all(isinstance(read.get(name, {}), dict) for name in ("shifts", "days")):
        raise FiguresError(f"{path}: not 'shifts:' and 'days:'", "see docs/measures.md for an example")
    for name, row in read.get("shifts", {}).items():
        if not isinstance(row, dict) or not {"from", "to"} <= row.keys():
            raise FiguresError(f"{path}: shift '{name}' has no 'from' and 'to'", 'write {from: "07:00", to: "19:00"}')
        plain = {key: " ".join(value) if isinstance(value, list) else str(value) for key, value in row.items()}
        shifts[name] = _shift(f"{path}: shift '{name}'", name, plain)
    duties: list[Duty] = []
    for date, on_day in read.get("days", {}).items():
        place = f"{path}: {date}"
        if not isinstance(on_day, dict):
            raise FiguresError(f"{place}: not shifts with their agents", "write {early: [1001, 1002]}")
        for name, agents in on_day.items():
            for agent in agents if isinstance(agents, list) else [agents]:
                duties.append(_duty(place, {"date": date, "agent": str(agent), "shift": name}, shifts))
    return duties


def _shift(place: str, name: str, row: Mapping[str, str]) -> Shift:
    begins, ends = _minute(place, row["from"]), _minute(place, row["to"])
    ends += _DAY_MINUTES if ends <= begins else 0

    def spans(column: str) -> tuple[tuple[int, int], ...]:
        text = row.get(column, "")
        found = []
        for match in _SPAN.finditer(text):
            low, high = _minute(place, match[1]), _minute(place, match[2])
            low += _DAY_MINUTES if low < begins else 0
            high += _DAY_MINUTES if high <= low % _DAY_MINUTES or high < low else 0
            if not begins <= low < high <= ends:
                raise FiguresError(f"{place}: {column} {match[0]} are not inside the shift", "see from and to")
            found.append((low, high))
        if _SPAN.sub("", text).strip(" ,;"):
            raise FiguresError(f"{place}: {column} '{text}' are no spans", "write 12:00-12:30 15:00-15:15")
        return tuple(found)

    return Shift(name=name, begins=begins, ends=ends, breaks=spans("breaks"), training=spans("training"))


def _duty(place: str, row: Mapping[str, str], shifts: Mapping[str, Shift]) -> Duty:
    name = row.get("shift", "")
    shift = shifts.get(name)
    if row.get("from") and row.get("to"):
        inside = _shift(place, name, row)
        shift = inside if shift is None else Shift(name=name, begins=inside.begins, ends=inside.ends)
    if shift is None:
        known = ", ".join(shifts) or "none"
        raise FiguresError(f"{place}: there is no shift '{name}'", f"known shifts: {known}; or give from and to")
    if not row["agent"]:
        raise FiguresError(f"{place}: no agent", "give the work number")
    return Duty(agent=row["agent"], day=_date(place, row["date"]), shift=shift)


def _date(place: str, text: str) -> int:
    return _read(place, text, day_number, "is no date", "write 2026-11-21")


def _minute(place: str, text: str) -> int:
    def minute(text: str) -> int:
        hours, _, minutes = text.partition(":")
        if not (hours.isdecimal() and minutes.isdecimal() and int(hours) <= 24 and int(minutes) < 60):
            raise ValueError
        return int(hours) * 60 + int(minutes)

    return _read(place, text, minute, "is no time", "write 07:30")


def _whole(place: str, name: str, text: str) -> int:
    def whole(text: str) -> int:
        if not text.isdecimal():
            raise ValueError
        return int(text)

    return _read(place, text, whole, f"is no count ({name})", "write a whole number")


def _score(place: str, text: str) -> float:
    def score(text: str) -> float:
        value = float(text)
        if not 0 <= value <= 100:
            raise ValueError
        return value

    return _read(place, text, score, "is no score", "write a number from 0 to 100")


def _read(place: str, text: str, read: Callable[[str], T], wrong: str, cure: str) -> T:
    try:
        return read(text)
    except ValueError:
        raise FiguresError(f"{place}: '{text}' {wrong}", cure) from None
