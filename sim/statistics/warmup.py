"""Where the warm-up ends: the first part of a run that still shows how the run began.

MSER-5 cuts where the mean of the rest is estimated best: it minimises the variance of the remaining batch means over
their number. White, Cobb and Spratt (2000), *A comparison of five steady-state truncation heuristics for simulation*,
Proc. Winter Simulation Conf., 755-760; recommended for automation, on the mean of several replications, by Hoad,
Robinson and Davies (2010), *Automating warm-up length estimation*, J. Oper. Res. Soc. 61, 1389-1403.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.statistics.samples import Floats, as_sample

BATCH = 5
"""Values a batch: the 5 of MSER-5."""
LEAST_BATCHES = 10
"""With fewer batch means the rule has nothing to choose from."""
TAIL_BATCHES = 5
"""Cuts that leave fewer batches are not looked at: a few values happen to lie close together."""


@dataclass(frozen=True)
class Warmup:
    """The end of the warm-up by MSER-5.

    ``observations`` is how many values to leave out, at most half of the run. ``too_short`` says that the rule would
    cut in the second half, or that there are too few values: the run shows no steady part to measure. ``statistic``
    (n_batches - tail,) is the MSER statistic of each cut, in squared units of the figure, for charts.
    """

    observations: int
    too_short: bool
    statistic: Floats


def mser5(values: npt.ArrayLike) -> Warmup:
    """The truncation point of a series of evenly spaced values, shape (n_times,) or (n_replications, n_times).

    Replications are averaged time by time first, which takes noise from the start-up and none of its bias. Values that
    swing with the day or the week should come as means over whole days or weeks. An incomplete last batch is left out.
    """
    series = as_sample(np.atleast_2d(values), "series", 2).mean(axis=0)
    n = series.size // BATCH
    if n < LEAST_BATCHES:
        return Warmup(0, True, np.empty(0))
    batches = series[: n * BATCH].reshape(n, BATCH).mean(axis=1)
    statistic = _mser(batches)[: n - TAIL_BATCHES]
    half = n // 2
    cut = int(statistic[: half + 1].argmin())
    return Warmup(cut * BATCH, bool(cut == half or statistic.argmin() > half), statistic)


def _mser(batches: Floats) -> Floats:
    """MSER of each cut d: sum over j >= d of (batch_j - mean of the rest)^2, over (n - d)^2."""
    centred = (batches - batches.mean())[::-1]
    left = np.arange(1, batches.size + 1)
    squares = np.cumsum(centred**2) - np.cumsum(centred) ** 2 / left
    return (np.maximum(squares, 0) / left**2)[::-1]
