"""Tables of figures for people: aligned, and never cut short however narrow the terminal."""

from collections.abc import Iterable, Sequence

import typer
from rich.cells import cell_len

from router.cli.output import printable

_GAP = "  "


def print_columns(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows under their heads (none where all are ""), or the sentence ``empty``."""
    texts = [[printable("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not texts:
        typer.echo(empty)
        return
    shown = [list(heads), *texts] if any(heads) else texts
    widths = [max(cell_len(row[column]) for row in shown) for column in range(len(heads))]
    for row in shown:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True))
        typer.echo(_GAP.join(padded).rstrip())
