"""Draws state tables as Mermaid diagrams for the docs."""

from collections.abc import Mapping
from enum import StrEnum


def mermaid(table: Mapping[StrEnum, Mapping[StrEnum, StrEnum]]) -> str:
    """Return a table as a state diagram; the first state is where it begins, states without a way out are ends."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {next(iter(table))}"]
    for state, row in table.items():
        lines += [f"    {state} --> {target}: {event}" for event, target in row.items()]
        if not row:
            lines.append(f"    {state} --> [*]")
    return "\n".join([*lines, "```"])
