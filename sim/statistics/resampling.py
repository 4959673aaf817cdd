"""Bounds of bootstrap draws, and draws of true means with streams of :mod:`sim.core.random_streams`.

These draws are for the analysis only; the random numbers of a simulation are all drawn before it starts. The same seed
gives the same draws.
"""

from __future__ import annotations

import numpy as np

from sim.core.random_streams import RandomStreams
from sim.statistics.samples import Floats, check_level

WIDEST = 3.182
"""Standard errors of 95 % bounds from four clusters, the t quantile of 3 degrees of freedom."""


def percentile_bounds(statistics: Floats, level: float) -> tuple[float, float]:
    """The two percentiles that enclose the central share ``level`` of bootstrap statistics."""
    low, high = np.quantile(statistics, [(1 - check_level(level)) / 2, (1 + level) / 2])
    return float(low), float(high)


def studentised_bounds(value: float, error: float, drawn: Floats, errors: Floats, level: float) -> tuple[float, float]:
    """Bounds of an estimate by the bootstrap t: each draw counts in its own standard errors.

    ``drawn`` and ``errors`` (draws,) are the estimate and its standard error in each bootstrap sample. Unlike
    percentiles these bounds allow for a spread that is itself estimated from few clusters; draws without a spread say
    nothing. Efron and Tibshirani 1993, ch. 12.5. Where one cluster is nearly all of the spread, draws without it would
    give bounds without end: they are at most :data:`WIDEST` standard errors away.
    """
    known = errors > 0
    if error <= 0 or not known.any():
        return value, value
    low, high = percentile_bounds(np.clip((drawn[known] - value) / errors[known], -WIDEST, WIDEST), level)
    return value - high * error, value - low * error


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
