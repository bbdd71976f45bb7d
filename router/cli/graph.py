"""``hotline graph``: a picture of a flow."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from router.cli.options import Lang, Language, settings_of
from router.cli.output import did_you_mean, refuse
from router.flowfile import load_site
from router.flowfile.prompts import read_prompts
from router.flowgraph import as_dot, as_mermaid, as_svg, picture


class Format(StrEnum):
    """What a picture can be."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"


_ENDINGS = {".svg": Format.SVG, ".mmd": Format.MERMAID, ".mermaid": Format.MERMAID, ".md": Format.MERMAID,
            ".dot": Format.DOT, ".gv": Format.DOT}  # fmt: skip
_DRAW = {Format.SVG: as_svg, Format.MERMAID: as_mermaid, Format.DOT: as_dot}

FlowName = Annotated[str, typer.Argument(metavar="FLOW", help="a flow's name, or its file: flows/main.yaml")]
SiteFolder = Annotated[
    Path | None, typer.Option("--site", help="the hotline's folder (default: the site of the settings)")
]
Into = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="write into this file")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("graph")(graph)


def graph(
    flow: FlowName,
    site: SiteFolder = None,
    kind: Annotated[
        Format | None, typer.Option("--format", help="svg (default), mermaid or dot", show_default=False)
    ] = None,
    lang: Lang = Language.EN,
    output: Into = None,
) -> None:
    """Draw a flow: boxes by what they do, arrows by keys and time-outs.

    Persons, messages and farewells, where calls end up, have a thick frame and a sign. In a terminal the picture goes
    into FLOW.svg unless -o names a file.
    """
    folder, name = flow_at(flow, site)
    compiled = load_site(folder)
    found = compiled.script.flows.get(name)
    if found is None:
        known = list(compiled.script.flows)
        raise refuse(f"there is no flow '{name}'", did_you_mean(name, known) or f"flows are: {', '.join(known)}")
    kind = kind or (_ENDINGS.get(output.suffix.lower()) if output else None) or Format.SVG
    text = _DRAW[kind](picture(compiled, found, read_prompts(folder)[0], lang.value))
    if output is None and kind is Format.SVG and sys.stdout.isatty():
        output = Path(f"{name}.svg")
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refuse(f"{output}: {error.strerror}", "name another file after -o") from error
    typer.echo(f"{output}: flow {name}, {len(found.nodes)} nodes")


def flow_at(flow: str, site: Path | None) -> tuple[Path, str]:
    """Return the hotline's folder and the flow's name that a name or a file of a flow means."""
    path = Path(flow)
    if site is None and path.suffix == ".yaml" and path.is_file():
        return path.absolute().parent.parent, path.stem
    return site or settings_of().site, flow
