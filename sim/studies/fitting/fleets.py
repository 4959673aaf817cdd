"""Fleets: vehicles that come again and again, counted in windows of twice their usual round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.core.units import DAY_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS: Final = 2.0
"""The window is so many times the 90th percentile of the time between two passages."""
AGREES: Final = 0.15


@dataclass(frozen=True)
class Fleet:
    """A fleet and what Little's law makes of it."""

    size: float
    low: float
    high: float
    strangers: int
    """Vehicles seen once."""
    by_little: float
    """Passages a day times the mean round in days."""
    agrees: bool


def fleet(vehicle: Ints, time: Floats) -> Fleet | None:
    """The fleet whose vehicles pass at these times (seconds); None where none comes twice."""
    order = np.lexsort((time, vehicle))
    vehicle, time = vehicle[order], time[order]
    again = vehicle[1:] == vehicle[:-1]
    between = (time[1:] - time[:-1])[again]
    if not len(between):
        return None
    names, passages = np.unique(vehicle, return_counts=True)
    window = ROUNDS * float(np.quantile(between, 0.9))
    regular = np.isin(vehicle, names[passages > 1])
    first, last = float(time.min()), float(time.max())
    starts = np.arange(first, max(last - window, first) + 1, max(window / 4, 1.0))
    by_time = np.argsort(time, kind="stable")
    t, v = time[by_time], vehicle[by_time]
    sizes = []
    for start in starts.tolist():
        inside = v[np.searchsorted(t, start) : np.searchsorted(t, start + window, side="right")]
        sizes.append(int((np.unique(inside, return_counts=True)[1] > 1).sum()))
    value = float(np.median(sizes))
    spread = np.quantile(sizes, [0.05, 0.95])
    span = last - first
    per_day = (int(regular.sum()) - len(names[passages > 1])) / span * DAY_S if span else 0.0
    cycle = float(between.mean())
    little = per_day * cycle / DAY_S
    agrees = value > 0 and abs(little - value) <= AGREES * value
    strangers = int((passages == 1).sum())
    return Fleet(value, float(spread[0]), float(spread[1]), strangers, little, agrees)
