"""The best of many scenarios, chosen so that the choice is right with a stated probability.

Kim and Nelson's fully sequential procedure KN: run every scenario a few times, then go on with those still in play, one
replication at a time, and drop a scenario as soon as it lies too far behind another. With probability of at least the
stated confidence the scenario chosen is the best, given that the best is better than every other by the *indifference
zone* or more; else it is one within that zone of the best. It uses variances of differences, so common random numbers
are allowed and make it faster. Kim and Nelson (2001), *A fully sequential procedure for indifference-zone selection in
simulation*, ACM TOMACS 11, 251-273 (with c = 1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.statistics.samples import Floats, as_sample, check_level


@dataclass(frozen=True)
class Selection:
    """The scenario chosen, and what that rests on.

    The choice is right with probability ``confidence``, counting scenarios within ``indifference`` (in the figure's
    unit) of the best as equally right. ``means`` and ``replications`` are those that each scenario's fate rested on.
    """

    best: str
    confidence: float
    indifference: float
    means: dict[str, float]
    replications: dict[str, int]


class KimNelson:
    """Procedure KN, fed as replications come in.

    Ask ``in_play`` which scenarios to run on, ``tell`` their next figures, until ``best`` is not None.
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
        """Between the scenarios named ``systems``; ``first_stage`` replications of each estimate the variances.

        Raises ValueError for fewer than two scenarios, a name twice, an indifference zone that is not above 0, fewer
        than two replications in the first stage, or a confidence no better than a blind choice.
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
        self._waiting = np.empty((k, 0))  # figures told but not yet looked at
        self._sums = np.zeros(k)
        self._counts = np.zeros(k, dtype=np.int64)
        self._in_play = np.arange(k)
        self._variances = np.empty((0, 0))
        self._settled = False

    @property
    def in_play(self) -> tuple[str, ...]:
        """The scenarios not yet dropped, in the order in which they were named."""
        return tuple(self.systems[i] for i in self._in_play)

    @property
    def best(self) -> str | None:
        """The scenario chosen, or None while more replications are needed."""
        if not self._settled:
            return None
        means = self._sums[self._in_play] / self._counts[self._in_play]
        return self.systems[int(self._in_play[means.argmax()])]

    @property
    def most_replications(self) -> int | None:
        """The greatest number of replications that a scenario can still come to need; None in the first stage."""
        if not self._variances.size:
            return None
        largest = float(self._variances[np.ix_(self._in_play, self._in_play)].max())
        return max(self.first_stage, int(self._h2 * largest / self.indifference**2) + 1)

    def tell(self, figures: Mapping[str, npt.ArrayLike]) -> None:
        """The next figures of every scenario in play: equally many of each, from the same replications.

        Figures of scenarios that were dropped are not looked at; nor are those that come after the choice is made.
        Raises ValueError when a scenario in play is missing or has another number of figures.
        """
        missing = [name for name in self.in_play if name not in figures]
        if missing:
            raise ValueError(f"no figures of {', '.join(missing)}")
        told = [as_sample(figures[name], name) for name in self.in_play]
        if len({each.size for each in told}) > 1:
            raise ValueError(f"scenarios differ in their number of figures: {[each.size for each in told]}")
        new = np.zeros((len(self.systems), told[0].size))
        new[self._in_play] = self._sign * np.stack(told)
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
        """The choice and what it rests on. Raises RuntimeError while there is none."""
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
        """Drop whoever lies behind another by more than chance may still explain."""
        among = self._in_play
        r = int(self._counts[among[0]])
        means = self._sums[among] / r
        variances = self._variances[np.ix_(among, among)]
        slack = np.maximum(0, (self._h2 * variances / self.indifference - self.indifference * r) / (2 * r))
        stays = ~(means[:, None] < means[None] - slack).any(axis=1)
        self._in_play = among[stays]
        self._settled = not slack[np.ix_(stays, stays)].any()  # one is left, or what is left is tied


def select_best(
    sample: Callable[[str, int], npt.ArrayLike],
    systems: Sequence[str],
    indifference: float,
    *,
    higher_is_better: bool,
    confidence: float = 0.95,
    first_stage: int = 10,
    step: int = 1,
) -> Selection:
    """Run KN to its end: ``sample(system, n)`` gives the next ``n`` figures of a scenario, as an array.

    Scenarios in play have always been asked for equally many, so with common random numbers the next ``n`` figures come
    from the same replications. ``step`` replications are asked for at a time (to run them side by side); they are
    looked at one by one, so the choice does not depend on it.
    """
    procedure = KimNelson(
        systems, indifference, higher_is_better=higher_is_better, confidence=confidence, first_stage=first_stage
    )
    n = first_stage
    while procedure.best is None:
        procedure.tell({system: sample(system, n) for system in procedure.in_play})
        n = step
    return procedure.result()
