"""Allocation of the next replications, and the probability that a scenario is the best.

Scenarios close to the best and scenarios with a large variance need more replications than others. OCBA gives the
shares that maximise the probability of a correct selection for a budget: Chen, Lin, Yucesan and Chick (2000),
*Simulation budget allocation for further enhancing the efficiency of ordinal optimization*, Discrete Event Dyn. Syst.
10, 251-270; Chen and Lee (2011), *Stochastic Simulation Optimization*, World Scientific, ch. 3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.statistics.resampling import draw_means
from sim.statistics.samples import Floats, as_sample

TIE = 1e-9
"""Differences below this share of the range of the figures count as ties."""


def ocba(
    means: npt.ArrayLike,
    variances: npt.ArrayLike,
    budget: int,
    *,
    higher_is_better: bool,
    spent: npt.ArrayLike | None = None,
) -> npt.NDArray[np.int64]:
    """Allocate ``budget`` further replications to the scenarios, shape (k,), summing to ``budget``.

    ``means`` and ``variances`` (over replications) come from a first stage; ``spent`` counts the replications run so
    far (none by default). With gap_i to the best mean and variance v_i: N_i in proportion to v_i / gap_i^2, and for the
    best N_b = sqrt(v_b * sum of N_i^2 / v_i). A scenario that already has more than its share gets none, and the others
    share the rest. Fractions are rounded so that the sum is exact. Assumes independent samples. Raises ValueError for
    fewer than two scenarios, unequal lengths or negative numbers.
    """
    mean = as_sample(means, "means") * (1 if higher_is_better else -1)
    variance = as_sample(variances, "variances")
    used = np.zeros(mean.size) if spent is None else as_sample(spent, "spent")
    if not mean.size == variance.size == used.size or mean.size < 2:
        raise ValueError(f"expected two or more scenarios, found {mean.size}, {variance.size} and {used.size}")
    if budget < 0 or (variance < 0).any() or (used < 0).any():
        raise ValueError("budget, variances and spent replications: expected numbers of at least 0")

    shares = _shares(mean, variance)
    open_ = np.ones(mean.size, dtype=bool)
    while True:
        extra = np.zeros(mean.size)
        whole = budget + used[open_].sum()
        extra[open_] = whole * shares[open_] / shares[open_].sum() - used[open_]
        if (extra >= 0).all():
            return _whole_numbers(extra, budget)
        open_ &= extra > 0


def _shares(mean: Floats, variance: Floats) -> Floats:
    """OCBA's shares of the total, up to a factor; equal shares where no figure varies."""
    best = int(mean.argmax())
    others = np.arange(mean.size) != best
    scale = float(np.ptp(mean)) or 1.0
    gap = np.maximum((mean[best] - mean) / scale, TIE)
    shares = variance / gap**2
    shares[best] = np.sqrt(variance[best] * (variance[others] / gap[others] ** 4).sum())
    if not shares.any():
        return np.ones(mean.size)
    return np.maximum(shares, shares.max() * TIE)  # above 0, so that the rest can always be allocated


def _whole_numbers(parts: Floats, total: int) -> npt.NDArray[np.int64]:
    """Round ``parts`` to whole numbers that sum to ``total``: largest remainders up, ties by position."""
    whole = np.floor(parts + TIE).astype(np.int64)
    short = total - int(whole.sum())
    order = np.argsort(-(parts - whole), kind="stable")
    whole[order[:short]] += 1
    return whole


def probability_best(samples: npt.ArrayLike, *, higher_is_better: bool, seed: int = 0, draws: int = 10_000) -> Floats:
    """Probability of each scenario that its true mean is the best, shape (k,), summing to 1.

    ``samples`` has shape (k, n): scenarios by replications on common random numbers. True means are drawn as a
    multivariate t around the sample means, with the samples' own covariance (the posterior under a flat prior; Chick
    and Inoue 2001, *New procedures to select the best simulated system using common random numbers*, Manage. Sci. 47,
    1133-1149), so common random variation cancels. Ties share their probability. Raises ValueError for fewer than 2
    replications.
    """
    figures = as_sample(samples, "samples", 2) * (1 if higher_is_better else -1)
    if figures.shape[1] < 2:
        raise ValueError("samples: expected at least 2 replications")
    means = draw_means(figures, draws, seed)
    scale = float(np.ptp(figures)) or 1.0
    first = means >= means.max(axis=1, keepdims=True) - TIE * scale
    return np.asarray((first / first.sum(axis=1, keepdims=True)).mean(axis=0))
