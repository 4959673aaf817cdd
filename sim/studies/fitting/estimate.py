"""An estimated number: value, interval, evidence, and words about what the evidence does not settle.

Intervals are 95 %. Those of means, rates, shares and spread come from a studentised bootstrap over days, because
vehicles of one day are alike; where fewer than :data:`FEW_DAYS` days have evidence they are those of the textbook.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.messages import Message, Param, message
from sim.core.random_streams import RandomStreams
from sim.statistics.resampling import studentised_bounds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROOM: Final = "records"
"""The catalogue of the words about estimates."""
LEVEL: Final = 0.95
DRAWS: Final = 1_000
FEW_DAYS: Final = 14
MEASURED: Final = "measured"
OWN_AGAIN: Final = "_own"
"""What follows the id of an own row where another has it."""
LEAST_VEHICLES: Final = 5
"""Nothing is said about fewer different vehicles."""


@dataclass(frozen=True)
class Estimate:
    """One number of the model, as the records have it."""

    address: str
    """``table.id.field``, or a name of a number that the model does not have."""
    value: float | str
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    """Evidence: ends known, days, journeys, by the kind of number."""
    n_open: int = 0
    """Visits whose end is not known exactly."""
    days: int = 0
    method: str = ""
    """Id of the method, such as ``gamma`` or ``jeffreys``."""
    fit: float = float("nan")
    """Area between the observed and the fitted distribution over the mean; NaN for other numbers."""
    words: tuple[Message, ...] = ()
    written: bool = True
    """Whether the number is written into the scenario."""
    grade: str = MEASURED

    def refused(self, *words: Message) -> Estimate:
        """The same number, not written, with the reasons."""
        return replace(self, written=False, words=(*self.words, *words))


def word(code: str, **params: Param) -> Message:
    """A sentence about an estimate."""
    return message(code, ROOM, **params)


def day_draws(days: int, seed: int, name: str, draws: int = DRAWS) -> Ints:
    """How often each day is in each bootstrap sample, (draws, days), from stream ``fit`` of the seed."""
    u = RandomStreams(seed, 0).uniforms(draws * days, "fit", name)
    at = (u * days).astype(np.int64).reshape(draws, days)
    flat = (at + np.arange(draws)[:, None] * days).ravel()
    return np.bincount(flat, minlength=draws * days).reshape(draws, days)


def ratio_bounds(top: Floats, bottom: Floats, seed: int, name: str) -> tuple[float, float]:
    """Bounds of sum(top) / sum(bottom) by a studentised bootstrap over days; both (days,)."""
    times = day_draws(len(top), seed, name).astype(np.float64)
    times = times[times @ bottom > 0]
    value, drawn = float(top.sum() / bottom.sum()), (times @ top) / (times @ bottom)

    def error(times: Floats, ratio: Floats) -> Floats:
        """The standard error of a ratio of sums over clusters, for each draw (Cochran 1977, ch. 6)."""
        squares = times @ top**2 - 2 * ratio * (times @ (top * bottom)) + ratio**2 * (times @ bottom**2)
        return np.sqrt(np.maximum(squares, 0.0)) / (times @ bottom)

    own = float(error(np.ones((1, len(top))), np.array([value]))[0])
    return studentised_bounds(value, own, drawn, error(times, drawn), LEVEL)


def by_day(values: Floats, day: Ints) -> Floats:
    """Sums of values by day, for the days that occur, in their order."""
    _, at = np.unique(day, return_inverse=True)
    return np.bincount(at, weights=values).astype(np.float64)
