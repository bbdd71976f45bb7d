"""Scenarios as people write them, in YAML or by flags, made into a :class:`router.sim.scenario.Scenario`."""

import math
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, field

from router.cli import scenario_tables as tables
from router.core.ids import PhoneName
from router.errors import SimulationError
from router.flowfile import Diagnostic, load_site
from router.flowfile.schema import Decoder
from router.flowfile.source import read_source
from router.flowfile.units import minute_of_day
from router.ivr.fields import Span
from router.sim import models
from router.sim.arrivals import (
    DAY_MS,
    HALF_HOUR_MS,
    HALF_HOURS_OF_DAY,
    HOUR_MS,
    Arrivals,
    Poisson,
    Profile,
    RecordedArrivals,
)
from router.sim.scenario import Days, Entry, Scenario, Shift, Steady
from router.sim.spans import Endless, Exponential, Fixed, Lognormal, Recorded, mean_ms
from router.sim.spans import Span as Distribution
from router.site import Site

SHAPES = ("exponential", "fixed", "inf", "lognormal", "recorded")
LEAST_CALLS = 1_000


class SpanSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How long something lasts."""

    shape: Annotated[str, Meta(extra={"one_of": lambda: SHAPES}, description="the kind of distribution")] = (
        "exponential"
    )
    mean: Annotated[Span, Meta(description="the mean, with its unit")] = 0
    cv: Annotated[float, Meta(ge=0, le=20, description="standard deviation / mean, of a lognormal")] = 1.0
    file: Annotated[str, Meta(description="CSV with a column 'seconds', of a recorded one")] = ""


class CallersSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of caller of a hotline's folder."""

    did: Annotated[str, Meta(min_length=1, description="the number they dial, in quotes")]
    share: Annotated[float, Meta(ge=0, description="their share of all callers, as a weight")] = 1.0
    keys: Annotated[str, Meta(pattern=r"^[0-9*#]*$", extra={"what": "telephone keys"}, description="keys pressed")] = ""


class ScenarioSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario file. Left out: no site (the model of one queue and one group), patience without end."""

    site: Annotated[str, Meta(description="a hotline's folder, seen from the scenario file")] = ""
    callers: Annotated[dict[str, CallersSpec], Meta(description="kinds of callers of the site")] = field(
        default_factory=dict
    )
    vip_share: Annotated[float, Meta(ge=0, le=1, description="share of VIPs, in the model")] = 0.0
    calls_per_hour: Annotated[float, Meta(ge=0, description="a steady rate")] = 0.0
    profile: Annotated[dict[str, float], Meta(description="calls by half hour: '08:30': 120")] = field(
        default_factory=dict
    )
    arrivals: Annotated[str, Meta(description="CSV with a column 'arrived'")] = ""
    handling: SpanSpec = SpanSpec(mean=180_000)
    patience: SpanSpec = SpanSpec(shape="inf")
    answering: SpanSpec = SpanSpec(shape="fixed")
    prompts: Annotated[Span, Meta(description="how long a prompt lasts")] = 0
    wrap_up: Annotated[Span, Meta(description="after-call work, in the model")] = 0
    agents: Annotated[int, Meta(ge=0, le=20_000, description="how many agents (default: all of the site)")] = 0
    roster: Annotated[str, Meta(description="CSV with columns agent, from, to")] = ""
    lines: Annotated[int, Meta(ge=0, le=100_000, description="calls the trunk carries at once; 0: no limit")] = 0
    places: Annotated[int, Meta(ge=-1, description="how many may wait, in the model; -1: no limit")] = -1
    target: Annotated[Span, Meta(description="the wait of the service level")] = 20_000
    calls: Annotated[int, Meta(ge=0, description="length of a steady run")] = 0
    days: Annotated[
        int, Meta(ge=0, le=100_000, description="days to repeat, for a profile, a roster or a recording")
    ] = 0
    seed: int = 1


class Told(NamedTuple):
    """How a mistake names what it is about: by flag or by the file's key."""

    flags: bool

    def name(self, key: str) -> str:
        """Return a setting as the person wrote it."""
        return f"--{key.replace('_', '-')}" if self.flags else f"'{key}'"


def read_scenario(path: Path) -> ScenarioSpec:
    """Read a scenario file. Raises :class:`SimulationError` listing every mistake with its place."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SimulationError(
            f"{path} cannot be read: {error.strerror}", "name a scenario file that is there"
        ) from None
    tree, findings = read_source(data, str(path))
    spec: ScenarioSpec | None = None
    if tree is not None:
        spec = Decoder(findings, []).struct(tree, ScenarioSpec, "a scenario")
    if spec is None or findings:
        raise SimulationError(_listed(path, findings), "correct it; docs/simulate.md lists the keys")
    return spec


def _listed(path: Path, findings: list[Diagnostic]) -> str:
    return "\n".join(str(finding) for finding in sorted(set(findings))) or f"{path} is empty"


def scenario_of(spec: ScenarioSpec, folder: Path, told: Told) -> Scenario:
    """Make a scenario of what was written; relative files are seen from ``folder``.

    Raises :class:`SimulationError` for what cannot be simulated, ``SiteError`` for a site's mistakes.
    """
    site, entries = _site(spec, folder, told)
    shifts = _shifts(spec, site, folder, told)
    arrivals = _arrivals(spec, folder, told)
    scenario = Scenario(
        site=site,
        entries=entries,
        arrivals=arrivals,
        handling=_span(spec.handling, folder, told.name("handling")),
        patience=_span(spec.patience, folder, told.name("patience")),
        answering=_span(spec.answering, folder, told.name("answering"), zero=True),
        prompts=Fixed(spec.prompts),
        shifts=shifts,
        length=_length(spec, arrivals, shifts, told),
        lines=spec.lines or None,
        target_ms=spec.target,
        seed=spec.seed,
    )
    _check_load(scenario, spec, told)
    return scenario


def _site(spec: ScenarioSpec, folder: Path, told: Told) -> tuple[Site, tuple[Entry, ...]]:
    if not spec.site:
        if spec.callers:
            raise SimulationError("'callers' need a site whose numbers they dial", "add 'site: FOLDER'")
        if not spec.agents:
            raise SimulationError(
                f"{told.name('agents')} must be at least 1, got {spec.agents}",
                f"say how many work: {told.name('agents')} 14",
            )
        kinds = models.kinds(spec.vip_share)
        places = None if spec.places < 0 else spec.places
        agents, ringing = models.same_agents(spec.agents), bool(spec.answering.mean)
        site = models.model_site(agents, kinds, wrap_up_ms=spec.wrap_up, ringing=ringing, capacity=places)
        return site, models.entries(kinds)
    site = load_site(folder / spec.site)
    for key in ("vip_share", "wrap_up", "places"):
        if getattr(spec, key) == getattr(ScenarioSpec(), key):
            continue
        raise SimulationError(f"{told.name(key)} is for the model; a site says it itself", "leave it out")
    entries = tuple(
        Entry(name=name, did=kind.did, share=kind.share, keys=kind.keys) for name, kind in spec.callers.items()
    )
    if not entries:
        entries = (Entry(name=models.STANDARD, did=next(iter(site.dids))),)
    for entry in entries:
        if entry.did not in site.dids:
            raise SimulationError(
                f"callers '{entry.name}' dial {entry.did}, which the site does not have",
                f"its numbers are: {', '.join(site.dids)}",
            )
    if not sum(entry.share for entry in entries):
        raise SimulationError("the shares of all callers are 0", "give one of them a share")
    return site, entries


def _shifts(spec: ScenarioSpec, site: Site, folder: Path, told: Told) -> tuple[Shift, ...]:
    if not spec.roster:
        everybody = models.always(site)
        if spec.agents > len(everybody):
            raise SimulationError(
                f"{told.name('agents')} is {spec.agents}, the site has {len(everybody)} agents",
                "add agents to its agents.yaml, or ask for fewer",
            )
        return everybody[: spec.agents or len(everybody)]
    path = folder / spec.roster
    shifts = tables.shifts(path)
    for shift in shifts:
        if shift.agent not in site.floor.agents:
            raise SimulationError(
                f"{path}: there is no agent {shift.agent}", "take agents of the site (1001... in the model)"
            )
        if shift.phone not in site.phones:
            raise SimulationError(f"{path}: there is no phone {shift.phone}", "take phones of the site")
    return tuple(_on_usual_phone(shift, site) for shift in shifts)


def _on_usual_phone(shift: Shift, site: Site) -> Shift:
    usual = site.floor.agents[shift.agent].phone
    return (
        msgspec.structs.replace(shift, phone=PhoneName(usual))
        if usual and str(shift.phone) == str(shift.agent)
        else shift
    )


def _arrivals(spec: ScenarioSpec, folder: Path, told: Told) -> Arrivals:
    given = [key for key in ("calls_per_hour", "profile", "arrivals") if getattr(spec, key)]
    if len(given) != 1:
        said = " and ".join(told.name(key) for key in given) or "nothing"
        raise SimulationError(
            f"{said} says when calls arrive" if given else "nothing says when calls arrive",
            f"give one of {told.name('calls_per_hour')}, 'profile' or {told.name('arrivals')}",
        )
    if spec.arrivals:
        return RecordedArrivals(tables.arrivals_ms(folder / spec.arrivals))
    if spec.profile:
        return _profile(spec.profile)
    if not (spec.calls_per_hour > 0 and math.isfinite(spec.calls_per_hour)):
        raise SimulationError(
            f"{told.name('calls_per_hour')} must be more than 0, got {spec.calls_per_hour:g}",
            f"say how many calls arrive: {told.name('calls_per_hour')} 200",
        )
    return Poisson(spec.calls_per_hour)


def _profile(given: dict[str, float]) -> Profile:
    calls = [0.0] * HALF_HOURS_OF_DAY
    for clock, expected in given.items():
        try:
            index, rest = divmod(minute_of_day(clock) * 60_000, HALF_HOUR_MS)
        except ValueError:
            index, rest = 0, 1
        if rest or index >= HALF_HOURS_OF_DAY:
            raise SimulationError(
                f"'profile': '{clock}' is no half hour of the day", "write '08:00', '08:30'... in quotes"
            )
        if not (expected >= 0 and math.isfinite(expected)):
            raise SimulationError(f"'profile': {clock} cannot have {expected:g} calls", "write 0 or more")
        calls[index] = expected
    if not any(calls):
        raise SimulationError("'profile' has no calls at all", "give calls to at least one half hour")
    return Profile(tuple(calls))


def _span(spec: SpanSpec, folder: Path, name: str, zero: bool = False) -> Distribution:
    if spec.shape == "inf":
        return Endless()
    if spec.shape == "recorded":
        if not spec.file:
            raise SimulationError(f"{name} is recorded, but no file is given", "name a CSV with a column 'seconds'")
        return Recorded(tables.spans_ms(folder / spec.file))
    if spec.mean <= 0 and not zero:
        raise SimulationError(f"{name} needs a mean of more than 0", "give its mean, such as 180 seconds")
    if spec.shape == "fixed" or spec.mean <= 0:
        return Fixed(spec.mean)
    return Exponential(spec.mean) if spec.shape == "exponential" else Lognormal(spec.mean, spec.cv)


def _length(spec: ScenarioSpec, arrivals: Arrivals, shifts: tuple[Shift, ...], told: Told) -> Steady | Days:
    steady = isinstance(arrivals, Poisson) and all(shift.ends_ms is None for shift in shifts)
    if spec.days or not steady:
        if spec.calls:
            raise SimulationError(
                f"{told.name('calls')} fits a steady rate with the same agents all day only",
                f"give {told.name('days')} instead: each day is one repetition",
            )
        length = DAY_MS
        if isinstance(arrivals, RecordedArrivals):
            length = (arrivals.at_ms[-1] // DAY_MS + 1) * DAY_MS
        return Days(count=spec.days or 20, length_ms=length)
    calls = spec.calls or 100_000
    if calls < LEAST_CALLS:
        raise SimulationError(
            f"{told.name('calls')} must be at least {LEAST_CALLS}, got {calls}",
            "fewer say nothing about a steady state",
        )
    return Steady(calls=calls)


def _check_load(scenario: Scenario, spec: ScenarioSpec, told: Told) -> None:
    """Refuse a steady model whose queue would grow without end."""
    if spec.site or not isinstance(scenario.arrivals, Poisson) or not isinstance(scenario.length, Steady):
        return
    if not isinstance(scenario.patience, Endless) or scenario.lines or spec.places >= 0:
        return
    work_ms = mean_ms(scenario.handling) + spec.wrap_up + mean_ms(scenario.answering)
    erlangs = scenario.arrivals.calls_per_hour * work_ms / HOUR_MS
    if erlangs >= len(scenario.shifts):
        raise SimulationError(
            f"{erlangs:.1f} erlangs of work for {len(scenario.shifts)} agents: the queue would grow without end",
            f"take at least {math.floor(erlangs) + 1} agents, or give the callers a patience ({told.name('patience')})",
        )
