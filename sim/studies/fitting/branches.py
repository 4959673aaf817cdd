"""Shares of branches: of the journeys that passed a branch on either way, those that continued with the next step."""

from __future__ import annotations

from sim.statistics.samples import Floats
from sim.studies.fitting.estimate import FEW_DAYS, LEAST_VEHICLES, LEVEL, Estimate, ratio_bounds, word


def jeffreys_bounds(taken: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Bounds of a share (Brown, Cai and DasGupta, Statistical Science 16, 2001); none of n has the bound 0."""
    from scipy.special import betaincinv

    low = 0.0 if taken == 0 else float(betaincinv(taken + 0.5, n - taken + 0.5, (1 - level) / 2))
    high = 1.0 if taken == n else float(betaincinv(taken + 0.5, n - taken + 0.5, (1 + level) / 2))
    return low, high


def share(address: str, taken: Floats, passed: Floats, vehicles: int, seed: int = 1) -> Estimate:
    """The share of a branch, of the journeys taken and passed on each day, (days,)."""
    n, k = int(passed.sum()), int(taken.sum())
    if vehicles < LEAST_VEHICLES or n == 0:
        return Estimate(address, float("nan"), n=n, days=len(passed)).refused(word("few_vehicles"))
    low, high = jeffreys_bounds(k, n)
    if len(passed) >= FEW_DAYS and 0 < k < n:
        # Days that differ widen the interval; they never make it narrower than independent vehicles would.
        wide = ratio_bounds(taken, passed, seed, address)
        # A studentised bound may lie beyond what a share can be.
        low, high = min(low, max(wide[0], 0.0)), max(high, min(wide[1], 1.0))
    return Estimate(address, k / n, low, high, n, 0, len(passed), "jeffreys")
