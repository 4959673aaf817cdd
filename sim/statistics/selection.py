"""Selection of the best of many scenarios with a stated probability of a correct selection.

Kim and Nelson's fully sequential procedure KN: run each scenario a few times, then continue with the remaining ones,
one replication at a time, and eliminate a scenario as soon as its mean is too far behind that of another. With a
probability of at least the stated confidence the selected scenario is the best, provided that the best is better than
each other by the *indifference zone* or more; else it is one within that zone of the best. The procedure uses variances
of differences, so common random numbers are allowed and make it faster. Kim and Nelson (2001), *A fully sequential
procedure for indifference-zone selection in simulation*, ACM TOMACS 11, 251-273 (with c = 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.statistics.samples import Floats, as_sample, check_level


@dataclass(frozen=True)
class Selection:
    """The selected scenario with its evidence.

    The selection is correct with probability ``confidence``; each scenario within ``indifference`` (in the figure's
    unit) of the best counts as correct. ``means`` and ``replications`` are those at the end or at the elimination.
    """

    best: str
    confidence: float
    indifference: float
    means: dict[str, float]
    replications: dict[str, int]


class KimNelson:
    """Procedure KN as an object that takes replications step by step.

    Run the scenarios of ``in_play`` and pass their next figures to ``add`` until ``best`` is not None.
    """

    def __init__(
        self,
        systems: Sequence[str],
        indifference: float,
        *,
        higher_is_better: bool,
        confidence: float = 0.95,
        first_stage: int = 10,
    ) -> None:
        """Start a selection between the scenarios named ``systems``.

        ``first_stage`` replications of each estimate the variances. Raises ValueError for fewer than two scenarios, a
        repeated name, an indifference zone that is not above 0, fewer than two replications in the first stage, or a
        confidence that is not above that of a random selection.
        """
        k = len(systems)
        if k < 2 or len(set(systems)) < k:
            raise ValueError(f"expected at least two different scenarios, found {list(systems)}")
        if not indifference > 0:
            raise ValueError(f"indifference zone: expected a number above 0, found {indifference}")
        if first_stage < 2:
            raise ValueError(f"first stage: expected at least 2 replications, found {first_stage}")
        if check_level(confidence) <= 1 / k:
            raise ValueError(f"confidence: expected more than 1/{k}, a blind choice, found {confidence}")
        self.systems = tuple(systems)
        self.indifference = indifference
        self.confidence = confidence
        self.first_stage = first_stage
        eta = ((2 * (1 - confidence) / (k - 1)) ** (-2 / (first_stage - 1)) - 1) / 2
        self._h2 = 2 * eta * (first_stage - 1)
        self._sign = 1.0 if higher_is_better else -1.0
        self._waiting = np.empty((k, 0))  # figures received but not yet screened
        self._sums = np.zeros(k)
        self._counts = np.zeros(k, dtype=np.int64)
        self._in_play = np.arange(k)
        self._variances = np.empty((0, 0))
        self._settled = False

    @property
    def in_play(self) -> tuple[str, ...]:
        """Names of the remaining scenarios, in the order of ``systems``."""
        return tuple(self.systems[i] for i in self._in_play)

    @property
    def best(self) -> str | None:
        """The selected scenario, or None while more replications are needed."""
        if not self._settled:
            return None
        means = self._sums[self._in_play] / self._counts[self._in_play]
        return self.systems[int(self._in_play[means.argmax()])]

    @property
    def most_replications(self) -> int | None:
        """Upper bound of the replications that a scenario needs; None in the first stage."""
        if not self._variances.size:
            return None
        largest = float(self._variances[np.ix_(self._in_play, self._in_play)].max())
        return max(self.first_stage, int(self._h2 * largest / self.indifference**2) + 1)

    def add(self, figures: Mapping[str, npt.ArrayLike]) -> None:
        """Add the next figures of each remaining scenario: equally many of each, of the same replications.

        Figures of eliminated scenarios are ignored, as are all figures after the selection. Raises ValueError if a
        remaining scenario is missing or has a different number of figures.
        """
        missing = [name for name in self.in_play if name not in figures]
        if missing:
            raise ValueError(f"no figures of {', '.join(missing)}")
        given = [as_sample(figures[name], name) for name in self.in_play]
        if len({each.size for each in given}) > 1:
            raise ValueError(f"scenarios differ in their number of figures: {[each.size for each in given]}")
        new = np.zeros((len(self.systems), given[0].size))
        new[self._in_play] = self._sign * np.stack(given)
        self._waiting = np.hstack([self._waiting, new])
        if not self._variances.size:
            if self._waiting.shape[1] < self.first_stage:
                return
            first, self._waiting = np.split(self._waiting, [self.first_stage], axis=1)
            self._variances = (first[:, None] - first[None]).var(axis=2, ddof=1)
            self._count(first)
            self._screen()
        for column in self._waiting.T:
            if self._settled:
                break
            self._count(column[:, None])
            self._screen()
        self._waiting = np.empty((len(self.systems), 0))

    def result(self) -> Selection:
        """The selection with its evidence. Raises RuntimeError while there is none."""
        if self.best is None:
            raise RuntimeError(f"no choice yet: {len(self._in_play)} scenarios are in play")
        means = self._sign * self._sums / self._counts
        return Selection(
            best=self.best,
            confidence=self.confidence,
            indifference=self.indifference,
            means=dict(zip(self.systems, means.tolist(), strict=True)),
            replications=dict(zip(self.systems, self._counts.tolist(), strict=True)),
        )

    def _count(self, figures: Floats) -> None:
        self._sums[self._in_play] += figures[self._in_play].sum(axis=1)
        self._counts[self._in_play] += figures.shape[1]

    def _screen(self) -> None:
        """Eliminate each scenario whose mean is behind another's by more than the sampling error may explain."""
        among = self._in_play
        r = int(self._counts[among[0]])
        means = self._sums[among] / r
        variances = self._variances[np.ix_(among, among)]
        slack = np.maximum(0, (self._h2 * variances / self.indifference - self.indifference * r) / (2 * r))
        stays = ~(means[:, None] < means[None] - slack).any(axis=1)
        self._in_play = among[stays]
        self._settled = not slack[np.ix_(stays, stays)].any()  # one is left, or all that are left are tied
