"""Pure: a measure and the honest half-width of its 95 % confidence interval, by batch means.

A measure is a ratio of two sums (answered within the target / arrivals, caller-seconds waiting / seconds...). The run
is cut into batches, each giving one pair of sums; the ratio of all the sums is the estimate, and its variance follows
from how far each batch is from it (the delta method; Law, *Simulation Modeling and Analysis*, ratio estimator). Where
neighbouring batches still depend on each other, the variance is raised by what their correlation says.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import msgspec

CONFIDENCE = 0.95
_T_975 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060)
"""Student's t, 0.975 quantile, for 1-8 degrees of freedom, where the series below is too coarse."""
LEAST_FOR_CONTROLS = 20
"""Fewer batches than this are too few to learn coefficients from."""


class Estimate(msgspec.Struct, frozen=True):
    """A measure. ``ci`` is the half-width of its interval; None where there is nothing to say, and ``why`` says why.

    ``correlation`` is that of neighbouring batches: near 0 in a run that is long enough.
    """

    value: float | None
    ci: float | None = None
    correlation: float = 0.0
    why: str = ""


def student_t(freedom: int) -> float:
    """Return the 0.975 quantile of Student's t (Abramowitz & Stegun 26.7.5)."""
    if freedom <= len(_T_975):
        return _T_975[freedom - 1]
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    z3, z5, z7 = z**3, z**5, z**7
    return (
        z
        + (z3 + z) / (4 * freedom)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom**2)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom**3)
    )


def ratio(
    numerators: Sequence[float], denominators: Sequence[float], controls: Sequence[Sequence[float]] = ()
) -> Estimate:
    """Estimate sum(numerators) / sum(denominators) from the sums of each batch.

    ``controls`` are further sums of each batch whose true mean is known to be 0 (how much longer than expected its
    callers talked...). What luck they had tells what luck the measure had, and that part is taken out: linear control
    variates, with coefficients by least squares over the batches.
    """
    total = math.fsum(denominators)
    if not total:
        return Estimate(None, why="nothing to measure")
    value = math.fsum(numerators) / total
    count = len(denominators)
    if count < 2:
        return Estimate(value, why="one run says nothing of its own spread")
    off = [over - value * under for over, under in zip(numerators, denominators, strict=True)]
    if not any(off):
        return Estimate(value, 0.0)
    used = [control for control in controls if any(control)] if count >= LEAST_FOR_CONTROLS else []
    luck, doubt, off = _explained(off, used)
    highest = 1.0 if all(over <= under for over, under in zip(numerators, denominators, strict=True)) else math.inf
    value = min(max(value - luck * count / total, 0.0), highest)
    squares = math.fsum(part * part for part in off)
    if not squares:
        return Estimate(value, 0.0)
    freedom = count - 1 - len(used)
    correlation = math.fsum(one * next_one for one, next_one in pairwise(off)) / squares
    # An AR(1) view of what is left between neighbours, freed of its bias (Marriott & Pope 1954); it only ever widens.
    kept = min(max(correlation + (1 + 3 * correlation) / count, 0.0), 0.9)
    variance = squares / freedom * (1 / count + doubt) * (1 + kept) / (1 - kept)
    return Estimate(value, student_t(freedom) * math.sqrt(variance) * count / total, correlation)


def _explained(off: list[float], controls: Sequence[Sequence[float]]) -> tuple[float, float, list[float]]:
    """Return how much of the mean of ``off`` the controls' means explain, how far to doubt it, and what they leave.

    Controls are taken one after another, each freed of what those before it say (Gram-Schmidt).
    """
    luck = doubt = 0.0
    count = len(off)
    free: list[tuple[float, list[float]]] = []
    for control in controls:
        mean = math.fsum(control) / count
        rest = [value - mean for value in control]
        scale = math.fsum(part * part for part in rest)
        for other_mean, other in free:
            share = _dot(rest, other) / _dot(other, other)
            mean -= share * other_mean
            rest = [part - share * of_other for part, of_other in zip(rest, other, strict=True)]
        if _dot(rest, rest) <= 1e-9 * scale:
            continue  # says nothing that the others have not said
        free.append((mean, rest))
    for mean, rest in free:
        slope = _dot(off, rest) / _dot(rest, rest)
        luck += slope * mean
        doubt += mean * mean / _dot(rest, rest)
        off = [part - slope * of_rest for part, of_rest in zip(off, rest, strict=True)]
    return luck, doubt, off


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))
