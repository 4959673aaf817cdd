"""Paired comparison of two scenarios with common random numbers, and Holm's adjustment of p-values.

Entry ``i`` of both samples is of replication ``i``, with the same random arrivals, weather and service times in both
scenarios. Their common variation cancels in the difference, so the interval is shorter (Law 2015, sec. 10.2.1 and
11.2). A difference is always proposal minus baseline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.statistics.intervals import Interval, mean_interval, spread
from sim.statistics.samples import Floats, as_pair


@dataclass(frozen=True)
class Paired:
    """A paired comparison of means.

    ``difference`` is proposal minus baseline, in the figure's unit, and ``difference_spread`` the standard deviation of
    the ``difference.n`` single differences. ``p_value`` is that of the two-sided paired t test of no difference.
    ``variance_ratio`` is var(difference) / (var(baseline) + var(proposal)): the number of replications relative to that
    of independent samples for the same precision; pairing helps if it is below 1. It and ``correlation`` are nan where
    no figure varies. For a single replication ``p_value`` is 1, and ``difference_spread`` is nan.
    """

    mean_baseline: float
    mean_proposal: float
    difference: Interval
    difference_spread: float
    p_value: float
    variance_ratio: float
    correlation: float


def paired_difference(baseline: npt.ArrayLike, proposal: npt.ArrayLike, level: float = 0.95) -> Paired:
    """Paired t comparison of two samples of shape (n,). Raises ValueError when their lengths differ."""
    a, b = as_pair(baseline, proposal)
    difference = mean_interval(b - a, level)
    if a.size == 1:
        return Paired(float(a[0]), float(b[0]), difference, math.nan, 1.0, math.nan, math.nan)
    sd, sd_a, sd_b = spread(b - a), spread(a), spread(b)
    independent = sd_a**2 + sd_b**2
    return Paired(
        mean_baseline=float(a.mean()),
        mean_proposal=float(b.mean()),
        difference=difference,
        difference_spread=sd,
        p_value=_p_value(difference.estimate, sd / math.sqrt(a.size), a.size - 1),
        variance_ratio=sd**2 / independent if independent > 0 else math.nan,
        correlation=float(np.corrcoef(a, b)[0, 1]) if sd_a > 0 and sd_b > 0 else math.nan,
    )


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Holm-adjusted p-values, shape (n_comparisons,): reject where the adjusted value is at most alpha.

    The probability of any false rejection is at most alpha, for any dependence between comparisons. Holm (1979),
    *A simple sequentially rejective multiple test procedure*, Scand. J. Statist. 6, 65-70.
    Raises ValueError for a value outside 0..1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values: expected numbers between 0 and 1")
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1)
    adjusted = np.empty(p.size)
    adjusted[order] = stepped
    return adjusted


def _p_value(estimate: float, standard_error: float, degrees: int) -> float:
    """Two-sided p-value of Student's t; 0 or 1 for a standard error of 0."""
    from scipy.special import stdtr

    if standard_error == 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * stdtr(degrees, -abs(estimate) / standard_error))
