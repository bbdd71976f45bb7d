"""Pure: what a report is made of: tables of typed cells, curves, definitions. Pages and sheets are made from it."""

from collections.abc import Iterator

import msgspec

from router.kpi.terms import Unit

NONE = "-"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: its value for spreadsheets and its text for people.

    ``value`` is in the unit's own measure (a share from 0 to 1, seconds...); None: there is none and ``why`` says why.
    ``mark`` is "good" or "bad" where there is a target.
    """

    value: float | str | None
    text: str
    unit: Unit | None = None
    why: str = ""
    mark: str = ""


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its title, the unit of its numbers, the measure it shows (else "")."""

    title: str
    unit: Unit | None = None
    measure: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table. ``printed`` says how many of its rows a page shows at most (None: all, 0: it is not printed)."""

    name: str
    title: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Entry, ...], ...]
    printed: int | None = None
    note: str = ""
    empty: str = ""
    """What is said where there are no rows."""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One of the roster tables: lines over the same columns. ``lines`` are a title and its cells."""

    title: str
    lines: tuple[tuple[str, tuple[Entry, ...]], ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A curve as SVG; ``alt`` says in words what it shows."""

    name: str
    title: str
    alt: str
    svg: bytes


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """How a number is counted: ``number`` is its footnote, ``trade`` the trade's number of it."""

    name: str
    number: int
    title: str
    words: str
    target: str
    trade: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report in one language."""

    kind: str
    name: str
    language: str
    site: str
    title: str
    span_text: str
    filter_text: str
    state_text: str
    before_text: str
    figures: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    roster: Table | None = None
    roster_blocks: tuple[Block, ...] = ()
    roster_notes: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    reasons: dict[str, str] = {}
    """Why there is no number, by the letter that stands beside its dash."""

    def printed_reasons(self) -> set[str]:
        """Return the reasons for the dashes that stand on paper."""
        entries = [entry for table in self.figures for row in table.rows for entry in row]
        for table in self.tables:
            rows = table.rows if table.printed is None else table.rows[: table.printed]
            entries += [entry for row in rows for entry in row]
        entries += [entry for block in self.roster_blocks for _, line in block.lines for entry in line]
        return {entry.why for entry in entries if entry.value is None}

    @property
    def file_name(self) -> str:
        """The name of its file, without an ending."""
        return f"{self.kind}-{self.name}"

    def sheets(self) -> Iterator[Table]:
        """Every table, for spreadsheets."""
        yield from self.figures
        yield from self.tables
        if self.roster is not None:
            yield self.roster


def no_entry(why: str, unit: Unit | None = None) -> Entry:
    """Return the cell of something there is no number for."""
    return Entry(value=None, text=NONE, unit=unit, why=why)


def number_entry(value: float | None, why: str = "", digits: int = 0, unit: Unit | None = Unit.COUNT) -> Entry:
    """Return a plain number's cell; None is a dash with its reason."""
    if value is None:
        return no_entry(why, unit)
    return Entry(value=round(value, 6), text=f"{value:.{digits}f}", unit=unit)


def text_entry(text: str) -> Entry:
    """Return a cell of words."""
    return Entry(value=text, text=text)
