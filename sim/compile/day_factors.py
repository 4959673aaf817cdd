"""Factors of days: how much more or less than its mean a flow has on a date.

A factor is lognormal with mean 1 and a coefficient of variation *cv*; factors of days that follow each other have the
correlation *r*. Behind them is a stationary Gaussian series z, z(d) = sum over k of w(k) e(d - k), with independent
standard normal numbers e, one for each date, and weights w(k) proportional to p^k (an autoregression of order one,
written as its moving average and cut where a weight is below any rounding). With s^2 = ln(1 + cv^2), the factor is
exp(s z - s^2 / 2), and p = ln(1 + r cv^2) / s^2 gives the factors, not only their logarithms, the correlation r.

The number e of a date has the date as its position in a stream named by seed, replication and the id of the row, and a
factor needs the numbers of a fixed window of dates only. So the factor of a date is the same in runs of any start and
length, in every scenario, and whatever other rows there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sim.core.random_streams import Floats, RandomStreams

SMALLEST_WEIGHT: Final = 2.0**-60
"""Weights below are left out: they are less than the rounding of the sum."""
DECIMALS: Final = 9
"""Factors are rounded to these, so that they are the same on every machine."""


@dataclass(frozen=True)
class DayVariation:
    """How the days of one row differ."""

    table: str
    row: str
    """Its table and id are the names of its numbers."""
    cv: float
    """Standard deviation over mean; 0: all days are alike."""
    correlation: float
    """Of a day with the day before, 0 to below 1."""

    def factors(self, first_day: date, days: int, streams: RandomStreams) -> Floats:
        """(days,) the factors of so many days from ``first_day`` on; mean 1."""
        if self.cv == 0:
            return np.ones(days)
        from statistics import NormalDist  # SciPy's takes longer to load than a short run.

        variance = math.log1p(self.cv**2)
        weights = _weights(math.log1p(self.correlation * self.cv**2) / variance)
        before = len(weights) - 1
        u = streams.uniforms(before + days, "day", self.table, self.row, first=first_day.toordinal() - before)
        normal = np.array([NormalDist().inv_cdf(one) for one in u.tolist()])
        series = np.zeros(days)
        for lag, weight in enumerate(weights):
            series += weight * normal[before - lag : before - lag + days]
        factors: Floats = np.exp(math.sqrt(variance) * series - variance / 2)
        return np.asarray(factors.round(DECIMALS), np.float64)


def _weights(persistence: float) -> list[float]:
    """Weights of today and of the days before, of which the squares add up to 1."""
    n = 1 if persistence == 0 else 1 + math.floor(math.log(SMALLEST_WEIGHT) / math.log(persistence))
    weights = [persistence**lag for lag in range(n)]
    norm = math.sqrt(math.fsum(weight**2 for weight in weights))
    return [weight / norm for weight in weights]
