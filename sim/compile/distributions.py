"""Distributions of durations: how many seconds belong to a random number between 0 and 1 (inverse transform).

In: a row of ``durations.csv`` (name of the distribution, mean, coefficient of variation) and uniform numbers. Out:
whole seconds. Every distribution rises with the uniform number, so a vehicle that was among the slow ones stays among
them when a scenario changes the mean: that keeps paired comparisons tight. Shapes are found from the coefficient of
variation; rounding to seconds is the only approximation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from corridors.findings import ERROR, DataError, Finding
from corridors.messages import message
from corridors.model import Duration
from sim.compile.integer_quantiles import rounded_gamma, rounded_lognormal
from sim.core.units import MINUTE_S

Floats = npt.NDArray[np.float64]
Seconds = npt.NDArray[np.int32]

LONGEST_S = 2**31 - 1
ROOM = "runs"
"""The catalogue of the messages of runs."""


def seconds(duration: Duration, u: Floats) -> Seconds:
    """The duration at each of the uniform numbers ``u``, in whole seconds, in the shape of ``u``.

    Raises DataError if that is negative or passes 2^31 seconds (68 years).
    """
    mean_s = duration.mean_min * MINUTE_S
    looked_up = None if _has_no_spread(duration) else duration.distribution
    result: Floats | Seconds
    if looked_up == "gamma":
        result = rounded_gamma(u, duration.cv**-2, mean_s)
    elif looked_up == "lognormal":
        result = rounded_lognormal(u, math.log1p(duration.cv**2), mean_s)
    else:
        exact = relative(duration, u)
        exact *= mean_s
        result = np.rint(exact, out=exact)
    if result.size and not 0 <= result.min() <= result.max() <= LONGEST_S:
        found = message("found.seconds", ROOM, low=f"{result.min():g}", high=f"{result.max():g}")
        why, expected = message("duration.out_of_range", ROOM), message("want.seconds", ROOM, most=LONGEST_S)
        finding = Finding(ERROR, "durations.csv", None, "distribution", found, expected, message=why, id=duration.id)
        raise DataError([finding])
    return result.astype(np.int32, copy=False)


def constant_s(duration: Duration) -> int | None:
    """The seconds that the duration always takes, None if it varies."""
    varies = duration.mean_min > 0 and not _has_no_spread(duration)
    return None if varies else round(duration.mean_min * MINUTE_S)


def relative(duration: Duration, u: Floats) -> Floats:
    """The duration at each of the uniform numbers as a multiple of its mean."""
    if _has_no_spread(duration):
        return np.ones_like(u)
    if duration.distribution == "empirical":
        return _empirical(duration.values_min, u)
    return INVERSES[duration.distribution](u, duration.cv)


def variation(duration: Duration) -> float:
    """Standard deviation over mean of a duration."""
    if _has_no_spread(duration) or duration.mean_min == 0:
        return 0.0
    if duration.distribution == "exponential":
        return 1.0
    if duration.distribution == "empirical":
        observed = np.array([float(value) for value in duration.values_min.split(";")])
        return float(observed.std() / observed.mean())
    return duration.cv


def ignores_cv(duration: Duration) -> bool:
    """Whether the distribution alone says how much the duration varies."""
    return duration.distribution in ("constant", "exponential", "empirical")


def _has_no_spread(duration: Duration) -> bool:
    return duration.distribution == "constant" or (duration.cv == 0 and not ignores_cv(duration))


def _uniform(u: Floats, cv: float) -> Floats:
    return 1 + math.sqrt(3) * cv * (2 * u - 1)


def _triangular(u: Floats, cv: float) -> Floats:
    """Symmetric about the mean."""
    off = np.copysign(np.sqrt(2 * np.minimum(u, 1 - u)) - 1, u - 0.5)
    off *= math.sqrt(6) * cv
    off += 1
    return off


def _exponential(u: Floats, cv: float) -> Floats:
    return -np.log1p(-u)


def _gamma(u: Floats, cv: float) -> Floats:
    from scipy.special import gammaincinv

    shape = cv**-2
    return np.asarray(gammaincinv(shape, u) / shape, np.float64)


def _lognormal(u: Floats, cv: float) -> Floats:
    from scipy.special import ndtri

    variance = math.log1p(cv**2)
    normal: Floats = ndtri(u)
    normal *= math.sqrt(variance)
    normal -= variance / 2
    return np.exp(normal, out=normal)


def _weibull(u: Floats, cv: float) -> Floats:
    shape = weibull_shape(cv)
    return np.asarray((-np.log1p(-u)) ** (1 / shape) / math.gamma(1 + 1 / shape), np.float64)


@lru_cache
def weibull_shape(cv: float) -> float:
    """The shape of the Weibull distribution with this coefficient of variation, by bisection on its logarithm.

    Solves cv^2 = Gamma(1 + 2/k) / Gamma(1 + 1/k)^2 - 1, which falls with k, for k between 1/20 and 1000.
    """
    low, high = math.log(0.05), math.log(1000.0)
    wanted = math.log1p(cv**2)
    for _ in range(80):
        middle = (low + high) / 2
        k = math.exp(middle)
        if math.lgamma(1 + 2 / k) - 2 * math.lgamma(1 + 1 / k) > wanted:
            low = middle
        else:
            high = middle
    return math.exp(low)


def _empirical(values_min: str, u: Floats) -> Floats:
    """Each observed value with equal chance, in ascending order of the uniform number."""
    observed = np.sort(np.array([float(value) for value in values_min.split(";")]))
    return observed[(u * len(observed)).astype(np.int64)] / observed.mean()


INVERSES: dict[str, Callable[[Floats, float], Floats]] = {
    "uniform": _uniform,
    "triangular": _triangular,
    "exponential": _exponential,
    "gamma": _gamma,
    "lognormal": _lognormal,
    "weibull": _weibull,
}
"""Inverse distribution functions with mean 1, by (u, cv); constant and empirical need none."""
