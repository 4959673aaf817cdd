"""Loads: the mean of laden vehicles; those far below the usual weight are empty."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.statistics.intervals import mean_interval
from sim.statistics.samples import Floats
from sim.studies.fitting.estimate import FEW_DAYS, LEAST_VEHICLES, Estimate, Ints, by_day, ratio_bounds, word

EMPTY: Final = 0.05
"""Below this share of the median a vehicle is empty."""
LEAST: Final = 10


def load(address: str, tonnes: Floats, day: Ints, vehicles: int, seed: int = 1) -> Estimate:
    """The mean load of laden vehicles; ``tonnes`` and the day of each visit."""
    known = tonnes > 0
    tonnes, day = tonnes[known], day[known]
    bare = Estimate(address, float("nan"), n=len(tonnes), method="mean")
    if vehicles < LEAST_VEHICLES or len(tonnes) < LEAST:
        return bare.refused(word("few_vehicles" if vehicles < LEAST_VEHICLES else "few_ends", n=LEAST - len(tonnes)))
    laden = tonnes > EMPTY * float(np.median(tonnes))
    empty = int((~laden).sum())
    tonnes, day = tonnes[laden], day[laden]
    sums, counts = by_day(tonnes, day), by_day(np.ones_like(tonnes), day)
    words = [word("few_days", n=len(sums))] if len(sums) < FEW_DAYS else []
    words += [word("empties", n=empty)] if empty else []
    found = mean_interval(tonnes)
    bounds = (found.low, found.high) if len(sums) < FEW_DAYS else ratio_bounds(sums, counts, seed, address)
    return Estimate(address, float(tonnes.mean()), *bounds, len(tonnes), 0, len(sums), "mean", words=tuple(words))
