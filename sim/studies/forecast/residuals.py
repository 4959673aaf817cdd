"""What is left of a work that is under way: drawn from its distribution, given how long it has taken.

A work that began *e* ago has F^-1(F(e) + u (1 - F(e))) - e to go. Where its begin is not known, the time since then and
the time to go are drawn from the equilibrium of renewals: works are met in proportion to their length, anywhere within.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from corridors.model import Duration
from sim.compile.distributions import seconds

GRID: Final = 4_000
"""Points of a distribution for works whose begin is not known."""
STEPS: Final = 40
"""Halvings that find F(e)."""


def rest_s(duration: Duration | None, constant_s: int, elapsed_s: float | None, u: tuple[float, float]) -> int:
    """Seconds to go, at least 1, of a work with a distribution or a constant length, by two uniform numbers."""
    if elapsed_s is None:
        return max(1, round(u[1] * _met(duration, constant_s, u[0])))
    if duration is None:
        return max(1, round(constant_s - elapsed_s))
    share = below(duration, elapsed_s)
    last = np.nextafter(1.0, 0.0)
    length = float(seconds(duration, np.array([min(share + u[0] * (1.0 - share), last)]))[0])
    return max(1, round(length - elapsed_s))


def below(duration: Duration, elapsed_s: float) -> float:
    """The share of works that take at most so long: F(e), by bisection of the inverse."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if float(seconds(duration, np.array([middle]))[0]) <= elapsed_s:
            low = middle
        else:
            high = middle
    return high if high < 1.0 else low


def is_longer(duration: Duration | None, constant_s: int, elapsed_s: float) -> bool:
    """Whether a work has taken longer than the model knows."""
    last = constant_s if duration is None else float(seconds(duration, np.array([1 - 2.0**-STEPS]))[0])
    return elapsed_s > last


def _met(duration: Duration | None, constant_s: int, u: float) -> float:
    """The length of a work that is met under way."""
    if duration is None:
        return float(constant_s)
    lengths = seconds(duration, (np.arange(GRID) + 0.5) / GRID).astype(np.float64)
    total = np.cumsum(lengths)
    return float(lengths[np.searchsorted(total, u * total[-1], side="right").clip(max=GRID - 1)])
