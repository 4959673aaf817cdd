"""The distribution of durations that are not all known: Turnbull's estimate; without intervals Kaplan and Meier's.

Each duration lies in [low, high] (high infinite: it lasts longer than low), and is in the records because it was longer
than ``entry``. Turnbull, J. R. Stat. Soc. B 38 (1976); the self-consistent estimate on a grid of the known values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

GRID: Final = 300
"""Most points of the grid: quantiles of the known durations."""
ROUNDS: Final = 2_000
CLOSE: Final = 1e-9


@dataclass(frozen=True)
class Survival:
    """Masses at ascending points; what is left over lies beyond the last."""

    points: Floats
    mass: Floats

    def after(self, time: float) -> float:
        """Share of durations longer than ``time``."""
        return float(1.0 - self.mass[self.points <= time].sum())

    def quantiles(self, shares: Floats) -> Floats:
        """Durations below which these shares lie."""
        at = np.searchsorted(np.cumsum(self.mass) / self.mass.sum(), shares)
        return self.points[np.minimum(at, len(self.points) - 1)]

    def mean(self) -> float:
        """The mean, of the durations up to the last point."""
        return float(self.points @ self.mass / self.mass.sum())


def survival(low: Floats, high: Floats, entry: Floats | None = None) -> Survival:
    """The distribution of durations; arrays of one length."""
    points = _points(low, high)
    entry = np.zeros_like(low) if entry is None else np.nan_to_num(entry)
    # A duration may have the points from first to last - 1, and was possible from the points behind its entry on.
    first = np.searchsorted(points, low, side="left")
    last = np.where(np.isinf(high), len(points) + 1, np.searchsorted(points, high, side="right"))
    exact = low == high
    nearest = np.minimum(np.searchsorted(points, low), len(points) - 1)
    before = np.maximum(nearest - 1, 0)
    nearest = np.where(low - points[before] < points[nearest] - low, before, nearest)
    first, last = np.where(exact, nearest, first), np.where(exact, nearest + 1, last)
    open_ = np.isinf(high)
    first = np.where(open_, np.searchsorted(points, low, side="right"), first)
    last = np.maximum(last, first + 1)
    seen = np.where(entry > 0, np.searchsorted(points, entry, side="right"), 0)
    kinds, times = np.unique(np.stack([first, last, np.minimum(seen, first)], axis=1), axis=0, return_counts=True)
    mass = np.full(len(points) + 1, 1.0 / (len(points) + 1))  # The last mass is beyond all points.
    for _ in range(ROUNDS):
        total = np.concatenate([[0.0], np.cumsum(mass)])
        inside = np.maximum(total[kinds[:, 1]] - total[kinds[:, 0]], 1e-300)
        behind = np.maximum(1.0 - total[kinds[:, 2]], 1e-300)
        edges = np.zeros(len(points) + 2)
        np.add.at(edges, kinds[:, 0], times / inside)
        np.add.at(edges, kinds[:, 1], -times / inside)
        # Each late entry also counts for those that were over before it.
        np.add.at(edges, 0, (times / behind).sum())
        np.add.at(edges, kinds[:, 2], -times / behind)
        made = np.maximum(mass * np.cumsum(edges)[:-1], 0.0)
        made /= made.sum()
        moved = float(np.abs(made - mass).sum())
        mass = made
        if moved < CLOSE:
            break
    return Survival(points, mass[:-1])


def _points(low: Floats, high: Floats) -> Floats:
    exact = low[low == high]
    points = np.unique(exact)
    if len(points) > GRID:
        points = np.unique(np.quantile(exact, np.linspace(0, 1, GRID)))
    # An interval without a known duration inside has its mass at its end.
    inside = np.searchsorted(points, high, side="right") > np.searchsorted(points, low, side="left")
    points = np.unique(np.concatenate([points, high[~inside & np.isfinite(high)]]))
    return points if len(points) else np.array([float(low.max(initial=0.0))])


def distance(observed: Survival, cdf: Callable[[Floats], Floats], mean: float) -> float:
    """Area between the observed and a fitted distribution function, over the mean (Wasserstein distance)."""
    shares = np.cumsum(observed.mass)
    edges = np.concatenate([[0.0], observed.points])
    steps = np.linspace(0.0, 1.0, 9)
    # Between two points the observed function is constant; the fitted one is averaged over eight parts.
    inner = edges[:-1, None] + np.diff(edges)[:, None] * (steps[1:] + steps[:-1]) / 2
    gap = np.abs(np.concatenate([[0.0], shares[:-1]])[:, None] - cdf(inner.ravel()).reshape(inner.shape))
    return float((gap.mean(1) * np.diff(edges)).sum() / mean) if mean > 0 else 0.0
