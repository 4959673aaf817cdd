"""How far a run is from the facts: one residual a comparison, and one loss over those that are to be fitted.

In: comparisons (see :mod:`sim.studies.validation.comparisons`) and the figures of a run. A residual is the difference
from the published figure in units of what still counts as agreement: between -1 and 1 they agree. The loss is soft: a
fact that no value in the ranges can reach (it may be about something else) must not drag the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from sim.studies.sensitivity.port_submodels import PortSubmodel
from sim.studies.validation.comparisons import Comparison
from sim.studies.validation.levels import BASE

Array = np.ndarray[Any, np.dtype[np.float64]]
TABLES: Final = ("ports", "facilities", "links", "services", "stocks", "durations")
FAR: Final = 10.0
"""Residual of a figure that a run did not measure at all."""


def of_submodel(comparisons: Iterable[Comparison], submodel: PortSubmodel) -> tuple[Comparison, ...]:
    """The comparisons of the base year whose figure comes from this port's world alone."""
    met = submodel.met[""]
    return tuple(
        one
        for one in comparisons
        if one.level == BASE and one.of and all(any(f"{table}.{name}" in met for table in TABLES) for name in one.of)
    )


def residuals(comparisons: Sequence[Comparison], figures: Array) -> Array:
    """Differences in units of the tolerance; ``figures`` and result have shape (..., comparisons)."""
    published = np.array([one.published for one in comparisons])
    bounds = np.array([one.bounds for one in comparisons]).reshape(-1, 2)
    above, below = bounds[:, 1] - published, published - bounds[:, 0]
    difference = figures - published
    found = difference / np.where(difference > 0, above, below)
    return np.where(np.isnan(found), FAR, found)


def softened(residuals: Array) -> Array:
    """Residuals of which great ones count for less: r for small ones, the root of 2 |r| for great ones."""
    return np.asarray(np.sign(residuals) * np.sqrt(2 * (np.sqrt(1 + residuals**2) - 1)))


def loss(residuals: Array) -> Array:
    """Mean square of the softened residuals, over the last axis."""
    return np.asarray((softened(residuals) ** 2).mean(axis=-1))
