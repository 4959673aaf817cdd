"""Gamma distributed durations in whole seconds: looked up, where the inverse would be worked out for each number.

In: shape, mean and uniform numbers. Out: what the rounded inverse gives, to the last second. A duration is k seconds
where the uniform number lies between F(k - 1/2) and F(k + 1/2). These limits are the same for all numbers and take a
tenth of the time. Numbers so near to a limit that its last digits would decide are left to the inverse.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NEAR = 1e-9
"""Far more than the errors of both functions, some 1e-14; far less than what many numbers lie within."""


def rounded_gamma(u: Floats, shape: float, mean_s: float) -> Floats:
    """Whole seconds at each of the uniform numbers ``u``."""
    if not _longest_s(shape, mean_s) < u.size:
        return np.rint(_inverse(u, shape) * mean_s)
    limits = _limits(shape, mean_s)
    at = np.searchsorted(limits, u, side="right") - 1
    result = at.astype(np.float64)
    above = limits[np.minimum(at + 1, len(limits) - 1)]
    near = (u - limits[at] < NEAR) | (above - u < NEAR)
    result[near] = np.rint(_inverse(u[near], shape) * mean_s)
    return result


@lru_cache(maxsize=256)
def _longest_s(shape: float, mean_s: float) -> float:
    """Seconds that all but one in 1 / ``NEAR`` stay below; the few others are near to the last limit."""
    return float(np.ceil(_inverse(np.array([1 - NEAR]), shape)[0] * mean_s))


@lru_cache(maxsize=256)
def _limits(shape: float, mean_s: float) -> Floats:
    """Where 0, 1, 2 and so on seconds begin, up to the longest."""
    from scipy.special import gammainc

    halves = np.arange(_longest_s(shape, mean_s) + 1) + 0.5
    return np.concatenate(([0.0], gammainc(shape, halves / mean_s * shape)))


def _inverse(u: Floats, shape: float) -> Floats:
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(shape, u) / shape, np.float64)
