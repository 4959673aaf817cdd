"""Resampling with streams of :mod:`sim.core.random_streams`.

These draws are for the analysis only; the random numbers of a simulation are all drawn before it starts. The same seed
gives the same draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core.random_streams import RandomStreams
from sim.statistics.samples import Floats, check_level

RESAMPLES = 2_000
"""Bootstrap resamples: enough for 95% bounds by percentiles (Efron and Tibshirani 1993, ch. 13, recommend 1,000)."""


def resample(n: int, resamples: int, seed: int) -> npt.NDArray[np.int64]:
    """Positions of bootstrap samples drawn with replacement, shape (resamples, n)."""
    uniforms = RandomStreams(seed, 0).uniforms(resamples * n, "bootstrap")
    return (uniforms * n).astype(np.int64).reshape(resamples, n)


def percentile_bounds(statistics: Floats, level: float) -> tuple[float, float]:
    """The two percentiles that enclose the central share ``level`` of bootstrap statistics."""
    low, high = np.quantile(statistics, [(1 - check_level(level)) / 2, (1 + level) / 2])
    return float(low), float(high)


def draw_means(samples: Floats, draws: int, seed: int) -> Floats:
    """Draw true means from their posterior, given samples of shape (k, n); shape (draws, k).

    The posterior is a multivariate t with n - 1 degrees of freedom around the sample means, with the covariance of the
    samples. Normal combinations of the deviations have this covariance without a matrix inversion (k may exceed n).
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
