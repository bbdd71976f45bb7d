"""Pure: the registry as a page: every measure with its formula, unit and target, made for docs/measures.md."""

from router.kpi.measures import MEASURES, Bounds
from router.kpi.terms import SPLITS, Measure


def page() -> str:
    """Return the table of all measures, in Markdown."""
    lines = [
        "| # | measure | 中文 | formula | unit | target | by (beside time and centre) | `-` means |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(measure) for measure in MEASURES.values()]
    bounds = Bounds()
    lines += [
        "",
        f"Bounds: service level X {bounds.within_ms // 1000} s, person reached {bounds.reached_ms // 1000} s, "
        f"{bounds.agent_rings:.0f} agent rings, a good score from {bounds.good_score}, "
        f"misdialled up to {bounds.misdialled_ms // 1000} s.",
    ]
    return "\n".join(lines)


def _row(measure: Measure) -> str:
    target = measure.target.words if measure.target is not None else ""
    splits = ", ".join(word.replace("_", " ") for word in SPLITS if word in measure.splits)
    nothing = measure.nothing.english if measure.under is not None or measure.over is None else ""
    cells = (
        measure.number or "-",
        f"{measure.english} `{measure.name}`",
        measure.chinese,
        measure.words,
        str(measure.unit.value),
        target,
        splits,
        nothing,
    )
    return "| " + " | ".join(cells) + " |"
