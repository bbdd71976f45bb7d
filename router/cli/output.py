"""How commands speak: tables for people, JSON for scripts, complaints on stderr."""

import difflib
import itertools
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from router.errors import HotlineError


def console() -> Console:
    """Return the console for people, made anew so that a redirected stdout is honoured."""
    return Console(highlight=False, soft_wrap=True)


def complain(error: HotlineError) -> None:
    """Print an error and its cure on stderr."""
    print(f"hotline: {error}", file=sys.stderr)
    if error.cure:
        print(f"  try: {error.cure}", file=sys.stderr)


def refuse(message: str, cure: str = "") -> typer.Exit:
    """Print a usage mistake on stderr and return the exit (code 2) to raise."""
    print(f"hotline: {message}", file=sys.stderr)
    if cure:
        print(f"  try: {cure}", file=sys.stderr)
    return typer.Exit(2)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean '1001'?`` for the closest known word, or ""."""
    close = difflib.get_close_matches(word, sorted(known), n=10, cutoff=0.5)
    if not close:
        return ""

    def likeness(candidate: str) -> tuple[float, int]:
        # of equally near ones, the one that begins alike: people rarely mistype the first digit of a number
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(word, candidate, strict=False))
        return difflib.SequenceMatcher(None, word, candidate).ratio(), sum(1 for _ in alike)

    return f"did you mean '{max(close, key=likeness)}'?"


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, sort_keys=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows as a table, or the sentence ``empty`` where there are none. Nothing in a cell is markup."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(columns))
    for column in columns:
        table.add_column(column, no_wrap=True)
    count = 0
    for row in rows:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
        count += 1
    if count:
        console().print(table)
    else:
        console().print(empty)


def printable(text: str) -> str:
    """Replace control characters, which a caller's name could carry into a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def span(ms: int | float) -> str:
    """Write a span for people: ``7.2 s``, ``3 m 05 s``, ``2 h 10 m``."""
    seconds = ms / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} m {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} m"
