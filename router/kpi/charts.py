"""Curves as SVG, for pages and paper: text stays text, in fonts by name; lines differ by dash, not by colour alone."""

import io
import logging
from collections.abc import Sequence
from typing import Any

import msgspec

FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Noto Sans", "DejaVu Sans")
"""Faces by name, the first that is there; the last one is everywhere."""
COLOURS = ("#1f5a8a", "#c2570c", "#5b7f2b", "#6b4a8f")
"""Told apart by the colour-blind and in grey."""
GREY = "#8a949c"
_TEXT = "#3b444b"
_GRID = "#dde2e6"
_DASHES: tuple[Any, ...] = ("solid", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1, 1, 1)))
_MM = 1 / 25.4


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One line: a value at each place (None: none there). ``faint`` ones are the ground a trend stands on."""

    label: str
    values: tuple[float | None, ...]
    faint: bool = False
    bars: bool = False


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Curves over the same places. ``ticks`` name some of the places; ``target`` is a dashed level.

    ``counts``: the values are whole numbers.
    """

    curves: tuple[Curve, ...]
    ticks: tuple[tuple[int, str], ...]
    target: float | None = None
    target_label: str = ""
    unit: str = ""
    counts: bool = False


def draw(chart: Chart, *, width_mm: float = 62, height_mm: float = 42, size_pt: float = 6) -> bytes:
    """Return a chart as SVG. The same chart gives the same bytes."""
    import matplotlib

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a face that is not there is not news
    matplotlib.use("svg")
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    look: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "chart",
        "font.family": list(FONTS),
        "font.size": size_pt,
        "axes.linewidth": 0.5,
    }
    with matplotlib.rc_context(look):
        figure = Figure(figsize=(width_mm * _MM, height_mm * _MM))
        figure.patch.set_alpha(0)
        axes = figure.add_axes((0.1, 0.13, 0.88, 0.71))
        strong = 0
        for curve in chart.curves:
            if curve.bars:
                _bars(axes, curve)
            else:
                _line(axes, curve, strong)
            strong += not curve.faint and not curve.bars
        if chart.target is not None:
            axes.axhline(
                chart.target, color=_TEXT, linewidth=0.6, linestyle=(0, (1, 2)), label=chart.target_label or None
            )
        places = max((len(curve.values) for curve in chart.curves), default=1)
        axes.set_xlim(-0.6, max(places - 0.4, 0.6))
        _, top = axes.get_ylim()
        axes.set_ylim(0, top if top > 0 and any(_known(curve) for curve in chart.curves) else 1)
        axes.set_xticks([place for place, _ in chart.ticks], [_plain(label) for _, label in chart.ticks])
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=chart.counts))
        axes.tick_params(colors=_TEXT, length=0, pad=1.5, labelsize=size_pt)
        axes.tick_params(axis="x", pad=4)  # clear of the axis' nought
        axes.grid(axis="y", color=_GRID, linewidth=0.5)
        axes.set_axisbelow(True)
        for name, side in axes.spines.items():
            side.set_visible(name == "bottom")
            side.set_color(GREY)
        if chart.unit:
            axes.text(
                0, 1.02, _plain(chart.unit), transform=axes.transAxes, ha="right", va="bottom", color=_TEXT,
                fontsize=size_pt,
            )  # fmt: skip
        figure.legend(
            loc="upper right",
            ncols=4,
            frameon=False,
            labelcolor=_TEXT,
            fontsize=size_pt,
            borderaxespad=0.1,
            handlelength=2.0,
            handletextpad=0.4,
            columnspacing=0.9,
        )
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _line(axes: Any, curve: Curve, number: int) -> None:
    values = [float("nan") if value is None else value for value in curve.values]
    alone = sum(value is not None for value in curve.values) == 1
    if curve.faint:
        axes.plot(
            values, color=GREY, linewidth=0.5, marker="o" if len(values) <= 60 else "", markersize=1.2,
            label=_plain(curve.label), alpha=0.85,
        )  # fmt: skip
        return
    axes.plot(
        values,
        color=COLOURS[number % len(COLOURS)],
        linestyle=_DASHES[number % len(_DASHES)],
        linewidth=1.2,
        marker="o" if alone else "",
        markersize=2,
        label=_plain(curve.label),
    )


def _bars(axes: Any, curve: Curve) -> None:
    heights = [value or 0 for value in curve.values]
    axes.bar(range(len(heights)), heights, 0.8, color="#c9d6df", label=_plain(curve.label))


def _known(curve: Curve) -> bool:
    return any(value for value in curve.values)


def _plain(text: str) -> str:
    """Words as they are: matplotlib would read what stands between dollars as a formula."""
    return text.replace("$", r"\$")


def trend(over: Sequence[float], under: Sequence[float], window: int) -> tuple[float | None, ...]:
    """Return a moving mean: the sum of ``over`` by that of ``under``, over ``window`` places round each (odd).

    None where nothing was counted in all of them. So quiet places weigh as little as they should.
    """
    reach = window // 2
    sums_over, sums_under = [0.0], [0.0]
    for top, bottom in zip(over, under, strict=True):
        sums_over.append(sums_over[-1] + top)
        sums_under.append(sums_under[-1] + bottom)
    found: list[float | None] = []
    for place in range(len(over)):
        low, high = max(0, place - reach), min(len(over), place + reach + 1)
        weight = sums_under[high] - sums_under[low]
        found.append((sums_over[high] - sums_over[low]) / weight if weight > 1e-9 else None)
    return tuple(found)
