"""Least value of a parameter with which a figure is below a target.

Input: the figure of each replication, by value of the parameter. Output: mean and interval at each value, and the least
value from which the figure is below the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.statistics import Interval, mean_interval


@dataclass(frozen=True)
class SweepPoint:
    """One value of the parameter, and the figure at it."""

    value: float
    figure: Interval


@dataclass(frozen=True)
class Enough:
    """Least values from which the figure is below a target; None if it is not at any value."""

    by_mean: float | None
    """By the means only."""
    by_interval: float | None
    """By the upper ends of the confidence intervals."""


def points(values: Mapping[float, Sequence[float]]) -> list[SweepPoint]:
    """Mean and interval at each value, in the order of the values; values without a figure are left out."""
    return [
        SweepPoint(value, mean_interval(list(figures))) for value, figures in sorted(values.items()) if len(figures)
    ]


def enough(found: Sequence[SweepPoint], target: float) -> Enough:
    """The least values such that the figure is below the target at that value and at all greater values."""
    by_mean = by_interval = None
    for point in reversed(found):
        if point.figure.estimate >= target:
            break
        by_mean = point.value
    for point in reversed(found):
        if not point.figure.high < target:
            break
        by_interval = point.value
    return Enough(by_mean, by_interval)
