"""The best points of the guesses by surrogates: smooth surfaces through the figures of the sampled points.

In: for each port its sample, with residuals there. Out: several points of all guesses together at which the surrogates
are near the facts, the best first, apart from each other. A guess that several ports share has one value for all of
them. To be near the declared values counts as well, a little: where the facts say nothing, nothing is to move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from sim.studies.calibration.facts import Array, loss, softened

PULL: Final = 0.3
"""What it costs to go over the whole range of one guess, in units of the loss."""
APART: Final = 0.1
"""Two points nearer than this share of the ranges are one."""
SMOOTHING: Final = 1e-3
"""Of the surrogate: runs at near points differ by chance."""
STARTS: Final = 10
"""Of each sample's points, the best of which a search begins at."""


@dataclass(frozen=True)
class Sample:
    """Points tried at one port, and what came of them."""

    inputs: tuple[str, ...]
    points: Array
    """Shares of ranges, shape (points, guesses)."""
    residuals: Array
    """Shape (points, facts)."""

    @cached_property
    def surrogate(self) -> Any:
        """Softened residuals as a function of points; else the few where a queue explodes would bend it everywhere."""
        from scipy.interpolate import RBFInterpolator

        return RBFInterpolator(self.points, softened(self.residuals), kernel="cubic", smoothing=SMOOTHING)


def pulled(points: Array, declared: Array) -> Array:
    """What it costs to be away from the declared values; shape (...,)."""
    return np.asarray(PULL * ((points - declared) ** 2).sum(axis=-1))


def latin_hypercube(inputs: int, points: int, seed: int) -> Array:
    """Points spread over the ranges, shape (points, guesses)."""
    from scipy.stats import qmc

    return np.asarray(np.round(qmc.LatinHypercube(inputs, rng=seed).random(points), 4))


def best_points(samples: Sequence[Sample], inputs: Sequence[str], declared: Array, most: int) -> Array:
    """At most ``most`` points of all ``guesses`` that should fit best, shape (found, guesses)."""
    from scipy.optimize import minimize

    places = [[inputs.index(id) for id in sample.inputs] for sample in samples]
    facts = sum(sample.residuals.shape[1] for sample in samples)

    def cost(point: Array) -> float:
        squares = (
            (sample.surrogate(point[None, place])[0] ** 2).sum() for sample, place in zip(samples, places, strict=True)
        )
        return float(sum(squares) / facts + pulled(point, declared))

    bounds = [(0.0, 1.0)] * len(inputs)
    starts = list(_starts(samples, places, declared))
    ends = [minimize(cost, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    found: list[Array] = []
    for end in sorted(ends, key=lambda end: (round(float(end.fun), 9), tuple(np.round(end.x, 6)))):
        if all(np.abs(end.x - other).max() > APART for other in found):
            found.append(np.round(end.x, 4))
    return np.array(found[:most])


def _starts(samples: Sequence[Sample], places: Sequence[list[int]], declared: Array) -> list[Array]:
    """The declared values, and the k-th best point of every sample put together, for the first ``STARTS``."""
    starts = [declared]
    orders = [np.argsort(loss(sample.residuals), kind="stable") for sample in samples]
    for k in range(STARTS):
        start = declared.copy()
        for sample, place, order in zip(samples, places, orders, strict=True):
            start[place] = sample.points[order[k % len(order)]]
        starts.append(start)
    return starts
