"""The best points of the guesses by a surrogate: a smooth surface through the figures of the sampled points.

In: points, shape (points, guesses), as shares of ranges, and the figures there. Out: several points at which the
surrogate is near the facts, the best first, apart from each other. To be near the declared values counts as well, a
little: where the facts say nothing, nothing is to move.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.calibration.facts import Array, loss, residuals, softened
from sim.validation.comparisons import Comparison

PULL: Final = 0.1
"""What it costs to go over the whole range of one guess, in units of the loss."""
APART: Final = 0.1
"""Two points nearer than this share of the ranges are one."""
SMOOTHING: Final = 1e-3
"""Of the surrogate: runs at near points differ by chance."""


def pulled(points: Array, declared: Array) -> Array:
    """What it costs to be away from the declared values; shape (...,)."""
    return np.asarray(PULL * ((points - declared) ** 2).sum(axis=-1))


def latin_hypercube(guesses: int, points: int, seed: int) -> Array:
    """Points spread over the ranges, shape (points, guesses)."""
    from scipy.stats import qmc

    return np.asarray(np.round(qmc.LatinHypercube(guesses, rng=seed).random(points), 4))


def best_points(points: Array, figures: Array, comparisons: Sequence[Comparison], declared: Array, most: int) -> Array:
    """At most ``most`` points that should fit best, shape (found, guesses)."""
    from scipy.interpolate import RBFInterpolator
    from scipy.optimize import minimize

    there = residuals(comparisons, figures)
    # Softened, or the few points at which a queue explodes would bend the surface everywhere.
    surrogate = RBFInterpolator(points, softened(there), kernel="cubic", smoothing=SMOOTHING)

    def cost(point: Array) -> float:
        return float((surrogate(point[None])[0] ** 2).mean() + pulled(point, declared))

    starts = [declared, *points[np.argsort(loss(there) + pulled(points, declared))]]
    bounds = [(0.0, 1.0)] * points.shape[1]
    ends = [minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    found: list[Array] = []
    for end in sorted(ends, key=lambda end: (round(float(end.fun), 9), tuple(np.round(end.x, 6)))):
        if all(np.abs(end.x - other).max() > APART for other in found):
            found.append(np.round(end.x, 4))
    return np.array(found[:most])
