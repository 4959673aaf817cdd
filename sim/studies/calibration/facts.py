"""Residuals of a run against published figures, and the loss over those that are fitted.

Input: comparisons (see :mod:`sim.studies.validation.comparisons`) and the figures of a run. A residual is a difference
from the published figure in units of the tolerance: between -1 and 1 they agree. The loss grows less than the square of
large residuals, so that a published figure beyond the reach of all ranges (it may describe something else) does not
distort the fit of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from sim.studies.sensitivity.port_submodels import PortSubmodel
from sim.studies.validation.comparisons import FactComparison
from sim.studies.validation.levels import BASE

Array = np.ndarray[Any, np.dtype[np.float64]]
TABLES: Final = ("ports", "facilities", "links", "services", "stocks", "durations")
FAR: Final = 10.0
"""Residual of a figure that a run did not measure."""


def of_submodel(comparisons: Iterable[FactComparison], submodel: PortSubmodel) -> tuple[FactComparison, ...]:
    """The comparisons of the base year whose figure depends on this port submodel alone."""
    met = submodel.met[""]
    return tuple(
        one
        for one in comparisons
        if one.level == BASE and one.of and all(any(f"{table}.{name}" in met for table in TABLES) for name in one.of)
    )


def residuals(comparisons: Sequence[FactComparison], figures: Array) -> Array:
    """Differences in units of the tolerance; ``figures`` and result have shape (..., comparisons)."""
    published = np.array([one.published for one in comparisons])
    bounds = np.array([one.bounds for one in comparisons]).reshape(-1, 2)
    above, below = bounds[:, 1] - published, published - bounds[:, 0]
    difference = figures - published
    found = difference / np.where(difference > 0, above, below)
    return np.where(np.isnan(found), FAR, found)


def softened(residuals: Array) -> Array:
    """Residuals with large values reduced: about r if small, the root of 2 |r| if large (pseudo-Huber)."""
    return np.asarray(np.sign(residuals) * np.sqrt(2 * (np.sqrt(1 + residuals**2) - 1)))


def loss(residuals: Array) -> Array:
    """Mean square of the softened residuals over the last axis."""
    return np.asarray((softened(residuals) ** 2).mean(axis=-1))
