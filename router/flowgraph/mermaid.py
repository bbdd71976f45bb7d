"""A picture of a flow as Mermaid text, which many wikis and editors draw."""

from router.flowgraph.dot import COLOURS, MARKS
from router.flowgraph.picture import Box, Kind, Picture


def as_mermaid(picture: Picture) -> str:
    """Return a picture as a Mermaid flow chart."""
    names = {box.name: f"n{number}" for number, box in enumerate(picture.boxes)}
    lines = ["---", f"title: {_plain(picture.title)}", "---", "flowchart LR" if picture.big else "flowchart TD"]
    for number, way_in in enumerate(picture.ways_in):
        lines.append(f'    in{number}>"{_plain(way_in)}"] --> {names[picture.start]}')
    lines += [f"    {names[box.name]}{_box(box)}:::{box.kind.value}" for box in picture.boxes]
    for number, arrow in enumerate(picture.arrows):
        label = f'|"{_plain(arrow.label)}"|' if arrow.label else ""
        target = f'jump{number}["↪ {_plain(arrow.target)}"]:::jump' if arrow.jump else names[arrow.target]
        lines.append(f"    {names[arrow.source]} -->{label} {target}")
    if picture.note:
        lines.append(f'    note["{_plain(picture.note)}"]')
    for kind, (fill, line) in COLOURS.items():
        lines.append(f"    classDef {kind.value} fill:{fill},stroke:{line},color:#111827")
    lines.append("    classDef jump fill:#ffffff,stroke:#94a3b8,stroke-dasharray:4,color:#475569")
    return "\n".join(lines) + "\n"


def _box(box: Box) -> str:
    rest = [_plain(line) for line in box.lines]
    text = "<br/>".join([f"<b>{_plain(MARKS.get(box.kind, '') + box.name)}</b> {_plain(box.type_word)}", *rest])
    match box.kind:
        case Kind.FLOW:
            return f'[["{text}"]]'
        case Kind.ASKS:
            return f'{{{{"{text}"}}}}'
        case Kind.PERSON | Kind.MESSAGE | Kind.FAREWELL:
            return f'(["{text}"])'
        case _:
            return f'("{text}")'


def _plain(text: str) -> str:
    """Return a text that means nothing to Mermaid: its signs as their codes, line ends as breaks."""
    coded = "".join(f"#{ord(letter)};" if letter in '"#&<>`{}[]|\\' else letter for letter in text)
    return coded.replace("\n", "<br/>")
