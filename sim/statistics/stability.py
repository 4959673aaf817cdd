"""Stability of a series over time: whether it grows without bound.

Where more arrives than is served there is no steady state, and the mean queue depends on the length of the run. So a
growing series has a growth rate here and no mean.

The test of growth divides the second half of the run into ten batch means and tests whether the mean step between
neighbours is above 0. An overloaded queue is a random walk with drift, whose steps are independent over long intervals
(Asmussen 2003, *Applied Probability and Queues*). A steady queue returns to its level, so its steps cancel and the test
is conservative however strongly the values are correlated; a regression line is not. Averaging a random walk correlates
neighbouring steps by 1/4 (Working 1960, *Note on the correlation of
first differences of averages in a random chain*, Econometrica 28, 916-918), hence the wider standard error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.statistics.intervals import Interval, exact_t_quantile, spread, t_quantile
from sim.statistics.samples import Floats, as_sample

GROWTH_BATCHES = 10
"""Batch means in the second half of the run."""
WEEK = 7
LEAST_WEEKS = 3
MOST_OF_FEW_WEEKS = 4
"""Weeks that are compared where the second half of a run has fewer."""
WORKING = math.sqrt(1.5)
"""Factor of the standard error for steps that correlate by 1/4 with the next: sqrt(1 + 2/4)."""


@dataclass(frozen=True)
class Series:
    """A figure over time, such as the backlog of a port: evenly spaced values, ``step_days`` apart.

    ``values`` has shape (n_times,) or (n_replications, n_times). Figures with a daily or weekly cycle should be means
    over whole days or weeks. Raises ValueError for fewer than 20 times or a step that is not above 0.
    """

    values: Floats
    step_days: float

    def __post_init__(self) -> None:
        values = as_sample(np.atleast_2d(self.values), "series", 2)
        if values.shape[1] < 2 * GROWTH_BATCHES:
            raise ValueError(f"series: expected at least {2 * GROWTH_BATCHES} times, found {values.shape[1]}")
        if not self.step_days > 0:
            raise ValueError(f"series: expected a step above 0 days, found {self.step_days}")
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Growing:
    """A series without a steady state: its growth rate in units per day, with an interval."""

    rate: Interval


def growth_rate(series: Series, level: float = 0.95) -> Interval:
    """Growth in the second half of the run, in units per day, with an interval (method: see the module).

    Replications are pooled; ``n`` of the interval counts steps between batch means.
    """
    length = series.values.shape[1] // 2 // GROWTH_BATCHES
    late = series.values[:, -length * GROWTH_BATCHES :]
    means = late.reshape(len(late), GROWTH_BATCHES, length).mean(axis=2)
    return _mean_step(means, length * series.step_days, level)


def weekly_growth(daily: Floats, level: float = 0.95, material: float = 0.1) -> Interval | None:
    """Growth in units per day of a series of days whose week means rise significantly and materially, else None.

    For runs too short for batches of a week, as a weekly cycle hides growth from shorter batches. The weeks are those
    of the second half of the run, four at least if there are so many. None for fewer than three weeks.
    """
    n = len(daily) // WEEK
    if n < LEAST_WEEKS:
        return None
    weeks = np.asarray(daily, float)[-n * WEEK :].reshape(-1, WEEK).mean(axis=1)[-max(MOST_OF_FEW_WEEKS, n // 2 + 1) :]
    rate = _mean_step(weeks[np.newaxis], WEEK, level)
    return rate if rate.low > 0 and rate.estimate * len(daily) / 2 >= material * float(weeks.mean()) else None


def _mean_step(means: Floats, days: float, level: float) -> Interval:
    """The mean step per day between neighbours of means over so many days, by replication."""
    steps = np.diff(means, axis=1).ravel() / days
    rate, n = float(steps.mean()), steps.size
    quantile = exact_t_quantile(level, n - 1) if n <= GROWTH_BATCHES else float(t_quantile(level, n - 1))
    half = quantile * WORKING * spread(steps) / math.sqrt(n)
    return Interval(rate, rate - half, rate + half, level, n)


def growing(series: Series, level: float = 0.95, material: float = 0.1) -> Growing | None:
    """The growth of a series if it is significant and material, else None.

    Growth is material if it adds at least the share ``material`` of the level within half a run. A run should last
    several times as long as the series takes to become steady: a transient that continues in the second half cannot be
    distinguished from growth without bound.
    """
    rate = growth_rate(series, level)
    days = series.values.shape[1] * series.step_days
    late_level = float(np.abs(series.values[:, series.values.shape[1] // 2 :]).mean())
    return Growing(rate) if rate.low > 0 and rate.estimate * days / 2 >= material * late_level else None
