"""CSV tables of a hotline's folder: read, checked and indexed by their key columns."""

import csv
import io
from typing import TYPE_CHECKING

from router.core.services import TableSource, table_key
from router.flowfile.diagnostics import Diagnostic, Place, diagnose, did_you_mean, listed

if TYPE_CHECKING:
    from _csv import Reader

MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 500


def read_table(
    name: str, data: bytes, keys: tuple[str, ...], file: str, asked: Place
) -> tuple[TableSource | None, list[Diagnostic]]:
    """Return a table indexed by ``keys``, or what is wrong with it; ``asked`` is where the keys are named."""
    try:
        text = data.decode("utf-8-sig")  # spreadsheets put a mark at the beginning
    except UnicodeDecodeError:
        return None, [diagnose("E003", Place(file), encoding="GBK" if _is_gbk(data) else "something unknown")]
    findings: list[Diagnostic] = []
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        head = [cell.strip() for cell in next(rows, [])]
        wrong = _head_wrong(head)
        if wrong:
            return None, [diagnose("E426", Place(file), reason=wrong)]
        for key in keys:
            if key not in head:
                near = did_you_mean(key, head)
                hint = f"did you mean '{near}'?" if near else ""
                findings.append(diagnose("E424", asked, hint, name=key, known=listed(head)))
        if findings:
            return None, findings
        found = _rows(rows, head, keys, file, findings)
    except csv.Error as error:
        return None, [diagnose("E426", Place(file, rows.line_num or 1), reason=str(error))]
    return (None if findings else TableSource(name=name, keys=keys, columns=tuple(head), rows=found)), findings


def _rows(
    rows: "Reader", head: list[str], keys: tuple[str, ...], file: str, findings: list[Diagnostic]
) -> dict[tuple[str, ...], dict[str, str]]:
    found: dict[tuple[str, ...], dict[str, str]] = {}
    lines: dict[tuple[str, ...], int] = {}
    for count, cells in enumerate(rows):
        place = Place(file, rows.line_num)
        if count >= MAX_ROWS:
            findings.append(diagnose("E426", place, f"at most {MAX_ROWS} lines", reason="it has too many lines"))
            break
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            reason = f"this line has {len(cells)} columns, the first {len(head)}"
            findings.append(diagnose("E426", place, "put texts with commas in quotes", reason=reason))
            if len(findings) >= 20:
                break
            continue
        row = {column: _clean(cell) for column, cell in zip(head, cells, strict=True)}
        key = tuple(table_key(row[name]) for name in keys)
        if key in found:
            findings.append(diagnose("E425", place, name=" ".join(key), first=lines[key]))
            continue
        found[key], lines[key] = row, rows.line_num
    return found


def _head_wrong(head: list[str]) -> str:
    if not any(head):
        return "its first line is empty"
    if len(head) > MAX_COLUMNS:
        return f"it has more than {MAX_COLUMNS} columns"
    if "" in head or len(set(head)) < len(head):
        return "each column needs a name of its own"
    for sign in (";", "\t", "，", "；"):
        if len(head) == 1 and sign in head[0]:
            return f"its columns are not separated by commas but by '{sign.strip() or 'tabs'}'"
    return ""


def _clean(cell: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in cell).strip()[:MAX_CELL]


def _is_gbk(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True
