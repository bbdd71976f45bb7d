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


def ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Estimate sum(numerators) / sum(denominators) from the sums of each batch."""
    total = math.fsum(denominators)
    if not total:
        return Estimate(None, why="nothing to measure")
    value = math.fsum(numerators) / total
    count = len(denominators)
    if count < 2:
        return Estimate(value, why="one run says nothing of its own spread")
    off = [over - value * under for over, under in zip(numerators, denominators, strict=True)]
    squares = math.fsum(part * part for part in off)
    if not squares:
        return Estimate(value, 0.0)
    correlation = math.fsum(one * next_one for one, next_one in pairwise(off)) / squares
    # An AR(1) view of what is left between neighbours, freed of its bias (Marriott & Pope 1954); it only ever widens.
    kept = min(max(correlation + (1 + 3 * correlation) / count, 0.0), 0.9)
    variance = squares / (count - 1) / count * (1 + kept) / (1 - kept)
    return Estimate(value, student_t(count - 1) * math.sqrt(variance) * count / total, correlation)
