"""Scores of ensemble forecasts; no model.

CRPS: Gneiting and Raftery, *J. Am. Stat. Assoc.* 102 (2007), mean |x - y| less half the mean |x - x'|; the fair form
(Ferro, *Q. J. R. Meteorol. Soc.* 140, 2014) takes pairs of different members, so that ensembles of different sizes
compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def pit_range(members: Floats, came: float) -> tuple[float, float]:
    """Where in the distribution of an ensemble lies what came: between these shares, each equally likely there."""
    below, equal = int((members < came).sum()), int((members == came).sum())
    return below / (len(members) + 1), (below + equal + 1) / (len(members) + 1)


def flat_band(n: int, bins: int, level: float = 0.95) -> tuple[int, int]:
    """Numbers between which one of equally likely bins is, of n independent cases."""
    from scipy.special import bdtr

    below = bdtr(np.arange(n + 1), n, 1 / bins)
    low, high = np.searchsorted(below, [(1 - level) / 2, (1 + level) / 2])
    return int(low), int(high)


@dataclass(frozen=True)
class JointSkill:
    """Skills at several horizons, and intervals that hold for all of them together; arrays (horizons,)."""

    skill: Floats
    low: Floats
    high: Floats


def joint_skill(model: Floats, naive: Floats, blocks: Sequence[int], u: Floats, level: float = 0.95) -> JointSkill:
    """Skill over the better of several naive forecasts at each horizon, by a bootstrap over blocks of origins.

    ``model`` (horizons, origins) and ``naive`` (forecasts, horizons, origins) have scores, NaN where there is none;
    ``blocks`` is the number of neighbouring origins that hang together at each horizon, ``u`` (draws, origins) uniform.

    The intervals are those of the logarithm of the ratio of scores. They hold for all horizons together (the largest
    studentised deviation of each draw), and are wider by the t quantile for as few blocks as there are: without a
    signal, one horizon of any is called better than the naive forecasts in at most one log of 40.
    """
    from scipy.special import ndtri, stdtrit

    here = ~np.isnan(model)
    value = _log_ratio(model, naive, here, np.arange(model.shape[1])[np.newaxis])[0]
    longest = min(max(blocks), model.shape[1])
    together = _log_ratio(model, naive, here, _blocks(longest, u))
    error = np.maximum(together.std(axis=0), 1e-12)
    largest = np.abs((together - value) / error).max(axis=1)
    joint = float(np.quantile(largest, level))
    bound = (1 + level) / 2
    half = np.empty(len(value))
    for h, block in enumerate(blocks):
        own = _log_ratio(model[[h]], naive[:, [h]], here[[h]], _blocks(block, u))[:, 0]
        free = max(int(here[h].sum()) // block - 1, 1)
        half[h] = joint * max(float(own.std()), 1e-12) * float(stdtrit(free, bound) / ndtri(bound))
    return JointSkill(1 - np.exp(value), 1 - np.exp(value + half), 1 - np.exp(value - half))


def _blocks(block: int, u: Floats) -> npt.NDArray[np.int64]:
    """(draws, origins) positions of origins, in blocks of neighbours on a circle."""
    n = u.shape[1]
    starts = (u[:, : -(-n // block)] * n).astype(np.int64)
    return ((starts[:, :, np.newaxis] + np.arange(block)) % n).reshape(len(u), -1)[:, :n]


def _log_ratio(model: Floats, naive: Floats, here: npt.NDArray[np.bool_], at: npt.NDArray[np.int64]) -> Floats:
    """(draws, horizons) logarithm of the mean score over that of the better naive forecast, of the origins ``at``."""
    draws, size = len(at), model.shape[1]
    flat = np.bincount((at + np.arange(draws)[:, np.newaxis] * size).ravel(), minlength=draws * size)
    counts = flat.reshape(draws, size).astype(np.float64)
    n = np.maximum(counts @ here.T, 1.0)
    means = [np.maximum(counts @ np.where(here, one, 0.0).T / n, 1e-12) for one in (model, *naive)]
    found: Floats = np.log(means[0] / np.minimum.reduce(means[1:]))
    return found
