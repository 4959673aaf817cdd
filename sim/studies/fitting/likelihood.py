"""Distributions of ``durations.csv`` by mean and coefficient of variation: densities, shares below, likelihoods.

The parameters are those of the table, so nothing is translated. The inverse functions are in
:mod:`sim.compile.distributions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.compile.distributions import weibull_shape

Floats = npt.NDArray[np.float64]
Function = Callable[[Floats, float, float], Floats]

TINY: Final = 1e-300


@dataclass(frozen=True)
class Family:
    """One family of distributions of a time x >= 0."""

    name: str
    log_density: Function
    below: Function
    """Share below x."""
    free: int
    """Number of parameters."""
    bounded: bool = False
    """Whether its range depends on the parameters, so that its likelihood says little for few values."""


@dataclass(frozen=True)
class Evidence:
    """Durations in minutes, arrays of one length, each in [low, high]; ``entry`` is 0 where seen from the start."""

    low: Floats
    high: Floats
    entry: Floats
    day: npt.NDArray[np.int64]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which have an end."""
        return np.isfinite(self.high)

    def __len__(self) -> int:
        return len(self.low)


def log_likelihood(family: Family, evidence: Evidence, mean: float, cv: float) -> Floats:
    """The logarithm of the likelihood of each duration."""
    exact = evidence.low == evidence.high
    found = np.empty(len(evidence))
    if exact.any():
        found[exact] = family.log_density(evidence.low[exact], mean, cv)
    rest = ~exact
    if rest.any():
        high = evidence.high[rest]
        top = np.where(np.isinf(high), 1.0, family.below(np.where(np.isinf(high), 1.0, high), mean, cv))
        found[rest] = np.log(np.maximum(top - family.below(evidence.low[rest], mean, cv), TINY))
    late = evidence.entry > 0
    if late.any():
        found[late] -= np.log(np.maximum(1.0 - family.below(evidence.entry[late], mean, cv), TINY))
    return np.maximum(found, math.log(TINY))


def _uniform_density(x: Floats, mean: float, cv: float) -> Floats:
    half = math.sqrt(3) * cv * mean
    return np.where(np.abs(x - mean) <= half * (1 + 1e-12), -math.log(2 * half), math.log(TINY))


def _uniform_below(x: Floats, mean: float, cv: float) -> Floats:
    half = math.sqrt(3) * cv * mean
    return np.clip((x - mean + half) / (2 * half), 0.0, 1.0)


def _triangular_density(x: Floats, mean: float, cv: float) -> Floats:
    half = math.sqrt(6) * cv * mean
    return np.log(np.maximum((1 - np.abs(x - mean) / half) / half, TINY))


def _triangular_below(x: Floats, mean: float, cv: float) -> Floats:
    z = np.clip((x - mean) / (math.sqrt(6) * cv * mean), -1.0, 1.0)
    return np.where(z < 0, (1 + z) ** 2 / 2, 1 - (1 - z) ** 2 / 2)


def _exponential_density(x: Floats, mean: float, cv: float) -> Floats:
    return -x / mean - math.log(mean)


def _exponential_below(x: Floats, mean: float, cv: float) -> Floats:
    return -np.expm1(-x / mean)


def _gamma_density(x: Floats, mean: float, cv: float) -> Floats:
    shape = cv**-2
    x = np.maximum(x, TINY)
    return (shape - 1) * np.log(x) - x * shape / mean - math.lgamma(shape) + shape * math.log(shape / mean)


def _gamma_below(x: Floats, mean: float, cv: float) -> Floats:
    from scipy.special import gammainc

    shape = cv**-2
    return np.asarray(gammainc(shape, x * shape / mean), np.float64)


def _lognormal_density(x: Floats, mean: float, cv: float) -> Floats:
    variance = math.log1p(cv**2)
    logs = np.log(np.maximum(x, TINY))
    z = logs - math.log(mean) + variance / 2
    return -logs - 0.5 * math.log(2 * math.pi * variance) - z**2 / (2 * variance)


def _lognormal_below(x: Floats, mean: float, cv: float) -> Floats:
    from scipy.special import ndtr

    variance = math.log1p(cv**2)
    z = (np.log(np.maximum(x, TINY)) - math.log(mean) + variance / 2) / math.sqrt(variance)
    return np.asarray(ndtr(z), np.float64)


def _weibull(mean: float, cv: float) -> tuple[float, float]:
    shape = weibull_shape(round(cv, 12))
    return shape, mean / math.gamma(1 + 1 / shape)


def _weibull_density(x: Floats, mean: float, cv: float) -> Floats:
    shape, scale = _weibull(mean, cv)
    z = np.maximum(x, TINY) / scale
    return math.log(shape / scale) + (shape - 1) * np.log(z) - z**shape


def _weibull_below(x: Floats, mean: float, cv: float) -> Floats:
    shape, scale = _weibull(mean, cv)
    return -np.expm1(-((x / scale) ** shape))


FAMILIES: Final = {
    one.name: one
    for one in (
        Family("uniform", _uniform_density, _uniform_below, 2, bounded=True),
        Family("triangular", _triangular_density, _triangular_below, 2, bounded=True),
        Family("exponential", _exponential_density, _exponential_below, 1),
        Family("gamma", _gamma_density, _gamma_below, 2),
        Family("lognormal", _lognormal_density, _lognormal_below, 2),
        Family("weibull", _weibull_density, _weibull_below, 2),
    )
}
"""Families with a density, in the order in which the first of equals is taken."""
