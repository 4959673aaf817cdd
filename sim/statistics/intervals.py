"""Confidence intervals of means and quantiles, and the number of replications for a given precision.

Replications are independent, so the t interval of their mean only needs near-normal means; quantiles get a bootstrap
interval. The interval of a single replication is infinite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.statistics.samples import Floats, as_sample, check_level

FEWEST: Final = 3
"""Values from which a precision is judged."""
MOST_EXPONENT: Final = 700.0
"""Its exponential is still a number."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval, in the unit of the figure.

    ``level`` is the confidence level (0.95), ``n`` the number of independent values.
    """

    estimate: float
    low: float
    high: float
    level: float
    n: int

    @property
    def half_width(self) -> float:
        """Half of the interval's length: the number after '±'."""
        return (self.high - self.low) / 2

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Precision:
    """Whether a target precision is reached.

    ``total`` is the number of replications at which it is (predicted while ``reached`` is false; None if no number is
    enough, which is a relative target for a mean of 0), ``more`` the number still to be run.
    """

    reached: bool
    total: int | None
    more: int | None


def t_quantile(level: float, degrees: npt.ArrayLike) -> Floats:
    """Two-sided critical value of Student's t: P(\\|T\\| <= t) = level, for each number of degrees of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.asarray(degrees, dtype=np.float64), (1 + check_level(level)) / 2), dtype=np.float64)


@lru_cache(maxsize=256)
def exact_t_quantile(level: float, degrees: int) -> float:
    """Two-sided quantile of Student's t for few degrees of freedom, without SciPy, whose import takes 0.15 s.

    Finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4, inverted by bisection.
    """

    def within(angle: float) -> float:
        """P(|T| < sqrt(degrees) tan(angle))."""
        odd, cosine = degrees % 2, math.cos(angle)
        term = total = cosine if odd else 1.0
        for k in range(2 + odd, degrees, 2):
            term *= (k - 1) / k * cosine**2
            total += term
        if odd:
            return 2 / math.pi * (angle + (math.sin(angle) * total if degrees > 1 else 0.0))
        return math.sin(angle) * total

    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < level else (low, middle)
    return math.sqrt(degrees) * math.tan(low)


def mean_interval(values: npt.ArrayLike, level: float = 0.95) -> Interval:
    """T interval of the mean of independent replications (Law 2015, sec. 4.5).

    ``values`` has shape (n,). One replication gives an infinite interval, equal values an interval of length 0.
    """
    sample = as_sample(values)
    mean, n = float(sample.mean()), sample.size
    if n == 1:
        return Interval(mean, -math.inf, math.inf, check_level(level), n)
    half = float(t_quantile(level, n - 1)) * spread(sample) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, level, n)


def nonnegative_interval(values: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the mean of independent replications of a quantity that cannot be negative.

    The t interval of the logarithm of the mean, with the delta method (Buckland et al. 2001, *Introduction to Distance
    Sampling*, sec. 3.6.1): mean x exp(±half-width / mean), where the half-width is that of :func:`mean_interval`. Near
    the t interval where that is short, never below 0, and defined where some of the values are 0, of which the
    logarithms of values are not. A bootstrap of the pairs is no alternative for few of them: it never goes beyond the
    smallest and the largest value, so that of three covers the mean far less often than its level says
    (``tests/statistics``). Values of 0 give the interval of length 0. Raises ValueError for a negative value.
    """
    found = mean_interval(values, level)
    if np.min(np.asarray(values, np.float64)) < 0:
        raise ValueError(f"quantity: expected no negative value, found {np.min(values)}")
    if found.n == 1 or not found.half_width > 0:
        return found
    factor = math.exp(min(found.half_width / found.estimate, MOST_EXPONENT))
    return Interval(found.estimate, found.estimate / factor, found.estimate * factor, level, found.n)


def is_clear(found: Interval) -> bool:
    """Whether the t interval of a :func:`nonnegative_interval` lies above 0; of one value whether that is above 0."""
    return found.estimate > 0 and (found.n == 1 or found.low * math.e > found.estimate)


def is_below(found: Interval, least: float) -> bool:
    """Whether an interval lies below a threshold; of one value, whose interval is infinite, whether that does."""
    return (found.estimate if found.n == 1 else found.high) < least


def spread(sample: Floats) -> float:
    """Sample standard deviation; exactly 0 for equal values, whose mean may have a rounding error."""
    return 0.0 if np.ptp(sample) == 0 else float(sample.std(ddof=1))


def replications_for(spread: float, half_width: float, level: float = 0.95) -> int:
    """Least number of replications whose t interval is expected within ± ``half_width`` (Law 2015, sec. 9.4.1).

    ``spread`` is the standard deviation over replications, assumed to stay the same. The result is at least 2.
    Raises ValueError unless ``half_width`` is above 0.
    """
    if not half_width > 0:
        raise ValueError(f"half-width: expected a number above 0, found {half_width}")

    def wide(n: int) -> bool:
        return float(t_quantile(level, n - 1)) * spread / math.sqrt(n) > half_width

    high = 2
    while wide(high):
        high *= 2
    low = high // 2
    while high - low > 1:  # wide(low) or low == 1, and not wide(high)
        middle = (low + high) // 2
        low, high = (middle, high) if wide(middle) else (low, middle)
    return high


def replications_until(
    values: npt.ArrayLike,
    *,
    half_width: float | None = None,
    relative: float | None = None,
    level: float = 0.95,
    look_ahead: int = 5,
) -> Precision:
    """Check whether the replications reach a target precision, else predict the number that does.

    The target is an absolute ``half_width`` in the figure's unit, or one ``relative`` to the mean (0.05: within 5% of
    the true mean, for which the half-width must be within 0.05 / 1.05 of the estimate; Law 2015, sec. 9.4.1).
    Replications are taken in the order given. The target is reached at the first number, from the third on, at which it
    holds and continues to hold for ``look_ahead`` more (a 20th of the number beyond 100), so that an interval that is
    short by coincidence does not stop the runs: Hoad, Robinson and Davies (2010), *Automated selection of the number of
    replications for a discrete-event simulation*, J. Oper. Res. Soc. 61, 1632-1644. ``look_ahead=0`` is Law's plain
    sequential rule. Three values or more that are all equal have nothing to refine and reach any target. Raises
    ValueError unless exactly one target is given and above 0.
    """
    if (half_width is None) == (relative is None):
        raise ValueError("give either half_width or relative")
    target = half_width if relative is None else relative
    if target is None or not target > 0:
        raise ValueError(f"target of precision: expected a number above 0, found {target}")

    sample = as_sample(values)
    n = sample.size
    if not np.ptp(sample):
        return Precision(n >= FEWEST, FEWEST, max(0, FEWEST - n))
    counts = np.arange(1, n + 1)
    means = np.cumsum(sample) / counts
    targets = np.full(n, target) if relative is None else relative / (1 + relative) * np.abs(means)
    met = _cumulative_half_widths(sample, level) <= targets

    def last(first: int) -> int:
        return first + (look_ahead if first <= 100 else look_ahead * first // 100)

    begins = [i for i in range(FEWEST, n + 1) if met[i - 1] and (i == FEWEST or not met[i - 2])]
    for begin in begins:
        misses = np.flatnonzero(~met[begin:])
        end = begin + int(misses[0]) if misses.size else n  # met at begin..end
        if last(begin) <= end:
            return Precision(True, begin, 0)
        if end == n:
            return Precision(False, last(begin), last(begin) - n)
    if targets[-1] == 0:
        return Precision(False, None, None)
    need = FEWEST if n == 1 else max(FEWEST, n + 1, replications_for(spread(sample), float(targets[-1]), level))
    return Precision(False, last(need), last(need) - n)


def _cumulative_half_widths(sample: Floats, level: float) -> Floats:
    """Half-widths of the t intervals of the first 1, 2, ... n values; infinite for the first."""
    counts = np.arange(1, sample.size + 1)
    centred = sample - sample[0]  # exact zeros for equal values
    squares = np.cumsum(centred**2) - np.cumsum(centred) ** 2 / counts
    widths = np.full(sample.size, np.inf)
    degrees = counts[1:] - 1
    widths[1:] = t_quantile(level, degrees) * np.sqrt(np.maximum(squares[1:], 0) / degrees / counts[1:])
    return widths
