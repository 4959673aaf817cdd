"""Step functions over the seconds of a run, and spans that limit them.

Piecewise constant: ``times_s[i]`` is the second from which ``values[i]`` holds; ``times_s[0]`` is 0, all are below the
horizon, neighbours differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Span = tuple[int, int, float]
"""From this second (of 1970) until before that one, this share."""


def always(share: float) -> tuple[Ints, Floats]:
    """A share that holds from second 0 on."""
    return np.zeros(1, np.int64), np.array([share])


def limited(share: tuple[Ints, Floats], limits: list[Span], start_s: int, horizon_s: int) -> tuple[Ints, Floats]:
    """The share, in each span at most that of the span."""
    return combine(share, limits, np.minimum, start_s, horizon_s) if limits else share


def combine(
    base: tuple[Ints, Floats], spans: list[Span], rule: np.ufunc, start_s: int, horizon_s: int
) -> tuple[Ints, Floats]:
    """Apply spans to a step function by ``rule`` (maximum or minimum)."""
    inside = [
        (max(0, low - start_s), min(horizon_s, high - start_s), part)
        for low, high, part in spans
        if low < high and low - start_s < horizon_s and high > start_s
    ]
    edges = np.array([edge for low, high, _ in inside for edge in (low, high)], np.int64)
    times = distinct(np.concatenate((base[0], edges[edges < horizon_s])))
    values = base[1][np.searchsorted(base[0], times, "right") - 1]
    for low, high, part in inside:
        where = slice(np.searchsorted(times, low), np.searchsorted(times, high))
        values[where] = rule(values[where], part)
    return times, values


def distinct(seconds: Ints) -> Ints:
    """Each second once, sorted; many times faster than NumPy's ``unique``, which hashes."""
    ordered = np.sort(seconds)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def changes(times: Ints, values: npt.NDArray[Any]) -> tuple[Ints, Any]:
    """The steps whose value differs from the one before."""
    kept = np.concatenate(([True], values[1:] != values[:-1]))
    return times[kept], values[kept]
