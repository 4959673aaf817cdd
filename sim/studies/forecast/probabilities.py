"""Whether the probabilities of past forecasts were right.

Input: by target and horizon the members of each past forecast and what came; for the queue, the share of members above
a limit, and whether it came to that. Output: mean losses of quantiles (pinball), the histogram of what came over the
fifths of the forecast distribution (PIT) with the band of a flat one, Brier scores, and shares by bins of probability
(reliability).

The histogram is that of counts: what came among equal members counts in parts (Czado, Gneiting and Held, Biometrics 65,
2009). Neighbouring forecasts overlap, so the bands, which take them as independent, are rather too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.statistics.scores import Floats, flat_band, pinball, pit_range
from sim.studies.forecast.fan import wilson

FIFTHS: Final = 5
LEVELS: Final = (0.1, 0.5, 0.9)
OVER: Final = 1.5
"""The limit is so many times the queue at the begin, as in the forecast."""

Past = Sequence[tuple[Floats, float]]
"""(members, what came) of each forecast."""
Events = Sequence[tuple[float, bool]]
"""(probability, whether it came to it) of each forecast."""


@dataclass(frozen=True)
class Calibration:
    """What came, in the forecast distributions of one target at one horizon."""

    target: str
    days: int
    origins: int
    pinball_10: float
    pinball_50: float
    pinball_90: float
    """Mean losses of the quantiles, in vehicles."""
    fifths: tuple[float, ...]
    """Forecasts in which what came was in the lowest fifth of the distribution, the next, and so on."""
    band_low: int
    band_high: int
    """Numbers between which a fifth is in 95 % of cases where the probabilities are right."""


@dataclass(frozen=True)
class Exceeding:
    """Probabilities that the queue exceeds the limit at any hour up to so many days ahead."""

    days: int
    origins: int
    share: float
    """Share of the forecasts in which it did."""
    brier: float
    brier_of_share: float
    """The score of who knows nothing but that share."""


@dataclass(frozen=True)
class Bin:
    """Forecasts with probabilities in one fifth of 0 to 1, of all horizons."""

    low: float
    high: float
    n: int
    forecast: float
    """Mean probability; NaN without forecasts."""
    share: float
    """Share in which it came to it, with its Wilson interval."""
    share_low: float
    share_high: float


def calibration(target: str, days: int, past: Past) -> Calibration:
    """Losses of quantiles and histogram of the forecasts of one target at one horizon."""
    low, middle, high = (
        float(np.mean([pinball(float(np.quantile(members, level)), came, level) for members, came in past]))
        if past
        else float("nan")
        for level in LEVELS
    )
    edges = np.linspace(0, 1, FIFTHS + 1)
    ranges = [pit_range(members, came) for members, came in past]
    # What lies in a range counts in each fifth by the part of the range there.
    parts = [np.diff(np.clip((edges - first) / (last - first), 0, 1)) for first, last in ranges]
    fifths = tuple(float(one) for one in np.sum(parts, axis=0)) if parts else (0.0,) * FIFTHS
    band = flat_band(len(past), FIFTHS)
    return Calibration(target, days, len(past), low, middle, high, fifths, band[0], band[1])


def exceeding(days: int, events: Events) -> Exceeding:
    """The Brier score of one horizon."""
    nan = float("nan")
    if not events:
        return Exceeding(days, 0, nan, nan, nan)
    p, came = (np.array(one, np.float64) for one in zip(*events, strict=True))
    share = float(came.mean())
    return Exceeding(days, len(events), share, float(((p - came) ** 2).mean()), share * (1 - share))


def reliability(events: Events) -> tuple[Bin, ...]:
    """How often the forecast events happened, by fifths of probability."""
    p, came = np.array([one for one, _ in events]), np.array([bool(one) for _, one in events])
    at = np.minimum((p * FIFTHS).astype(np.int64), FIFTHS - 1)
    found, nan = [], float("nan")
    for k in range(FIFTHS):
        n = int((at == k).sum())
        means = (float(p[at == k].mean()), float(came[at == k].mean())) if n else (nan, nan)
        bounds = wilson(int(came[at == k].sum()), n) if n else (nan, nan)
        found.append(Bin(k / FIFTHS, (k + 1) / FIFTHS, n, *means, *bounds))
    return tuple(found)
