"""Best points of the inputs by surrogates: smooth functions fitted to the residuals of the sampled points.

Input: the sample of each port with its residuals. Output: several distinct points of all inputs together at which the
surrogates are close to the published figures, the best first. An input that several ports share has one value for all
of them. A small penalty on the distance from the declared values keeps inputs there that no figure determines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from sim.studies.calibration.facts import Array, loss, softened

PULL: Final = 0.3
"""Penalty for a distance of the whole range of one input, in units of the loss."""
APART: Final = 0.1
"""Two points that differ by less than this share of every range count as one."""
SMOOTHING: Final = 1e-3
"""Smoothing of the surrogate, because runs at close points differ by sampling error."""
STARTS: Final = 10
"""Number of the best points of each sample at which a search begins."""


@dataclass(frozen=True)
class Sample:
    """Sampled points of one port with their residuals."""

    inputs: tuple[str, ...]
    points: Array
    """Shares of ranges, shape (points, inputs)."""
    residuals: Array
    """Shape (points, facts)."""

    @cached_property
    def surrogate(self) -> Any:
        """Softened residuals as a function of points.

        Softening keeps the few points with a very long queue from distorting the function everywhere.
        """
        from scipy.interpolate import RBFInterpolator

        return RBFInterpolator(self.points, softened(self.residuals), kernel="cubic", smoothing=SMOOTHING)


def pulled(points: Array, declared: Array) -> Array:
    """Penalty on the distance from the declared values, shape (...,)."""
    return np.asarray(PULL * ((points - declared) ** 2).sum(axis=-1))


def latin_hypercube(inputs: int, points: int, seed: int) -> Array:
    """A Latin hypercube sample of the ranges, shape (points, inputs)."""
    from scipy.stats import qmc

    return np.asarray(np.round(qmc.LatinHypercube(inputs, rng=seed).random(points), 4))


def best_points(samples: Sequence[Sample], inputs: Sequence[str], declared: Array, most: int) -> Array:
    """Find at most ``most`` points of all ``inputs`` with the lowest cost, shape (found, inputs)."""
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
    """Starting points: the declared values, and the k-th best points of all samples combined, for k < ``STARTS``."""
    starts = [declared]
    orders = [np.argsort(loss(sample.residuals), kind="stable") for sample in samples]
    for k in range(STARTS):
        start = declared.copy()
        for sample, place, order in zip(samples, places, orders, strict=True):
            start[place] = sample.points[order[k % len(order)]]
        starts.append(start)
    return starts
