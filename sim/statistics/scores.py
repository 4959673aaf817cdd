"""Scores of ensemble forecasts; no model.

CRPS: Gneiting and Raftery, *J. Am. Stat. Assoc.* 102 (2007), mean |x - y| less half the mean |x - x'|; the fair form
(Ferro, *Q. J. R. Meteorol. Soc.* 140, 2014) takes pairs of different members, so that ensembles of different sizes
compare.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def crps(members: Floats, came: float, *, fair: bool = True) -> float:
    """The score of an ensemble against what came; 0 is perfect. Members (n,), n >= 2 for the fair form."""
    x = np.sort(np.asarray(members, np.float64))
    n = len(x)
    # The sum of |x_i - x_j| over all pairs, from the order statistics.
    spread = 2.0 * float(np.sum((2 * np.arange(1, n + 1) - n - 1) * x))
    pairs = n * (n - 1) if fair else n * n
    return float(np.mean(np.abs(x - came))) - spread / (2 * pairs)


def pinball(quantile: float, came: float, level: float) -> float:
    """The loss of a quantile of that level against what came."""
    return max(level * (came - quantile), (level - 1) * (came - quantile))


def skill(score: Floats, reference: Floats) -> float:
    """1 - the mean score over that of a reference: 1 is perfect, 0 no better, below 0 worse."""
    base = float(np.mean(reference))
    return 1.0 - float(np.mean(score)) / base if base > 0 else 0.0


def skill_interval(score: Floats, reference: Floats, block: int, u: Floats, level: float = 0.95) -> tuple[float, float]:
    """An interval of the skill by a bootstrap over blocks of neighbouring origins; ``u`` (draws, blocks) uniform."""
    n = len(score)
    block = max(1, min(block, n))
    starts = (u * (n - block + 1)).astype(np.int64)
    at = (starts[:, :, np.newaxis] + np.arange(block)).reshape(len(u), -1)[:, :n]
    base = reference[at].mean(axis=1)
    found = np.where(base > 0, 1.0 - score[at].mean(axis=1) / np.where(base > 0, base, 1.0), 0.0)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
