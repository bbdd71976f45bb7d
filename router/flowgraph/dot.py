"""A picture of a flow drawn by Graphviz: its own text, or SVG."""

import html

import graphviz

from router.errors import SetupError
from router.flowgraph.picture import Box, Kind, Picture

FONTS = "Noto Sans,Noto Sans CJK SC,Microsoft YaHei,PingFang SC,Helvetica,Arial,sans-serif"
COLOURS: dict[Kind, tuple[str, str]] = {
    Kind.SPEAKS: ("#dbeafe", "#1d4ed8"),
    Kind.ASKS: ("#fef3c7", "#b45309"),
    Kind.DECIDES: ("#ede9fe", "#6d28d9"),
    Kind.SERVICE: ("#ccfbf1", "#0f766e"),
    Kind.FLOW: ("#f1f5f9", "#334155"),
    Kind.PERSON: ("#bbf7d0", "#15803d"),
    Kind.MESSAGE: ("#fed7aa", "#c2410c"),
    Kind.FAREWELL: ("#e5e7eb", "#4b5563"),
}
"""Fill and line by kind."""
MARKS: dict[Kind, str] = {Kind.PERSON: "☎ ", Kind.MESSAGE: "✉ ", Kind.FAREWELL: "■ ", Kind.FLOW: "▣ "}
"""Signs for where a call ends up, so that they can be told apart without colours."""

_JUMP = {
    "shape": "box", "style": "rounded,dashed", "color": "#94a3b8", "fontcolor": "#475569", "fontsize": "10",
    "margin": "0.08,0.02", "height": "0.1",
}  # fmt: skip


def as_dot(picture: Picture) -> str:
    """Return a picture in Graphviz's own language."""
    return str(_graph(picture).source)


def as_svg(picture: Picture) -> str:
    """Return a picture as SVG. Raises SetupError where Graphviz is not installed or fails."""
    try:
        return str(_graph(picture).pipe(format="svg", encoding="utf-8", quiet=True))
    except graphviz.ExecutableNotFound as error:
        raise SetupError(
            "the program 'dot' draws the picture and is not installed",
            "make setup installs it (Debian package graphviz), or use --format mermaid",
        ) from error
    except graphviz.CalledProcessError as error:
        raise SetupError(f"'dot' could not draw the picture: {error}", "use --format mermaid") from error


def _graph(picture: Picture) -> graphviz.Digraph:
    graph = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR" if picture.big else "TB", "nodesep": "0.12" if picture.big else "0.35", "ranksep": "0.5",
            "fontname": FONTS, "fontsize": "16", "labelloc": "t", "label": _heading(picture), "pad": "0.3",
        },
        node_attr={
            "shape": "box", "style": "rounded,filled", "fontname": FONTS, "fontsize": "11", "margin": "0.14,0.08",
        },
        edge_attr={"fontname": FONTS, "fontsize": "10", "color": "#64748b", "fontcolor": "#1e293b", "arrowsize": "0.7"},
    )  # fmt: skip
    names = {box.name: f"n{number}" for number, box in enumerate(picture.boxes)}
    for number, way_in in enumerate(picture.ways_in or ("▶",)):
        graph.node(f"in{number}", graphviz.escape(way_in), shape="invhouse", fillcolor="#111827", fontcolor="#ffffff")
        graph.edge(f"in{number}", names[picture.start])
    for box in picture.boxes:
        fill, line = COLOURS[box.kind]
        look = {"fillcolor": fill, "color": line}
        if box.kind is Kind.FLOW:
            look |= {"peripheries": "2", "style": "filled"}
        elif box.kind in (Kind.PERSON, Kind.MESSAGE, Kind.FAREWELL):
            look |= {"penwidth": "2.2"}
        graph.node(names[box.name], _label(box), tooltip=graphviz.escape(f"{box.name} ({box.type_word})"), **look)
    for number, arrow in enumerate(picture.arrows):
        label = graphviz.escape(arrow.label).replace("\n", r"\n")
        target = names[arrow.target]
        if arrow.jump:
            target = f"jump{number}"
            graph.node(target, graphviz.escape(f"↪ {arrow.target}"), **_JUMP)
        graph.edge(names[arrow.source], target, label=f" {label} " if label else "")
    return graph


def _heading(picture: Picture) -> str:
    note = f'<br/><font point-size="11">{html.escape(picture.note)}</font>' if picture.note else ""
    return f"<<b>{html.escape(picture.title)}</b>{note}>"


def _label(box: Box) -> str:
    lines = "".join(f'<br/><font point-size="10">{html.escape(line)}</font>' for line in box.lines)
    name = f"{MARKS.get(box.kind, '')}{box.name}"
    kind = f'<font point-size="9" color="#475569">  {html.escape(box.type_word)}</font>'
    return f"<<b>{html.escape(name)}</b>{kind}{lines}>"
