"""A report's rows for spreadsheets: CSV and XLSX, typed cells, units in the headings."""

import csv
import io

from router.kpi.terms import Unit
from router.reports.content import NONE, Entry, Heading, Report, Table
from router.reports.words import Say

_FORMATS = {
    Unit.SHARE: "0.0%",
    Unit.SECONDS: "0.0",
    Unit.HOURS: "0.00",
    Unit.COUNT: "#,##0.##",
    Unit.RINGS: "0.0",
    Unit.SCORE: "0.0",
    Unit.PER_HOUR: "0.0",
    Unit.PER_CALL: "0.0",
}
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would read as a formula at the head of a text."""


def table_names(report: Report) -> list[str]:
    """Return the names of a report's tables, as ``--table`` takes them."""
    return [table.name for table in report.sheets()]


def csv_text(report: Report, only: str = "") -> str:
    """Return a report as CSV: each table with its title above and an empty line below, or ``only`` one table bare."""
    say = Say(report.language)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if not only:
        writer.writerow([report.title, report.site, report.span_text, report.filter_text, report.state_text])
        writer.writerow([])
    for table in report.sheets():
        if only and table.name != only:
            continue
        if not only:
            writer.writerow([table.title])
        writer.writerow(_heads(table, say))
        for row in table.rows:
            writer.writerow([*(_plain(entry) for entry in _cells(table, row, say)), *_reasons(table, row, say)])
        if not only:
            writer.writerow([])
    return out.getvalue()


def xlsx_bytes(report: Report) -> bytes:
    """Return a report as a workbook, a sheet for each table, and one on how each number is counted."""
    import xlsxwriter

    say = Say(report.language)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": report.title, "company": report.site, "comments": report.state_text})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    looks = {unit: book.add_format({"num_format": look}) for unit, look in _FORMATS.items()}
    grey = book.add_format({"font_color": "#777777", "align": "right"})
    names: set[str] = set()
    for table in report.sheets():
        sheet = book.add_worksheet(_sheet_name(table.title, names))
        heads = _heads(table, say)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(table.rows, 1):
            cells = _cells(table, row, say)
            for column, entry in enumerate(cells):
                if isinstance(entry.value, str):
                    sheet.write_string(number, column, entry.value)
                elif entry.value is None:
                    sheet.write_string(number, column, NONE, grey)
                else:
                    sheet.write_number(number, column, entry.value, looks[entry.unit or Unit.COUNT])
            for column, reason in enumerate(_reasons(table, row, say), len(cells)):
                sheet.write_string(number, column, reason)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(heads) - 1, 13)
    sheet = book.add_worksheet(_sheet_name(say("definitions"), names))
    for column, head in enumerate((say("measure"), say("formula"), say("target"), say("trade"))):
        sheet.write_string(0, column, head, bold)
    for number, one in enumerate(report.definitions, 1):
        for column, text in enumerate((one.title, one.words, one.target, one.trade)):
            sheet.write_string(number, column, text)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.set_column(2, 3, 18)
    first = len(report.definitions) + 2
    for offset, text in enumerate(
        (report.title, report.site, report.span_text, report.filter_text, report.state_text, *report.roster_notes)
    ):
        sheet.write_string(first + offset, 0, text)
    book.close()
    return out.getvalue()


def _is_figures(table: Table) -> bool:
    """Tables of measures, one a line: their unit stands in the line, for it differs."""
    return bool(table.rows) and len(table.headings) == 4 and bool(table.rows[0][0].why)


def _heads(table: Table, say: Say) -> list[str]:
    if _is_figures(table):
        first, value, before, aim = (heading.title for heading in table.headings)
        return [first, value, before, say("unit"), aim, say("met"), say("why")]
    heads = [_titled(heading, say) for heading in table.headings]
    return [*heads, say("why")] if _has_numbers(table) else heads


def _titled(heading: Heading, say: Say) -> str:
    unit = say.unit(heading.unit)
    return f"{heading.title} ({unit})" if unit else heading.title


def _has_numbers(table: Table) -> bool:
    return any(heading.unit is not None for heading in table.headings[1:])


def _cells(table: Table, row: tuple[Entry, ...], say: Say) -> list[Entry]:
    if not _is_figures(table):
        return list(row)
    title, value, before, aim = row
    met = {"good": say("yes"), "bad": say("no")}.get(value.mark, "")
    unit = say.unit(value.unit)
    return [
        Entry(value=title.value, text=title.text),
        value,
        before,
        Entry(value=unit, text=unit),
        aim,
        Entry(value=met, text=met),
    ]


def _reasons(table: Table, row: tuple[Entry, ...], say: Say) -> list[str]:
    """Why there is no number, where there is none; for tables of numbers one cell, else none."""
    if _is_figures(table):
        return [row[1].why]
    if not _has_numbers(table):
        return []
    missing: dict[str, list[str]] = {}
    for heading, entry in zip(table.headings, row, strict=True):
        if entry.value is None:
            missing.setdefault(entry.why, []).append(heading.title)
    return ["; ".join(f"{', '.join(titles)}: {why}" for why, titles in missing.items())]


def _plain(entry: Entry) -> str | float | int:
    """A cell of CSV: shares in percent, as the heading says; words that look like a formula are defused."""
    value = entry.value
    if value is None:
        return NONE
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RISKY) else value
    if entry.unit is Unit.SHARE:
        value = round(value * 100, 4)
    return int(value) if value == int(value) else value


def _sheet_name(title: str, taken: set[str]) -> str:
    """A sheet's name: 31 characters, none that a workbook refuses, each once."""
    plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)[:28].strip() or "sheet"
    name, number = plain, 2
    while name.lower() in taken:
        name, number = f"{plain} {number}", number + 1
    taken.add(name.lower())
    return name
