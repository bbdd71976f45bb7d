"""Who is who by number: ``customers.yaml`` and the CSV lists it names, to :class:`router.acd.standing.Customer`.

A list's first line names its columns, ``number,class,name``; its other lines say one number each. A number with a
record of its own in ``customers.yaml`` is what that record says, whatever the lists hold.
"""

import csv
import re
from typing import Annotated

import msgspec
from msgspec import Meta, field

from router.acd.standing import Customer
from router.core.numbering import to_e164
from router.flowfile.diagnostics import Place, diagnose, did_you_mean
from router.flowfile.draft import Draft
from router.flowfile.names import NameText
from router.flowfile.schema import Reference
from router.flowfile.text import MAX_BYTES
from router.ivr.fields import ClassRef

COLUMNS = ("number", "class", "name")
_E164 = re.compile(r"^\+[1-9][0-9]{6,14}$")
_WRITTEN = re.compile(r"^\+?[0-9]{2,20}$")
_FILLING = re.compile(r"[ ().-]")


class CustomerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A caller known by number."""

    classes: Annotated[tuple[ClassRef, ...], Meta(min_length=1, description="their class, or several")] = field(
        name="class"
    )
    name: Annotated[NameText, Meta(description="what agents see")] = ""


class CustomersFile(msgspec.Struct, frozen=True, kw_only=True):
    """``customers.yaml``: who is who by number. It may be left out."""

    customers: Annotated[dict[str, CustomerSpec], Meta(description="callers by number, in quotes")] = field(
        default_factory=dict
    )
    lists: Annotated[
        tuple[str, ...], Meta(description="CSV files of the folder with the columns number, class and name")
    ] = ()


def read_customers(draft: Draft, spec: CustomersFile | None, tables: dict[str, bytes]) -> dict[str, Customer]:
    """Return the known callers by number; ``tables`` are the bytes of the folder's CSV files by their paths."""
    if spec is None:
        return {}
    country = draft.site.country if draft.site is not None else ""
    known: dict[str, Customer] = {}
    for name in dict.fromkeys(spec.lists):
        _read_list(draft, name, tables, country, known)
    lines: dict[str, int] = {}
    for written, customer in spec.customers.items():
        place = draft.place("customers.yaml", "customers", written)
        number = _number(written, country)
        if number is None:
            draft.findings.append(diagnose("E465", place, value=written))
            continue
        if number in lines:
            draft.findings.append(diagnose("E312", place, name=number, first=lines[number]))
        lines.setdefault(number, place.line)
        known[number] = Customer(number=number, classes=customer.classes, name=customer.name)
    return known


def _read_list(draft: Draft, name: str, tables: dict[str, bytes], country: str, known: dict[str, Customer]) -> None:
    if name not in tables:
        near = did_you_mean(name, tables)
        hint = f"did you mean '{near}'?" if near else ""
        place = draft.value_place("customers.yaml", "lists")
        draft.findings.append(diagnose("E464", place, hint, name=name))
        return
    rows = _rows(draft, name, tables[name])
    if not rows:
        rows = [(1, [])]
    first_line, heads = rows[0]
    columns = [head.strip().casefold() for head in heads]
    missing = [column for column in COLUMNS[:2] if column not in columns]
    for column in missing:
        near = did_you_mean(column, columns)
        hint = f"is it '{near}'?" if near else ""
        draft.findings.append(diagnose("E463", Place(draft.file(name), first_line), hint, column=column))
    if missing:
        return
    lines: dict[tuple[str, str], int] = {}
    for line, cells in rows[1:]:
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
        place = Place(draft.file(name), line)
        number = _number(row.get("number", ""), country)
        if number is None:
            draft.findings.append(diagnose("E465", place, value=row.get("number", "")))
            continue
        call_class = row.get("class", "")
        draft.references.append(Reference("class", call_class, place))
        seen = (number, call_class)
        if seen in lines:
            draft.findings.append(diagnose("W464", place, number=number, first=lines[seen]))
        lines.setdefault(seen, line)
        before = known.get(number, Customer(number=number))
        classes = before.classes if call_class in before.classes else (*before.classes, call_class)
        known[number] = Customer(number=number, classes=classes, name=before.name or row.get("name", "")[:64])


def _rows(draft: Draft, name: str, data: bytes) -> list[tuple[int, list[str]]]:
    """Return the lines of a list that hold anything, with their numbers; [] where it cannot be read."""
    place = Place(draft.file(name))
    if len(data) > MAX_BYTES:
        draft.findings.append(diagnose("E005", place, size=f"over {MAX_BYTES} bytes", limit=f"{MAX_BYTES} bytes"))
        return []
    try:
        text = data.decode("utf-8-sig")  # spreadsheets write a BOM
    except UnicodeDecodeError as error:
        text = data.decode("gbk", errors="replace")
        encoding = "something else" if "\ufffd" in text else "GBK"
        line = data[: error.start].count(b"\n") + 1
        draft.findings.append(diagnose("E003", Place(draft.file(name), line), encoding=encoding))
    reader = csv.reader(text.splitlines())
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        draft.findings.append(diagnose("E006", Place(draft.file(name), reader.line_num or 1), reason=str(error)))
        return []


def _number(written: str, country: str) -> str | None:
    """Return a number as the caller's will read when it arrives, or None where it is none."""
    number = _FILLING.sub("", written)
    if _E164.match(number):
        return number
    if not _WRITTEN.match(number):
        return None
    return (to_e164(number, country) if country else None) or number
