"""End of the warm-up period, in which a series still depends on the initial state of the run.

MSER-5 truncates a series where the mean of the rest has the smallest standard error: it minimises the variance of the
remaining batch means over their number. White, Cobb and Spratt (2000), *A comparison of five steady-state truncation
heuristics for simulation*, Proc. Winter Simulation Conf., 755-760; recommended for automation, on the mean of several
replications, by Hoad, Robinson and Davies (2010), *Automating warm-up length estimation*, J. Oper. Res. Soc. 61,
1389-1403.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.statistics.samples import Floats, as_sample

BATCH = 5
"""Values per batch: the 5 of MSER-5."""
LEAST_BATCHES = 10
"""Least number of batch means for the rule."""
TAIL_BATCHES = 5
"""Least number of batches after a cut; the variance of fewer batches is unreliable."""


@dataclass(frozen=True)
class Warmup:
    """The end of the warm-up by MSER-5.

    ``observations`` is the number of values to leave out, at most half of the run. ``too_short`` means that the rule
    would cut in the second half, or that there are too few values: the run has no steady part. ``statistic``
    (n_batches - tail,) is the MSER statistic of each cut, in squared units of the figure, for charts.
    """

    observations: int
    too_short: bool
    statistic: Floats


def mser5(values: npt.ArrayLike) -> Warmup:
    """Truncation point of a series of evenly spaced values, shape (n_times,) or (n_replications, n_times).

    Replications are averaged for each time first, which reduces the noise of the transient but not its bias. Figures
    with a daily or weekly cycle should be means over whole days or weeks. An incomplete last batch is left out.
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
