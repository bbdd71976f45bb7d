"""``hotline simulate``: what a day, a roster or a year of calls would be like, on the very core that runs the line."""

import math
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from router.cli.options import Json
from router.cli.output import did_you_mean, print_json, print_table, refuse
from router.cli.scenario_file import SHAPES, ScenarioSpec, SpanSpec, Told, read_scenario, scenario_of
from router.core.ids import Ms
from router.errors import SimulationError
from router.sim.run import Report, simulate
from router.sim.scenario import Days, Scenario

_TEXTS = {
    "p_wait": ("found no agent free", "%"),
    "asa_s": ("mean wait of the answered (ASA)", "s"),
    "service_level": ("answered within {target} / all", "%"),
    "p_abandon": ("gave up", "%"),
    "p_block": ("blocked or turned away", "%"),
    "mean_wait_s": ("mean wait of all", "s"),
    "queue_len": ("callers waiting, mean", ""),
    "occupancy": ("agents' occupancy", "%"),
}
_ALWAYS = ("vip_wait_s", "standard_wait_s")
"""In the model's JSON even where there are no such callers."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(command)


def command(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO.yaml]", help="what to simulate; flags win", show_default=False)
    ] = None,
    model: Annotated[bool, typer.Option("--model", help="one queue, one group of agents, no site")] = False,
    site: Annotated[
        Path | None, typer.Option(help="a hotline's folder instead of the model", show_default=False)
    ] = None,
    calls_per_hour: Annotated[float | None, typer.Option(help="rate of a Poisson stream", show_default=False)] = None,
    arrivals: Annotated[
        Path | None, typer.Option(help="recorded arrivals: CSV with 'arrived'", show_default=False)
    ] = None,
    aht: Annotated[float | None, typer.Option(help="mean handling time in seconds", show_default=False)] = None,
    handling: Annotated[str | None, typer.Option(help=f"its shape: {', '.join(SHAPES)}", show_default=False)] = None,
    handling_cv: Annotated[float | None, typer.Option(help="its spread: deviation / mean", show_default=False)] = None,
    handling_file: Annotated[Path | None, typer.Option(help="recorded: CSV with 'seconds'", show_default=False)] = None,
    patience: Annotated[
        str | None, typer.Option(help="mean in seconds, or inf", show_default=False, metavar="SECONDS|inf")
    ] = None,
    patience_shape: Annotated[str | None, typer.Option(help="its shape", show_default=False)] = None,
    patience_cv: Annotated[float | None, typer.Option(help="its spread", show_default=False)] = None,
    patience_file: Annotated[Path | None, typer.Option(help="recorded: CSV with 'seconds'", show_default=False)] = None,
    agents: Annotated[int | None, typer.Option(help="how many agents", show_default=False)] = None,
    roster: Annotated[Path | None, typer.Option(help="CSV with 'agent,from,to'", show_default=False)] = None,
    wrap_up: Annotated[float | None, typer.Option(help="after-call work in seconds", show_default=False)] = None,
    answer_delay: Annotated[
        float | None, typer.Option(help="mean ringing of agents' phones, s", show_default=False)
    ] = None,
    vip_share: Annotated[float | None, typer.Option(help="share of VIPs, who go first", show_default=False)] = None,
    lines: Annotated[int | None, typer.Option(help="calls the trunk carries at once", show_default=False)] = None,
    places: Annotated[int | None, typer.Option(help="how many callers may wait", show_default=False)] = None,
    target: Annotated[
        float | None, typer.Option(help="wait of the service level in seconds", show_default=False)
    ] = None,
    calls: Annotated[int | None, typer.Option(help="length of a steady run", show_default=False)] = None,
    days: Annotated[int | None, typer.Option(help="days, each a repetition", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="of all that is random", show_default=False)] = None,
    json: Json = False,
) -> None:
    """Simulate a hotline by flags or a scenario file; the same seed gives the same result. See docs/simulate.md."""
    try:
        spec, folder = (read_scenario(scenario), scenario.parent) if scenario else (ScenarioSpec(), Path())
        if model and (site or spec.site):
            raise SimulationError("--model is without a site", "leave out --model, or the site")
        here = Path.cwd()
        spec = msgspec.structs.replace(
            spec,
            handling=_span(spec.handling, "handling", _seconds("aht", aht), handling, handling_cv, handling_file, here),
            patience=_patience(spec.patience, patience, patience_shape, patience_cv, patience_file, here),
            **_given(
                site=str(here / site) if site else None,
                calls_per_hour=_positive("calls-per-hour", calls_per_hour),
                arrivals=str(here / arrivals) if arrivals else None,
                agents=_at_least("agents", agents, 1),
                roster=str(here / roster) if roster else None,
                wrap_up=_seconds("wrap-up", wrap_up),
                vip_share=_share("vip-share", vip_share),
                lines=_at_least("lines", lines, 1),
                places=_at_least("places", places, 0),
                target=_seconds("target", target),
                calls=_at_least("calls", calls, 1),
                days=_at_least("days", days, 1),
                seed=seed,
            ),
        )
        if answer_delay is not None:
            delay = SpanSpec(shape="fixed", mean=_seconds("answer-delay", answer_delay) or 0)
            spec = msgspec.structs.replace(spec, answering=delay)
        made = scenario_of(spec, folder, Told(flags=scenario is None))
    except SimulationError as error:
        raise refuse(str(error), error.cure) from None
    began = time.monotonic()
    report = simulate(made, _progress if sys.stderr.isatty() else None)
    if json:
        print_json(as_json(made, report, model=not spec.site))
    else:
        _show(made, report, time.monotonic() - began)


def as_json(scenario: Scenario, report: Report, *, model: bool) -> dict[str, object]:
    """Return a report as flat values; the same scenario gives the same bytes. ``<name>_ci`` are half-widths at 95 %."""
    result: dict[str, object] = {}
    for name, estimate in report.measures.items():
        result[name], result[f"{name}_ci"] = estimate.value, estimate.ci
    for name in _ALWAYS if model else ():
        result.setdefault(name, None)
        result.setdefault(f"{name}_ci", None)
    return {
        **result,
        "target_s": scenario.target_ms / 1_000,
        "calls": report.measured_count + report.warm_up_count,
        "measured_calls": report.measured_count,
        "warm_up_calls": report.warm_up_count,
        "lost_calls": report.lost_count,
        "agents": len({shift.agent for shift in scenario.shifts}),
        "batches": report.batches,
        "method": "repeated days" if isinstance(scenario.length, Days) else "batch means with control variates",
        "simulated_hours": round(report.simulated_ms / 3_600_000, 3),
        "seed": scenario.seed,
        "doubts": list(report.doubts),
    }


def _show(scenario: Scenario, report: Report, took_s: float) -> None:
    rows: list[tuple[str, str, str]] = []
    for name, estimate in report.measures.items():
        kind = name.removesuffix("_wait_s")
        text, unit = _TEXTS.get(name, (f"mean wait of {kind} callers", "s"))
        if name not in _TEXTS and len(scenario.entries) == 1:
            continue
        label = text.format(target=f"{scenario.target_ms / 1_000:g} s")
        rows.append((label, _figure(estimate.value, unit, estimate.why), _figure(estimate.ci, unit, "")))
    print_table(("measure", "value", "± (95 %)"), rows, empty="nothing was measured")
    parts = "days" if isinstance(scenario.length, Days) else "batches"
    spare_count = report.warm_up_count + report.spare_count
    rate = (report.measured_count + spare_count) / max(took_s, 1e-9)
    print(f"\n{report.measured_count:,} calls measured in {report.batches} {parts}, {spare_count:,} outside; ", end="")
    print(f"{report.simulated_ms / 3_600_000:,.0f} hours in {took_s:.1f} s ({rate:,.0f} calls/s)")
    if report.lost_count:
        print(f"{report.lost_count:,} calls were lost by the flow or the core: see docs/simulate.md")
    for doubt in report.doubts:
        print(f"doubt: {doubt}")


def _figure(value: float | None, unit: str, why: str) -> str:
    if value is None:
        return f"- ({why})" if why else "-"
    if unit == "%":
        return f"{value * 100:.2f} %"
    return f"{value:.3f} {unit}".rstrip()


def _progress(count: int) -> None:
    print(f"\r{count:,} calls", end="\r", file=sys.stderr)


# --- flags ---


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _patience(
    spec: SpanSpec, mean: str | None, shape: str | None, cv: float | None, file: Path | None, here: Path
) -> SpanSpec:
    if mean is not None and mean.strip().lower() in ("inf", "infinite", "none"):
        return SpanSpec(shape="inf")
    if mean is not None:
        try:
            seconds = float(mean)
        except ValueError:
            raise SimulationError(f"--patience cannot be '{mean}'", "give a mean in seconds, or inf") from None
        if spec.shape == "inf":
            spec = SpanSpec()
        return _span(spec, "patience-shape", _seconds("patience", seconds, least=1), shape, cv, file, here)
    return _span(spec, "patience-shape", None, shape, cv, file, here)


def _span(
    spec: SpanSpec, flag: str, mean: Ms | None, shape: str | None, cv: float | None, file: Path | None, here: Path
) -> SpanSpec:
    if shape is not None and shape not in SHAPES:
        close = did_you_mean(shape, SHAPES)
        raise SimulationError(f"--{flag}: unknown distribution '{shape}'", close or f"take one of: {', '.join(SHAPES)}")
    if cv is not None and not 0 <= cv <= 20:
        raise SimulationError(f"--{flag.removesuffix('-shape')}-cv must be between 0 and 20, got {cv:g}", "1 is usual")
    if file is not None:
        shape = shape or "recorded"
    return msgspec.structs.replace(
        spec, **_given(mean=mean, shape=shape, cv=cv, file=str(here / file) if file else None)
    )


def _seconds(flag: str, value: float | None, least: Ms = 0) -> Ms | None:
    if value is None:
        return None
    if not (math.isfinite(value) and 0 <= value <= 10_000_000 and round(value * 1_000) >= least):
        raise SimulationError(f"--{flag} cannot be {value:g} seconds", f"give seconds of 0 or more: --{flag} 180")
    return round(value * 1_000)


def _positive(flag: str, value: float | None) -> float | None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise SimulationError(f"--{flag} must be more than 0, got {value:g}", f"for example --{flag} 200")
    return value


def _share(flag: str, value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 1:
        raise SimulationError(f"--{flag} must be between 0 and 1, got {value:g}", "0.2 means one caller in five")
    return value


def _at_least(flag: str, value: int | None, least: int) -> int | None:
    if value is not None and value < least:
        raise SimulationError(f"--{flag} must be at least {least}, got {value}", f"for example --{flag} 14")
    return value
