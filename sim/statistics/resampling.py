"""Chance in the analysis: samples drawn anew from those at hand, with streams of ``sim.core.random_streams``.

Nothing here reaches a simulation, whose random numbers are all drawn before it starts. The same seed gives the same
draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core.random_streams import RandomStreams
from sim.statistics.samples import Floats, check_level

RESAMPLES = 2_000
"""Bootstrap resamples: enough for 95 % bounds by percentiles (Efron and Tibshirani 1993, ch. 13, ask for 1,000)."""


def resample(n: int, resamples: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions of bootstrap samples drawn with replacement, shape (resamples, n)."""
    uniforms = RandomStreams(seed, 0).uniforms(resamples * n, "bootstrap")
    return (uniforms * n).astype(np.int64).reshape(resamples, n)


def percentile_bounds(statistics: Floats, level: float) -> tuple[float, float]:
    """The two percentiles of bootstrap statistics between which the share ``level`` of them lies."""
    low, high = np.quantile(statistics, [(1 - check_level(level)) / 2, (1 + level) / 2])
    return float(low), float(high)


def draw_means(samples: Floats, draws: int, seed: int) -> Floats:
    """True means as they may be, given samples of shape (k, n); shape (draws, k).

    From a multivariate t with n - 1 degrees of freedom around the sample means, with their own covariance: normal
    combinations of the deviations, which have it without a matrix to invert (k may exceed n).
    """
    from scipy.special import gammaincinv, ndtri

    n = samples.shape[1]
    streams = RandomStreams(seed, 0)
    normals = ndtri(streams.uniforms(draws * n, "means", "normal").reshape(draws, n))
    chi_squares = 2 * gammaincinv((n - 1) / 2, streams.uniforms(draws, "means", "chi-square"))
    mean = samples.mean(axis=1)
    # covariance of the noise: (n - 1) / n times that of the samples
    noise = normals @ (samples - mean[:, None]).T / np.sqrt(n)
    return np.asarray(mean + noise / np.sqrt(chi_squares[:, None]))
