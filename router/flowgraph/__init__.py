"""Pictures of flows: boxes and arrows as SVG (by Graphviz), its own text, or Mermaid."""

from router.flowgraph.dot import as_dot, as_svg
from router.flowgraph.mermaid import as_mermaid
from router.flowgraph.picture import Picture, picture

__all__ = ["Picture", "as_dot", "as_mermaid", "as_svg", "picture"]
