"""What an agent hears of a caller once both are connected: ``class``, ``wait`` and prompts, in their order."""

from typing import Annotated

from msgspec import Meta

from router.flowfile.diagnostics import diagnose
from router.flowfile.schema import Decoder
from router.flowfile.tree import Scalar, Sequence, Tree, kind_of

SAID_OF_CALLS = ("class", "wait")
"""What is said of every call anew: its class (the prompt ``class/<name>``) and how long it waited."""


def read_whisper(decoder: Decoder, tree: Tree, key: str) -> tuple[str, ...] | None:
    """Return the parts of a whisper, or None where one is no text; its prompts are noted as references."""
    parts = tree.parts if isinstance(tree, Sequence) else [tree]
    names: list[str] = []
    for part in parts:
        if not isinstance(part, Scalar) or part.empty:
            hint = "class, wait, or the name of a prompt"
            decoder.findings.append(diagnose("E202", part.place, hint, key=key, expected="a text", found=kind_of(part)))
            return None
        if part.text not in SAID_OF_CALLS:
            decoder.refer("prompt", part.text, part.place)
        names.append(part.text)
    return tuple(names)


WhisperParts = Annotated[
    tuple[str, ...],
    Meta(
        description="what the agent hears of the caller when both are connected: class, wait, or a prompt's name",
        extra={"read": read_whisper, "shown": "a list: `class`, `wait`, a prompt"},
    ),
]
"""The type of a key that holds a whisper."""
