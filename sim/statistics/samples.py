"""Samples: one number per replication, checked on input."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def as_sample(values: npt.ArrayLike, name: str = "values", dimensions: int = 1) -> Floats:
    """Values as floats of the given number of dimensions, replications (or times) along the last.

    Raises ValueError if there are none, if the shape differs, or if a value is not finite: the caller must leave out a
    replication without a figure, in all scenarios alike.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != dimensions or sample.size == 0:
        raise ValueError(f"{name}: expected {dimensions} dimension(s) and at least one number, found {sample.shape}")
    broken = np.unique(np.nonzero(~np.isfinite(sample))[-1])
    if broken.size:
        raise ValueError(f"{name}: not a finite number at position {', '.join(map(str, broken))}")
    return sample


def as_pair(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Two samples whose entries ``i`` are of the same replication. Raises ValueError if the lengths differ."""
    first, second = as_sample(a, "baseline"), as_sample(b, "proposal")
    if first.size != second.size:
        raise ValueError(f"paired samples differ in length: {first.size} and {second.size}")
    return first, second


def check_level(level: float) -> float:
    """Return the confidence level; raise ValueError unless it is between 0 and 1 (0.95, not 95)."""
    if not 0 < level < 1:
        raise ValueError(f"confidence level: expected a share between 0 and 1, found {level}")
    return level
