"""The best of the last programmes, with a stated probability of a correct selection.

Input: programmes, and a function that gives the net benefits of their first replications, on common random numbers that
the search did not use. Output: :class:`Selected`. Kim and Nelson's procedure (:mod:`sim.statistics.selection`) runs all
programmes equally often and eliminates those that fall behind. If it does not end within a number of replications, OCBA
(:mod:`sim.statistics.allocation`) gives further replications to the programmes where they most likely decide, and the
best mean is named with the probability that it is the best, in place of a confidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.statistics import KimNelson, ocba, probability_best

Floats = npt.NDArray[np.float64]
CONFIDENCE: Final = 0.95
LAST: Final = 8
"""Programmes of one budget that are compared."""


@dataclass(frozen=True)
class Selected:
    """The selected programme with its evidence."""

    best: str
    settled: bool
    """Whether the procedure ended: the selection is right, or within the indifference, with the confidence."""
    confidence: float
    """The stated one if settled; else the probability that the best mean is that of the best programme."""
    indifference: float
    """M USD a year."""
    means: Mapping[str, float]
    replications: Mapping[str, int]


def select(
    sample: Callable[[Sequence[str], int], Mapping[str, Floats]],
    systems: Sequence[str],
    indifference: float,
    *,
    first_stage: int,
    most: int,
    further: int,
) -> Selected:
    """Select the best; ``sample(systems, n)`` has the first n net benefits of each, M USD a year.

    ``most`` replications of a programme take part in the procedure; ``further`` is what OCBA may allot in all.
    """
    n = first_stage
    values = dict(sample(systems, n))
    if len(systems) == 1:
        return Selected(systems[0], True, 1.0, indifference, _means(values), dict.fromkeys(systems, n))
    procedure = KimNelson(systems, indifference, higher_is_better=True, confidence=CONFIDENCE, first_stage=first_stage)
    procedure.add(values)
    while procedure.best is None and n < most:
        n += 1
        fresh = sample(procedure.in_play, n)
        values |= fresh
        procedure.add({one: of[n - 1 :] for one, of in fresh.items()})
    if procedure.best is not None:
        found = procedure.result()
        return Selected(found.best, True, CONFIDENCE, indifference, found.means, found.replications)
    left = procedure.in_play
    best, sure = _allotted(sample, left, values, n, further)
    return Selected(best, False, sure, indifference, _means(values), {one: len(of) for one, of in values.items()})


def _allotted(
    sample: Callable[[Sequence[str], int], Mapping[str, Floats]],
    left: Sequence[str],
    values: dict[str, Floats],
    n: int,
    further: int,
) -> tuple[str, float]:
    """The best mean of those that are left after OCBA's replications, which join ``values``; and its probability."""
    extra = ocba(
        [values[one].mean() for one in left],
        [values[one].var(ddof=1) for one in left],
        further,
        higher_is_better=True,
        spent=[n] * len(left),
    )
    for one, more in zip(left, extra.tolist(), strict=True):
        if more:
            values |= sample([one], n + more)
    best = max(left, key=lambda one: float(values[one].mean()))
    shortest = min(len(values[one]) for one in left)
    common = np.array([values[one][:shortest] for one in left])
    return best, float(probability_best(common, higher_is_better=True)[list(left).index(best)])


def _means(values: Mapping[str, Floats]) -> dict[str, float]:
    return {one: float(of.mean()) for one, of in values.items()}
