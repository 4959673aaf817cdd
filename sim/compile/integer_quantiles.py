"""Gamma and lognormal durations in whole seconds, without working out the inverse of the distribution for each number.

In: the shape of a distribution, its mean, uniform numbers. Out: the inverse of the distribution at these numbers,
rounded, to the last second as SciPy gives it. A duration is k seconds where the uniform number lies between
F(k - 1/2) and F(k + 1/2). Of these limits there is one a second, the same for all numbers; where they are more than
the numbers, each number is brought near to its own instead.

Numbers so near to a limit that its last digits would decide are left to SciPy. In most runs there is none, and they
do without SciPy, whose import takes longer than a week's run.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Seconds = npt.NDArray[np.int32]

NEAR = 1e-12
"""Far more than the errors of the functions here and of SciPy's, some 1e-14; less than any number is likely to meet."""
FEW_LIMITS = 10_000
"""They fit into a processor's cache and are soon worked out."""
SHAPES = (1.0, 100.0)
"""Of gamma distributions (coefficients of variation of 1 down to 0.1); others are left to SciPy."""
GRID = 2048
AT_A_TIME = 2**12
"""Numbers for which a series is added up, so that all stays in a processor's cache."""
FEW = 256
"""Numbers up to which numpy looks them up as fast as machine code."""
UNDECIDED = -1
"""In place of the second of a number that is too near to a limit."""


def rounded_gamma(u: Floats, shape: float, mean_s: float) -> Floats | Seconds:
    """Whole seconds at each of the uniform numbers ``u`` for a gamma distribution."""

    def inverse(some: Floats) -> Floats:
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(shape, some) / shape * mean_s, np.float64)

    if not SHAPES[0] <= shape <= SHAPES[1]:
        return np.rint(inverse(u))
    x, _ = _gamma_grid(shape)
    scale_s = mean_s / shape
    longest_s = float(x[-1]) * scale_s
    if longest_s < max(FEW_LIMITS, u.size):
        return _looked_up(u, _gamma_limits(shape, scale_s, math.ceil(longest_s)), inverse)
    result, near = np.empty_like(u), np.empty(u.shape, bool)
    flat_u, flat_result, flat_near = u.reshape(-1), result.reshape(-1), near.reshape(-1)
    for first in range(0, u.size, AT_A_TIME):
        piece = slice(first, first + AT_A_TIME)
        seconds, density = _gamma_inverse(flat_u[piece], shape)
        seconds *= scale_s
        flat_result[piece] = np.rint(seconds)
        to_limit = 0.5 - np.abs(seconds - flat_result[piece])
        flat_near[piece] = ~(to_limit * density >= NEAR * scale_s)
    if near.any():
        result[near] = np.rint(inverse(u[near]))
    return result


def rounded_lognormal(u: Floats, variance: float, mean_s: float) -> Floats | Seconds:
    """Likewise for a lognormal distribution with this variance of the logarithm."""
    spread = math.sqrt(variance)

    def inverse(some: Floats) -> Floats:
        from scipy.special import ndtri

        normal: Floats = ndtri(some)
        normal *= spread
        normal -= variance / 2
        np.exp(normal, out=normal)
        normal *= mean_s
        return normal

    longest_s = mean_s * math.exp(spread * 7.1 - variance / 2)
    if longest_s >= FEW_LIMITS:
        return np.rint(inverse(u))
    return _looked_up(u, _lognormal_limits(variance, mean_s, math.ceil(longest_s)), inverse)


@dataclass(frozen=True)
class _Limits:
    """Where each second begins; and equal steps of the unit interval, in most of which none begins."""

    begin: Floats
    """(n + 1,) where 0, 1, 2 and so on seconds begin, and last infinity."""
    steps: int
    """A power of 2, so that a number falls into its step exactly."""
    second: Seconds
    """(steps,) the second that holds at the beginning of a step."""
    undecided: Bools
    """(steps,) whether a second begins in a step, or too near to it."""

    @staticmethod
    def of(begin: Floats) -> _Limits:
        steps = 2 << len(begin).bit_length()
        edges = np.arange(steps + 1) / steps
        second = np.searchsorted(begin, edges - NEAR, side="right") - 1
        undecided = np.searchsorted(begin, edges[1:] + NEAR, side="right") - 1 > second[:-1]
        return _Limits(np.append(begin, np.inf), steps, second[:-1].astype(np.int32), undecided)


def _looked_up(u: Floats, limits: _Limits, inverse: Callable[[Floats], Floats]) -> Seconds:
    """The second whose limits each number lies between."""
    if loop := machine_loop(u.size):
        found = np.empty(u.shape, np.int32)
        if loop(u.reshape(-1), limits.begin, limits.second, limits.undecided, NEAR, found.reshape(-1)):
            some = found == UNDECIDED
            found[some] = np.rint(inverse(u[some]))
        return found
    step = (u * limits.steps).astype(np.int64)
    result = limits.second[step]
    undecided = np.nonzero(limits.undecided[step])
    some = u[undecided]
    at = np.searchsorted(limits.begin, some, side="right") - 1
    decided = at.astype(np.int32)
    near = (some - limits.begin[at] < NEAR) | (limits.begin[at + 1] - some < NEAR)
    if near.any():
        decided[near] = np.rint(inverse(some[near]))
    result[undecided] = decided
    return result


def look_up(
    u: Floats,
    begin: Floats,
    second: Seconds,
    undecided: Bools,
    near: float,
    found: Seconds,
) -> int:
    """Write the second of each number, see :class:`_Limits`; return how many are too near to a limit.

    One loop, as machine code, is faster than numpy's passes over all numbers.
    """
    steps, n_near = len(second), 0
    for k in range(len(u)):
        x = u[k]
        step = int(x * steps)
        at = second[step]
        if undecided[step]:
            low, high = at, len(begin) - 1  # The last begins at infinity.
            while high - low > 1:
                middle = (low + high) // 2
                if begin[middle] <= x:
                    low = middle
                else:
                    high = middle
            at = low
            if x - begin[at] < near or begin[at + 1] - x < near:
                at = UNDECIDED
                n_near += 1
        found[k] = at
    return n_near


def machine_loop(n: int) -> Callable[..., int] | None:
    """The loop as machine code, for so many numbers; None where numpy is as fast, or nothing has loaded numba."""
    return _compiled() if n > FEW and "numba" in sys.modules else None


@cache
def _compiled() -> Callable[..., int] | None:
    try:
        from sim.core.machine_code import is_switched_off, jit
    except ImportError:
        return None
    made: Any = jit(look_up)
    return None if is_switched_off() else made


@lru_cache(maxsize=256)
def _lognormal_limits(variance: float, mean_s: float, longest_s: int) -> _Limits:
    root = math.sqrt(2 * variance)
    halves = ((np.log((np.arange(longest_s + 1) + 0.5) / mean_s) + variance / 2) / -root).tolist()
    return _Limits.of(np.array([0.0, *(math.erfc(half) / 2 for half in halves)]))


@lru_cache(maxsize=256)
def _gamma_limits(shape: float, scale_s: float, longest_s: int) -> _Limits:
    halves = np.asarray((np.arange(longest_s + 1) + 0.5) / scale_s, np.float64)
    return _Limits.of(np.append(0.0, _gamma_below(halves, shape)))


@lru_cache(maxsize=256)
def _gamma_grid(shape: float) -> tuple[Floats, Floats]:
    """Multiples of the scale, closer together near 0, up to where next to nothing is left; what lies below each."""
    x = np.linspace(0, 1, GRID + 1) ** 2 * (shape + 10 * math.sqrt(shape) + 30)
    below = np.append(0.0, _gamma_below(x[1:], shape))
    some = np.searchsorted(below, 1 - NEAR / 10)
    return x[:some], below[:some]


def _gamma_inverse(u: Floats, shape: float) -> tuple[Floats, Floats]:
    """The multiple of the scale at each number, by Halley's method within a cell of the grid; the density there."""
    grid, below = _gamma_grid(shape)
    end = np.clip(np.searchsorted(below, u), 1, len(grid) - 1)
    x = np.interp(u, below, grid)
    for _ in range(2):
        density = _gamma_density(x, shape)
        step = (_gamma_below(x, shape) - u) / density
        bend = step * ((shape - 1) / x - 1) / 2  # The density's own slope; far from the number it may mislead.
        x = np.clip(x - step / (1 - np.clip(bend, -0.5, 0.5)), grid[end - 1], grid[end])
    return x, density


def _gamma_density(x: Floats, shape: float) -> Floats:
    return np.asarray(np.exp((shape - 1) * np.log(x) - x - math.lgamma(shape)))


def _gamma_below(x: Floats, shape: float) -> Floats:
    """The regularised lower incomplete gamma function by its power series, whose terms are all positive."""
    term = _gamma_density(x, shape) * x / shape
    total = term.copy()
    largest, last, so_far, n = float(x.max()), 1.0, 1.0, 0
    while last > 1e-17 * so_far:  # For the largest number, in multiples of its first term: no other takes longer.
        n += 1
        term *= x
        term /= shape + n
        total += term
        last *= largest / (shape + n)
        so_far += last
    return total
