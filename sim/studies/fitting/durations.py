"""Durations: distribution, mean and coefficient of variation of work whose ends are known, bounded or still to come.

Every duration counts by what is known of it: its value, an interval, at least so long; one that is in the records only
because it was not over at their begin counts given that. The distribution is that of least AIC among those of the
table; of equals (within 2) the first in their order. The fit is judged by its size (W1 over the mean), for with
thousands of rows every test refuses everything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.statistics.resampling import studentised_bounds
from sim.studies.fitting.estimate import FEW_DAYS, LEAST_VEHICLES, LEVEL, Estimate, day_draws, word
from sim.studies.fitting.likelihood import FAMILIES, Evidence, Family, log_likelihood
from sim.studies.fitting.survival import Survival, distance, survival

Floats = npt.NDArray[np.float64]

EQUAL: Final = 2.0
"""Differences of AIC up to here settle nothing."""
MEAN_FROM, SHAPE_FROM, EMPIRICAL_FROM = 10, 30, 500
"""Known ends from which on a mean, a distribution, the observed values themselves are written."""
GOOD, FAIR = 0.05, 0.10
PERCENTILES: Final = 101
DEEP: Final = 0.8
"""Two maxima of the density are two kinds of work if the least between is below this share of the lower one."""
STEP: Final = 1e-4


@dataclass(frozen=True)
class Fitted:
    """A family with its parameters."""

    family: str
    mean: float
    cv: float
    aic: float


@dataclass(frozen=True)
class DurationFit:
    """What the evidence says about one duration."""

    distribution: str
    mean: float
    cv: float
    low: float
    high: float
    cv_low: float
    cv_high: float
    n: int
    n_open: int
    days: int
    w1: float
    tied: tuple[str, ...]
    """Families that the evidence does not distinguish from the chosen one."""
    values_min: str
    """The observed percentiles, for ``empirical``."""
    candidates: tuple[Fitted, ...]
    two_kinds: bool


def with_rounding(low: Floats, high: Floats, raster: float) -> tuple[Floats, Floats]:
    """The bounds of durations between two times that are rounded to ``raster``: known ones become intervals.

    The difference of two rounding errors has the spread of one number anywhere within the raster over the root of 2.
    """
    exact, half = low == high, raster / math.sqrt(2)
    return np.where(exact, np.maximum(low - half, 0.0), low), np.where(exact, high + half, high)


def fit(evidence: Evidence, raster: float = 0.0, seed: int = 1, name: str = "duration") -> DurationFit:
    """The fit to durations in minutes; ``raster`` is the unit to which times are rounded."""
    known = evidence.known
    middle = np.where(known, (evidence.low + np.where(known, evidence.high, 0.0)) / 2, evidence.low)
    points = middle[known]
    n, open_ = int(known.sum()), int((evidence.low != evidence.high).sum())
    days = len(np.unique(evidence.day))
    observed = survival(evidence.low, evidence.high, evidence.entry)
    if n and known.all() and np.ptp(points) <= raster:
        value = float(np.median(points))
        low, high = float(points.min()), float(points.max())
        return DurationFit("constant", value, 0.0, low, high, 0.0, 0.0, n, open_, days, 0.0, (), "", (), False)
    blurred = Evidence(*with_rounding(evidence.low, evidence.high, raster), evidence.entry, evidence.day)
    start = _moments(observed)
    candidates = tuple(
        _maximised(family, blurred, *start)
        for family in FAMILIES.values()
        if not family.bounded or (n >= SHAPE_FROM and known.all() and not (evidence.entry > 0).any())
    )
    least = min(one.aic for one in candidates)
    equal = [one for one in candidates if one.aic <= least + EQUAL]
    best = equal[0]
    family = FAMILIES[best.family]
    w1 = distance(observed, lambda x: family.below(x, best.mean, best.cv), best.mean)
    bounds = _bounds(family, blurred, best, days, seed, name)
    distribution, values = best.family, ""
    if w1 > FAIR and n >= EMPIRICAL_FROM:
        shares = (np.arange(PERCENTILES) + 0.5) / PERCENTILES
        distribution = "empirical"
        values = ";".join(f"{value:.4g}" for value in observed.quantiles(shares))
    return DurationFit(
        distribution,
        observed.mean() if distribution == "empirical" else best.mean,
        best.cv,
        *bounds,
        n,
        open_,
        days,
        w1,
        tuple(one.family for one in equal[1:]),
        values,
        candidates,
        _two_kinds(points),
    )


def _moments(observed: Survival) -> tuple[float, float]:
    """Mean and coefficient of variation to start from."""
    mean = max(observed.mean(), 1e-6)
    variance = float(((observed.points - mean) ** 2) @ observed.mass / observed.mass.sum())
    return mean, min(max(math.sqrt(variance) / mean, 0.02), 5.0)


def _maximised(family: Family, evidence: Evidence, mean: float, cv: float) -> Fitted:
    """The likeliest parameters of one family."""
    from scipy.optimize import minimize, minimize_scalar

    grouped, times = _grouped(evidence)

    def cost(mean: float, cv: float) -> float:
        return -float(times @ log_likelihood(family, grouped, mean, cv))

    if family.name == "exponential":
        exact = evidence.low == evidence.high
        if (exact | ~evidence.known).all():
            mean = float((evidence.low - evidence.entry).sum() / max(int(exact.sum()), 1))
        else:
            found = minimize_scalar(lambda x: cost(math.exp(x), 1.0), (math.log(mean) - 1, math.log(mean) + 1))
            mean = math.exp(float(found.x))
        return Fitted(family.name, mean, 1.0, 2 + 2 * cost(mean, 1.0))
    if family.name == "uniform":
        # The likeliest range is the observed one; an interval has its middle.
        middle = (evidence.low + evidence.high) / 2
        low, high = float(middle.min()), float(middle.max())
        mean, cv = (low + high) / 2, (high - low) / 2 / math.sqrt(3) / max((low + high) / 2, 1e-9)
        return Fitted(family.name, mean, cv, 4 + 2 * cost(mean, cv))

    def penalised(x: Floats) -> float:
        mean, cv = math.exp(x[0]), math.exp(x[1])
        outside = cv > 12 or cv < 1e-3 or (family.bounded and cv > 1 / math.sqrt(6))
        return 1e15 if outside or not math.isfinite(mean) else cost(mean, cv)

    if family.bounded:
        cv = min(cv, 0.99 / math.sqrt(6))
    found = minimize(
        penalised,
        [math.log(mean), math.log(cv)],
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-6, "maxiter": 400},
    )
    mean, cv = (math.exp(float(one)) for one in found.x)
    return Fitted(family.name, mean, cv, 2 * family.free + 2 * float(found.fun))


def _grouped(evidence: Evidence) -> tuple[Evidence, Floats]:
    """Different durations with their numbers: times in minutes repeat a thousandfold."""
    rows = np.stack([evidence.low, evidence.high, evidence.entry], axis=1)
    kinds, times = np.unique(rows, axis=0, return_counts=True)
    one = Evidence(kinds[:, 0], kinds[:, 1], kinds[:, 2], np.zeros(len(kinds), np.int64))
    return one, times.astype(np.float64)


def _bounds(
    family: Family, evidence: Evidence, best: Fitted, days: int, seed: int, name: str
) -> tuple[float, float, float, float]:
    """(low, high) of mean and coefficient of variation.

    Days are drawn again, and the estimate moves by their scores times the inverse of the information (score bootstrap:
    Kline and Santos, J. Econometric Methods 1, 2012), so that no fit has to be repeated; each draw counts in standard
    errors from its days. With few days the information
    alone gives the interval.
    """
    x = np.log([best.mean, best.cv])
    if family.bounded:
        # The range of such a family is found by the extreme values; the mean moves as that of the sample.
        half = 1.96 * best.cv / math.sqrt(max(len(evidence), 1))
        return best.mean * (1 - half), best.mean * (1 + half), best.cv * 0.9, best.cv * 1.1
    free = family.free

    def likelihood(x: Floats) -> Floats:
        return log_likelihood(family, evidence, math.exp(x[0]), math.exp(x[1]))

    ways = np.eye(2)[:free] * STEP
    ups, downs = [likelihood(x + way) for way in ways], [likelihood(x - way) for way in ways]
    scores = np.stack([(up - down) / (2 * STEP) for up, down in zip(ups, downs, strict=True)], axis=1)
    here = likelihood(x).sum()
    information = np.empty((free, free))
    for i in range(free):
        for j in range(free):
            if i == j:
                information[i, i] = -(ups[i].sum() - 2 * here + downs[i].sum()) / STEP**2
            else:
                mixed = likelihood(x + ways[i] + ways[j]).sum() + likelihood(x - ways[i] - ways[j]).sum()
                mixed -= likelihood(x + ways[i] - ways[j]).sum() + likelihood(x - ways[i] + ways[j]).sum()
                information[i, j] = -mixed / (4 * STEP**2)
    inverse = np.linalg.pinv(information)
    if days < FEW_DAYS:
        halves = 1.96 * np.sqrt(np.maximum(np.diag(inverse), 0.0))
        lows, highs = np.exp(x[:free] - halves), np.exp(x[:free] + halves)
    else:
        _, at = np.unique(evidence.day, return_inverse=True)
        by_day = np.stack([np.bincount(at, weights=scores[:, k]) for k in range(free)], axis=1)
        # At the maximum the scores add up to nothing; what is left is numerical.
        ways_of_days, times = by_day @ inverse, day_draws(days, seed, name).astype(np.float64)
        moved = (times - 1.0) @ ways_of_days
        # The same days give each draw its spread, about the way that it moved.
        spread = np.sqrt(np.maximum(times @ ways_of_days**2 - (times @ ways_of_days) ** 2 / days, 0.0))
        error = np.sqrt((ways_of_days**2).sum(0))
        bounds = [
            studentised_bounds(x[k], float(error[k]), x[k] + moved[:, k], spread[:, k], LEVEL) for k in range(free)
        ]
        lows, highs = np.exp(np.array(bounds)).T
    if free == 1:
        return float(lows[0]), float(highs[0]), best.cv, best.cv
    return float(lows[0]), float(highs[0]), float(lows[1]), float(highs[1])


def _two_kinds(points: Floats) -> bool:
    """Whether the density of the logarithms has two maxima with a valley of 20 % between."""
    logs = np.log(points[points > 0])
    if len(logs) < SHAPE_FROM or np.ptp(logs) == 0:
        return False
    width = max(1.06 * float(logs.std()) * len(logs) ** -0.2, 1e-3)
    if len(logs) > 2_000:
        logs = np.quantile(logs, np.linspace(0.0005, 0.9995, 2_000))
    at = np.linspace(logs.min() - width, logs.max() + width, 120)
    density = np.exp(-0.5 * ((at[:, None] - logs) / width) ** 2).sum(1)
    tops = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:])) + 1
    tops = tops[density[tops] > 0.1 * density.max()]
    return any(
        density[a : b + 1].min() < DEEP * min(density[a], density[b])
        for a, b in zip(tops[:-1].tolist(), tops[1:].tolist(), strict=True)
    )


def estimates(row: str, evidence: Evidence, raster: float, vehicles: int, seed: int) -> list[Estimate]:
    """The numbers of one row of ``durations.csv``; what the evidence does not carry is refused with the reason."""
    address, n = f"durations.{row}", int(evidence.known.sum())
    counts: dict[str, Any] = {"n": n, "n_open": len(evidence) - n, "days": len(np.unique(evidence.day))}
    bare = Estimate(f"{address}.mean_min", float("nan"), **counts, written=False)
    if n < MEAN_FROM:
        return [bare.refused(word("few_ends", n=MEAN_FROM - n))]
    if vehicles < LEAST_VEHICLES:
        return [bare.refused(word("few_vehicles"))]
    if n < len(evidence) / 2:
        least = float(np.median(evidence.low))
        return [Estimate(f"{address}.mean_min", float("nan"), least, math.inf, **counts).refused(word("mostly_open"))]
    found = fit(evidence, raster, seed, row)
    words = [word("few_days", n=found.days)] if found.days < FEW_DAYS else []
    words += [word("tied", names=found.tied)] if found.tied else []
    words += [word("two_kinds")] if found.two_kinds else []
    poor = found.w1 > FAIR and found.distribution != "empirical"
    words += [word("poor_fit" if poor else "fair_fit", n=100 * found.w1)] if found.w1 > GOOD else []
    common: dict[str, Any] = {
        "n": n,
        "n_open": found.n_open,
        "days": found.days,
        "method": found.distribution,
        "fit": found.w1,
    }
    made = [Estimate(f"{address}.mean_min", found.mean, found.low, found.high, **common, words=tuple(words))]
    if n < SHAPE_FROM:
        return [
            made[0],
            Estimate(f"{address}.distribution", found.distribution, **common).refused(word("few_for_shape")),
        ]
    made.append(Estimate(f"{address}.distribution", found.distribution, **common))
    if found.distribution == "empirical":
        made.append(Estimate(f"{address}.values_min", found.values_min, **common))
    elif found.distribution not in ("constant", "exponential"):
        made.append(Estimate(f"{address}.cv", found.cv, found.cv_low, found.cv_high, **common))
    return made
