"""Draws the day by half hour as SVG, in a process of its own: drawing takes a while and must hold up nobody."""

import asyncio
import io
import logging
import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from router.board.measured import HalfHour
from router.core.ids import Ms
from router.kpi.charts import FONTS

_KEPT = 64
_COLOURS = {
    "dark": {"text": "#9aa9b5", "line": "#27323c", "answered": "#3f7f9e", "abandoned": "#ff7a59", "level": "#f0c674"},
    "light": {"text": "#566570", "line": "#d8dedb", "answered": "#7fb6d1", "abandoned": "#b8340f", "level": "#6b4a00"},
}
_WORDS = {
    "en": {"answered": "answered", "abandoned": "abandoned", "level": "service level %"},
    "zh": {"answered": "已接", "abandoned": "放弃", "level": "服务水平 %"},
}
HALF_HOUR_MS: Ms = 1_800_000


class Trend:
    """Draws charts and keeps the newest. Close it at the end."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._pool: ProcessPoolExecutor | None = None
        self._turn = asyncio.Lock()

    async def svg(self, halves: Sequence[HalfHour], day_start: Ms, target: float, theme: str, language: str) -> bytes:
        """Return the chart of a day that began at ``day_start``; ``target`` is the service level's, in percent."""
        key = (tuple(halves), day_start, target, theme, language)
        async with self._turn:
            if key not in self._drawn:
                if self._pool is None:
                    # not forked: a copy of a process with threads may never get a lock that one of them held
                    context = multiprocessing.get_context("spawn")
                    self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=end_with_parent)
                loop = asyncio.get_running_loop()
                self._drawn[key] = await loop.run_in_executor(self._pool, draw, *key)
                while len(self._drawn) > _KEPT:
                    self._drawn.popitem(last=False)
            self._drawn.move_to_end(key)
            return self._drawn[key]

    def close(self) -> None:
        """End the process that draws."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Let this process end when the one that started it does, however that ends: a killed board closes nothing."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def draw(halves: Sequence[HalfHour], day_start: Ms, target: float, theme: str, language: str) -> bytes:
    """Return a day's chart: bars for answered and abandoned calls, a line for the service level, its target dashed."""
    import matplotlib

    # a font of the list that is not there is none that is missing
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    matplotlib.use("svg")
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    colours, words = _COLOURS[theme], _WORDS[language]
    matplotlib.rcParams.update(
        {
            "svg.fonttype": "none",
            "font.family": list(FONTS),
            "font.size": 15,
            "hatch.linewidth": 1.5,
            "svg.hashsalt": "trend",
        }
    )
    figure = Figure(figsize=(6.0, 2.7))
    figure.patch.set_alpha(0)
    calls = figure.add_axes((0.085, 0.14, 0.83, 0.7))
    shares = calls.twinx()
    places = [(half.start_ms - day_start) / 3_600_000 + 0.25 for half in halves]
    answered, abandoned = [half.answered for half in halves], [half.abandoned for half in halves]
    plain: dict[str, Any] = {"facecolor": colours["answered"]}
    hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": colours["abandoned"], "hatch": "///"}
    calls.bar(places, answered, 0.42, **plain)
    calls.bar(places, abandoned, 0.42, bottom=answered, **hatched)
    known = [(place, half.level * 100) for place, half in zip(places, halves, strict=True) if half.level is not None]
    (line,) = shares.plot(
        [place for place, _ in known],
        [level for _, level in known],
        color=colours["level"],
        linewidth=2.6,
        marker="o",
        markersize=5,
        label=words["level"],
    )
    shares.axhline(target, color=colours["level"], linestyle=(0, (2, 3)), linewidth=1.4)
    first = min([*places, 8.0]) - 0.5
    last = max([*places, 18.0]) + 0.5
    for axes in (calls, shares):
        axes.set_facecolor("none")
        axes.set_xlim(first, last)
        axes.tick_params(colors=colours["text"], length=0, labelsize=15)
        for side in axes.spines.values():
            side.set_visible(False)
    step = 2 if last - first <= 14 else 3
    ticks = [hour for hour in range(0, 25, step) if first <= hour <= last]
    calls.set_xticks(ticks, [f"{hour % 24:02}:00" for hour in ticks])
    top = max([a + b for a, b in zip(answered, abandoned, strict=True)], default=0)
    calls.set_ylim(0, max(4, top * 1.12))
    calls.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, prune="lower"))
    calls.grid(axis="y", color=colours["line"], linewidth=1)
    calls.set_axisbelow(True)
    shares.set_ylim(0, 105)
    shares.set_yticks([50, 100])
    figure.legend(
        # not the bars: there are none before the first call
        handles=[Patch(**plain, label=words["answered"]), Patch(**hatched, label=words["abandoned"]), line],
        loc="upper center",
        ncols=3,
        frameon=False,
        labelcolor=colours["text"],
        fontsize=15,
        borderaxespad=0.1,
        handlelength=1.2,
        columnspacing=1.6,
    )
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
