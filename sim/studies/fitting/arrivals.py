"""Arrivals: mean per day, weights of hours, weekdays and months, and the factor of the day.

Days count by exposure: a day without any record of the whole log is missing and no day without arrivals. What is left
after the weights, day by day, is Poisson with a factor of the day (mean 1): its variance is what the counts vary more
than Poisson counts, its correlation that of neighbouring days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.core.units import DAY_S
from sim.studies.fitting.estimate import FEW_DAYS, LEVEL, ratio_bounds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHRINK: Final = 30
"""Evidence with which a weight counts by half."""
HOURS_FROM: Final = (200, 14)
"""Arrivals and days from which on hours have weights."""
WEEKS_FOR_WEEKDAYS: Final = 8
MONTHS_FOR_MONTHS: Final = 10
DAYS_FOR_CORRELATION: Final = 60
LEAST_CV: Final = 0.05
MOST_CORRELATION: Final = 0.95
MOST_CV: Final = 2.0


@dataclass(frozen=True)
class Arrivals:
    """What the arrivals of one service say."""

    per_day: float
    low: float
    high: float
    n: int
    days: int
    hours: tuple[float, ...]
    """24 weights of mean 1; () if they do not pay."""
    weekdays: tuple[float, ...]
    months: tuple[float, ...]
    day_cv: float
    cv_low: float
    cv_high: float
    correlation: float
    """NaN where days are too few to say, or chance is enough to explain it."""
    correlation_low: float
    correlation_high: float


def poisson_bounds(n: int, exposure: float, level: float = LEVEL) -> tuple[float, float]:
    """Exact bounds of a rate with ``n`` events in an exposure (Garwood 1936)."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(n, (1 - level) / 2)) if n else 0.0
    return low / exposure, float(gammaincinv(n + 1, (1 + level) / 2)) / exposure


def day_factor(counts: Floats, expected: Floats, weights: int = 1) -> tuple[float, float]:
    """(coefficient of variation, correlation of neighbouring days) of the factor of the day.

    ``expected`` has the mean of each day; ``weights`` is the number of fitted weights, the mean among them. The
    correlation is NaN where the variation is 0.
    """
    n = len(counts)
    spread = n / max(n - weights, 1) * float(((counts - expected) ** 2).sum()) - float(counts.sum())
    variance = max(0.0, spread / float((expected**2).sum()))
    if variance == 0:
        return 0.0, float("nan")
    deviation = counts / expected - 1
    together = float((deviation[1:] * deviation[:-1]).mean()) if n > 1 else 0.0
    return math.sqrt(variance), min(max(together / variance, 0.0), MOST_CORRELATION)


def hour_weights(counts: Floats, shrink: bool = True) -> Floats:
    """24 weights of mean 1 of arrivals by hour; each is drawn towards 1 the less evidence it has."""
    weights = counts / counts.sum() * len(counts)
    if not shrink:
        return weights
    trust = counts.sum() / len(counts)
    return 1 + (weights - 1) * trust / (trust + SHRINK)


def months_of(days: Ints) -> Ints:
    """(n,) the months of days since 1970, January 0."""
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64) % 12


def weekdays_of(days: Ints) -> Ints:
    """(n,) the weekdays of days since 1970, a Thursday; Monday 0."""
    return (days + 3) % 7


def arrivals(times: Floats, days: Ints, shift_s: float, seed: int = 1, name: str = "arrivals") -> Arrivals:
    """The arrivals at instants ``times`` on the days with exposure (numbers since 1970 on the clock of the log)."""
    local = times + shift_s
    day = np.floor_divide(local, DAY_S).astype(np.int64)
    inside = np.isin(day, days)
    day, hour = day[inside], (local[inside] % DAY_S // 3600).astype(np.int64)
    counts = np.bincount(np.searchsorted(days, day), minlength=len(days)).astype(np.float64)
    n, size = len(day), len(days)
    per_day = n / size
    exposure = np.ones(size)
    low, high = poisson_bounds(n, size) if size < FEW_DAYS else ratio_bounds(counts, exposure, seed, name)
    bounds = max(low, 0.0), high  # A studentised bound may lie below what a rate can be.
    weekday = weekdays_of(days)
    month = months_of(days)
    of_weekdays = _group_weights(counts, weekday, 7) if size >= 7 * WEEKS_FOR_WEEKDAYS else ()
    of_months = _group_weights(counts, month, 12) if len(np.unique(month)) >= MONTHS_FOR_MONTHS else ()
    expected = np.full(size, per_day)
    for weights, at in ((of_weekdays, weekday), (of_months, month)):
        if weights:
            expected *= np.array(weights)[at]
    expected *= counts.sum() / expected.sum()
    free = 1 + 6 * bool(of_weekdays) + 11 * bool(of_months)
    cv, correlation = day_factor(counts, expected, free) if n and size > free else (0.0, float("nan"))
    # The counts have the correlation of the factors times the share of their variance that the factors make.
    surplus = cv**2 * float((expected**2).sum())
    error = 1.96 / math.sqrt(size) * (surplus + float(expected.sum())) / max(surplus, 1e-9)
    if cv <= LEAST_CV or size < DAYS_FOR_CORRELATION or correlation <= error:
        correlation = float("nan")
    cv_bounds = _cv_bounds(counts, expected, free, seed, name)
    of_hours = ()
    if n >= HOURS_FROM[0] and size >= HOURS_FROM[1]:
        by_hour = np.bincount(hour, minlength=24).astype(np.float64)
        of_hours = tuple(hour_weights(by_hour).tolist()) if _pays(by_hour, np.ones(24)) else ()
    return Arrivals(
        per_day,
        *bounds,
        n,
        size,
        of_hours,
        of_weekdays,
        of_months,
        min(cv, MOST_CV),
        *cv_bounds,
        correlation,
        max(correlation - error, 0.0),
        min(correlation + error, MOST_CORRELATION),
    )


def _group_weights(counts: Floats, at: Ints, groups: int) -> tuple[float, ...]:
    """Weights of groups of days, shrunk; () if they do not pay by BIC."""
    total = np.bincount(at, weights=counts, minlength=groups).astype(np.float64)
    days: Floats = np.bincount(at, minlength=groups).astype(np.float64)
    if not _pays(total, days, counts, at):
        return ()
    mean = counts.sum() / len(counts)
    weights = np.where(days > 0, total / np.maximum(days, 1) / mean, 1.0)
    trust = days / (days + SHRINK / 10)
    return tuple((1 + (weights - 1) * trust).tolist())


def _pays(total: Floats, exposure: Floats, counts: Floats | None = None, at: Ints | None = None) -> bool:
    """Whether weights make the counts so much likelier that BIC falls.

    Days vary more than Poisson counts; the gain is divided by that surplus (quasi-likelihood).
    """
    n, used = total.sum(), exposure > 0
    if n == 0:
        return False
    flat = n * exposure / exposure.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = 2 * float(np.nansum(np.where(total > 0, total * np.log(total / flat), 0.0)))
    surplus = 1.0
    if counts is not None and at is not None:
        mean = np.where(used, total / np.maximum(exposure, 1), 1.0)[at]
        free = max(len(counts) - int(used.sum()), 1)
        surplus = max(1.0, float(((counts - mean) ** 2 / np.maximum(mean, 1e-9)).sum() / free))
    size = n if counts is None else len(counts)
    return bool(gain / surplus > (used.sum() - 1) * math.log(max(size, 2)))


def _cv_bounds(counts: Floats, expected: Floats, free: int, seed: int, name: str) -> tuple[float, float]:
    """Bounds of the variation by a bootstrap over whole weeks."""
    weeks = len(counts) // 7
    if weeks < 2:
        return 0.0, MOST_CV
    size = weeks * 7
    squares = ((counts - expected) ** 2)[:size].reshape(weeks, 7).sum(1)
    sums, means = counts[:size].reshape(weeks, 7).sum(1), (expected**2)[:size].reshape(weeks, 7).sum(1)
    # The variance is a ratio of sums over weeks.
    n = len(counts)
    low, high = ratio_bounds(n / max(n - free, 1) * squares - sums, means, seed, f"{name} weeks")
    return math.sqrt(max(low, 0.0)), min(math.sqrt(max(high, 0.0)), MOST_CV)
