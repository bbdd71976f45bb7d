"""A report as HTML, one file that stands alone, and as PDF made from the same page."""

import base64
import functools
import io
import shutil
import subprocess
from importlib import resources

import jinja2

from router.errors import HotlineError
from router.kpi.charts import FONTS
from router.reports.content import Report
from router.reports.words import Say

_FITS = (1.0, 0.95, 0.9, 0.85, 0.8)
"""Sizes of type that are tried until a page holds it all."""


def html(report: Report, *, scale: float = 1.0, paper: bool = False) -> str:
    """Return a report as a page; charts are inside it, nothing is fetched and nothing runs.

    ``paper`` leaves out what only the screen shows; ``scale`` is that of the type.
    """
    say = Say(report.language)
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            report=report,
            say=say,
            style=_style(),
            scale=scale,
            paper=paper,
            fonts=FONTS,
            numbers={one.name: one.number for one in report.definitions},
            letters={reason: letter for letter, reason in report.reasons.items()},
            printed=report.printed_reasons(),
            picture=_picture,
            roster_heads=_roster_heads(report),
        )
    )


def pdf(report: Report) -> bytes:
    """Return a report as PDF: A4, on one page where it can be (a hand-over may need more)."""
    return paged(report)[0]


def paged(report: Report) -> tuple[bytes, int]:
    """Return a report as PDF, and how many pages it has.

    Raises HotlineError where the system's libraries for it are missing.
    """
    try:
        import weasyprint
    except OSError as error:
        raise HotlineError(
            f"PDF needs the Pango library: {' '.join(str(error).split())}",
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        ) from error
    fetcher = weasyprint.URLFetcher(allowed_protocols=["data"])  # a report loads nothing from anywhere
    for scale in _FITS:
        document = weasyprint.HTML(string=html(report, scale=scale, paper=True), url_fetcher=fetcher).render()
        if len(document.pages) == 1:
            break
    out = io.BytesIO()
    document.write_pdf(out)
    return out.getvalue(), len(document.pages)


def chinese_font_missing() -> bool:
    """Whether no font of this system has Chinese (where it cannot be told: False)."""
    if shutil.which("fc-list") is None:
        return False
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return found.returncode == 0 and not found.stdout.strip()


def _picture(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _roster_heads(report: Report) -> list[str]:
    if report.roster is None:
        return []
    heads = [str(row[0].value) for row in report.roster.rows[:-1]]
    return [_head(report.kind, head) for head in heads]


def _head(kind: str, when: str) -> str:
    """A column's heading in few characters: hour, day, week or month."""
    if kind == "shift":
        return when[-5:]
    if kind == "day":
        return when[-5:-3]
    if kind == "year":
        return when[5:7]
    return when[-2:] if kind == "month" else when[5:]


@functools.cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("router.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _style() -> str:
    return resources.files("router.reports").joinpath("templates/report.css").read_text(encoding="utf-8")
